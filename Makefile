# Every target sets up what it needs: a virtual environment in .venv, with the versions of constraints.txt.
PYTHON ?= python3
VENV   := .venv
PROCESSES ?= 3
RUN    := $(VENV)/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup try rehearse faults soak compose run doctor bench negations load fuzz flood screens etude listen quick \
	test lint layers types lock parts audit clean
export PROMPT ?= a slow dub with brushed drums and a warm bass

help:            ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 12

setup: $(VENV)/.ready  ## the virtual environment with everything in it

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
ifdef LOCKED # with hashes, as the public CI does; a build of torch from elsewhere has others
	requirements/install $(RUN) run dev
	$(RUN) -m pip install --quiet --no-deps --no-build-isolation --editable .
else
	$(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
endif
	@touch $@

try: setup       ## the whole bot in your browser, with no Discord
	$(RUN) -m bot try

rehearse: setup  ## hear it: the whole bot against a Discord on this machine
	$(RUN) -m bot rehearse

faults: setup    ## everything that can go wrong, against the bot: a table of what it costs
	$(RUN) -m bot rehearse --faults all

soak: setup      ## ten minutes of one bot with random faults
	$(RUN) -m bot rehearse --soak 10

compose: setup   ## a track without Discord: make compose PROMPT="…"
	$(RUN) -m bot compose "$$PROMPT"

run: setup       ## the real bot, with config.toml
	$(RUN) -m bot run

doctor: setup    ## what is missing, and what to do about it
	$(RUN) -m bot doctor

bench:           ## how fast the engine is here, beside generate(); needs no network where torch and transformers are
	@[ -e $(VENV)/.ready ] || $(PYTHON) -c 'import torch, transformers' 2>/dev/null || $(MAKE) setup
	@if [ -e $(VENV)/.ready ]; then $(RUN) -m bench; else $(PYTHON) -m bench; fi

negations: setup ## whether étude leaves out what a prompt says to leave out
	$(RUN) -m bench.negations

load: setup      ## how many channels one bot process plays, beside discord.py's own way
	$(RUN) -m bench.load

fuzz: setup      ## 50,000 damaged sound files through media processes; nothing may crash, hang or grow
	OPENBLAS_NUM_THREADS=1 $(RUN) -m fuzz

flood: setup     ## a hundred hostile files from one server: what another one hears meanwhile
	$(RUN) -m acceptance.flood

screens: setup   ## the pictures in the documentation, from what the bot posts (needs Chromium)
	$(RUN) -m acceptance.screens

etude: setup     ## train the model that ships with Busker, from nothing (hours)
	nice -n 19 $(RUN) -m training

listen: setup    ## measure that model, with pictures
	$(RUN) -m training listen

# Rewritten tests and byte code are kept: without them each process takes 3 s longer to collect.
quick test: export PYTHONDONTWRITEBYTECODE :=

quick: lint types ## under a minute: checks that need no torch, no loopback Discord and no waiting
	$(RUN) -m pytest --quick --numprocesses 2 --dist worksteal $(T)

# More processes than cores, since many tests wait for real time.
test: lint types ## every check: lint, types, tests; a part of them: make test T=tests/bot/voice
	$(RUN) -m pytest --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder $(T)

lint: setup layers
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

layers: setup    ## the layers of ARCHITECTURE.md: who may import whom
	$(VENV)/bin/lint-imports --cache-dir .import_linter_cache

types: setup
	$(RUN) -m mypy

lock:            ## the hashes of all packages in requirements/, after a change of pyproject.toml or constraints.txt
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	build/lock/bin/python requirements/lock.py

parts: build/audit/.ready ## a list of all packages that the image holds, for scanners: var/parts.json (CycloneDX)
	@mkdir -p var
	cat requirements/run.txt requirements/torch.txt | build/audit/bin/cyclonedx-py requirements \
		--pyproject pyproject.toml --output-reproducible --output-file var/parts.json -

audit: build/audit/.ready ## known holes in those packages
	build/audit/bin/pip-audit --disable-pip --require-hashes \
		--requirement requirements/run.txt --requirement requirements/torch.txt

build/audit/.ready: requirements/audit.txt
	$(PYTHON) -m venv build/audit
	requirements/install build/audit/bin/python audit
	@touch $@

clean:           ## forget the environment and all reports; tracks and what the bot remembers stay in var/
	rm -rf $(VENV) build .mypy_cache .ruff_cache .import_linter_cache .pytest_cache var/rehearsal var/listen var/*.json
