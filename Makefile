# make run    the sample trial, from nothing to results/<trial>/report.html (sets everything up first)
# make test   the whole test suite (sets everything up first)
# PYTHON=python3.12 make run    another interpreter;  TRIAL=config/trials/NCT04480788.yaml make run    another trial

PYTHON ?= $(shell command -v python3.11 || command -v python3)
CORES ?= 4
TRIAL ?= config/config.yaml
INPUTS ?= 10000
JOBS ?= 2
KILLS ?= 100
OTHER_PYTHON ?= $(shell command -v python3.13)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test fuzz drafts faults determinism lint format docs docs-site validate container lock bench sample clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "cartpk needs Python 3.11 or newer; this is %s. Try: make run PYTHON=python3.11" % sys.version.split()[0])'
	@echo "Making $(VENV) (once, about a minute) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements.lock pyproject.toml | $(BIN)/python
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --editable .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.ready  ## install what `make run` needs
setup-dev: $(VENV)/.ready-dev  ## install what the developers need

run: setup  ## run the workflow on the trial (TRIAL=...), print the report's path
	@$(BIN)/cartpk run $(TRIAL) --cores $(CORES)

test: setup-dev  ## the whole test suite
	@$(BIN)/python -m pytest -n auto --dist loadgroup

fuzz: setup-dev  ## 10,000 spoiled trials with fresh seeds: no traceback, no hang, nobody vanishes (INPUTS=, JOBS=)
	@$(BIN)/python tests/fuzz/run.py --inputs $(INPUTS) --jobs $(JOBS) --note docs/fuzz.md

drafts: setup-dev  ## every reference series and some laboratory sheets, from `cartpk new` to the report (half an hour)
	@$(BIN)/python tests/draft/run.py --note docs/drafts.md

faults: setup-dev  ## kill the workflow a hundred times, fill its disk, cut its files ...: nothing is lost (KILLS=)
	@$(BIN)/python tests/faults/run.py --kills $(KILLS)

determinism: setup-dev  ## all trials again: other folder, cores, order of rows, Python: the same bytes (OTHER_PYTHON=)
	@$(BIN)/python tests/determinism/run.py --python "$(OTHER_PYTHON)"

lint: setup-dev  ## ruff, mypy strict, import contract
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup-dev  ## format the code
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

docs: setup  ## write the pages that are generated from the code
	@$(BIN)/cartpk docs

sample: setup  ## make the synthetic sample data again, byte for byte
	@for trial in NCT04480788 NCT06316427 NCT06871644 NCT07117175; do $(BIN)/cartpk simulate $$trial --out data/sample/$$trial || exit 1; done

lock: setup-dev  ## resolve the dependencies anew (needs uv on the PATH); no registry address goes into the files
	@uv lock --quiet
	@uv export --quiet --no-emit-project --no-annotate --no-header --format requirements-txt --output-file requirements.lock > /dev/null
	@uv export --quiet --all-extras --no-emit-project --no-annotate --no-header --format requirements-txt --output-file requirements-dev.lock > /dev/null
	@rm -f uv.lock

bench: setup-dev  ## measure, and write benchmarks/README.md
	@$(BIN)/python benchmarks/run.py
docs-site: setup-dev  ## the documentation as a web site in build/site (no network needed to read it)
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo build/site/index.html

validate: setup-dev  ## run the suite (or take JUNIT="file ..."), write the validation pack build/validation.html
	@mkdir -p build
ifndef JUNIT
	-@CARTPK_WHOLE="$(basename $(notdir $(wildcard config/trials/NCT*.yaml)))" $(BIN)/python -m pytest -n auto --dist loadgroup --junitxml=build/junit.xml
endif
	@$(BIN)/cartpk validate $(addprefix --junit ,$(or $(JUNIT),build/junit.xml))

container: setup  ## build the Dockerfile, run the sample trial in it, compare (BASE=; root, podman, runc, debootstrap)
	@.ci/container $(BASE)

clean:  ## remove the environment and all results
	@rm -rf $(VENV) results .snakemake build *.egg-info src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
