# Each target does all of its own set-up; a second run finds it done.

BIN := .venv/bin
READY := .venv/.ready
SERVERS := .venv/servers/.ready
PYTHON_FILES := src tests scripts $(wildcard benchmarks docs/generate.py)
SHELL_FILES := packaging/bin/axium axium.tmux .ci/run $(filter-out %.py %/__pycache__,$(wildcard scripts/*)) \
	axium.tmux $(wildcard src/axium/shell/bash/* src/axium/shell/tmux/*.sh)

# Tests wait for programs more than they compute.
WORKERS := $(shell echo $$(( $$(nproc) + 1 )))

.PHONY: run test check bench docs lock

run: $(READY)  ## see it work: two panes, two environments
	@scripts/need tmux
	@$(BIN)/python -m scripts.demo

test: $(READY) $(SERVERS)  ## every test, against the real programs
	@scripts/need tmux zsh fish strace shellcheck gcc bwrap=bubblewrap systemctl=systemd faketime \
		openssl aria2c=aria2 ed direnv dh_bash-completion=bash-completion \
		ansible-playbook=ansible-core /usr/sbin/sshd=openssh-server ssh-agent=openssh-client
	@$(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=worksteal $(ARGS)

check: $(READY)  ## format, lint, types, floors, shell files, generated pages
	@scripts/need shellcheck
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy --no-error-summary $(PYTHON_FILES)
	$(BIN)/lint-imports --no-cache
	shellcheck $(SHELL_FILES)
	scripts/check-tree
	$(if $(wildcard docs/generate.py),$(BIN)/python docs/generate.py --check)

bench: $(READY)  ## the figures, peers side by side in the same run
	@scripts/need gcc redis-server strace tmux direnv zsh fish
	@$(BIN)/python benchmarks/run.py $(ARGS)

docs: $(READY)  ## the reference pages, from the types
	$(BIN)/python docs/generate.py

lock: $(READY)  ## the exact versions again, from the ranges in pyproject.toml
	$(BIN)/uv pip compile $(LOCK) pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile $(LOCK) --group dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile $(LOCK) --no-deps --group pyproject.toml:peers -o requirements/peers.txt
	$(BIN)/uv pip compile $(LOCK) --group pyproject.toml:servers -o requirements/servers.txt
	npm install --prefix requirements/servers --package-lock-only --omit-lockfile-registry-resolved

LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

$(READY): requirements/dev.txt requirements/peers.txt pyproject.toml packaging/bin/axium scripts/make-venv
	@scripts/make-venv .venv
	@touch $@

$(SERVERS): requirements/servers.txt requirements/servers/package-lock.json scripts/make-servers | $(READY)
	@scripts/make-servers .venv/servers
	@touch $@
