#!/bin/sh
# Builds the deb and the rpm of this machine's architecture into build/package, with
# the manual pages of the program itself. VERSION is that of the packages.
set -eu
VERSION=${1:-0.0.0}
ARCH=$(go env GOARCH)
export VERSION ARCH
rm -rf build/package
mkdir -p build/package/man/fr
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.release=$VERSION" -o build/package/poterne ./cmd/poterne
build/package/poterne man --lang en build/package/man
build/package/poterne man build/package/man/fr
build/package/poterne completion bash >build/package/poterne.bash
for kind in deb rpm; do
	go run github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.43.0 package --config packaging/nfpm.yaml --packager "$kind" --target build/package/
done
ls -l build/package/*.deb build/package/*.rpm
