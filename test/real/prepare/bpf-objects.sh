#!/bin/bash
# BPF objects that Debian compiled: fetches the packages that hold some, and carves the objects out of their files. Beside them, what they are held against.
#
#   bpf-objects.sh WORKDIR
#
# Prints a line for each package: its name and version, the suite, how many objects. What the mirror lacks is said on stderr and left out.
#
# WORKDIR/
#   bpf-SUITE-PACKAGE/                        the package, unpacked
#   bpf-uapi-SERIES/usr/include/linux/bpf.h   the header of 5.10, 6.1, 6.12 and 7.3
#   bpf-tools/                                bpftool and libbpf of sid, with the libraries they want
#   bpf/run PROGRAM ...                       runs a program with these libraries
#   bpf/bpftool ...                           runs that bpftool
#   bpf/sections                              bpf-sections.c with that libbpf
#   bpf/objects/PACKAGE_VERSION/NAME.bpf.o    the objects, as carve-bpf.py finds them; VERSION is Debian's, without its epoch
#   bpf/objects.tsv                           a line for each: the object's path, the file it was in (below WORKDIR), offset, size; sorted

[ $# -eq 1 ] || { echo "usage: ${0##*/} WORKDIR" >&2; exit 2; }
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/bpf/objects" && W=$(cd "$1" && pwd)
. "$here/release.sh" >/dev/null
need clang gcc llvm python3 bpftool >&2
exec 9>"$W/bpf/lock"
flock 9

"$here/suite.sh" "$W" sid amd64 bpf-tools bpftool libbpf1 libc6 libelf1t64 libssl3t64 zlib1g libcap2 libzstd1 >/dev/null
lib=$W/bpf-tools/usr/lib/x86_64-linux-gnu
printf '#!/bin/sh\nexec "%s" --library-path "%s" "$@"\n' "$W/bpf-tools/usr/lib64/ld-linux-x86-64.so.2" "$lib" >"$W/bpf/run"
printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$W/bpf/run" "$W/bpf-tools/usr/sbin/bpftool" >"$W/bpf/bpftool"
chmod +x "$W/bpf/run" "$W/bpf/bpftool"
[ "$W/bpf/sections" -nt "$here/bpf-sections.c" ] || gcc -o "$W/bpf/sections" "$here/bpf-sections.c" "$lib/libbpf.so.1" -Wl,--allow-shlib-undefined

for each in 5.10=bullseye 6.1=bookworm 6.12=trixie 7.3=trixie-backports; do
  "$here/suite.sh" "$W" "${each#*=}" amd64 "bpf-uapi-${each%%=*}" linux-libc-dev >/dev/null 2>"$W/bpf/log" || cat "$W/bpf/log" >&2
done

# of SUITE PACKAGE...
of() {
  local suite=$1 package line folder
  shift
  for package in "$@"; do
    folder=bpf-$suite-$package
    if ! line=$("$here/suite.sh" "$W" "$suite" amd64 "$folder" "$package" 2>"$W/bpf/log"); then
      echo "${0##*/}: $suite has no $package: $(tail -n 1 "$W/bpf/log")" >&2
      continue
    fi
    line=${line/ *:/ } # without the epoch
    local name=${line/ /_}
    if [ ! -f "$W/bpf/objects/$name.tsv" ]; then
      nice python3 "$here/carve-bpf.py" "$W" "$folder" "bpf/objects/$name" >"$W/bpf/objects/$name.tsv.part"
      mv "$W/bpf/objects/$name.tsv.part" "$W/bpf/objects/$name.tsv"
    fi
    cat "$W/bpf/objects/$name.tsv" >>"$W/bpf/objects.tsv.part"
    echo "$line $suite $(wc -l <"$W/bpf/objects/$name.tsv")"
  done
}

: >"$W/bpf/objects.tsv.part"
of trixie libbpf-tools xdp-tools xdp-tests libxdp1 libbpftune0 ir-keytable suricata libknot15 qemu-system-x86 network-manager systemd \
  libsystemd-shared systemd-container pwru opensnitch-ebpf-modules bpftop mimic
of sid libbpf-tools udev-hid-bpf xdp-tools xdp-tests libxdp1 libbpftune0 network-manager systemd libsystemd-shared systemd-container bpftop rsched pwru
sort "$W/bpf/objects.tsv.part" >"$W/bpf/objects.tsv"
