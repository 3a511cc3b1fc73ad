#!/bin/sh
# Decides which Debian kernel the real modules are built for, and installs
# what every such build needs. Prints the kernel release.
#
#   sh release.sh          prints the release, e.g. 6.1.0-56-amd64
#   . ./release.sh         sets KREL, and leaves the functions below
#
# It takes 6.1.0-56-amd64 (or $KREL_WANTED) if apt knows its headers, else the
# newest 6.1.0-N-amd64 that apt knows. Needs root. Progress goes to stderr.

PATH=$PATH:/usr/sbin:/sbin

say() { echo "${0##*/}: $*" >&2; }
die() { say "error: $*"; exit 1; }

# need PACKAGE...: installs those that are not installed yet.
need() {
  missing=
  for p in "$@"; do
    dpkg-query -W -f '${Status}\n' "$p" 2>/dev/null | grep -q '^install ok installed' ||
      missing="$missing $p"
  done
  [ -n "$missing" ] || return 0
  say "installing$missing"
  # shellcheck disable=SC2086 # a list of words
  apt_install $missing || { refresh && apt_install $missing; } ||
    die "apt-get could not install$missing"
}
apt_install() {
  DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# refresh: reads the package lists anew, for a machine that has none or old ones.
refresh() {
  say "apt-get update"
  apt-get update -qq >/dev/null
}

# headers [N]: the releases 6.1.0-N-amd64 whose headers apt knows, oldest first.
headers() {
  apt-cache search --names-only '^linux-headers-6\.1\.0-[0-9]+-amd64$' |
    sed 's/^linux-headers-//; s/ .*//' | sort -V
}

# choose: prints the wanted release if there are headers for it, else the newest.
choose() {
  headers | grep -Fx "$WANTED" || headers | tail -n 1
}

[ "$(id -u)" -eq 0 ] || die "must be run as root (it installs packages)"
command -v apt-cache >/dev/null || die "needs a Debian system: there is no apt-cache"

WANTED=${KREL_WANTED:-6.1.0-56-amd64}
KREL=$(choose)
if [ "$KREL" != "$WANTED" ]; then
  refresh || say "warning: the package lists could not be read anew"
  KREL=$(choose)
fi
[ -n "$KREL" ] || die "apt knows no linux-headers-6.1.0-N-amd64; this needs Debian 12 (bookworm)"
[ "$KREL" = "$WANTED" ] || say "there are no headers for $WANTED any more: taking the newest, $KREL"
need "linux-headers-$KREL" kmod build-essential libelf-dev
[ -f "/lib/modules/$KREL/build/Module.symvers" ] ||
  die "the headers of $KREL are installed, but /lib/modules/$KREL/build has no Module.symvers"

# Called, not sourced: the answer goes to stdout.
case $0 in
release.sh | */release.sh) echo "$KREL" ;;
esac
