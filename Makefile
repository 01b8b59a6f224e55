# Volunteer Hub. `make` alone lists what there is.
SHELL := bash
PYTHON := .venv/bin/python
export FLASK_APP := wsgi
AREAS := $(sort $(filter-out data factories support mutants,$(patsubst tests/%/,%,$(wildcard tests/*/))))

.DEFAULT_GOAL := help
.PHONY: help setup run check test mutants bench bench-reliability css lock

help: ## List the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 26

setup: ## Make .venv with everything that runs and tests
	@scripts/setup_venv.sh requirements-dev.txt

run: ## Start the service with its demonstration programme on http://127.0.0.1:5000
	@scripts/setup_venv.sh requirements.txt
	@exec $(PYTHON) scripts/run.py

check: setup ## Style, types and the order of the areas; seconds
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	.venv/bin/djlint templates --lint --quiet

ifdef AREA
test: setup ## Everything: the checks, then all tests on SQLite and on PostgreSQL. One area on SQLite: make test AREA=hours
	@test -d tests/$(AREA) || { echo "No tests of $(AREA). There are: $(AREAS)"; exit 1; }
	$(PYTHON) -m pytest -n 2 --dist worksteal tests/$(AREA) tests/architecture
else
test: check
	@scripts/setup_system.sh
	$(PYTHON) -m pytest -n 2 --dist worksteal $(if $(CI),--require-all)
	$(PYTHON) -m pytest -n 2 --dist worksteal --database=postgresql $(if $(CI),--require-all)
endif

mutants: setup ## Change one thing at a time in the modules that matter most; which changes does no test notice? Hours
	$(PYTHON) -m tests.mutants

bench: setup ## Measure speed, memory and scale; never part of the tests
	@if [ -f benchmarks/run.py ]; then $(PYTHON) -m benchmarks.run; fi

bench-reliability: setup ## Measure what the service does while something around it fails
	$(PYTHON) -m benchmarks.reliability

css: setup ## Rebuild the style sheet; needs npm
	scripts/css/build.sh

lock: setup ## Compile requirements*.in into requirements*.txt with hashes
	.venv/bin/uv pip compile --quiet --universal --no-strip-extras --generate-hashes --python-version 3.11 -o requirements.txt requirements.in
	.venv/bin/uv pip compile --quiet --universal --no-strip-extras --generate-hashes --python-version 3.11 -o requirements-dev.txt requirements-dev.in
