# Everything here sets up what it needs by itself: a Python environment in .venv, made once.
.DEFAULT_GOAL := help
.SUFFIXES:
SHELL := bash
.PHONY: help demo serve test lint policies package deploy bench bulk lock clean fuzz fuzz-inputs audit crash-matrix soak

# Version managers put commands on the PATH that do nothing but fail, so each candidate is really run.
SUITABLE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for p in python3.12 python3.13 python3.11 python3 python; do \
	"$$p" -c '$(SUITABLE)' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PORT ?= 8000
REQUESTS ?= 100000
IMPORTED_PEOPLE ?= 3000
SECONDS_EACH ?= 300
ARCHITECTURE ?= arm64

help:  ## This list
	@sed -n 's/^\([a-z-]*\):.*## *\(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-14s %s\n", $$1, $$2 }'

demo: $(READY)  ## Run the four identity flows on real photographs and show every decision
	@$(BIN)/python -m cli.demo

serve: $(READY)  ## Keep the sandbox and the app running (PORT=8000), to try one's own pictures
	@exec $(BIN)/python -m cli.serve --port $(PORT)

test: lint  ## All gates and all tests
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

lint: $(READY)  ## Style, types and the import rule
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

policies: $(READY)  ## Check the policies, and tell Terraform which are valid
	@$(BIN)/python -m cli.packaging policies

package: $(READY)  ## Build the Lambda zip and its Terraform module (ARCHITECTURE=arm64 or x86_64)
	@$(BIN)/python -m cli.packaging package --architecture $(ARCHITECTURE) $(if $(LAMBDA_PYTHON),--python "$(LAMBDA_PYTHON)")

bench: $(READY)  ## Measure flows, cold start, own share, throughput, memory and capacity; ten minutes (bench/RESULTS.md)
	@$(BIN)/python -m bench

fuzz: $(READY)  ## REQUESTS=100000 requests made from the OpenAPI document, and which answers they got; half an hour or so
	@$(BIN)/python -m fuzz.api --requests $(REQUESTS)

crash-matrix: $(READY)  ## Kill every flow of every policy at every call of AWS, recover, and check that nothing is half-made; half an hour
	@$(BIN)/python -m tests.crash

bulk: $(READY)  ## Import IMPORTED_PEOPLE=3000 over the queue, with a worker killed halfway; a quarter of an hour or more
	@IMPORTED_PEOPLE=$(IMPORTED_PEOPLE) $(BIN)/python -m pytest -q -s tests/cli/test_import_on_queue.py -k killed

fuzz-inputs: $(READY)  ## Coverage-guided bytes for what reads pictures, bodies and policies (SECONDS_EACH=300)
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements-fuzz.txt || \
		echo "Atheris has no build for this Python: the search goes by chance alone." >&2
	@$(BIN)/python -m fuzz.inputs --seconds $(SECONDS_EACH)

audit: $(READY)  ## Insecure code, committed secrets, known vulnerabilities; what cannot be checked is not clean
	@$(BIN)/python -m audit

soak: $(READY)  ## 5,000 requests of many people at once, a fault in 5% of the calls of AWS; then the invariants
	@$(BIN)/python -m tests.crash.soak

deploy: $(READY)  ## Check, test, package, plan, ask and apply: make deploy ENV=dev (AUTO=yes does not ask)
	@[ -n "$(ENV)" ] || { echo "Which environment? make deploy ENV=dev" >&2; exit 2; }
	@$(MAKE) --no-print-directory policies
	@$(MAKE) --no-print-directory test
	@$(MAKE) --no-print-directory package
	@$(BIN)/python -m cli.packaging deploy "$(ENV)" $(if $(filter yes,$(AUTO)),--yes)

lock: $(READY)  ## Pin requirements/*.in anew, with hashes, for every platform
	@$(BIN)/python -m venv $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip install --quiet uv
	@for set in lambda: dev:-dev sandbox:-sandbox pictures:-pictures runtime:-runtime fuzz:-fuzz; do \
		$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
			$$([ "$$set" = pictures:-pictures ] && echo --no-deps) \
			"requirements/$${set%%:*}.in" --output-file "requirements$${set#*:}.txt" || exit 1; \
		echo "requirements$${set#*:}.txt"; \
	done

clean:  ## Remove what was made: the environment, caches and the local stack's files
	rm -rf $(VENV) $(VENV)-lock .countersign build dist *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements-sandbox.txt requirements-pictures.txt pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo "Countersign needs Python 3.11, 3.12 or 3.13 with its venv module, and none was found." >&2; \
		echo "Install one (on Debian and Ubuntu: python3 python3-venv), or say where it is: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c '$(SUITABLE)' >/dev/null 2>&1 || { \
		echo "$(PYTHON) is not a working Python 3.11, 3.12 or 3.13 with its venv module; choose another: make PYTHON=..." >&2; exit 1; }
	@echo "Setting up $(VENV) with $$("$(PYTHON)" --version). This happens once and takes about a minute and a half."
	@"$(PYTHON)" -m venv $(VENV)
	@# The lock names every package, so there is nothing to resolve; what is never imported need not be compiled.
	@set -o pipefail; $(BIN)/python -m pip --disable-pip-version-check install --progress-bar off \
		--require-hashes --no-deps --no-compile -r requirements-sandbox.txt | \
		sed -n -e 's/^Collecting \([^ ;]*\).*/  \1/p' -e 's/^Installing collected packages.*/  installing them all .../p'
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet \
		--require-hashes --no-deps --no-compile -r requirements-pictures.txt
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --editable .
	@touch $@
