# The one door to building and testing Pharos; `make` lists what it does.
SHELL := /usr/bin/env bash
GO ?= go
FUZZTIME ?= 30s
.DEFAULT_GOAL := help
.PHONY: help build demo test acceptance acceptance-terraform clickhouse-current race vet lint tidy-check fmt fmt-check fuzz recipes bench-usage bench-emulator golden docs check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build ./pharos, with no cgo
	CGO_ENABLED=0 $(GO) build -trimpath -o pharos ./cmd/pharos

demo: ## play the built-in scenario and serve the dashboard
	$(GO) run ./cmd/pharos demo

test: ## run the tests; installs Chromium and ClickHouse if they are missing
	. .ci/setup go chromium clickhouse && $(GO) test ./...
	@echo "Not run here: the emulator driven by az (make acceptance) and by Terraform (make acceptance-terraform);"
	@for sdk in Python:azure.mgmt.support JavaScript:node_modules; do \
		case $$sdk in Python*) /usr/bin/python3 -c 'import azure.mgmt.support' 2>/dev/null;; *) test -d acceptance/testdata/javascript/node_modules;; esac || \
			echo "nor by the Azure SDK for $${sdk%%:*}, which is not installed (make acceptance installs it)"; done

acceptance: ## drive the emulator by az and the Azure SDKs; installs what is missing
	. .ci/setup go az node && CI=true PHAROS_ACCEPTANCE=1 $(GO) test -count=1 -timeout 30m ./acceptance

# Terraform and its provider as they are on the Go module proxy, built once.
PHAROS_TERRAFORM_BIN ?= $(CURDIR)/.cache/terraform
TERRAFORM := github.com/hashicorp/terraform@v1.5.7
AZURERM := github.com/hashicorp/terraform-provider-azurerm@v1.44.1-0.20260824201233-fae580791926

acceptance-terraform: ## drive the emulator by Terraform; builds it and azurerm first (15 minutes, 6 GB)
	. .ci/setup go && \
	{ test -x $(PHAROS_TERRAFORM_BIN)/terraform || GOBIN=$(PHAROS_TERRAFORM_BIN) $(GO) install $(TERRAFORM); } && \
	{ test -x $(PHAROS_TERRAFORM_BIN)/terraform-provider-azurerm || GOBIN=$(PHAROS_TERRAFORM_BIN) $(GO) install $(AZURERM); } && \
	PHAROS_TERRAFORM_BIN=$(PHAROS_TERRAFORM_BIN) $(GO) test -count=1 -timeout 30m -run TestTerraform -v ./acceptance

# The current ClickHouse as a library, as npm has it, for Linux on amd64.
CHDB := @chdb/lib-linux-x64-gnu

clickhouse-current: ## hold the ledger's SQL on the current ClickHouse; installs it first (180 MB)
	. .ci/setup go npm && \
	{ test -f .cache/chdb/node_modules/$(CHDB)/libchdb.so || npm install --silent --no-save --prefix .cache/chdb $(CHDB)@26.7.3-stable.1; } && \
	cd bench && CGO_ENABLED=0 PHAROS_CHDB=$(CURDIR)/.cache/chdb/node_modules/$(CHDB)/libchdb.so $(GO) test -count=1 -timeout 30m ./clickhouse

race: ## run the tests of the packages with goroutines under the race detector
	$(GO) test -race ./emulator/... ./observe/... ./repair/... ./internal/azure/... ./internal/ledger/clickhouse/... ./internal/store/... ./internal/web/...

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

recipes: ## run the DuckDB recipes of docs/usage-export.md, and the tests of bench (needs cgo and a large download)
	. .ci/setup go cxx && cd bench && $(GO) test ./...

bench-usage: ## import a generated bill of 5 million lines, beside DuckDB (needs cgo and a large download)
	cd bench && $(GO) run . usage

bench-emulator: ## measure the emulator, beside Azurite (installed by npm)
	cd bench && CGO_ENABLED=0 $(GO) run ./emulator

golden: ## write the golden files anew; look at the difference before you commit it
	$(GO) test ./internal/cli ./cmd/pharos -update

docs: ## write the pages that come from the code
	$(GO) test ./emulator -run TestCoveragePage -update

check: ## what CI runs
	bash .ci/run

clean: ## remove what the build made
	rm -f pharos
