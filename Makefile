# Two commands do everything on a fresh machine with Python >= 3.11 and make:
#   make run     install, migrate, train, load the demo company, serve
#   make test    install what the tests need, run all tests

PYTHON ?= python3
UV_VERSION := 0.13.9
UV := .uv/bin/uv
BIN := .venv/bin
export UV_PROJECT_ENVIRONMENT := .venv
# The lock file decides; a build must not depend on what else a machine's pip is told.
export UV_FROZEN := 1

.DEFAULT_GOAL := help
.PHONY: help run install dev test check bench chat train demo clean screenshots

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Akrab needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

# The stamps make a second run work without a network.
.venv/.installed: pyproject.toml uv.lock | $(UV)
	$(UV) sync --no-dev --inexact --compile-bytecode --python $(PYTHON)
	@touch $@

.venv/.dev: pyproject.toml uv.lock | $(UV)
	$(UV) sync --python $(PYTHON)
	@touch .venv/.installed $@

install: .venv/.installed ## Install the program into .venv

dev: .venv/.dev ## Install the program and what its tests need

run: install ## Install, migrate, train, load the demo company, serve
	$(BIN)/akrab demo
	$(BIN)/akrab serve

chat: install ## Talk to the assistant in this terminal
	$(BIN)/akrab chat

train: install ## Train the assistant's model
	$(BIN)/akrab train

test: dev ## Run all tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: dev ## Lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: dev ## Measure; writes docs/benchmarks.md
	$(BIN)/akrab bench --write docs/benchmarks.md --test tests/nlu/heldout \
	  $(if $(wildcard $(RASA_ENV)/bin/rasa),--rasa) $(if $(PUBLIC_SETS),--public $(PUBLIC_SETS))

screenshots: dev ## Take the pictures in docs/screenshots
	$(BIN)/python -m tests.browser.screenshots

clean: ## Remove what was installed and generated (keeps var/)
	rm -rf .venv .uv .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Rasa has its own Python (3.10) and its own environment, outside the repository: 2.5 GB that
# need not be fetched again for each clone.
RASA_ENV ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/akrab/rasa-3.6.21
.PHONY: rasa
rasa: $(UV) ## Install Rasa Open Source 3.6.21 in an environment of its own
# From the assistant's folder, so that a version manager's shims see its .python-version.
	@cd nlu/assistant && { ../../$(UV) python find >/dev/null 2>&1 || ../../$(UV) python install 3.10; } \
	  || { echo "Rasa needs Python 3.10 and none was found: install it (pyenv install 3.10) or leave engine: embedded"; exit 1; }
	cd nlu/assistant && UV_PROJECT_ENVIRONMENT="$(RASA_ENV)" ../../$(UV) sync --frozen
	@echo "Rasa is ready in $(RASA_ENV)"
