// Accessors of thread-locals that two files made meet at their link: each is the one of its own variable, whatever the
// link called it, and is called as it has become.
// UNSUPPORTED: sanitized
// RUN: %clang -O2 %abi -c %S/Inputs/owner.c -o %t.owner.o
// DEFINE: %{how} = %abi -O2
// DEFINE: %{link} = -fuse-ld=lld -Wl,--load-pass-plugin=%pass %t.owner.o %rt -o %t && env WEFT_MIGRATE=always %t
// RUN: %clang %{how} -flto -fPIC -DONE -c %s -o %t.1.o && %clang %{how} -flto -fPIC -c %s -o %t.2.o
// RUN: %clang -O2 -flto %t.1.o %t.2.o %{link} && %clang -O2 -flto %t.2.o %t.1.o %{link}
// RUN: %clang %{how} -flto=thin -fPIC -DONE -c %s -o %t.1.o && %clang %{how} -flto=thin -fPIC -c %s -o %t.2.o
// RUN: %clang -O2 -flto=thin %t.1.o %t.2.o %{link} && %clang -O2 -flto=thin %t.2.o %t.1.o %{link}
// RUN: %clang %{how} -flto -fno-pic -DONE -c %s -o %t.1.o && %clang %{how} -flto -fno-pic -c %s -o %t.2.o
// RUN: %clang -O2 -flto -no-pie %t.1.o %t.2.o %{link} && %clang -O2 -flto -no-pie %t.2.o %t.1.o %{link}
#include <weft/task.h>

void check(const long *place, int line);
long *place(void);
void other(void);
#ifdef ONE
_Thread_local long owner;
static _Thread_local long same_name;
long *place(void) { return &owner; }
void other(void) {
  owner = 1;
  same_name = 1;
  weft_yield();
  owner = 2;
  check(&owner, __LINE__);
  check(&same_name == &owner ? 0 : &owner, __LINE__);
}
#else
extern _Thread_local long owner;
static _Thread_local long same_name;
void run(void) {
  for (int i = 0; i < 20; ++i) {
    check(place(), __LINE__);
    same_name = 7;
    weft_yield();
    check(place(), __LINE__);
    check(&same_name == &owner ? 0 : place(), __LINE__);
    other();
  }
}
#endif
