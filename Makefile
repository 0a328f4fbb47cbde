# Every target sets up what it needs; `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test lint types architecture unit browser bench screenshots pins setup clean

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/made:
	@[ -n "$(PYTHON)" ] || { echo "Surefoot needs Python 3.11 or newer, and none was found: install it, or name it with PYTHON=."; exit 1; }
	@"$(PYTHON)" -m venv .venv || { if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq python3-venv && "$(PYTHON)" -m venv .venv; else echo "Install Python's venv module (Debian: apt-get install python3-venv)."; exit 1; fi; }
	@touch $@

.venv/runtime: requirements/runtime.txt requirements/build.txt pyproject.toml .venv/made
	@echo "Installing what Surefoot needs ..."
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/runtime.txt
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/build.txt
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: requirements/dev.txt .venv/runtime
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/dev.txt
	@command -v chromium >/dev/null || { if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then apt-get update -qq && apt-get install -y -qq chromium; else echo "Browser tests need Chromium: install the package chromium; they are skipped without it."; fi; }
	@touch $@

demo: .venv/runtime ## Show Surefoot on a made-up world (PORT=9000, DATA=folder to keep it)
	@exec $(BIN)/surefoot demo $(if $(PORT),--port $(PORT)) $(if $(DATA),--data $(DATA))

setup: .venv/dev ## Install everything into .venv

test: lint types unit ## Set up and run every check

lint: .venv/dev ## Check style and form
	@$(BIN)/ruff check --output-format concise . && $(BIN)/ruff format --check -q .

types: .venv/dev ## Check types
	@$(BIN)/mypy

architecture: .venv/dev ## Check that rooms import only lower ones
	@$(BIN)/pytest -q tests/test_architecture.py

unit: .venv/dev ## Run all tests, those in the browser too
	@$(BIN)/pytest -q -n 2 --dist loadfile

browser: .venv/dev ## Run the tests in the browser alone
	@$(BIN)/pytest -q -m browser

bench: .venv/dev ## Measure speed and size, and how often the true cause of a change is found
	@$(BIN)/python benchmarks/backfill.py
	@$(BIN)/python benchmarks/understanding.py
	@$(BIN)/python benchmarks/heatmap.py
	@$(BIN)/python benchmarks/causes.py
	@$(BIN)/python benchmarks/pages.py

screenshots: .venv/dev ## Take pictures of every page, both themes, three widths (OUT=folder, ONLY=overview)
	@$(BIN)/python benchmarks/screenshots.py --out "$(or $(OUT),screenshots)" --only "$(ONLY)"

pins: .venv/made ## Write the pins with their hashes anew (needs uv)
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade pyproject.toml -o requirements/runtime.txt
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --upgrade --group dev -c requirements/runtime.txt -o requirements/dev.txt
	@echo "hatchling editables" | tr ' ' '\n' | uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --upgrade - -o requirements/build.txt

clean: ## Remove what was installed
	rm -rf .venv
