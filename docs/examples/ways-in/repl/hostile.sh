# Lines that nobody types. Each is answered in one line, hostile.out's, and the session goes on.
many() { # TEXT TIMES
  yes -- "$1" | head -n "$2" | tr -d '\n'
}
echo "$(many '(' 20000)1$(many ')' 20000)"
echo "$(many '1;' 20000)1"
echo "$(many '-' 500000)1"
echo "$(many 9 1001)"
# the longest that are taken
echo "$(many '(' 499)1$(many ')' 499)"
echo "$(many '1;' 499)2"
echo "$(many '-' 999)1"
echo "$(many 'for x in f()do ' 66)x"
echo 'def f() = yield 1'
echo "$(many 'for x in f()do ' 66)x"
# bytes that are no text
printf '1 \0\n'
printf '1 \0=\n'
printf '1 \033[31m\n'
printf '1 \303\244\n'
echo 1 + 1
