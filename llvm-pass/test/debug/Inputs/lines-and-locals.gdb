# What lines-and-locals.c expects the output of.
set pagination off
set confirm off
tbreak main
run
next
next
next
printf "before = %ld\n", before
next
printf "before = %ld\nwhich = %u\nk = %lu\n", before, which, k
next
next
next
info locals
bt
up 4
printf "before = %ld\n", before
frame 0
finish
tbreak suspended
continue
finish
next
kill
tbreak suspended
run
finish
weft-next
printf "question = %ld\n", question
kill
tbreak main
run
weft-next 6
weft-next
kill
