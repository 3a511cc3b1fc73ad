#!/bin/bash
# Downloads the upstream tarball of a Debian source package and unpacks it, without building anything.
#
#   source.sh WORKDIR SUITE SOURCE FOLDER
#   e.g. source.sh /tmp/real bookworm python-xmlrunner xmlrunner
#
# The mirror and its keys are the system's own. Unpacks to WORKDIR/FOLDER.

[ $# -eq 4 ] || { echo "usage: ${0##*/} WORKDIR SUITE SOURCE FOLDER" >&2; exit 2; }
set -eu
mkdir -p "$1"
work=$(cd "$1" && pwd) suite=$2 source=$3 folder=$4
[ ! -d "$work/$folder" ] || exit 0

mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
  sed -nE 's/^URIs: *([^ ]*\/debian)\/? *$/\1/p; s/^deb (\[[^]]*\] )?([^ ]*\/debian)\/? .*/\2/p' | head -n 1)
[ -n "$mirror" ] || { echo "${0##*/}: no Debian mirror in /etc/apt" >&2; exit 1; }

apt=$work/apt/$suite-source
mkdir -p "$apt"/{lists/partial,cache/archives/partial,state,tar}
: >"$apt/state/status"
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$apt/sources.list"
options=(-qq -o Acquire::Retries=3 -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State=$apt/state" -o "Dir::State::Lists=$apt/lists"
  -o "Dir::State::Status=$apt/state/status" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update
(cd "$apt/tar" && apt-get "${options[@]}" source --download-only --tar-only "$source")
mkdir "$work/$folder.unpacking"
tar -x -f "$apt/tar/${source}_"*.orig.tar.* -C "$work/$folder.unpacking"
mv "$work/$folder.unpacking" "$work/$folder"
