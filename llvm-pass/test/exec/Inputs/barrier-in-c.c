#include <weft/markers.h>
void barrier_in_c(void (*f)(int), int x) { WEFT_BARRIER(f)(x); }
