// Labels and jumps.
package main

func main() {
	break
	continue
L:
	for {
		continue M
	}
	goto N
}

// expect-error: 5:2: break is not in a loop, switch, or select
// expect-error: 6:2: continue is not in a loop
// expect-error: 7:1: label L defined and not used
// expect-error: 9:12: continue label not defined: M
// expect-error: 11:7: label N not defined
