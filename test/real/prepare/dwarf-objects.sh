#!/bin/bash
# Compiles small sources of this project with several compilers, for several
# machines, in each version and shape of DWARF that they write.
#
#   dwarf-objects.sh WORKDIR
#
# Leaves WORKDIR/dwarf/NAME.o and prints one line for each: the object, and the
# addr2line that can read it: binutils' for that machine, but for what 2.40 cannot
# read (.debug_line_str of 64-bit DWARF, type units in .debug_info, split units,
# .zdebug_rnglists, DW_FORM_rnglistx), where elfutils' or LLVM's can. Nothing is linked to run. An object that a
# compiler refuses is named on stderr and left out; the exit status is then 1.

[ $# -eq 1 ] || { echo "usage: ${0##*/} WORKDIR" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
. "$here/release.sh" >/dev/null
src=$(cd "$here/../../support/dwarf" && pwd -P) fixtures=$(cd "$here/../../fixtures/src" && pwd -P)
mkdir -p "$1/dwarf" && out=$(cd "$1/dwarf" && pwd) || die "cannot make the folder $1/dwarf"
log=$out/log
: >"$log"
need gcc clang llvm binutils-multiarch elfutils gcc-aarch64-linux-gnu gcc-s390x-linux-gnu gcc-arm-linux-gnueabihf \
  gcc-riscv64-linux-gnu gcc-powerpc64le-linux-gnu gcc-i686-linux-gnu >&2

status=0
# make NAME ADDR2LINE COMMAND...: runs COMMAND with -o NAME.o, unless that is newer than the sources.
make() {
  local name=$1 tool=$2 file=$out/$1.o
  shift 2
  if [ ! -s "$file" ] || [ -n "$(find "$src" "$fixtures" "$0" -newer "$file" -print -quit)" ]; then
    echo "+ $* -o $file" >>"$log"
    "$@" -o "$file" >>"$log" 2>&1 || { say "error: no $name.o; see $log"; rm -f "$file"; status=1; return 1; }
  fi
  echo "$file $tool"
}

plain="-I$fixtures/../include -O2 -ffreestanding -fno-pic -fno-asynchronous-unwind-tables -c -I$src"
cd "$src" || exit

for version in 2 3 4 5; do
  make "gcc-$version" addr2line gcc $plain -gdwarf-$version nested.c
  make "gcc-$version-unoptimized" addr2line gcc $plain -O0 -gdwarf-$version nested.c
  make "gcc-$version-own-lines" addr2line gcc $plain -gno-as-loc-support -gno-as-locview-support -gdwarf-$version nested.c
  make "gcc-$version-function-sections" addr2line gcc $plain -ffunction-sections -gdwarf-$version nested.c
  make "gcc-$version-strict" addr2line gcc $plain -gstrict-dwarf -gdwarf-$version nested.c
  make "clang-$version" addr2line clang $plain -gdwarf-$version nested.c
  make "clang-$version-function-sections" addr2line clang $plain -ffunction-sections -gdwarf-$version nested.c
  make "assembler-$version" addr2line gcc -c -gdwarf-$version code.S
done
for version in 3 4 5; do
  make "gcc-$version-64-bit" "$([ $version = 5 ] && echo eu-)addr2line" gcc $plain -gdwarf64 -gdwarf-$version nested.c
  make "clang-$version-64-bit" addr2line clang $plain -gdwarf64 -gdwarf-$version nested.c
done
for version in 4 5; do
  make "gcc-$version-types" "$([ $version = 5 ] && echo eu-)addr2line" gcc $plain -fdebug-types-section -gdwarf-$version nested.c
  make "gcc-$version-split" "$([ $version = 5 ] && echo eu-)addr2line" gcc $plain -gsplit-dwarf -gdwarf-$version nested.c
  make "gcc-$version-zlib" addr2line gcc $plain -gz=zlib -gdwarf-$version nested.c
  make "gcc-$version-zlib-gnu" "$([ $version = 5 ] && echo eu-)addr2line" gcc $plain -gz=zlib-gnu -gdwarf-$version nested.c
  make "other-$version" addr2line gcc $plain -gdwarf-$version other.c
  make "logger-$version" addr2line gcc $plain -gdwarf-$version "$fixtures/logger.c"
  # As the kernel links a module of several objects.
  make "linked-$version" addr2line ld -r "$out/gcc-$version.o" "$out/other-$version.o" "$out/logger-$version.o" "$out/assembler-$version.o"
  make "whole-program-$version" addr2line gcc -O2 -ffreestanding -fno-pic -flto -flinker-output=nolto-rel -r -nostdlib -gdwarf-$version nested.c other.c
done

for machine in aarch64-linux-gnu s390x-linux-gnu arm-linux-gnueabihf riscv64-linux-gnu powerpc64le-linux-gnu i686-linux-gnu; do
  for version in 2 4 5; do
    for shape in "" -function-sections; do
      make "$machine-$version$shape" $machine-addr2line $machine-gcc $plain ${shape:+-f${shape#-}} -gdwarf-$version nested.c
    done
    make "$machine-$version-logger" $machine-addr2line $machine-gcc $plain -gdwarf-$version "$fixtures/logger.c"
    make "$machine-$version-other" $machine-addr2line $machine-gcc $plain -gdwarf-$version other.c
    make "$machine-$version-linked" $machine-addr2line $machine-ld -r "$out/$machine-$version.o" "$out/$machine-$version-other.o"
  done
done
for machine in powerpc64-linux-gnu mips64el-linux-gnuabi64 mips-linux-gnu; do
  for version in 4 5; do
    tool=addr2line
    [ "$machine-$version" != powerpc64-linux-gnu-5 ] || tool=llvm-addr2line
    make "clang-$machine-$version" $tool clang --target=$machine $plain -gdwarf-$version other.c
  done
done
exit $status
