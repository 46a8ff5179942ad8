# `make` alone lists what there is. Everything happens in .venv; pip's own settings (PIP_EXTRA_INDEX_URL, pip.conf, …) apply.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --constraint constraints.txt
MEASURES := $(filter-out __init__,$(basename $(notdir $(sort $(wildcard benchmarks/*.py)))))
DECLARED := setup.cfg pyproject.toml constraints.txt

export HF_HUB_OFFLINE = 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test check lint bench soak live pictures docs clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.developed ## .venv with everything that tests and tools need

demo: $(VENV)/.installed ## install, make demo tickets, find topics, serve them at http://127.0.0.1:8000 (or TICKETLENS_PORT)
	$(BIN)/ticketlens demo

test: setup ## all tests; those that need something missing here (a browser, a server) say why they are skipped
	$(BIN)/python -m pytest

check: lint ## lint, format, types, import rules, and the tests that take less than ten seconds each
	$(BIN)/python -m pytest -m "not slow"

lint: setup ## lint, format, types and import rules alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.measured ## measure speed and quality here, beside what people would use instead (ONLY="clock pull": these)
	@for name in $(or $(ONLY),$(MEASURES)); do echo "== $$name"; \
		env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(BIN)/python -m benchmarks.$$name || failed="$$failed $$name"; \
	done; test -z "$$failed" || { echo "failed:$$failed" >&2; exit 1; }

soak: setup ## kills, faults and outages at full length (an hour or two), and their table in docs/reliability.md
	rm -f soak.jsonl
	TICKETLENS_SOAK=1 TICKETLENS_FIGURES=$(CURDIR)/soak.jsonl $(BIN)/python -m pytest tests/reliability
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE TICKETLENS_FIGURES=$(CURDIR)/soak.jsonl $(BIN)/python -m benchmarks.hooks
	$(BIN)/python docs/make_reliability.py soak.jsonl

live: setup ## pull from a real Redmine, which is installed with apt where we are root
	$(BIN)/python -m pytest -m live tests/live

pictures: setup ## screenshots of every page into docs/pictures (needs Chromium and its driver)
	$(BIN)/python docs/make_pictures.py
	$(if $(REAL),$(BIN)/python docs/make_real_pictures.py $(REAL))

docs: setup ## write the reference pages anew from the code, then test all docs
	$(BIN)/python docs/make_reference.py
	$(BIN)/python -m pytest tests/docs

clean: ## remove .venv and what tools left behind; stores of tickets stay
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "TicketLens needs Python 3.11 or newer; name one: make PYTHON=python3.11 …" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(DECLARED) | $(VENV)/bin/python
	$(PIP_INSTALL) --editable .
	@touch $@

$(VENV)/.developed: $(DECLARED) | $(VENV)/bin/python
	$(PIP_INSTALL) --editable '.[dev]'
	@touch $(VENV)/.installed $@

$(VENV)/.measured: benchmarks/requirements.txt $(VENV)/.developed
	$(PIP_INSTALL) --requirement $<
	@touch $@
