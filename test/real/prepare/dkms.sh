#!/bin/bash
# Builds Debian *-dkms packages against Debian 12's kernel headers, without
# installing the packages (so without dkms) and without loading anything.
#
#   dkms.sh WORKDIR PACKAGE...      e.g. dkms.sh /tmp/real acpi-call-dkms jool-dkms
#
# Leaves WORKDIR/modules/*.ko with their debug info (dkms itself would strip it)
# and prints one line for each module: name, size in bytes. What has been built
# for this kernel is not built again. The compiler's words: WORKDIR/log/PACKAGE.log
# A package that fails does not stop the others; the exit status is then 1.

[ $# -ge 2 ] || { echo "usage: ${0##*/} WORKDIR PACKAGE..." >&2; exit 2; }
. "$(dirname "$0")/release.sh"

mkdir -p "$1" && W=$(cd "$1" && pwd) || die "cannot make the work folder $1"
shift
case $W in *[[:space:]:]*) die "kbuild allows no space or colon in the folder's name: $W" ;; esac
mkdir -p "$W"/{deb,src,dkms,log,done,modules} || die "cannot write in $W"
export MAKEFLAGS=-j${JOBS:-2} LC_ALL=C

# fetch PACKAGE: downloads and unpacks it into WORKDIR/src/PACKAGE.
fetch() {
  ls "$W/deb/$1"_*.deb >/dev/null 2>&1 || {
    say "downloading $1"
    (cd "$W/deb" && apt-get download -qq -o APT::Sandbox::User=root "$1") || return
  }
  rm -rf "$W/src/$1"
  dpkg -x "$(ls -v "$W/deb/$1"_*.deb | tail -n 1)" "$W/src/$1"
}

# build PACKAGE: does what dkms would, as the package's dkms.conf says; lists the
# modules in WORKDIR/done. Runs in a subshell, for dkms.conf is shell code that
# sets variables, and reads the four that dkms gives it.
build() (
  set -- "$1" "$W/src/$1"/usr/src/*/dkms.conf
  [ $# -eq 2 ] && [ -f "$2" ] || { echo "error: $1 has no dkms.conf in usr/src"; exit 1; }
  cd "${2%/*}" || exit
  kernelver=$KREL arch=x86_64 dkms_tree=$W/dkms
  kernel_source_dir=/lib/modules/$KREL/build
  PATCH=() PATCH_MATCH=() MAKE=() PRE_BUILD=
  . ./dkms.conf
  build=$dkms_tree/$PACKAGE_NAME/$PACKAGE_VERSION/build
  rm -rf "$build" && mkdir -p "$build" && cp -r . "$build" && cd "$build" || exit
  for i in "${!PATCH[@]}"; do
    [[ $KREL =~ ${PATCH_MATCH[i]:-.} ]] || continue
    patch -p1 <"patches/${PATCH[i]}" || exit
  done
  [ -z "$PRE_BUILD" ] || eval "./$PRE_BUILD" || exit
  # dkms tells make the release: some Makefiles would take that of `uname -r`.
  command=${MAKE[0]:-make -C $kernel_source_dir M=$build}
  command=${command/#make /make KERNELRELEASE=$KREL }
  echo "+ $command"
  eval "$command" || exit
  mapfile -t built < <(find "$build" -name '*.ko' | sort)
  [ ${#built[@]} -gt 0 ] || { echo "error: make succeeded, but built no .ko"; exit 1; }
  cp "${built[@]}" "$W/modules/" && printf '%s\n' "${built[@]##*/}" >"$W/done/$1@$KREL"
)

status=0
for package in "$@"; do
  list=$W/done/$package@$KREL log=$W/log/$package.log
  if [ -s "$list" ] && (cd "$W/modules" && xargs ls <"$list" >/dev/null 2>&1); then
    say "$package is already built for $KREL"
  else
    say "building $package for $KREL"
    rm -f "$list"
    if ! fetch "$package" || ! build "$package" >"$log" 2>&1; then
      say "error: $package was not built; see $log"
      [ ! -f "$log" ] || grep -m 5 -i 'error' "$log" >&2
      status=1
      continue
    fi
  fi
  (cd "$W/modules" && xargs stat -c '%n %s' <"$list")
done
exit $status
