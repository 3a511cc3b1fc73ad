#!/bin/bash
# Builds the modules of test/real/modpost against the headers of one of Debian's
# kernels, each by itself, and keeps what that kernel's modpost says of it.
#
#   modpost.sh WORKDIR 6.1|6.12|7
#
# 6.1 is the kernel of release.sh, built with the system's own compiler. Of 6.12
# and 7.x the newest for Debian 13 is taken; their headers want that compiler and
# their programs that libc, so they are built in the chroot WORKDIR/trixie, which
# builds.sh uses, too. Nothing is loaded. Leaves in WORKDIR/modpost/KERNEL:
#
#   release, Module.symvers   the kernel's
#   every-export.S            one module more: uses all that Module.symvers lists,
#                             imports nothing, under a proprietary licence
#   CASE.ko                   the module
#   CASE.modpost              modpost's words, one message a line
#   CASE.log                  those of the whole build
#
# modpost writes nothing for a module that it refuses. If all it misses is symbols,
# CASE.ko is built with KBUILD_MODPOST_WARN=1, as people do; else it is the object
# that the compiler left, which lacks what modpost adds (name, vermagic, depends,
# versions, struct module) and has what it judges by (symbols, licences, imports).
# Prints one line for each: CASE built|warned|refused. What is newer than the
# sources is not built again. The exit status is 3 if the mirror has no headers.

usage() { echo "usage: ${0##*/} WORKDIR 6.1|6.12|7" >&2; exit 2; }
[ $# -eq 2 ] || usage
case $2 in 6.1 | 6.12 | 7) ;; *) usage ;; esac
here=$(cd "$(dirname "$0")" && pwd)
. "$here/release.sh"
. "$here/trixie.sh"
sources=$(cd "$here/../modpost" && pwd -P)
mkdir -p "$1" && W=$(cd "$1" && pwd) || die "cannot make the work folder $1"
case $W in *[[:space:]:]*) die "kbuild allows no space or colon in the folder's name: $W" ;; esac
export LC_ALL=C
# builds.sh works in the same chroot.
exec 9>"$W/lock"
flock 9

# headers SUITE PATTERN: unpacks the newest such headers and what they stand on over the chroot; sets KREL.
headers() {
  root=$W/trixie
  make_chroot || none "no chroot of trixie; see $W/debootstrap.log"
  KREL=$("$here/suite.sh" "$W" "$1" amd64 trixie "$2" | cut -d ' ' -f 1) && KREL=${KREL#linux-headers-}
  [ -n "$KREL" ] && "$here/suite.sh" "$W" "$1" amd64 trixie "linux-headers-${KREL%-amd64}-common" "linux-kbuild-${KREL%-amd64}" >/dev/null ||
    none "no $2 in $1"
}
none() { say "error: $*"; exit 3; }
# build CASE [VARIABLE=VALUE...]: runs make where the compiler is. objtool 7.3 reads /proc/self/limits.
build() {
  local name=$1 inside=()
  shift
  [ -z "$root" ] || inside=(unshare --mount-proc --root="$root")
  "${inside[@]}" make -C "/usr/src/linux-headers-$KREL" "M=$build/$name" "CASE=$name" "$@" modules 9>&-
}

# keep SOURCE: builds it and keeps the module and what was said.
keep() {
  local name=${1##*/} verdict=built lent=() object
  name=${name%.*} object=$root$build/$name/$name
  mkdir -p "$root$build/$name" && cp "$1" "$sources/Kbuild" "$root$build/$name/" || die "cannot write in $root$build"
  [ "$name" = lender ] || lent=("KBUILD_EXTRA_SYMBOLS=$build/lender/Module.symvers")
  build "$name" "${lent[@]}" >"$out/$name.log" 2>&1 || verdict=refused
  sed -n -E 's/^(ERROR|WARNING): modpost: //p' "$out/$name.log" >"$out/$name.modpost"
  [ -f "$object.o" ] && { [ $verdict = built ] || [ -s "$out/$name.modpost" ]; } || die "$1 does not compile for $KREL; see $out/$name.log"
  if [ $verdict = refused ] && build "$name" "${lent[@]}" KBUILD_MODPOST_WARN=1 >/dev/null 2>&1; then verdict=warned; fi
  [ $verdict != refused ] || mv "$object.o" "$object.ko"
  cp "$object.ko" "$out/" && echo "$name $verdict" >>"$out/verdicts" || die "no $name.ko; see $out/$name.log"
}

root=
case $2 in
  6.12) headers trixie 'linux-headers-6.12.*+deb13-amd64' ;;
  7) headers trixie-backports 'linux-headers-7.*+deb13-amd64' ;;
esac
out=$W/modpost/$2
# In the chroot the folder has the name that it has outside.
build=$out/build
if [ "$(cat "$out/release" 2>/dev/null)" != "$KREL" ] || [ -n "$(find "$sources" "$0" -newer "$out/complete" -print -quit 2>&1)" ]; then
  say "building for $KREL"
  rm -rf "$out" "$root$build" && mkdir -p "$root$build" "$out" || die "cannot write in $out"
  echo "$KREL" >"$out/release"
  cp "$root/usr/src/linux-headers-$KREL/Module.symvers" "$out/" || die "the headers of $KREL have no Module.symvers"
  { printf '.section .modinfo, "a"\n.asciz "license=Proprietary"\n.data\n' && cut -f 2 "$out/Module.symvers" | sort -u | sed 's/^/.quad /'; } >"$out/every-export.S"
  # The others may use what the lender exports.
  keep "$sources/lender.c"
  for source in "$sources"/*.c "$out/every-export.S"; do [ "$source" = "$sources/lender.c" ] || keep "$source"; done
  rm -rf "$root$build"
  touch "$out/complete"
fi
cat "$out/verdicts"
