#!/bin/bash
# Does what dkms would with the source of one package, short of installing: reads its dkms.conf, patches, configures, makes.
# builds.sh starts it, on the host or inside the chroot, with everything said going to the log.
#
#   make.sh FOLDER KERNEL      FOLDER/source is the package's folder of /usr/src; it is moved to where dkms would build it,
#                              FOLDER/dkms/NAME/VERSION/build
#
# Ends with status 0 only if the command did and left a .ko.

folder=$1 kernelver=$2
arch=x86_64
dkms_tree=$folder/dkms kernel_source_dir=/lib/modules/$kernelver/build
# Kbuild takes LC_ALL away again.
export LANG=C LC_ALL=C MAKEFLAGS="-k -j${JOBS:-2} -Otarget"

# Some Makefiles ask uname for the kernel; the machine's own is not the one meant.
mkdir -p "$folder/bin"
printf '#!/bin/sh\n[ "$*" = -r ] && echo %s || exec /usr/bin/uname "$@"\n' "$kernelver" >"$folder/bin/uname"
chmod +x "$folder/bin/uname"
PATH=$folder/bin:/usr/sbin:/usr/bin:/sbin:/bin

# dkms.conf is shell code that reads the variables above, and these two, which dkms knows from the folder's name NAME-VERSION.
cd "$folder/source" || exit
name=$(cat "$folder/name")
module=$(. ./dkms.conf >/dev/null 2>&1; echo "$PACKAGE_NAME") module_version=${name#"$module"-}
build=$dkms_tree/$module/$module_version/build
mkdir -p "${build%/*}" && mv "$folder/source" "$build" && cd "$build" || exit
PATCH=() PATCH_MATCH=() MAKE=() MAKE_MATCH=() PRE_BUILD=
. ./dkms.conf
for limit in "${!BUILD_EXCLUSIVE_@}"; do echo "# dkms.conf: $limit=${!limit}"; done

for i in "${!PATCH[@]}"; do
  [[ $kernelver =~ ${PATCH_MATCH[i]:-.} ]] || continue
  echo "+ patch -p1 <patches/${PATCH[i]}"
  patch -p1 <"patches/${PATCH[i]}" || exit
done
if [ -n "$PRE_BUILD" ]; then
  echo "+ ./$PRE_BUILD"
  eval "./$PRE_BUILD" || exit
fi
command=${MAKE[0]:-make -C $kernel_source_dir M=$build}
for i in "${!MAKE_MATCH[@]}"; do [[ -n ${MAKE_MATCH[i]} && $kernelver =~ ${MAKE_MATCH[i]} ]] && command=${MAKE[i]}; done
command=${command/#make /make KERNELRELEASE=$kernelver }
echo "+ $command"
eval "$command" || exit
[ -n "$(find "$build" -name '*.ko' -print -quit)" ] || { echo "make succeeded, but left no .ko" >&2; exit 1; }
