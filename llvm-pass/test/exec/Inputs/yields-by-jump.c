#include <weft/markers.h>
extern const weft_tag number;
__attribute__((function_return("thunk-extern"))) uint64_t yield(uint64_t v) {
  weft_payload io = {{v}};
  weft_suspend(&number, &io, &io);
  return io.i[0];
}
