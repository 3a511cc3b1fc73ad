#!/bin/bash
# Makes logs of strace of real programs on the spot: gdb, strace itself, a shell and what it runs; and fetches the seccomp profile of Debian's containers.
#
#   traces.sh WORKDIR        e.g. traces.sh /tmp/real; the logs are in WORKDIR/traces
#
# Needs root and Debian 12; installs strace, gdb and gcc where they are missing. A process that is traced cannot be traced again, so that gdb and strace
# run below an strace without -f: what is logged is the tracer itself. With -C each log ends with strace's own table of the same run.
# Always anew, but for the package: a log is a fact about this kernel.

[ $# -eq 1 ] || { echo "usage: ${0##*/} WORKDIR" >&2; exit 2; }
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" && work=$(cd "$1" && pwd)
out=$work/traces

missing=
for command in strace gdb gcc; do command -v "$command" >/dev/null || missing="$missing $command"; done
if [ -n "$missing" ]; then
  # shellcheck disable=SC2086 # a list of words
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing libc6-dev >/dev/null
fi

"$here/suite.sh" "$work" bookworm amd64 containers golang-github-containers-common >&2
rm -rf "$out" && mkdir -p "$out" && cd "$out"
cp "$work/containers/usr/share/containers/seccomp.json" containers.json

cat >traced.c <<'C'
#include <stdio.h>
int counter;
static int work(int by) { return counter += by; }
int main(void) {
  for (int i = 1; i < 4; i++) printf("%d\n", work(i));
  fflush(stdout);
  return 0;
}
C
gcc -g -O0 -o traced traced.c
cat >commands <<'GDB'
set pagination off
break work
run
backtrace
disassemble
watch counter
continue
continue
delete
catch syscall write
continue
continue
generate-core-file core
kill
GDB
strace -C -y -o gdb.strace gdb -q -batch -nx -x commands ./traced >gdb.out 2>&1 </dev/null

sleep 60 &
sleeper=$!
strace -C -y -o gdb-attach.strace gdb -q -batch -nx -p "$sleeper" -ex backtrace >gdb-attach.out 2>&1 </dev/null
kill "$sleeper"

strace -C -y -o strace.strace strace -f -o inner.strace ls >/dev/null 2>&1

# The one that is attached to ends by itself.
sleep 3 &
strace -C -y -o strace-attach.strace strace -o inner-attach.strace -p "$!" >strace-attach.out 2>&1

strace -f -C -y -o shell.strace sh -c 'cat /proc/self/status /proc/$$/stat /sys/devices/system/cpu/online /sys/class/net/*/mtu | sort | tail -n 1; ls /sys/kernel' >/dev/null
strace -f -c -o count.summary sh -c 'ls /proc/self | sort | tail -n 1' >/dev/null
ls -- *.strace *.summary *.json
