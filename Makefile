# The few verbs of this project. Every one installs what it needs into .venv first.
# ARGS passes more words on: make train ARGS="train.iterations=2 --run-dir runs/try"

CONFIG ?= configs/laptop.yaml
ARGS ?=
PYTEST = .venv/bin/python -m pytest --timeout=300

.DEFAULT_GOAL := help
.PHONY: help install train test test-long redteam bench check docs wheel clean

help:  ## show the verbs
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install:  ## make .venv; quick when nothing changed
	@launch/install.sh

train: install  ## train a code-repair policy on this machine (CONFIG=configs/laptop.yaml)
	@.venv/bin/codearena doctor >.venv/doctor.txt || { cat .venv/doctor.txt; exit 1; }
	.venv/bin/codearena train $(CONFIG) $(ARGS)

test: install  ## every test that needs no GPU and no patience
	$(PYTEST) tests/unit tests/integration tests/redteam -m "not gpu and not slow" $(ARGS)

test-long: install  ## the tests that take minutes each
	$(PYTEST) tests -m "slow and not gpu" --timeout=3600 $(ARGS)

redteam: install  ## attacks on grade, sandbox and environment
	$(PYTEST) tests/redteam -m "not gpu" $(ARGS)

bench: install  ## measure against a baseline that runs beside; gates nothing
	@for file in tests/benchmarks/*.py; do echo "$$file"; .venv/bin/python "$$file" || exit 1; done

check: install  ## ruff, mypy, layers
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

docs: install  ## regenerate the pages that are made from code
	.venv/bin/python -m codearena_ray.cli.config_reference docs/reference/config.md
	.venv/bin/python -m codearena_ray.trajectory.reference >docs/reference/trajectories.md

wheel: install  ## dist/*.whl
	.venv/bin/python -m build --wheel

clean:  ## remove caches and built files; .venv and runs stay
	rm -rf build dist .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find codearena_ray tests -name __pycache__ -type d -prune -exec rm -rf {} +
