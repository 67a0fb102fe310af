#!/bin/sh
# Installs and removes the deb and the rpm of build/package, each in an empty root, and
# wants the program to run there, what was edited to stay, and nothing else. As root.
set -eu
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

# Prints the files of the root beside those that the package manager keeps of its own.
files() {
	find "$root" -path "$root/var/lib/dpkg" -prune -o -path "$root/var/lib/rpm" -prune -o \
		-path "$root/var/log" -prune -o -path "$root/usr/lib/sysimage" -prune -o ! -type d -print
}

# installed KIND: the program runs, and a page of the manual and the units are there.
installed() {
	chroot "$root" /usr/bin/poterne version >/dev/null
	for name in usr/share/man/fr/man1/poterne-scan.1 usr/lib/systemd/system/poterne-scan.timer etc/poterne/poterne.yaml; do
		[ -n "$(find "$root/${name%/*}" -name "${name##*/}*")" ] || fail "$1: $name is missing"
	done
	[ "$(stat -c %a "$root/usr/bin/poterne")" = 755 ] || fail "$1: mode of the program"
	echo "# edited" >>"$root/etc/poterne/poterne.yaml"
}

fail() {
	echo "check: $1" >&2
	exit 1
}

mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/triggers" "$root/var/log"
: >"$root/var/lib/dpkg/status"
: >"$root/var/lib/dpkg/available"
dpkg --root="$root" --install build/package/*.deb >/dev/null
installed deb
dpkg --root="$root" --remove poterne >/dev/null
grep -q edited "$root/etc/poterne/poterne.yaml" || fail "deb: what was edited is lost"
dpkg --root="$root" --purge poterne >/dev/null
left=$(files)
[ -z "$left" ] || fail "deb leaves: $left"

# Debian's rpm keeps its list in the home folder, and warns that it is not dpkg.
in_root() { rpm --root "$root" --dbpath /var/lib/rpm "$@" 2>/dev/null; }
in_root --initdb
in_root --install --nodeps --nosignature build/package/*.rpm || fail "rpm: it does not install"
in_root --verify --nodeps poterne || fail "rpm: not what was packed"
installed rpm
in_root --erase poterne || fail "rpm: it cannot be removed"
saved=/etc/poterne/poterne.yaml.rpmsave
left=$(files)
[ "$left" = "$root$saved" ] || fail "rpm leaves: $left"
grep -q edited "$root$saved" || fail "rpm: what was edited is lost"
echo "deb and rpm install and remove cleanly"
