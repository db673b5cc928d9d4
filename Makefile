.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
TOOLS := .venv-tools/bin
PIP_FLAGS := --quiet --disable-pip-version-check --require-hashes
CODE := $(wildcard contracts law libs services cli deploy bench tests)

help:  ## what can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.runtime  ## the runtime environment in .venv, from hash-locked requirements

.venv/.runtime: requirements/runtime.txt pyproject.toml
	@$(PYTHON) deploy/check_python.py
	@echo "setup: creating .venv (about 450 MB of wheels on the first run)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install $(PIP_FLAGS) -r requirements/runtime.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.test: .venv/.runtime requirements/test.txt
	@echo "setup: adding the test tools to .venv"
	@$(BIN)/pip install $(PIP_FLAGS) -r requirements/test.txt
	@touch $@

.venv-tools/.tools: requirements/tools.txt
	@echo "setup: creating .venv-tools (linters, in an environment of their own)"
	@test -x $(TOOLS)/python || $(PYTHON) -m venv .venv-tools
	@$(TOOLS)/pip install $(PIP_FLAGS) -r requirements/tools.txt
	@touch $@

environments: .venv/.test .venv-tools/.tools

demo: setup  ## the whole system with a province's year (FULL=1: all 462,569 dossiers)
	@$(BIN)/motcua demo $(if $(FULL),--full) $(if $(PORT),--port $(PORT))

up: setup  ## the whole system, empty
	@$(BIN)/motcua up $(if $(PORT),--port $(PORT))

down: setup  ## stop it
	@$(BIN)/motcua down

lint: .venv/.test .venv-tools/.tools
	$(TOOLS)/ruff check $(CODE)
	$(TOOLS)/ruff format --check $(CODE)
	$(TOOLS)/mypy --python-executable $(BIN)/python contracts law libs services cli deploy
	PYTHONPATH=. $(TOOLS)/lint-imports
	$(TOOLS)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(TOOLS)/hadolint deploy/Dockerfile

unit: .venv/.test
	$(BIN)/python -m pytest -q -n auto --maxprocesses 4 tests/unit

check: lint unit  ## static checks and unit tests, no servers, under a minute

integration: .venv/.test
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --durations=10 tests/integration

system: .venv/.test
	$(BIN)/python -m pytest -q --durations=10 tests/e2e tests/chaos

test:  ## everything, on a real Kafka and a real PostgreSQL
	@MAKE="$(MAKE)" sh deploy/stages.sh environments lint unit integration system

bench: .venv/.test  ## ratios against peers and limits, written to bench/results.json
	$(BIN)/python -m bench

format: .venv-tools/.tools
	$(TOOLS)/ruff check --fix-only --quiet $(CODE); $(TOOLS)/ruff format --quiet $(CODE)

LOCK := $(TOOLS)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links
lock: .venv-tools/.tools  ## renew the three lock files
	$(LOCK) requirements/runtime.in -o requirements/runtime.txt
	$(LOCK) -c requirements/runtime.txt requirements/test.in -o requirements/test.txt
	$(LOCK) requirements/tools.in -o requirements/tools.txt

.PHONY: help setup environments demo up down lint unit check integration system test bench format lock
