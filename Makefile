# Everything a fresh machine needs, from Python 3.11+ and make alone.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
TEST_ARGS ?=
FRESH_ARGS ?=
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test test-fast test-all coverage check format lock bench soak fresh clean

help:
	@echo "make run    set everything up and start on http://127.0.0.1:$${PORT:-8000}"
	@echo "make test   set everything up and run the test suite"
	@echo "make test-fast, make test-all   units on SQLite alone; everything on both databases, every look"
	@echo "make check  format, lint, types, import contracts, templates, catalogues, dependency audit"
	@echo "make bench  the benchmarks, each beside its baseline"
	@echo "make soak   half an hour of six people's use while parts die, messages tear and the disk fills"
	@echo "make fresh  type every documented line in an empty folder, embedded and with PostgreSQL and Redis"
	@echo "make lock   pin requirements/*.in again, with hashes"

# Asked in words that every Python understands: an old one cannot even read install.py.
NEW_ENOUGH := $(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Guiyuan needs Python 3.11 or newer; say which one: make PYTHON=/path/to/python3.11 ...")'
INSTALL := $(NEW_ENOUGH) && $(PYTHON) requirements/install.py --venv $(VENV)

setup:
	@$(INSTALL) base

setup-dev:
	@$(INSTALL) dev

run: setup
	@$(BIN)/python -m core.launch

# Parts side by side; what each proves, and where the rest is proved: docs/testing.md.
test: setup-dev
	@$(BIN)/python -m tests.run landing $(TEST_ARGS)

test-fast: setup-dev
	@$(BIN)/python -m tests.run fast $(TEST_ARGS)

test-all: setup-dev
	@$(BIN)/python -m tests.run all $(TEST_ARGS)

coverage: setup-dev
	@$(BIN)/python -m tests.run coverage $(TEST_ARGS)

check: setup-dev
	@$(BIN)/python -m tests.run check

format: setup-dev
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

PIN := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate

lock: setup-dev
	@cd requirements && for name in build base dev; do \
		../$(BIN)/$(PIN) --custom-compile-command "make lock" $$limits -o $$name.txt $$name.in || exit 1; \
		limits="$$limits -c $$name.txt"; done

# Half an hour of six people's use while things go wrong; not part of the suite.
soak: setup-dev
	@$(BIN)/python -m tests.soak $(SOAK_ARGS)

bench: setup-dev
	@$(BIN)/python -m benchmarks

fresh: setup-dev
	@$(BIN)/python -m tests.fresh $(FRESH_ARGS)

clean:
	@rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis
