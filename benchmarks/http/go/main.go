// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// The other baseline of HTTP: Go's net/http, a goroutine for each connection, with the answers of docs/examples/http.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"
)

func answer(w http.ResponseWriter, kind string, body []byte) {
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.Header()["Content-Type"] = []string{kind}
	w.Write(body)
}

func main() {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		limit.Cur = limit.Max
		syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
	}
	hello := []byte("Hello, World!")
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { answer(w, "text/plain", hello) })
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		answer(w, "application/octet-stream", body)
	})
	mux.HandleFunc("/stop", func(w http.ResponseWriter, r *http.Request) { os.Exit(0) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	fmt.Printf("listening on %s\n", listener.Addr())
	server := http.Server{Handler: mux, IdleTimeout: 60 * time.Second}
	server.Serve(listener)
}
