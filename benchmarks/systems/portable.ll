; Part of Weft, under the Apache License v2.0 with LLVM Exceptions.

; Linked to a module, makes it one for the portable port.
target triple = "x86_64-unknown-linux-gnu"
!llvm.module.flags = !{!0}
!0 = !{i32 1, !"weft-portable", i32 1}
