#!/bin/bash
# Which real out-of-tree modules build on which kernels: builds the *-dkms packages of builds/packages on three kernels, and keeps what the compiler said.
#
#   builds.sh WORKDIR [PACKAGE...]        all of builds/packages and the proprietary ones, or only the packages named
#
# Prints, tab-separated, one line for each build: package, version, kernel, built | broke | timeout, seconds, modules. Progress goes to stderr.
# A finished build is not done again; to have one done again, remove its folder. Needs root and Debian 12; installs debootstrap and what release.sh installs.
# The kernels, each with its own compiler: 6.1.0-56 (bookworm, the host's gcc 12); 6.12.107+deb13 (trixie) and 7.3.4+deb13 (trixie-backports),
# in a chroot with trixie's gcc 14. Where the mirror has no such release any more, the newest of its series, and it says which.
#
# WORKDIR/
#   kernels                                   a line for each kernel: series, release, folder of its headers (as seen from outside the chroot)
#   trixie/                                   the chroot; the headers of its two kernels are unpacked over it, in usr/src
#   builds/PACKAGE_VERSION/                   PACKAGE without -dkms; VERSION is Debian's, without its epoch
#     source/                                 the package's folder of /usr/src as it comes, never built in
#     KERNEL/                                 the release, e.g. 6.1.0-56-amd64
#       log                                   "#" lines of builds.sh, "+" lines with the commands, the words of make, gcc and modpost; its last line is
#                                             "# built" or "# broke N" with the status or "# timeout"
#       result                                built | broke | timeout, a tab, seconds, a tab, the number of .ko files
#       *.ko                                  not stripped: with their DWARF, if the package's own Makefile does not strip
#       dkms/NAME/VERSION/build/              where it was built, less *.o and *.ko: configured headers, *.cmd files. DWARF names files of this folder.
#   proprietary/PACKAGE_VERSION/KERNEL/       the same, for modules with binary parts; on 6.1 only

[ $# -ge 1 ] || { echo "usage: ${0##*/} WORKDIR [PACKAGE...]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
. "$here/release.sh"
. "$here/trixie.sh"
mkdir -p "$1" && W=$(cd "$1" && pwd) || die "cannot make the work folder $1"
shift
case $W in *[[:space:]:]*) die "kbuild allows no space or colon in the folder's name: $W" ;; esac
wanted=" $* "
exec 9>"$W/lock"
flock 9 # modpost.sh works in the same chroot
chroot=$W/trixie
is_wanted() { [ "$wanted" = "  " ] || [[ $wanted == *" $1 "* ]]; }

# of SUITE FOLDER PATTERN...: as suite.sh, whose output is "package version".
of() {
  local suite=$1 folder=$2
  shift 2
  "$here/suite.sh" "$W" "$suite" amd64 "$folder" "$@"
}

ON_HOST="bc gawk iptables libxtables-dev openssl pkg-config"

# headers_of SUITE WANTED SERIES: unpacks a kernel's headers over the chroot and sets KERNEL, to WANTED or the newest of SERIES.
headers_of() {
  local found abi
  if found=$(of "$1" trixie "linux-headers-$2-amd64" 2>/dev/null); then KERNEL=$2-amd64
  else
    found=$(of "$1" trixie "linux-headers-$3-amd64") || return
    found=${found%% *} KERNEL=${found#linux-headers-}
    say "there are no headers for $2 any more: taking $KERNEL"
  fi
  abi=${KERNEL%-amd64}
  of "$1" trixie "linux-headers-$abi-common" "linux-kbuild-$abi" >/dev/null || return
  of "$1" trixie "linux-base-$KERNEL" >/dev/null 2>&1 # only 7.x has it
  [ -L "$chroot/lib" ] && [ -f "$chroot/lib/modules/$KERNEL/build/Module.symvers" ]
}

# fetch PACKAGE SUITE GROUP: leaves the package's source in GROUP/PACKAGE_VERSION/source and sets FOLDER to GROUP/PACKAGE_VERSION.
fetch() {
  local printed version name
  printed=$(of "$2" "deb-$2-$1" "$1") || return
  version=${printed#* }
  FOLDER=$W/$3/${1%-dkms}_${version#*:}
  [ ! -d "$FOLDER/source" ] || return 0
  set -- "$W/deb-$2-$1"/usr/src/*/dkms.conf
  [ -f "$1" ] || return
  name=${1%/dkms.conf}
  mkdir -p "$FOLDER" && rm -rf "$FOLDER/source.part" && cp -r "$name" "$FOLDER/source.part" && basename "$name" >"$FOLDER/name" && mv "$FOLDER/source.part" "$FOLDER/source"
}

# build KERNEL MINUTES: builds $FOLDER on it and prints the result.
build() {
  local at=$FOLDER/$1 built=${FOLDER##*/} root inside script start status word
  if [ ! -f "$at/result" ]; then
    say "$built on $1"
    root= && [ "$1" = "$KREL" ] || root=$chroot
    rm -rf "$at" "$root$at" && mkdir -p "$at" "$root$at" && cp -r "$FOLDER/source" "$FOLDER/name" "$root$at/" || return
    # Inside the chroot the folder has the name that it has outside, so that the paths in the DWARF hold.
    inside=() && [ -z "$root" ] || { inside=(unshare --mount sh -c 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"' "$chroot"); cp "$here/builds/make.sh" "$root/make.sh"; }
    script=$here/builds/make.sh && [ -z "$root" ] || script=/make.sh
    start=$SECONDS
    {
      echo "# $built on $1"
      timeout -k 10 "$2m" nice "${inside[@]}" bash "$script" "$at" "$1" </dev/null 2>&1
      status=$?
      case $status in 0) word=built ;; 124 | 137) word=timeout ;; 129 | 130 | 143) word= ;; *) word=broke ;; esac
      [ "$word" = broke ] && echo "# broke $status" || echo "# $word"
    } >"$W/log.part" 9>&-
    [ -n "$word" ] || die "interrupted"
    find "$root$at" -name '*.ko' -exec mv -n -t "$at" {} +
    find "$root$at/dkms" \( -name '*.o' -o -name '*.ko' -o -name '*.a' \) -delete
    [ -z "$root" ] || { mv "$root$at/dkms" "$at/"; rm -rf "${root:?}/${W#/}"; }
    rm -rf "$at/bin" "$at/name"
    mv "$W/log.part" "$at/log"
    printf '%s\t%s\t%s\n' "$word" $((SECONDS - start)) "$(find "$at" -maxdepth 1 -name '*.ko' | wc -l)" >"$at/result"
  fi
  printf '%s\t%s\t%s\t%s\n' "${built%%_*}" "${built#*_}" "$1" "$(cat "$at/result")"
}

# on KERNEL: builds all that is wanted of builds/packages.
on() {
  local package suites suite
  while read -r package suites; do
    case $package in '#'* | '') continue ;; esac
    is_wanted "$package" || continue
    for suite in $suites; do
      fetch "$package" "$suite" builds || { say "warning: $suite gives no source of $package"; continue; }
      # One version may be in several suites.
      case $seen in *" $FOLDER/$1 "*) continue ;; esac
      seen="$seen $FOLDER/$1 "
      build "$1" 10
    done
  done <"$here/builds/packages"
}

# shellcheck disable=SC2086 # a list of words
need $ON_HOST
seen=
echo "6.1 $KREL $(readlink -f "/lib/modules/$KREL/build")" >"$W/kernels"
on "$KREL"
make_chroot || die "no chroot of trixie; see $W/debootstrap.log"
for line in "trixie 6.12.107+deb13 6.12.*+deb13" "trixie-backports 7.3.4+deb13 7.*+deb13"; do
  read -r suite exact series <<<"$line"
  headers_of "$suite" "$exact" "$series" || die "no headers of $exact, nor of $series"
  echo "${KERNEL%.*} $KERNEL $chroot/usr/src/linux-headers-$KERNEL" >>"$W/kernels"
  on "$KERNEL"
done
# The slow one last.
for package in broadcom-sta-dkms nvidia-kernel-dkms; do
  is_wanted "$package" || continue
  fetch "$package" bookworm proprietary && build "$KREL" 90 || say "warning: bookworm gives no source of $package"
done
