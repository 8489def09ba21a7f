/* Part of Weft, under the Apache License v2.0 with LLVM Exceptions. */

/* loads WORD..: what the words say, in turn. With -DUSES it has libweft itself.
 *   own           uses continuations of its own      load X     dlopen(X, RTLD_LOCAL), all of them stay open
 *   use N         those of the library a or b that was loaded as the N-th
 *   reload X N    N times: load, use on a thread that ends, close
 *   fault         a fault that is nobody's, to see that it ends in SIGSEGV */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/base.h>

#ifdef USES
weft_cont own_make(uint64_t);
const weft_tag *own_tag(void);
uint64_t own_ask(weft_cont, const weft_tag *);
#endif

static void *load(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    fprintf(stderr, "%s\n", dlerror()), exit(2);
  return library;
}

static void *find(void *library, const char *what) {
  char name[32];
  void *found;
  snprintf(name, sizeof name, "a_%s", what);
  if (!(found = dlsym(library, name))) {
    name[0] = 'b';
    found = dlsym(library, name);
  }
  return found;
}

static void *use(void *library) {
  weft_cont (*make)(uint64_t) = (weft_cont (*)(uint64_t))find(library, "make");
  const weft_tag *(*tag)(void) = (const weft_tag *(*)(void))find(library, "tag");
  uint64_t (*ask)(weft_cont, const weft_tag *) =
      (uint64_t (*)(weft_cont, const weft_tag *))find(library, "ask");
  printf("%d ", (int)ask(make(7), tag()));
  return NULL;
}

int main(int argc, char **argv) {
  void *libraries[8];
  int count = 0;
  (void)argc;
  setbuf(stdout, NULL);
  for (char **word = argv + 1; *word; ++word) {
    if (strcmp(*word, "load") == 0) {
      libraries[count++] = load(*++word);
    } else if (strcmp(*word, "use") == 0) {
      use(libraries[atoi(*++word)]);
    } else if (strcmp(*word, "reload") == 0) {
      const char *path = *++word;
      for (int n = atoi(*++word); n > 0; --n) {
        void *library = load(path);
        pthread_t thread;
        pthread_create(&thread, NULL, use, library);
        pthread_join(thread, NULL);
        dlclose(library);
      }
    } else if (strcmp(*word, "fault") == 0) {
      *(volatile int *)8 = 0;
#ifdef USES
    } else if (strcmp(*word, "own") == 0) {
      printf("%d ", (int)own_ask(own_make(5), own_tag()));
#endif
    }
  }
  puts("");
}
