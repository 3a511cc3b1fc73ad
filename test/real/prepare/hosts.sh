#!/bin/sh
# Installs the programs that read abi-lint's reports, and what they need to build modules.
#
#   hosts.sh PACKAGE...      e.g. hosts.sh vim emacs-nox
#
# Prints the kernel release whose headers are installed. Needs root and Debian 12.

[ $# -ge 1 ] || { echo "usage: ${0##*/} PACKAGE..." >&2; exit 2; }
. "$(dirname "$0")/release.sh"
need "$@"
echo "$KREL"
