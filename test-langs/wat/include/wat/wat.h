/* Embedding WebAssembly that wat compiled. C11 and C++.
 *
 *     wat build --library counter.wat -o counter.o            wat_module_counter; link libwat_rt.a and libweft.a
 *
 *     WAT_MODULE(counter);
 *     const wat_import imports[] = {{"host", "log", "i32->", WAT_FUNCTION, log_it, me}};
 *     wat_instance *i;
 *     wat_error *e = wat_instance_new(WAT_MODULE_OF(counter), imports, 1, &i);
 *     wat_value arg = {.i32 = 3}, result;
 *     if (!e)
 *       e = wat_call(i, "add", &arg, 1, &result, 1);
 *     if (e)
 *       fprintf(stderr, "%s\n%s", wat_error_text(e), wat_error_backtrace(e));
 *
 * Waiting. The module imports a tag, say `(import "host" "await" (tag $await (param i64) (result i64)))`, and its
 * tasks suspend by it. Handlers in the module see that first: that is how its own scheduler keeps its tasks. What none of
 * them takes comes to the host's function for the tag (WAT_TAG), which sees the payload, never a continuation; in a weft
 * task it may wait there by weft_await or weft_cq_wait, which parks the task. What it answers goes to whoever suspended,
 * so a scheduler that asked which promise is fulfilled decides itself which of its tasks goes on. wat/embed is an example.
 *
 * Threads: all instances of a process belong to one thread, as they share the collected heap. Calls may come from any
 * weft task of that thread, also while others wait in the same instance, and from a host's function within a call.
 */
#ifndef WAT_WAT_H
#define WAT_WAT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A compiled module: constant data, any number of instances. */
typedef struct wat_module wat_module;
#ifdef __cplusplus
#define WAT_MODULE(name) extern "C" const wat_module wat_module_##name
#else
#define WAT_MODULE(name) extern const wat_module wat_module_##name
#endif
#define WAT_MODULE_OF(name) (&wat_module_##name)

typedef struct wat_instance wat_instance;

/* Which one it is, the function's type says. References do not travel between module and host. */
typedef union wat_value {
  int32_t i32;
  int64_t i64;
  float f32;
  double f64;
} wat_value;

/* --- Errors: NULL is success, anything else is the caller's and goes by wat_error_free ------------- */

typedef struct wat_error wat_error;
typedef enum wat_status {
  WAT_OK = 0,
  WAT_TRAP,       /* the module trapped, or suspended by a tag that nobody handles */
  WAT_EXCEPTION,  /* it threw an exception and did not catch it */
  WAT_UNLINKABLE, /* an import is missing or has another type */
  WAT_NO_EXPORT,  /* it exports no function of that name, or one whose type has references */
  WAT_BAD_CALL,   /* another number of arguments or results than the function's */
  WAT_NO_MEMORY,
  WAT_BAD_SETTING /* the environment's WEFT_STACK, WAT_MEMORY or WAT_GC is wrong; of wat_instance_new */
} wat_status;

wat_status wat_error_status(const wat_error *error); /* of NULL: WAT_OK */
/* One line that says what and names whom: the export, the import, the tag. */
const char *wat_error_text(const wat_error *error);
/* Of a trap, a line for each function, innermost first, with places in the text when the module was built with -g; else "". */
const char *wat_error_backtrace(const wat_error *error);
/* Of an exception: its tag's name, "" for one without, and how many values it carries; up to `room` of them are
 * copied to `values`, references as their bits. Else NULL and 0. */
const char *wat_error_tag(const wat_error *error);
size_t wat_error_values(const wat_error *error, wat_value *values, size_t room);
void wat_error_free(wat_error *error); /* NULL: nothing */

/* --- Instances ------------------------------------------------------------------------------------- */

/* What the module calls, or what answers a suspension. `args` are the parameters or the payload, `results` have room for
 * the results or the answer. NULL, or the text of a trap that is raised in the module where it called or
 * suspended; the text is copied.
 * A function runs on the thread's own stack, but in a weft task on the module's, of which 16 KiB are its own
 * (weft_call_native gives more); one for a tag runs on the stack of who called wat_call. Neither may throw C++ exceptions.
 * Both may call wat_call, and wait if in a weft task. */
typedef const char *(*wat_function)(void *env, const wat_value *args, wat_value *results);

enum { WAT_FUNCTION = 0, WAT_TAG = 1 };
typedef struct wat_import {
  const char *module, *name;
  const char *type; /* "i32,f64->i64": i32 i64 f32 f64; of a tag at most six of i32 and i64 and six of f32 and f64 each way */
  int kind;         /* WAT_FUNCTION or WAT_TAG */
  wat_function call;
  void *env; /* handed to it */
} wat_import;

/* Makes an instance and runs the module's start function. `imports` are read during the call only; what the module
 * does not import is passed over. On errors *out is NULL and nothing is kept. */
wat_error *wat_instance_new(const wat_module *module, const wat_import *imports, size_t count, wat_instance **out);

/* Frees it with its memories, tables and globals; continuations that it keeps are not unwound. WAT_BAD_CALL while a call of
 * it runs or waits: then nothing is freed. NULL: nothing. */
wat_status wat_instance_free(wat_instance *instance);

/* Calls an exported function. The counts must be its type's. Results are undefined after an error; the instance
 * stays usable. */
wat_error *wat_call(wat_instance *instance, const char *name, const wat_value *args, size_t arg_count,
                    wat_value *results, size_t result_count);

/* An exported memory: where it is, for good, and how many bytes it has now. NULL: there is none of that name. */
void *wat_memory(wat_instance *instance, const char *name, uint64_t *bytes);

/* A wat_function for a tag of type "i64->i32,i64": weft_await of the token, answered by status and value. */
const char *wat_await(void *env, const wat_value *args, wat_value *results);

#ifdef __cplusplus
}
#endif
#endif
