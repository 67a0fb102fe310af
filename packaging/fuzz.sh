#!/bin/sh
# Runs every fuzz target of the module, each for TIME (20s where none is given), and
# goes on after one that fails: what it found is kept below its testdata/fuzz, to be
# committed with the repair.
set -u
time=${1:-20s}
failed=0
for package in $(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.Dir}}{{end}}' ./...); do
	for target in $(grep -hoE '^func Fuzz[A-Za-z0-9_]*' "$package"/*_test.go 2>/dev/null | sed 's/^func //'); do
		echo "fuzz: $package $target $time"
		(cd "$package" && go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" .) || failed=1
	done
done
exit $failed
