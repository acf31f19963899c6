# genping. `make` alone prints this list.
.DEFAULT_GOAL := help
.PHONY: help run setup test lint types check lock servers torture bench clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

help: ## print this list
	@awk 'BEGIN{FS=":.*## "} /^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run ## install into ./.venv and start the demo: no key, no network, no cost
	@exec $(BIN)/genping demo

test: $(VENV)/.dev servers ## set up and pass every check and test
	@$(MAKE) --no-print-directory lint types
	@$(BIN)/pytest -q

lint: $(VENV)/.dev ## formatting, lint, spelling, import contracts
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/codespell
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

types: $(VENV)/.dev ## strict mypy
	@$(BIN)/mypy --no-error-summary

check: test ## what CI runs

servers: ## Debian's servers that the tests need (apt when root, else says what to run)
	@./scripts/servers.sh

torture: $(VENV)/.dev servers ## the long proofs
	@$(BIN)/pytest -q -m torture -o addopts="--strict-markers --strict-config --import-mode=importlib"

lock: ## refresh requirements/*.txt from pyproject.toml (needs uv)
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--upgrade pyproject.toml --group build -o requirements/run.txt
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
		--upgrade -c requirements/run.txt pyproject.toml --group dev -o requirements/dev.txt

clean: ## remove what was built, the demo's data too
	@rm -rf $(VENV) demo-data .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

setup: $(VENV)/.dev ## install everything for development into ./.venv

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "genping needs Python 3.11 or newer"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: requirements/run.txt requirements/uv.txt pyproject.toml | $(VENV)/bin/python
	@echo "installing genping into ./$(VENV) (once)"
	@./scripts/install.sh $(BIN)/python requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt requirements/uv.txt pyproject.toml | $(VENV)/bin/python
	@echo "installing genping and its test tools into ./$(VENV) (once)"
	@./scripts/install.sh $(BIN)/python requirements/dev.txt
	@touch $@ $(VENV)/.run
