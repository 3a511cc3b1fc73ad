#!/bin/bash
# Downloads packages of another Debian suite or architecture and unpacks them, without installing anything.
#
#   suite.sh WORKDIR SUITE ARCH FOLDER PATTERN...
#   e.g. suite.sh /tmp/real trixie amd64 headers 'linux-headers-6.12.*+deb13-amd64'
#
# A PATTERN is a package name, a shell glob over names, or NAME=VERSION; of several names the last in version order is taken.
# The mirror and its keys are the system's own. Unpacks to WORKDIR/FOLDER and prints the name and version of each package.

[ $# -ge 5 ] || { echo "usage: ${0##*/} WORKDIR SUITE ARCH FOLDER PATTERN..." >&2; exit 2; }
set -eu
mkdir -p "$1"
work=$(cd "$1" && pwd) suite=$2 arch=$3 folder=$4
shift 4

# The system's own mirror, in either form of sources.list, and its security sibling.
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
  sed -nE 's/^URIs: *([^ ]*\/debian)\/? *$/\1/p; s/^deb (\[[^]]*\] )?([^ ]*\/debian)\/? .*/\2/p' | head -n 1)
[ -n "$mirror" ] || { echo "${0##*/}: no Debian mirror in /etc/apt" >&2; exit 1; }

apt=$work/apt/$suite-$arch
mkdir -p "$apt"/{lists/partial,cache/archives/partial,state} "$work/$folder"
: >"$apt/state/status"
key=/usr/share/keyrings/debian-archive-keyring.gpg
case $suite in
  sid | experimental | *-backports) suites=$suite ;;
  *) suites="$suite $suite-updates" ;;
esac
for each in $suites; do echo "deb [signed-by=$key] $mirror $each main contrib non-free non-free-firmware"; done >"$apt/sources.list"
case $suite in
  sid | experimental | *-backports) ;;
  *) echo "deb [signed-by=$key] $mirror-security $suite-security main contrib non-free non-free-firmware" >>"$apt/sources.list" ;;
esac
options=(-qq -o Acquire::Retries=3 -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State=$apt/state" -o "Dir::State::Lists=$apt/lists"
  -o "Dir::State::Status=$apt/state/status" -o "Dir::Cache=$apt/cache" -o "APT::Architecture=$arch" -o "APT::Architectures=$arch" -o APT::Sandbox::User=root)
# A mirror that is being synchronised answers with files that do not fit its own index: once more after a while.
[ -f "$apt/updated" ] || { { apt-get "${options[@]}" update || { sleep 20 && apt-get "${options[@]}" update; }; } && touch "$apt/updated"; } || true

for pattern in "$@"; do
  name=${pattern%%=*} version=
  case $pattern in *=*) version="=${pattern#*=}" ;; esac
  case $name in
    *[*?[]*)
      found=$(apt-cache "${options[@]}" pkgnames | while read -r each; do case $each in $name) echo "$each" ;; esac; done | sort -V | tail -n 1)
      [ -n "$found" ] || { echo "${0##*/}: $suite has no package like $name" >&2; exit 1; }
      name=$found
      ;;
  esac
  mkdir -p "$work/deb/$suite-$arch"
  (cd "$work/deb/$suite-$arch" && ls "${name}"_*.deb >/dev/null 2>&1 || apt-get "${options[@]}" download "$name$version")
  deb=$(ls -v "$work/deb/$suite-$arch/${name}"_*.deb | tail -n 1)
  [ -f "$deb.unpacked-$folder" ] || { dpkg -x "$deb" "$work/$folder" && touch "$deb.unpacked-$folder"; }
  dpkg-deb -W --showformat='${Package} ${Version}\n' "$deb"
done
