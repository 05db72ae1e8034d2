# cockpit: `make demo` to try it, `make test` to check it. Both set up everything they need in
# .venv; only Python, make, git and tmux must be there. `make help` lists the rest.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# pip compiles what it copies; of an editable install each process would compile its own, where
# PYTHONDONTWRITEBYTECODE is set, and the tests start hundreds.
COMPILE := $(BIN)/python -m compileall -q cockpit
# Two workers a core: most tests wait for git or tmux, and one a core takes twice as long.
WORKERS ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null | awk '{ print 2 * $$1 }')
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test lint format faults bench readme picture clean python tools

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16

demo: tools $(VENV)/stamp-run ## open the demo: a throw-away repository with scripted agents
	@$(BIN)/cockpit demo

test: tools $(VENV)/stamp-dev ## run all tests
	@$(BIN)/python -m pytest -n $(or $(WORKERS),auto) --dist worksteal $(PYTEST_ARGS)

lint: $(VENV)/stamp-dev ## ruff (lint and format) and mypy (strict)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/stamp-dev ## format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

faults: tools $(VENV)/stamp-dev ## the long fault runs: kills at every step, full disks
	@$(BIN)/python -m tests.faults.long $(FAULTS_ARGS)

bench: tools $(VENV)/stamp-dev ## the benchmark table, each row with its budget
	@$(BIN)/python -m tests.benchmarks

readme: $(VENV)/stamp-dev ## write the generated tables (README.md, keys, completion) anew
	@COCKPIT_UPDATE=1 $(BIN)/python -m pytest tests/cli/test_readme.py tests/cli/test_completion.py

picture: tools $(VENV)/stamp-dev ## draw the README's picture of the board anew
	@$(BIN)/python -m tests.picture

clean: ## remove the virtual environment and all caches
	@rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find cockpit tests -name __pycache__ -type d -prune -exec rm -rf {} +

# A Python that is new enough and can make virtual environments; PYTHON names another one.
define find_python
	python=; \
	for one in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  "$$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    && python=$$one && break; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "cockpit needs Python 3.11 or newer, and there is none." >&2; \
	  echo "  → install it: apt install python3 (Debian, Ubuntu), brew install python (macOS)" >&2; \
	  exit 1; \
	fi; \
	if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "$$python can't make a virtual environment: its venv package is missing." >&2; \
	  echo "  → install it: apt install python3-venv (Debian, Ubuntu)" >&2; \
	  exit 1; \
	fi
endef

python: ## check that there is a usable Python
	@$(find_python); echo "$$python"

$(BIN)/python:
	@$(find_python); echo "making $(VENV) with $$python" >&2; \
	"$$python" -m venv --clear $(VENV) || { rm -rf $(VENV); exit 1; }

# The stamps remember for which pyproject.toml the environment was filled.
$(VENV)/stamp-run: pyproject.toml | $(BIN)/python
	@echo "installing cockpit into $(VENV)" >&2
	@$(PIP) install --editable .
	@$(COMPILE)
	@touch $@

$(VENV)/stamp-dev: pyproject.toml | $(BIN)/python
	@echo "installing cockpit and its tools into $(VENV)" >&2
	@$(PIP) install --editable '.[dev]'
	@$(COMPILE)
	@touch $@ $(VENV)/stamp-run

# $(1) is the program, $(2) the oldest version that will do, $(3) how it says its version.
# A name instead of a number (`tmux master`) is newer than any number.
define need
	@$(1) $(3) 2>/dev/null | awk -v least=$(2) '{ \
	    seen = $$1 == "git" ? $$3 : $$2; sub(/^next-/, "", seen); \
	    split(seen, v, "."); split(least, w, "."); \
	    ok = seen ~ /^[a-z]/ || v[1] + 0 > w[1] || (v[1] + 0 == w[1] && v[2] + 0 >= w[2]) \
	  } END { exit !ok }' || { \
	  echo "cockpit needs $(1) $(2) or newer; here is: $$($(1) $(3) 2>/dev/null || echo none)" >&2; \
	  echo "  → install it: apt install $(1) (Debian, Ubuntu), brew install $(1) (macOS)" >&2; \
	  exit 1; }
endef

tools: ## check that git and tmux are there and new enough
	$(call need,git,2.39,--version)
	$(call need,tmux,3.2,-V)
