# Everything runs in .venv, made from requirements.lock; only Python 3.11+, make and a package index
# are assumed. `make help` lists the targets.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready
SITE := import sysconfig; print(sysconfig.get_path("purelib"))
# The modules with tests of a real server: to collect all others takes as long as many tests.
LIVE = $$(grep -rl --include='test_*.py' 'mark\.live' tests | sort)
# Some machines forbid bytecode; each worker and each started command would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test coverage check lint quick offline live models postgresql lowest soak screens bench benches dist lock clean

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Qawl needs Python 3.11 or later; set PYTHON=/path/to/python3"; exit 1; }
	@echo "The first time, Qawl and its libraries are installed into .venv. This takes some minutes."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY) ## the whole loop on this machine, with a real Label Studio
	$(BIN)/qawl demo

test: ## every test but the long ones
	@$(MAKE) lint
	@$(MAKE) offline
	@$(MAKE) live

coverage: $(READY) ## the same with the coverage of the code, which takes a third longer
	@$(MAKE) offline COVER="--cov=qawl --cov-report="
	@$(MAKE) live COVER="--cov=qawl --cov-append --cov-report=term:skip-covered"

check: lint quick ## lint, types and the quick tests: under a minute

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/qawl scheme --check

quick: $(READY)
	$(BIN)/pytest -q -n 2 --dist worksteal -m "not live and not soak and not slow and not models"

offline: $(READY)
	$(BIN)/pytest -q -n 2 --dist worksteal -m "not live and not soak and not models" $(COVER)

live: $(READY)
	$(BIN)/pytest -q -n 2 --dist worksteal -m "live and not soak" $(LIVE) $(COVER)

models: .venv-models/.ready ## the tests that train or ask a tiny model, with torch in an environment beside .venv
	.venv-models/bin/python -m pytest -q -m models tests/test_examples.py tests/suggest

.venv-models/.ready: $(READY) requirements.models.txt
	$(BIN)/python -m venv .venv-models
	echo "import site; site.addsitedir('$$($(BIN)/python -c '$(SITE)')')" \
		> $$(.venv-models/bin/python -c '$(SITE)')/beside.pth
	.venv-models/bin/python -m pip install --quiet --disable-pip-version-check \
		-c requirements.lock -r requirements.models.txt
	@touch $@

postgresql: $(READY) ## the tests with a Label Studio again, on Debian's PostgreSQL
	QAWL_TEST_POSTGRESQL=1 $(BIN)/pytest -q -n 2 --dist worksteal -m "live and not soak" tests/studio $(CHOSEN)

soak: $(READY) ## the tests that take longer
	$(BIN)/pytest -q -s -m soak

lowest: ## the tests that need no server, on the lowest versions that pyproject.toml allows
	uv venv --clear --seed .venv-lowest
	uv pip compile --quiet --python .venv-lowest --no-header --annotation-style line \
		--resolution lowest-direct pyproject.toml | grep pyproject.toml > .venv-lowest/lowest.txt
	uv pip install --python .venv-lowest --constraint .venv-lowest/lowest.txt --group dev --editable .
	.venv-lowest/bin/pytest -q -m "not live and not soak and not models"

screens: $(READY) ## pictures of what annotators see, from a real Label Studio, in build/screens
	$(BIN)/python tools/screens.py build/screens

bench: $(READY) ## one table of ratios against a script and a peer, and of growth (docs/performance.md)
	@$(BIN)/python -m compileall -q src
	@$(BIN)/python bench/table.py --large

benches: $(READY) ## the single benchmarks, some on a real Label Studio
	@for each in bench/bench_*.py; do echo "== $$each"; $(BIN)/python $$each || exit 1; done

dist: $(READY) ## wheel and source archive, searched for withheld text; what is installed; advisories
	rm -rf dist
	$(BIN)/python -m build --no-isolation
	$(BIN)/python tools/check_archives.py dist/*
	$(BIN)/python tools/make_sbom.py dist/qawl.cdx.json
	$(BIN)/python tools/check_advisories.py requirements.lock

lock: ## pins what is installed in .venv (run after raising a version there)
	$(BIN)/python -m pip freeze --exclude-editable --exclude qawl > requirements.lock

clean: ## removes what was made, not the corpus
	rm -rf .venv .venv-lowest .venv-models .coverage dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
