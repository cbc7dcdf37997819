# Commands of the project. `make run` serves the page, `make test` runs all tests, `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The Python for the virtual environments. Evaluated only when one is created.
PYTHON ?= $(shell requirements/find-python)
HOST ?= 127.0.0.1
PORT ?= 8000
MINUTES ?= 10
TESTERS ?= 2
BIN := .venv/bin
export HOST PORT UP_PORT UP_DIR
MESSAGES := --locale de --no-location --no-obsolete --no-wrap --ignore .venv --ignore var --ignore tests --ignore infrastructure --ignore node_modules --ignore static/words
PYTEST = PYTHON_DOTENV_DISABLED=1 $(BIN)/python -m pytest
NODE_JS := $(BIN)/python -m tests.js.node

include infrastructure/deploy.mk

.PHONY: help
help:  ## List the commands
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 26

.PHONY: run
run: export DEBUG = 0
run: $(BIN)/.run-installed  ## Install, build the model and serve the page at http://127.0.0.1:8000 (HOST=, PORT=)
	@$(BIN)/python manage.py prepare
	@exec $(BIN)/python manage.py serve

.PHONY: up
up: $(BIN)/.dev-installed  ## Run both roles with TLS, PostgreSQL, Redis and S3 at https://animals.localhost:8443 (UP_PORT=, UP_DIR=)
	@exec $(BIN)/python -m infrastructure.local

.PHONY: test
test: $(BIN)/.dev-installed  ## Install, build the model and run all tests except the slow ones (TESTERS=2 processes)
	@DEBUG=0 $(BIN)/python manage.py prepare
	@$(PYTEST) --numprocesses $(TESTERS) --dist loadfile --no-loadscope-reorder

.PHONY: test-unit
test-unit: $(BIN)/.dev-installed model  ## Run the tests that start no server process and no browser
	@$(PYTEST) --numprocesses $(TESTERS) --dist loadfile -m "not slow and not process"

.PHONY: test-bare
test-bare:  ## Run the tests as a user without the system's browser, Node.js, nginx, Redis and PostgreSQL (needs root and Linux)
	@tests/bare

.PHONY: slow
slow: $(BIN)/.dev-installed  ## Run the tests that take minutes each, after `make test`
	@$(PYTEST) -m slow

.PHONY: soak
soak: $(BIN)/.dev-installed  ## Load one backend with 500 idle and 50 busy connections (MINUTES=10)
	@PYTHON_DOTENV_DISABLED=1 $(BIN)/python -m tests.bench.soak --minutes $(MINUTES)

.PHONY: check
check: $(BIN)/.dev-installed lint test test-infrastructure  ## Run lint, type checks and all tests except the slow ones

.PHONY: lint
lint: $(BIN)/.dev-installed node_modules/.installed  ## Check style, types, import layers, migrations and JavaScript
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(NODE_JS) node_modules/eslint/bin/eslint.js .
	@$(NODE_JS) node_modules/typescript/bin/tsc --project .
	@$(NODE_JS) node_modules/typescript/bin/tsc --project tests/js

.PHONY: model
model: $(BIN)/.run-installed  ## Build the model if it is missing
	@$(BIN)/python manage.py build_model

.PHONY: admin
admin: $(BIN)/.run-installed  ## Create a staff user for /admin/ and print the password once
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py create_staff

.PHONY: bench
bench: $(BIN)/.dev-installed .venv-bench/.installed  ## Compare this server with others, after `make test` (Linux; BENCH="--rounds 5 --pictures 224 12MP")
	@$(BIN)/python -m tests.bench $(BENCH)

.PHONY: lighthouse
lighthouse: $(BIN)/.dev-installed  ## Run Lighthouse on the pages, after `make test` (needs Node.js and Chromium)
	@$(BIN)/python -m tests.bench.lighthouse

.PHONY: messages
messages: $(BIN)/.run-installed  ## Collect the texts for translation and compile the translations (needs GNU gettext)
	@$(BIN)/python manage.py makemessages $(MESSAGES) --domain django --extension html,py --verbosity 0
	@$(BIN)/python manage.py makemessages $(MESSAGES) --domain djangojs --verbosity 0
	@$(BIN)/python manage.py compilemessages --ignore .venv --verbosity 0
	@$(BIN)/python manage.py build_words

.PHONY: lock
lock:  ## Compile the locks in requirements/ and infrastructure/ (needs uv)
	@requirements/compile

.PHONY: clean
clean:  ## Remove environments, caches and build results; keep the history, photos and signing key
	@rm -rf .venv .venv-bench infrastructure/.venv infrastructure/node_modules node_modules .mypy_cache .ruff_cache .pytest_cache test-results var/build
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@python=$$(requirements/find-python "$(PYTHON)"); echo "Creating the virtual environment .venv with $$($$python --version) …"; "$$python" -m venv .venv

$(BIN)/.run-installed: requirements/model.txt | $(BIN)/python
	@echo "Installing the packages: 420 MB to download, 1.6 GB on disk. TensorFlow, which builds the model, is the largest …"
	@requirements/install $(BIN)/python $<
	@touch $@

$(BIN)/.dev-installed: requirements/dev.txt | $(BIN)/.run-installed
	@echo "Installing the test tools: 130 MB to download, 0.6 GB on disk …"
	@requirements/install $(BIN)/python $<
	@touch $@

node_modules/.installed: package-lock.json | $(BIN)/.dev-installed
	@echo "Installing ESLint and TypeScript: about 20 MB to download …"
	@$(NODE_JS) npm ci --ignore-scripts --loglevel=error --no-audit --no-fund >/dev/null
	@touch $@

.venv-bench/.installed: requirements/bench.txt | $(BIN)/python
	@echo "Installing the servers to compare with: 450 MB to download …"
	@$(BIN)/python -m venv .venv-bench
	@requirements/install .venv-bench/bin/python $<
	@touch $@
