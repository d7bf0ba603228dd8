# `make serve` and `make test` set up everything they need in .venv, from Python 3.11 or newer alone.

PYTHON ?= python3
PORT ?= 8080
BIN := .venv/bin
READY := .venv/ready
OLD := .venv-oldest/bin
CLIENTS := .venv-clients/bin
NODE := tests/sdk/node
NODE_READY := $(NODE)/node_modules/ready

.PHONY: serve test lint types layers suite oldest clients node coverage spec sdk-changes vocabulary secret-rules docs pictures fidelity bench clean

serve: $(READY)
	$(BIN)/mockserver serve --port $(PORT)

test: lint types layers suite

$(READY): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	touch $(READY)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports

suite: $(READY) $(NODE_READY)
	$(BIN)/python -m pytest -n 2

# Runs a part of the suite with the oldest versions that pyproject.toml allows, and compares the default answers.
OLDEST := cassette samples script upstream test_server.py test_determinism.py plugin/test_plugin.py \
	$(addprefix web/test_,faults.py profile.py responses.py sending.py tls.py)

oldest: $(READY)
	$(PYTHON) -m venv --clear .venv-oldest
	$(BIN)/python tests/oldest_versions.py >.venv-oldest/requirements.txt
	$(OLD)/python -m pip install --quiet --disable-pip-version-check --editable . --requirement .venv-oldest/requirements.txt
	$(OLD)/python -m pytest -n 2 $(addprefix tests/,$(OLDEST)) -k 'not installed_package and not type_checker'
	test "$$($(OLD)/python -m tests.support.default_answers)" = "$$($(BIN)/python -m tests.support.default_answers)"

# Runs the examples of clients that cannot be installed beside the others.
clients:
	$(PYTHON) -m venv --clear .venv-clients
	$(CLIENTS)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(CLIENTS)/python -m pip install --quiet --disable-pip-version-check --editable . --group clients
	$(CLIENTS)/python -m pytest tests/docs/test_examples.py -k "litellm or instructor"

# Installs the Node clients that some tests run. Where npm is missing or fails, these tests are skipped.
node: $(NODE_READY)

$(NODE_READY): $(NODE)/package.json $(NODE)/package-lock.json
	@if command -v npm >/dev/null && npm ci --prefix $(NODE) --silent --no-audit --no-fund --prefer-offline --fetch-retries=1; then touch $@; \
	else echo "npm is missing or failed: the tests of Node clients are skipped"; fi

coverage: $(READY) $(NODE_READY)
	$(BIN)/coverage run -m pytest
	$(BIN)/coverage report

# Makes mockserver/spec/contract.json again from the pinned openai package.
spec: $(READY)
	$(BIN)/python tests/spec/make_contract.py

# Prints what a newer openai package adds to the contract; SDK=3.58.0 names its version, else it is the newest.
sdk-changes: $(READY)
	$(BIN)/python tests/spec/sdk_changes.py --version '$(SDK)'

# Prints docs/errors.md, docs/events.md and docs/providers.md from the tables of the server and its profiles.
docs: $(READY)
	$(BIN)/python -m tests.docs.print_pages

# Writes docs/fidelity.md from the recordings in ../shared and from cassettes/.
fidelity: $(READY)
	$(BIN)/python -m tests.docs.print_fidelity

# Makes mockserver/samples/vocabulary.json again from the pinned Faker.
vocabulary: $(READY)
	$(BIN)/python -m tests.samples.make_vocabulary

# Makes mockserver/cassette/secret_rules.json again from tests/cassette/gitleaks.toml.
secret-rules: $(READY)
	$(BIN)/python -m tests.cassette.make_secret_rules

# Takes the pictures of docs/looking.md, in a Chromium that is installed.
PICTURES := list conversation why timeline changes gate workspace rule
pictures: $(READY)
	$(BIN)/python -m pytest tests/page/test_page.py tests/page/test_rules.py
	mkdir -p docs/pictures
	for name in $(PICTURES); do cp .pytest_cache/d/page/$$name.png docs/pictures/; done

# Measures, and puts the results into docs/performance.md.
bench: $(READY)
	$(BIN)/python tests/bench --write

clean:
	rm -rf .venv .venv-oldest .venv-clients dist $(NODE)/node_modules
