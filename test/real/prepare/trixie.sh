#!/bin/sh
# A chroot of Debian 13, for kernels whose headers want its compiler and whose programs want its libc. Sourced, behind release.sh:
#
#   . ./trixie.sh     leaves make_chroot, which makes $W/trixie where it is not there yet; $here is this folder

# The kernels' own tools, and what a configure script or Makefile of a package wants beside them.
IN_CHROOT=gcc,gcc-14,make,libelf-dev,libssl-dev,pahole,kmod,patch,perl,bc,gawk,openssl,iptables,libxtables-dev,pkgconf

make_chroot() {
  [ "$(cat "$W/trixie/made" 2>/dev/null)" != $IN_CHROOT ] || return 0
  need debootstrap
  say "making a chroot of trixie"
  rm -rf "$W/trixie" && rm -f "$W"/deb/*/*.unpacked-trixie
  "$here/suite.sh" "$W" trixie amd64 trixie-nothing linux-base >/dev/null || return # for the mirror's address
  nice debootstrap --variant=minbase --keyring=/usr/share/keyrings/debian-archive-keyring.gpg --include=$IN_CHROOT trixie "$W/trixie" \
    "$(sed -n '1s/.*\] \([^ ]*\) .*/\1/p' "$W/apt/trixie-amd64/sources.list")" >"$W/debootstrap.log" 2>&1 || return
  rm -f "$W"/trixie/var/cache/apt/archives/*.deb && echo $IN_CHROOT >"$W/trixie/made"
}
