# `make quiz` and `make test` need nothing installed by hand but Python 3.11+ and make.
# `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help

# The first Python of 3.11 or newer, by the usual names; set PYTHON to choose another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python py; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then command -v $$name; break; fi; done)

BIN := .venv/bin
STAMP := .venv/.installed
DEV_STAMP := .venv/.installed-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check -q

.PHONY: quiz test test-slow venv check bench bench-derivations fuzz docs help clean
quiz: $(STAMP) ## ask questions; without a terminal, replay the bank's own samples
	@$(BIN)/lossprep quiz

test: check ## lint, types, the bank, and the tests
	@$(BIN)/lossprep bank check
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not slow"

test-slow: $(DEV_STAMP) ## the tests that take seconds each
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m slow

venv: $(STAMP) ## make .venv, with lossprep in it

check: $(DEV_STAMP) ## lint and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .

bench: $(DEV_STAMP) ## the measurements that need no peers
	@$(BIN)/python benchmarks/startup.py
	@$(BIN)/python -m benchmarks.code
	@$(BIN)/python -m benchmarks.analysis

bench-derivations: $(DEV_STAMP) ## derivations beside math-verify and SymPy (installs them; about half an hour)
	@$(PIP) install -e '.[bench]'
	@$(BIN)/python -m benchmarks.derivations

fuzz: $(DEV_STAMP) ## the reader and check on COUNT hostile inputs (100000) of seed SEED (1)
	@$(BIN)/python -m tests.fuzz --count $(or $(COUNT),100000) --seed $(or $(SEED),1)

docs: $(DEV_STAMP) ## the pages that the program makes itself
	@$(BIN)/python docs/make.py

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

clean: ## remove what was built
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

# An interrupted install leaves no stamp, so the next make finishes it.
$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "lossprep needs Python 3.11 or newer, and none was found as python3 … python."; \
		echo "Install one (macOS: brew install python; Debian, Ubuntu: apt install python3 python3-venv;"; \
		echo "or python.org), or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; \
		exit 1; \
	fi
	@"$(PYTHON)" -m venv .venv || { rm -rf .venv; \
		echo "This Python cannot make a virtual environment (Debian, Ubuntu: apt install python3-venv)."; exit 1; }

$(STAMP): pyproject.toml | $(BIN)/python
	@echo "Installing lossprep into .venv (once, about half a minute) …"
	@$(PIP) install -e .
	@touch $@

$(DEV_STAMP): pyproject.toml $(STAMP)
	@echo "Installing the tools for tests into .venv (once) …"
	@$(PIP) install -e '.[dev]'
	@touch $@
