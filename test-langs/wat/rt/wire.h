// How a row of values travels with a switch: the rule that code generation and the run-time library share.
#pragma once
#include <weft/base.h>

namespace wat {

/// Integers and references go in integer places, floats by their bits in float places. What does not fit goes
/// by a buffer; a continuation at the end then stays outside of it, for that is the place where a switch delivers
/// the one left.
struct Wire {
  bool direct = true;
  bool handle_apart = false; // not direct: the last value is a continuation beside the buffer
  unsigned ints = 0, floats = 0;
};

inline Wire wire_of(unsigned ints, unsigned floats, bool ends_with_cont) {
  if (ints <= WEFT_PAYLOAD_INTS && floats <= WEFT_PAYLOAD_FLOATS)
    return {true, false, ints, floats};
  return {false, ends_with_cont, 1u + ends_with_cont, 0};
}

} // namespace wat
