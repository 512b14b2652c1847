#!/bin/sh
# Lays out the file system of the image in a stage of the Dockerfile: make-image-root.sh FOLDER-OF-THE-EXECUTABLE TARGET
# TARGET/system is what nobody in the container may change, TARGET/state is what the gateway's user owns.
set -eu
built=$1
system=$2/system
state=$2/state

mkdir -p "$system/usr/bin" "$system/etc" "$system/usr/share/doc/mailchute" "$system/var/lib/dpkg" "$state/mailchute"
cp "$built/mailchute" "$system/usr/bin/mailchute"
chmod 755 "$system/usr/bin/mailchute"
cp "$built/mailchute-licenses.txt" "$system/usr/share/doc/mailchute/licenses.txt"
install -d -m 1777 "$system/tmp"

# The loader and the libraries, where the loader looks for them.
ldd "$built/mailchute" | sed -n 's/^[^/]*\(\/[^ ]*\) (0x.*/\1/p' | while read -r library; do
  mkdir -p "$system$(dirname "$library")"
  cp -L "$library" "$system$library"
done

# Scanners find out from these what the libraries are; their licences come along.
cp -L /etc/os-release "$system/etc/os-release"
dpkg-query --status libc6 libgcc-s1 libstdc++6 > "$system/var/lib/dpkg/status"
for package in libc6 libgcc-s1 gcc-12-base; do
  [ -e "/usr/share/doc/$package/copyright" ] || continue
  mkdir -p "$system/usr/share/doc/$package"
  cp -L "/usr/share/doc/$package/copyright" "$system/usr/share/doc/$package/copyright"
done

printf 'root:x:0:0::/:/sbin/nologin\nmailchute:x:10001:10001::/var/lib/mailchute:/sbin/nologin\n' > "$system/etc/passwd"
printf 'root:x:0:\nmailchute:x:10001:\n' > "$system/etc/group"
printf 'hosts: files dns\n' > "$system/etc/nsswitch.conf"
