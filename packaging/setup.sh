#!/bin/sh
# Installs the programs that the tests use, where they are missing. The
# race detector needs a C compiler; the program itself needs none of these.
set -eu
missing=""
command -v gcc >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
command -v python3 >/dev/null 2>&1 || missing="$missing python3"
if ! command -v tesseract >/dev/null 2>&1 || ! tesseract --list-langs 2>/dev/null | grep -qx fra; then
	missing="$missing tesseract-ocr tesseract-ocr-fra"
fi
# A migration's lists are read by the real rsync.
command -v rsync >/dev/null 2>&1 || missing="$missing rsync"
# The packages are installed into an empty root, and removed.
command -v rpm >/dev/null 2>&1 || missing="$missing rpm"
# The exposure of the units is measured by systemd itself.
command -v systemd-analyze >/dev/null 2>&1 || missing="$missing systemd"
# A real Samba, for the source smb://; its module keeps Windows' access lists.
for program in smbd pdbedit; do
	if ! command -v "$program" >/dev/null 2>&1 && [ ! -x "/usr/sbin/$program" ]; then
		missing="$missing samba samba-vfs-modules"
		break
	fi
done
# A real object store, for the source s3://, built once where Go installs programs.
gobin=$(go env GOBIN)
[ -n "$gobin" ] || gobin=$(go env GOPATH)/bin
if ! command -v versitygw >/dev/null 2>&1 && [ ! -x "$gobin/versitygw" ]; then
	go install github.com/versity/versitygw/cmd/versitygw@v1.8.0
fi
# A real browser, for the pages: fonts too, for a browser without any draws nothing.
command -v chromium >/dev/null 2>&1 || missing="$missing chromium fonts-dejavu-core"
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
command -v npm >/dev/null 2>&1 || missing="$missing npm"
if [ -n "$missing" ]; then
	if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
		echo "setup: please install:$missing" >&2
		exit 1
	fi
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
fi
# The tests start a Samba of their own: the package's must not serve this machine.
case "$missing" in *samba*)
	if command -v systemctl >/dev/null 2>&1; then
		systemctl disable --now smbd nmbd >/dev/null 2>&1 || true
	fi
	;;
esac
# What drives the browser and looks at pages: at the versions of package-lock.json.
browsertest="$(dirname "$0")/../web/browsertest"
if ! cmp -s "$browsertest/package-lock.json" "$browsertest/node_modules/.installed"; then
	npm ci --prefix "$browsertest" --ignore-scripts --no-audit --no-fund --silent
	cp "$browsertest/package-lock.json" "$browsertest/node_modules/.installed"
fi
