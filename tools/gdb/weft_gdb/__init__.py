# Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
