# The two commands that matter: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
MINUTES ?= 10
TESTERS ?= 2
BIN := .venv/bin
export HOST PORT UP_PORT UP_DIR
MESSAGES := --locale de --no-location --no-obsolete --no-wrap --ignore .venv --ignore var --ignore tests --ignore infrastructure --ignore node_modules --ignore static/words

NODE_JS := $(BIN)/python -m tests.js.node

include infrastructure/deploy.mk

.PHONY: help
help:  ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

.PHONY: run
run: export DEBUG = 0
run: $(BIN)/.run-installed  ## Set everything up and serve the page at http://127.0.0.1:8000 (HOST=, PORT=)
	@$(BIN)/python manage.py prepare
	@exec $(BIN)/python manage.py serve

.PHONY: up
up: $(BIN)/.dev-installed  ## Both roles behind TLS with real PostgreSQL, Redis and S3 at https://animals.localhost:8443 (UP_PORT=, UP_DIR=)
	@exec $(BIN)/python -m infrastructure.local

.PHONY: test
test: $(BIN)/.dev-installed  ## Set everything up and prove that it works, with the real model (TESTERS=2 files at a time)
	@DEBUG=0 $(BIN)/python manage.py prepare
	@PYTHON_DOTENV_DISABLED=1 $(BIN)/python -m pytest --numprocesses $(TESTERS) --dist loadfile --no-loadscope-reorder

.PHONY: soak
soak: $(BIN)/.dev-installed  ## 500 idle and 50 busy sockets on one backend for ten minutes (MINUTES=)
	@PYTHON_DOTENV_DISABLED=1 $(BIN)/python -m tests.bench.soak --minutes $(MINUTES)

.PHONY: slow
slow: $(BIN)/.dev-installed  ## The tests that need minutes of real time, after `make test`
	@PYTHON_DOTENV_DISABLED=1 $(BIN)/python -m pytest -m slow

.PHONY: check
check: $(BIN)/.dev-installed lint test test-infrastructure  ## Everything that CI asks for: lint, types, rules of flow, tests

.PHONY: lint
lint: $(BIN)/.dev-installed node_modules/.installed  ## Style, types and the rules of flow
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(NODE_JS) node_modules/eslint/bin/eslint.js .
	@$(NODE_JS) node_modules/typescript/bin/tsc --project .
	@$(NODE_JS) node_modules/typescript/bin/tsc --project tests/js

.PHONY: model
model: $(BIN)/.run-installed  ## Build the model artefact (only if it is not there)
	@$(BIN)/python manage.py build_model

.PHONY: admin
admin: $(BIN)/.run-installed  ## Make a staff user for /admin/ and print the password once
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py create_staff

.PHONY: bench
bench: $(BIN)/.dev-installed .venv-bench/.installed  ## This server beside its peers, after `make test` (Linux; BENCH="--rounds 5 --pictures 224 12MP" and more)
	@$(BIN)/python -m tests.bench $(BENCH)

.PHONY: lighthouse
lighthouse: $(BIN)/.dev-installed  ## What Lighthouse says of the page, after `make test` (needs Node.js and Chromium)
	@$(BIN)/python -m tests.bench.lighthouse

.PHONY: messages
messages: $(BIN)/.run-installed  ## Collect what the page says, and compile its translations (needs GNU gettext)
	@$(BIN)/python manage.py makemessages $(MESSAGES) --domain django --extension html,py --verbosity 0
	@$(BIN)/python manage.py makemessages $(MESSAGES) --domain djangojs --verbosity 0
	@$(BIN)/python manage.py compilemessages --ignore .venv --verbosity 0
	@$(BIN)/python manage.py build_words

.PHONY: lock
lock:  ## Compile requirements/*.txt anew (needs uv)
	@requirements/compile

.PHONY: clean
clean:  ## Remove the environment, the caches and what was built; keep history, kept photos and key
	@rm -rf .venv .venv-bench infrastructure/.venv infrastructure/node_modules node_modules .mypy_cache .ruff_cache .pytest_cache test-results var/build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v <= (3, 13) else f"Python 3.11, 3.12 or 3.13 is needed; this is {v[0]}.{v[1]}. Try: make run PYTHON=python3.11")'
	@echo "Making the virtual environment in .venv …"
	@$(PYTHON) -m venv .venv

$(BIN)/.run-installed: requirements/model.txt | $(BIN)/python
	@echo "Installing the packages: about 420 MB to download, 1.6 GB on disk (most of it TensorFlow, which builds the model) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

$(BIN)/.dev-installed: requirements/dev.txt | $(BIN)/.run-installed
	@echo "Installing the test tools: about 80 MB to download …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

node_modules/.installed: package-lock.json | $(BIN)/.dev-installed
	@echo "Installing ESLint and TypeScript: about 20 MB to download …"
	@$(NODE_JS) npm ci --ignore-scripts --loglevel=error --no-audit --no-fund >/dev/null
	@touch $@

.venv-bench/.installed: requirements/bench.txt | $(BIN)/python
	@echo "Installing what this is measured beside: about 450 MB to download …"
	@$(BIN)/python -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@
