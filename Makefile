# Two commands for a fresh machine with git, Python >= 3.11 and make: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
PIN := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate \
	--extra notebook --extra report --group dev --upgrade --quiet pyproject.toml

.PHONY: demo test test-oldest lint read-ahead model datasheet notebooks bench requirements audit clean

.venv/ready: requirements.txt pyproject.toml
.venv-oldest/ready: requirements-oldest.txt pyproject.toml
.venv/ready .venv-oldest/ready:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kolclf needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	$(@D)/bin/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $@

demo: .venv/ready ## train on data/, answer a small messy spreadsheet, explain one account
	mkdir -p build
	$(BIN)/kolclf train data/profiles.csv --where split=train --group-column batch -o build/demo.npz --force
	$(BIN)/kolclf predict data/demo_accounts.csv --model build/demo.npz -o build/demo_result.csv
	$(BIN)/kolclf explain data/demo_accounts.csv --row 1 --model build/demo.npz
	@echo "--- build/demo_result.csv" && cut -c 1-200 build/demo_result.csv

test: .venv/ready
	$(BIN)/pytest

test-oldest: .venv-oldest/ready ## the tests with the oldest dependencies that pyproject.toml allows
	.venv-oldest/bin/pytest

lint: .venv/ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

read-ahead: .venv/ready ## read lexicon.toml and rules.toml ahead, after an edit, so that kolclf starts fast
	$(BIN)/python -m kolclf.read_ahead

# Folds of whole batches: rows written side by side never stand on both sides. The rows marked test measure the model.
model: .venv/ready read-ahead ## train the default model again, and write its card; the same data gives the same bytes
	$(BIN)/kolclf train data/profiles.csv --where split=train --group-column batch -o models/default.npz --force
	$(BIN)/python benchmarks/model_card.py
	$(BIN)/python benchmarks/answers.py

datasheet: .venv/ready ## count the labelled profiles again
	$(BIN)/python benchmarks/datasheet.py

notebooks: .venv/ready ## run the notebooks again, and keep their outputs without what differs from run to run
	$(BIN)/ruff format --quiet notebooks
	$(BIN)/python notebooks/execute.py

bench: .venv/ready ## time kolclf beside fastText and scikit-learn, and write benchmarks/RESULTS.md (an hour or two)
	$(BIN)/python benchmarks/speed.py

requirements: ## pin the newest and the oldest dependencies again (needs uv)
	$(PIN) -o requirements.txt
	$(PIN) --resolution lowest-direct -o requirements-oldest.txt

audit: ## known vulnerabilities of what is pinned (needs pip-audit)
	pip-audit --strict --require-hashes --disable-pip -r requirements.txt
	pip-audit --strict --require-hashes --disable-pip -r requirements-oldest.txt

clean:
	rm -rf .venv .venv-oldest build dist .mypy_cache .pytest_cache .ruff_cache
