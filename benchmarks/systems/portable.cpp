// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

// switches.cpp once more, lowered for the portable port, whose switch is Boost.Context's jump.
#include "weft.h"

int main() { return bench::serve("portable", __VERSION__, {{"portable-loop", bench::loop}}); }
