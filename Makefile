# Two commands: `make demo` and `make test`. Each makes its own virtual environment when needed.

VENV   ?= .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready-demo
DEV    := $(VENV)/.ready-test

.PHONY: help demo test coverage lint check docs docs-tables pictures smoke lock clean
help:
	@echo "make demo    a class of sample attempts through the whole way; ends in a table and pages to open"
	@echo "make test    lint, types and tests"
	@echo "make check   the instructor's test of the course itself"
	@echo "make coverage  tests with line coverage, at least 90 % (slower)"
	@echo "make lint    ruff and mypy only"
	@echo "make docs    the documentation as a site, in build/site"
	@echo "make smoke   build, install into empty environments and try: make smoke PYTHONS='python3.11 python3.13'"
	@echo "make clean   remove the demo and everything that was built"

demo: $(READY)
	$(BIN)/mathgrade demo --students 8 --force

# Whole files to a process, so that what a file prepares is prepared once.
test: lint
	$(BIN)/python -m pytest -n auto --dist loadfile

coverage: $(DEV)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under 90

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: $(READY)
	$(BIN)/mathgrade check

# Pages that need no network to be read; the reference is made from docstrings.
docs: $(DEV)
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going -d build/doctrees docs build/site
	@echo "open build/site/index.html"

smoke: $(DEV)
	$(BIN)/python .ci/smoke.py $(PYTHONS)

# The README's pictures, from the demo's pages.
pictures: $(DEV)
	$(BIN)/python docs/pictures.py

# The tables of docs/equality.md and docs/derivations.md, from the cases.
docs-tables: $(READY)
	$(BIN)/python docs/render_tables.py

# New exact versions from the ranges in pyproject.toml.
lock: | $(VENV)/bin/python
	rm -rf build/lock && $(VENV)/bin/python -m venv build/lock
	build/lock/bin/pip install --quiet hatchling editables .
	build/lock/bin/pip freeze --exclude mathgrade > requirements.lock
	build/lock/bin/pip install --quiet '.[dev]'
	build/lock/bin/pip freeze --exclude mathgrade | grep -vxFf requirements.lock > requirements-dev.lock

clean:
	rm -rf demo build dist .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "mathgrade needs Python 3.11 or newer, and none was found on PATH."; \
		echo "Install one (https://www.python.org/downloads/, or your system's package manager) and run make again,"; \
		echo "or name it: make PYTHON=/path/to/python3.11 demo"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments."; \
		echo "On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Making a virtual environment in $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)

$(READY): $(VENV)/bin/python requirements.lock pyproject.toml
	@echo "Installing the exact versions of requirements.lock (once; about a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

$(DEV): $(READY) requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@touch $@
