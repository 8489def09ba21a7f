// A program inside another one's process (minigo/minigo.h). Its output is not kept back, as nobody here knows when the process sleeps.
#include "minigo/minigo.h"
#include "tasks.h"
#include <cstdlib>
#include <new>

namespace minigo::rt {
void out_unbuffered();
namespace {

struct Guest {
  void (*returned)(void *arg);
  void *arg;
};

void run_guest(void *arg) {
  auto *given = static_cast<Guest *>(arg);
  Guest guest = *given;
  delete given;
  run_program();
  end_main();
  if (guest.returned)
    guest.returned(guest.arg);
}

bool started;

} // namespace
} // namespace minigo::rt

extern "C" weft_status minigo_start(weft_runtime *rt, weft_domain *domain,
                                    void (*returned)(void *arg), void *arg) {
  using namespace minigo::rt;
  if (started)
    return WEFT_E_BUSY;
  auto *guest = new (std::nothrow) Guest{returned, arg};
  if (!guest)
    return WEFT_E_NOMEM;
  out_unbuffered();
  weft_status status = spawn_main(rt, domain, run_guest, guest, WEFT_STACK_64M);
  if (status == WEFT_OK)
    started = true;
  else
    delete guest;
  return status;
}
