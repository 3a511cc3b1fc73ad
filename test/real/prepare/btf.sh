#!/bin/bash
# The BTF of four Debian kernels, as raw files, out of packages that are unpacked and never installed.
#
#   btf.sh WORKDIR
#
# Prints a line for each kernel: series, release, file, bytes. Where the mirror has no such release any more, the newest of its series, and it says so.
# From linux-image packages the kernel is unpacked as its boot loader would do it (Documentation/arch/x86/boot.rst); from 6.12 on, the package of the
# headers has a small vmlinux with the BTF. What is there is not made again. Installs xz-utils, zstd and binutils where they are missing.
#
# WORKDIR/btf/
#   RELEASE.btf                     e.g. 6.1.0-56-amd64.btf
#   RELEASE.vmlinux                 the ELF file it is from: from 6.12 on
#   6.1.0-56-amd64/ext4.ko, xfs.ko  modules with split BTF
#   kernels                         the lines that are printed

[ $# -eq 1 ] || { echo "usage: ${0##*/} WORKDIR" >&2; exit 2; }
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/btf" && W=$(cd "$1" && pwd)
say() { echo "${0##*/}: $*" >&2; }
exec 9>"$W/btf/lock"
flock 9

missing=
command -v xz >/dev/null || missing="$missing xz-utils"
command -v zstd >/dev/null || missing="$missing zstd"
command -v objcopy >/dev/null || missing="$missing binutils"
if [ -n "$missing" ]; then
  say "installing$missing"
  # shellcheck disable=SC2086 # a list of words
  install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; }
  install || { apt-get update -qq && install; }
fi

# package SUITE FOLDER EXACT PATTERN: unpacks the package EXACT, else the newest like PATTERN, and prints its name.
package() {
  local found
  if ! found=$("$here/suite.sh" "$W" "$1" amd64 "$2" "$3" 2>/dev/null); then
    found=$("$here/suite.sh" "$W" "$1" amd64 "$2" "$4")
    say "$1 has no $3 any more: taking ${found%% *}"
  fi
  echo "${found%% *}"
}

# le BYTES OFFSET FILE: an unsigned little-endian number.
le() { od -An -t "u$1" -j "$2" -N "$1" "$3" | tr -d ' '; }

# unpacked IMAGE VMLINUX: the ELF file in a bzImage.
unpacked() {
  local start size
  start=$((($(le 1 $((0x1f1)) "$1") + 1) * 512 + $(le 4 $((0x248)) "$1")))
  size=$(($(le 4 $((0x24c)) "$1") - 4)) # the last four bytes say how large it gets
  tail -c +$((start + 1)) "$1" | head -c "$size" >"$2.packed"
  case $(od -An -t x1 -N 4 "$2.packed" | tr -d ' ') in
    fd377a58) xz -dc "$2.packed" >"$2" ;;
    28b52ffd) zstd -dcq "$2.packed" >"$2" ;;
    *) say "$1 is packed with neither xz nor zstd"; return 1 ;;
  esac
  rm "$2.packed"
}

# btf RELEASE VMLINUX: leaves RELEASE.btf.
btf() {
  objcopy -O binary -j .BTF "$2" "$W/btf/$1.btf.part"
  mv "$W/btf/$1.btf.part" "$W/btf/$1.btf"
}

: >"$W/btf/kernels.part"
# made SERIES RELEASE
made() { printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$W/btf/$2.btf" "$(stat -c %s "$W/btf/$2.btf")" | tee -a "$W/btf/kernels.part"; }

# image SERIES SUITE FOLDER EXACT PATTERN
image() {
  local release
  release=$(package "$2" "$3" "linux-image-$4" "linux-image-$5")
  release=${release#linux-image-}
  if [ ! -s "$W/btf/$release.btf" ]; then
    unpacked "$W/$3/boot/vmlinuz-$release" "$W/btf/vmlinux.part"
    btf "$release" "$W/btf/vmlinux.part"
    rm "$W/btf/vmlinux.part"
  fi
  made "$1" "$release"
}

# headers SERIES SUITE EXACT PATTERN
headers() {
  local release
  release=$(package "$2" "btf-$2" "linux-headers-$3" "linux-headers-$4")
  release=${release#linux-headers-}
  ln -sf "../btf-$2/usr/src/linux-headers-$release/vmlinux" "$W/btf/$release.vmlinux"
  [ -s "$W/btf/$release.btf" ] || btf "$release" "$W/btf/$release.vmlinux"
  made "$1" "$release"
}

image 5.10 bullseye image-5.10 5.10.0-32-amd64 '5.10.0-[0-9]*[0-9]-amd64'
image 6.1 bookworm image-6.1 6.1.0-56-amd64 '6.1.0-[0-9]*[0-9]-amd64'
release=$(tail -n 1 "$W/btf/kernels.part" | cut -f 2)
mkdir -p "$W/btf/$release"
for module in ext4 xfs; do cp -u "$W/image-6.1/lib/modules/$release/kernel/fs/$module/$module.ko" "$W/btf/$release/"; done
headers 6.12 trixie 6.12.107+deb13-amd64 '6.12.*+deb13-amd64'
headers 7.3 trixie-backports 7.3.4+deb13-amd64 '7.*+deb13-amd64'
mv "$W/btf/kernels.part" "$W/btf/kernels"
