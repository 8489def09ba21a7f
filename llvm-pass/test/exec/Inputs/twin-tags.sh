#!/bin/sh
# twin-tags.sh CLANGXX SOURCE LIBRARIES PREFIX: one source as two modules, linked in every way that could fold tags.
set -e
for level in -O0 -O2; do
  for lto in -fno-lto -flto -flto=thin; do
    for pie in "-fno-pie -no-pie" "-fpie -static-pie"; do
      for module in 1 2; do
        $1 $level $lto $pie -fdata-sections -DMODULE=$module -c "$2" -o "$4.$module.o"
      done
      $1 $level $lto $pie -fuse-ld=lld -Wl,--icf=all,--ignore-data-address-equality,--gc-sections \
        "$4.1.o" "$4.2.o" $3 -o "$4" 2> "$4.log" || { cat "$4.log"; exit 1; }
      "$4" || { echo "$level $lto $pie"; exit 1; }
    done
  done
done
