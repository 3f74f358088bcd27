# Everything a fresh machine needs, from Python 3.11+ and make alone.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
TEST_ARGS ?=
FRESH_ARGS ?=
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test test-fast check format lock bench soak fresh clean

help:
	@echo "make run    set everything up and start on http://127.0.0.1:$${PORT:-8000}"
	@echo "make test   set everything up and run the whole test suite"
	@echo "make check  format, lint, types, import contracts, templates, catalogues, dependency audit"
	@echo "make bench  the benchmarks, each beside its baseline"
	@echo "make soak   half an hour of six people's use while parts die, messages tear and the disk fills"
	@echo "make fresh  type every documented line in an empty folder, embedded and with PostgreSQL and Redis"
	@echo "make lock   pin requirements/*.in again, with hashes"

INSTALL := $(PYTHON) requirements/install.py --venv $(VENV)

setup:
	@$(INSTALL) base

setup-dev:
	@$(INSTALL) dev

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
