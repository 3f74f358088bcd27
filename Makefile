# Everything a fresh machine needs, from Python 3.11+ and make alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
VAR := $(or $(GUIYUAN_VAR),var)
TEST_ARGS ?=
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test test-fast check format lock bench soak catalogues clean

help:
	@echo "make run    set everything up and start on http://127.0.0.1:$${PORT:-8000}"
	@echo "make test   set everything up and run the whole test suite"
	@echo "make check  format, lint, types, import contracts, templates, catalogues, dependency audit"
	@echo "make bench  the benchmarks, each beside its baseline"
	@echo "make soak   half an hour of six people's use while parts die, messages tear and the disk fills"
	@echo "make lock   pin requirements/*.in again, with hashes"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Guiyuan needs Python 3.11 or newer; set PYTHON=/path/to/it")'
	@echo "[1/3] making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.base: requirements/base.txt | $(BIN)/python
	@echo "[2/3] installing what the application needs (pinned, by hash); a first time takes a minute or two"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --progress-bar on --require-hashes -r requirements/base.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	@echo "[3/3] installing what tests and checks need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --progress-bar on --require-hashes -r requirements/dev.txt
	@touch $@

setup: $(VENV)/.base

setup-dev: $(VENV)/.dev

run: setup
	@$(BIN)/python -m core.launch

# The browser's client keeps an event loop running in its process, so those tests have a run of their own.
test: setup-dev
	@$(BIN)/python -m tests.parts
	@$(BIN)/python -m pytest --db both -n 2 --dist loadfile -m "not browser" $(TEST_ARGS)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m browser $(TEST_ARGS)

check: setup-dev
	@echo "format" && $(BIN)/ruff format --check --quiet .
	@echo "lint" && $(BIN)/ruff check --quiet .
	@echo "types" && $(BIN)/mypy --no-error-summary core branch traceability shop wsgi.py
	@echo "import contracts" && $(BIN)/lint-imports --no-cache > /dev/null
	@echo "templates" && $(BIN)/djlint --lint --quiet templates
	@echo "catalogues" && $(BIN)/python -m pytest -q --no-header tests/house/test_catalogues.py
	@echo "dependency audit" && $(BIN)/python -m tests.audit

format: setup-dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

PIN := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate

lock: setup-dev
	@for name in base dev; do \
		$(BIN)/$(PIN) --custom-compile-command "make lock" -o requirements/$$name.txt requirements/$$name.in; done

# Half an hour of six people's use while things go wrong; not part of the suite.
soak: setup-dev
	@$(BIN)/python -m tests.soak $(SOAK_ARGS)

bench: setup-dev
	@$(BIN)/python -m benchmarks

clean:
	@rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis
