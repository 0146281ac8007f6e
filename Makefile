# Two commands: `make run` and `make test`. Both do all set-up on a fresh machine.
# Further arguments: make run ARGS=--once
# Tests run in JOBS processes, a file in one; most of them wait for other programs. What failed beside another is run
# once more by itself, and fails for good there. One after the other from the start: make test JOBS=0

VENV := .venv
PYTHON ?= python3
JOBS ?= 2
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: run test check bench docs clean

run: $(STAMP)
	$(BIN)/clearbell run $(ARGS)

test: $(STAMP) check
	./scripts/install-system-packages
	$(BIN)/pytest -n $(JOBS) --dist loadfile $(ARGS) || $(BIN)/pytest --last-failed --last-failed-no-failures none $(ARGS)

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy

# What was measured stands in bench/hot_path/results.json; the last line writes its tables and pictures into the docs.
bench: $(STAMP) .venv-bench/.installed
	./scripts/install-system-packages
	$(BIN)/python -m bench.hot_path $(ARGS)
	$(BIN)/python -m bench.hot_path.report

docs: $(STAMP)
	$(BIN)/zensical build

# uv makes the environment; it is itself installed into it from the package index pip is set up with.
$(STAMP): pyproject.toml requirements.lock scripts/make-environment
	PYTHON=$(PYTHON) ./scripts/make-environment $(VENV)
	touch $@

# What Clearbell is compared with has an environment of its own.
.venv-bench/.installed: bench/requirements.lock $(STAMP)
	rm -rf .venv-bench
	$(PYTHON) -m venv .venv-bench
	$(BIN)/uv pip install --quiet --python .venv-bench/bin/python --require-hashes -r bench/requirements.lock
	touch $@

clean:
	rm -rf $(VENV) .venv-bench site .mypy_cache .ruff_cache .pytest_cache .hypothesis
