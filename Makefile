# Each target sets up what it needs. Nothing but python3 (3.11+), pip and make is asked of the machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check --quiet --quiet install --require-hashes --no-deps
# What takes long because it starts, kills and restarts servers; everything else under tests/ is `make test`.
SERVERS := tests/crash tests/stores tests/outbound/test_killed.py tests/outbound/test_cli.py tests/hostile/test_server.py
PACKAGES = "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"

.PHONY: demo test test-servers test-clients test-conformance check up bench docs requirements clean

demo: $(VENV)/.run  ## set everything up and tell the main job, start to end
	@$(BIN)/python -m demo

test: $(VENV)/.test  ## set everything up and pass all tests that need no server of their own to kill
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(SERVERS:%=--ignore=%)

test-servers: $(VENV)/.test  ## kill, fill and cut off real servers, and start two on one database
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(SERVERS)

test-clients: $(VENV)/.test .clients/az/.set .clients/python/.set .clients/python-stable/.set .clients/node/.set .clients/azurite/.set
	@$(BIN)/python -m pytest clients -n 2 --dist loadfile  ## az, the Python and the JavaScript SDKs, unmodified, against a server (needs Node 20 with npm)

test-conformance: $(VENV)/.conformance  ## every described operation, its examples and schemathesis, against the public OpenAPI documents
	@$(BIN)/python -m pytest conformance -n 2 --dist loadgroup

check: $(VENV)/.check  ## format, lint, types, import layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

up: $(VENV)/.run  ## serve on free ports of 127.0.0.1 with the data folder .up
	@$(BIN)/lightkeeper up --data .up

bench: $(VENV)/.test  ## measure the request path as ratios
	@$(BIN)/python -m bench

# The virtual environment has no pip of its own: a bare Debian has no ensurepip, and the machine's pip can install into it.
$(BIN)/python:
	@$(PYTHON) -m venv --without-pip $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "Setting up $(VENV) ..."
	@$(PIP) --requirement requirements/run.txt
	@echo "$(CURDIR)/src" > $(PACKAGES)/lightkeeper.pth
	@printf '#!%s\nimport sys\nfrom lightkeeper.__main__ import main\nsys.exit(main())\n' "$(CURDIR)/$(BIN)/python" > $(BIN)/lightkeeper
	@chmod +x $(BIN)/lightkeeper
	@$(BIN)/python -m compileall -q -j 0 src/lightkeeper  # a command starts in half the time, where Python may not write beside us too
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	@$(PIP) --requirement requirements/test.txt
	@touch $@

$(VENV)/.conformance: requirements/conformance.txt $(VENV)/.test
	@$(PIP) --requirement requirements/conformance.txt
	@touch $@

$(VENV)/.check: requirements/check.txt $(VENV)/.test
	@$(PIP) --requirement requirements/check.txt
	@touch $@

docs: $(VENV)/.test  ## write the pages that are facts of the code, and the matrix of who gets through which door
	@$(BIN)/python -m tests.guards.documents --write
	@$(BIN)/python -m tests.guards.matrix --write

# Clients of different generations want different versions of the same libraries: each has an environment of its own.
.clients/%/.set: requirements/clients/%.txt
	@echo "Setting up .clients/$* ..."
	@rm -rf .clients/$* && mkdir -p .clients && $(PYTHON) -m venv --without-pip .clients/$*
	@$(PYTHON) -m pip --python .clients/$*/bin/python --disable-pip-version-check --quiet --quiet install --require-hashes --no-deps --requirement $<
	@touch $@

NPM = rm -rf $(@D) && mkdir -p $(@D) && cp $(<D)/package*.json $(@D) && cd $(@D) && npm ci --no-audit --no-fund --silent --ignore-scripts

.clients/node/.set: requirements/clients/node/package-lock.json
	@echo "Setting up .clients/node ..."
	@$(NPM)
	@touch $@

.clients/azurite/.set: requirements/clients/azurite/package-lock.json
	@echo "Setting up .clients/azurite ..."
	@$(NPM)
	@touch $@

requirements:  ## pin anew, with hashes and without a registry's address (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --output-file requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group test --constraints requirements/run.txt --output-file requirements/test.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group check --constraints requirements/run.txt --output-file requirements/check.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --group conformance --constraints requirements/run.txt --constraints requirements/test.txt --output-file requirements/conformance.txt
	for one in az python python-stable; do uv pip compile --quiet --universal --python-version 3.11 --prerelease if-necessary-or-explicit --generate-hashes --no-emit-index-url --no-header requirements/clients/$$one.in --output-file requirements/clients/$$one.txt; done
	for one in node azurite; do (cd requirements/clients/$$one && npm install --package-lock-only --no-audit --no-fund --omit-lockfile-registry-resolved); done

clean:
	rm -rf $(VENV) .demo .up .clients
