# Everything runs in .venv, which is made when first needed; PYTHON names the interpreter that makes it.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test test-pythons lint verify safety fuzz faults attacks gpu-check diagnosis clean

demo: .venv/ready  ## Grades a submission and shows the verdict.
	$(BIN)/grader run perceptron reference/expressivity/perceptron/right/with_loops.py

test: .venv/ready lint  ## Checks everything that CI checks.
	$(BIN)/python -m pytest
	$(BIN)/python -m pytest tests/oracles

test-pythons: .venv/ready  ## Tests the engine and the quick katas on Python 3.11, 3.12 and 3.13, those that pyenv has.
	$(BIN)/python tests/pythons.py

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

verify: .venv/ready  ## Verifies every kata from the start, with two seeds, and locks those that pass.
	$(BIN)/grader verify --all --fresh --seeds 2 --lock

safety: .venv/ready  ## Takes the engine's safety away piece by piece; a test must notice each.
	$(BIN)/python tests/remove_safety.py

fuzz: .venv/ready  ## Sends a million frames to the judge that no worker of ours would send, or N; ten minutes.
	$(BIN)/python tests/fuzz.py $(N)

faults: .venv/ready  ## Measures that load, hangs and pauses cost no marks, on N correct submissions; half an hour and more.
	$(BIN)/python tests/faults/measure.py $(N)

attacks: .venv/ready  ## Runs every cheat of the corpus in every setting, with each layer of the sandbox taken away.
	$(BIN)/python tests/attacks/matrix.py

gpu-check: .venv/ready  ## Grades one kata of each kind on the CPU and on a GPU, if there is one.
	$(BIN)/python benchmarks/gpu_check.py

diagnosis: .venv/ready  ## Measures how well misconceptions are named in code that nobody has seen.
	$(BIN)/python tests/measure_diagnosis.py --list

clean:
	rm -rf .venv .venv-*

.venv/ready: pyproject.toml plugins/grader-dask/pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' --editable plugins/grader-dask
	touch $@
