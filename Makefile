# The few commands this project has. Nothing is needed before them but Python 3.11 or newer; what is installed goes into
# .venv and caches stay in .cache, so an empty HOME is fine.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' && echo $$p && break; done)
# Processes that share the tests.
WORKERS ?= auto
VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
CACHE := $(CURDIR)/.cache

export PIP_CACHE_DIR ?= $(CACHE)/pip
export RUFF_CACHE_DIR ?= $(CACHE)/ruff
export MYPY_CACHE_DIR ?= $(CACHE)/mypy
export HYPOTHESIS_STORAGE_DIRECTORY ?= $(CACHE)/hypothesis
export HF_HOME ?= $(CACHE)/huggingface
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export FLASK_SKIP_DOTENV := 1
export PYTHONUNBUFFERED := 1

.PHONY: help install install-dev run test check soak bench clean

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */make \1|/' | awk -F'|' '{printf "  %-14s %s\n", $$1, $$2}'

# A stamp holds until the files it was made from change: a changed line installs anew, an unchanged one costs nothing.
$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (python3 --version). Name it by: make PYTHON=/path/to/python3 ..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The virtual environment could not be made. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.installed: $(VENV)/.python requirements.txt constraints.txt
	@echo "Installing what the platform runs on into .venv (a few minutes the first time)"
	@$(BIN)/python -m pip install -r requirements.txt -c constraints.txt
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.txt
	@echo "Installing what checks and tests need"
	@$(BIN)/python -m pip install -q -r requirements-dev.txt -c constraints.txt
	@touch $@

install: $(VENV)/.installed ## only install what running needs

install-dev: $(VENV)/.installed-dev ## only install what tests need

run: $(VENV)/.installed ## install, fill with demonstration content when empty, serve (PORT=8000, DEMO=0 starts empty)
	@exec $(BIN)/python -m flask --app app serve

test: $(VENV)/.installed-dev ## every test but the long ones, on real services
	@browser=$$(.ci/browser) && SANKU_CHROMIUM="$$browser" $(BIN)/python -m pytest -m "not soak" -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(ARGS)

soak: $(VENV)/.installed-dev ## the long tests
	@browser=$$(.ci/browser) && SANKU_CHROMIUM="$$browser" $(BIN)/python -m pytest -m soak $(ARGS)

check: $(VENV)/.installed-dev ## format, lint, types, import contract
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports --cache-dir $(CACHE)/import-linter

bench: $(VENV)/.installed ## print the benchmark tables
	@$(BIN)/python -m benchmarks $(ARGS)

clean: ## remove what was installed and cached; data under var/ stays
	rm -rf $(VENV) $(CACHE)
