# The one door to building and testing Pharos; `make` lists what it does.
SHELL := /usr/bin/env bash
GO ?= go
FUZZTIME ?= 30s
.DEFAULT_GOAL := help
.PHONY: help build demo test acceptance race vet lint tidy-check fmt fmt-check fuzz bench-usage golden docs check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build ./pharos, with no cgo
	CGO_ENABLED=0 $(GO) build -trimpath -o pharos ./cmd/pharos

demo: ## play the built-in scenario and serve the dashboard
	$(GO) run ./cmd/pharos demo

test: ## run every test; installs Chromium if it is missing
	. .ci/setup go chromium && $(GO) test ./...

acceptance: ## drive the emulator by az and the Azure SDKs; installs what is missing
	. .ci/setup go az node && CI=true $(GO) test -count=1 ./acceptance

race: ## run the tests of the packages with goroutines under the race detector
	$(GO) test -race ./emulator/... ./observe/... ./internal/azure/... ./internal/store/... ./internal/web/...

vet: ## go vet
	$(GO) vet ./...

lint: ## golangci-lint, at the version of tools/go.mod
	$(GO) tool -modfile=tools/go.mod golangci-lint run ./...

tidy-check: ## fail when a go.mod or go.sum is not as `go mod tidy` leaves it
	@for dir in . tools bench; do \
		(cd $$dir && $(GO) mod tidy -diff >/dev/null) || { echo "not tidy: run go mod tidy in $$dir"; exit 1; }; \
	done

fmt: ## format every file
	$(GO) tool -modfile=tools/go.mod golangci-lint fmt ./...

fmt-check: ## fail on a file that is not formatted
	@out=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$out" ] || { echo "not formatted:"; echo "$$out"; exit 1; }

fuzz: ## run every fuzz target for FUZZTIME
	.ci/fuzz $(FUZZTIME)

bench-usage: ## import a generated bill of 5 million lines, beside DuckDB (needs cgo and a large download)
	cd bench && $(GO) run . usage

golden: ## write the golden files anew; look at the difference before you commit it
	$(GO) test ./internal/cli ./cmd/pharos -update

docs: ## write the pages that come from the code
	$(GO) test ./emulator -run TestCoveragePage -update

check: ## what CI runs
	bash .ci/run

clean: ## remove what the build made
	rm -f pharos
