# Each target sets itself up: a virtual environment in .venv from what pyproject.toml names.
PYTHON ?= python3
BIN := .venv/bin
XDIST ?= 4

.PHONY: demo test check docs eval bench soak fortnight year clean

.venv/.ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

demo: .venv/.ready  ## crawl a small made-up Arabic news site on loopback and search it
	$(BIN)/warraq demo

.peers/.ready: tests/install-peers
	PYTHON=$(PYTHON) tests/install-peers

test: .venv/.ready .peers/.ready  ## all tests (some twelve minutes on two cores)
	$(BIN)/python -m pytest -n $(XDIST) --dist loadfile --no-loadscope-reorder -q

check: .venv/.ready  ## format, lint, types, layers, dead code, generated docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/cog -I docs --check -r docs/*.md

bench: .venv/.ready  ## the whole job beside a straightforward build (some five minutes)
	$(BIN)/python bench/run.py

soak: .venv/.ready  ## five hundred kills and as many flipped bits, each followed by every check (some hour and a half)
	WARRAQ_KILLS=50 $(BIN)/python -m pytest -s --timeout=7200 tests/faults/test_random_kills.py
	WARRAQ_KILLS=400 WARRAQ_FLIPS=500 $(BIN)/python -m pytest -s --timeout=14400 tests/faults/test_killed_commands.py tests/faults/test_random_flips.py

fortnight: .venv/.ready  ## a newspaper crawled every hour of a fortnight: what it costs, what is noticed how late
	WARRAQ_DAYS=14 $(BIN)/python -m pytest -s --timeout=7200 tests/years

year: .venv/.ready  ## a newspaper's year, lived through fast: how the index grows, and what is asked for (some five minutes)
	WARRAQ_YEAR=1 $(BIN)/python -m pytest -s --timeout=7200 tests/years/test_year.py

docs: .venv/.ready  ## write the generated parts of docs/ anew
	$(BIN)/cog -I docs -r docs/*.md

.venv-eval/.ready: pyproject.toml
	$(PYTHON) -m venv .venv-eval
	.venv-eval/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	.venv-eval/bin/python -m pip install --quiet --editable . --group eval
	touch $@

eval: .venv-eval/.ready  ## our extraction beside other extractors, over folders of real pages (CORPUS=, HARNESS=)
	.venv-eval/bin/python bench/extraction/evaluate.py

clean:
	rm -rf .venv .venv-eval .peers demo-collection bench/out
