#!/bin/sh
# Builds the kernel module of a SystemTap script, with Debian 12's SystemTap and
# Debian 12's kernel headers; nothing is loaded.
#
#   systemtap.sh WORKDIR SCRIPT.stp
#
# Leaves WORKDIR/modules/stap_NAME.ko (no debug info, SystemTap's default) and
# stap_NAME_dwarf.ko (with it), and prints one line for each: name, size in bytes.
# What is newer than the script is not built again. Logs: WORKDIR/log/
# Two obstacles are cleared in copies of files, never in the system:
#
# 1. SystemTap 4.8 does not build on the late 6.1 kernels: a stable update gave
#    task_work_cancel a new meaning and moved the old one to task_work_cancel_func.
#    Where the headers have the new name, a copy of the runtime uses it.
# 2. kprobe.function("f") wants a System.map to see that f exists. The real one is
#    in a debug package of 860 MB (linux-image-*-dbg). Only the names matter: the
#    module holds the name. So a copy of the headers gets a System.map of just the
#    functions named in the script. Nothing checks here that the kernel has them.

[ $# -eq 2 ] || { echo "usage: ${0##*/} WORKDIR SCRIPT.stp" >&2; exit 2; }
. "$(dirname "$0")/release.sh"

[ -f "$2" ] || die "there is no script $2"
mkdir -p "$1/modules" "$1/log" "$1/systemtap" || die "cannot make the work folder $1"
W=$(cd "$1" && pwd)
script=$(cd "$(dirname "$2")" && pwd)/${2##*/}
case $W in *[[:space:]:]*) die "kbuild allows no space or colon in the folder's name: $W" ;; esac
name=stap_$(basename "$2" .stp | tr -c 'A-Za-z0-9_\n' _)
export MAKEFLAGS=-j${JOBS:-2} LC_ALL=C SYSTEMTAP_DIR="$W/systemtap/cache"

need systemtap

# The runtime's copy; see 1.
runtime=$W/systemtap/runtime
headers=/lib/modules/$KREL/source/include/linux/task_work.h
rm -rf "$runtime" && cp -r /usr/share/systemtap/runtime "$runtime" || die "cannot copy the runtime"
if grep -q task_work_cancel_func "$headers"; then
  say "renaming task_work_cancel to task_work_cancel_func in a copy of the runtime"
  sed -i -e 's/typeof(&task_work_cancel)/typeof(\&task_work_cancel_func)/' \
    -e 's/kallsyms_lookup_name("task_work_cancel")/kallsyms_lookup_name("task_work_cancel_func")/' \
    "$runtime/stp_task_work.c"
fi

# The headers' copy; see 2. stap -r FOLDER reads the release from kernel.release,
# where Debian has 6.1.N: the module would later refuse to start on such a kernel.
tree=$W/systemtap/$KREL
rm -rf "$tree" && cp -rL "/lib/modules/$KREL/build" "$tree" || die "cannot copy the headers"
ln -s "$(readlink -f "/lib/modules/$KREL/source")" "$tree/source"
echo "$KREL" >"$tree/include/config/kernel.release"
grep -v '^ *\(#\|//\)' "$script" | grep -o 'kprobe\.function("[^"]*")' | cut -d '"' -f 2 |
  sort -u | sed 's/^/0000000000000000 T /' >"$tree/System.map"
! grep '[*?[]' "$tree/System.map" >&2 || die "kprobe.function with a wildcard needs the real System.map"

# make_module NAME [OPTION...]: builds it with stap, which leaves NAME.ko in ".".
make_module() {
  module=$1
  shift
  ko=$W/modules/$module.ko log=$W/log/$module.log
  if [ -f "$ko" ] && [ "$ko" -nt "$script" ] && [ "$(modinfo -F vermagic "$ko" | cut -d ' ' -f 1)" = "$KREL" ]; then
    say "$module is already built for $KREL"
  else
    say "building $module for $KREL (the first takes a minute or two)"
    temporary=$W/systemtap/$module
    rm -rf "$temporary" "$ko" && mkdir -p "$temporary" || die "cannot write in $W/systemtap"
    (cd "$W/systemtap" && stap -R "$runtime" -k --tmpdir="$temporary" -v -p4 \
      -m "$module" -r "$tree" "$@" "$script" && mv "$module.ko" "$ko") >"$log" 2>&1 ||
      { grep -m 5 -i 'error' "$log" >&2; die "stap failed; see $log"; }
  fi
  (cd "$W/modules" && stat -c '%n %s' "$module.ko")
}
make_module "$name"
make_module "${name}_dwarf" -B CONFIG_DEBUG_INFO=y
