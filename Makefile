# What is needed beforehand: git, make, Python 3.11 or newer with venv and pip, and the package registries.
# Everything else (uv, Java, Node, Postgres, Kafka, Temporal, the gateway, what pages look like) is fetched, pinned and checked.

SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := $(shell command -v uv 2>/dev/null || echo .venv-tools/bin/uv)
RUN := .venv/bin
CODE := deploy services shared tests
ASSETS := deploy/web/dist/manifest.json
STATIC := shared/web/console/static
READY := .venv/.synced $(ASSETS)
ARGS ?=

# The registries alone are asked: no interpreter is downloaded, and none but ours is used.
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV

.PHONY: help sync demo up down check check-form check-types check-units format test bench clean

help: ## Show what there is to do
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  ARGS=... is passed on: make demo ARGS='--once --json result.json', make test ARGS='-k kafka'"

.venv-tools/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed: install it, or name it with PYTHON=..., and run this again." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing: install it (Debian: apt install python3-venv) and run this again." >&2; exit 2; }
	@echo "installing uv into .venv-tools"
	@$(PYTHON) -m venv .venv-tools
	@.venv-tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) || \
	  { echo "uv could not be fetched: check the network and the package registry's settings, and run this again." >&2; exit 2; }

sync: $(READY) ## Install what the lock files name

.venv/.synced: pyproject.toml uv.lock | $(filter .venv-tools/%,$(UV))
	@$(UV) sync --locked --quiet $(if $(filter file,$(origin PYTHON)),,--python $(PYTHON)) || { \
	  echo "The packages could not be installed: check the network, free disk space and that uv.lock fits pyproject.toml." >&2; exit 2; }
	@touch $@

# Folders too, for a file that was taken away changes its folder only.
$(ASSETS): .venv/.synced $(wildcard deploy/web/*.py deploy/web/*.json) deploy/web/.npmrc $(shell find $(STATIC) 2>/dev/null)
	@$(RUN)/python -m deploy.web.build

demo: $(READY) ## Start everything and play concerns from the first call to the closed case
	@$(RUN)/tovholder demo $(ARGS)

up: $(READY) ## Start everything and stay until Ctrl-C
	@$(RUN)/tovholder up $(ARGS)

down: .venv/.synced ## Stop what runs in the background
	@$(RUN)/tovholder down

check: $(READY) ## Format, lint, types, import arrows, unit tests (under a minute)
	@$(MAKE) --no-print-directory -j2 --output-sync=target check-units check-types check-form

check-form:
	$(RUN)/ruff format --check $(CODE)
	$(RUN)/ruff check $(CODE)
	$(RUN)/lint-imports

check-types:
	$(RUN)/mypy

check-units:
	$(RUN)/pytest -q tests/unit

format: .venv/.synced ## Put the code in its form
	$(RUN)/ruff check --fix $(CODE)
	$(RUN)/ruff format $(CODE)

test: $(READY) ## Every test, on the real stack and in a browser (about 40 minutes on two cores)
	$(RUN)/pytest tests $(ARGS)

bench: $(READY) ## Figures beside limits
	$(RUN)/python -m tests.bench $(ARGS)

clean: ## Remove environments and caches, not the state folder
	rm -rf .venv .venv-tools .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache deploy/web/dist deploy/web/node_modules
