#include "thread-locals.h"
// As a library's are by default, its own, and those of a stated model.
_Thread_local uint64_t library_a;
static _Thread_local struct of_thread library_b;
_Thread_local __attribute__((visibility("hidden"))) struct of_thread library_c;
_Thread_local __attribute__((tls_model("local-dynamic"))) static uint64_t local_a;
_Thread_local __attribute__((tls_model("initial-exec"))) struct of_thread initial_b;
DEFINE_LOOKS(library, library_a, library_b, library_c)
DEFINE_LOOKS(models, local_a, initial_b, library_c)
#ifdef OF_WEFT // has something of libweft, so that its code may keep addresses while the thread is the same
int weft_yield(void);
int library_yields(void) { return weft_yield(); }
#endif
void library_begin(uint64_t number) { library_become(number), models_become(number); }
void library_look(uint64_t n) { library_looks(n), library_begin(n = hop()), models_looks(n); }
