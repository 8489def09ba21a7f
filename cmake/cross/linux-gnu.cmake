# Debian's cross compilers: -DWEFT_CROSS=aarch64 (as in aarch64-linux-gnu-g++) -DWEFT_CROSS_ROOT=what
# cmake/cross/sysroot made. Tests run by qemu-user.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WEFT_CROSS WEFT_CROSS_ROOT)
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${WEFT_CROSS})
set(CMAKE_C_COMPILER ${WEFT_CROSS}-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER ${WEFT_CROSS}-linux-gnu-g++)
set(CMAKE_FIND_ROOT_PATH ${WEFT_CROSS_ROOT})
set(CMAKE_LIBRARY_ARCHITECTURE ${WEFT_CROSS}-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# Behind the compiler's own: libunwind-dev has an unwind.h too.
foreach(language C CXX)
  set(CMAKE_${language}_FLAGS_INIT
    "-idirafter ${WEFT_CROSS_ROOT}/usr/include -idirafter ${WEFT_CROSS_ROOT}/usr/include/${WEFT_CROSS}-linux-gnu")
endforeach()
