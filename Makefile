# Every target installs what it needs first; `make` alone lists them.
# Needed on the machine: Python 3.11 to 3.14, make, and a package index that pip or uv can reach.

.DEFAULT_GOAL := help
.PHONY: help setup demo run sql site dev suites soak soak-nights fuzz servers browser engine trial-machines test test-slow test-all check
.PHONY: format docs clean
.PHONY: bench-read bench-memory bench-validate bench-validate-small bench-validate-scale bench-history bench-alerts
.PHONY: bench-night bench-night-scale bench-serve bench-site

# An interpreter of your choice: make setup PYTHON=/opt/python/bin/python3.12
PYTHON ?=
# The oldest uv that reads our uv.lock.
UV_MINIMUM := 0.13.9
BIN := .venv/bin
READY := .venv/.ready

# Without bytecode the first import of Great Expectations alone takes 11 seconds.
export UV_COMPILE_BYTECODE := 1
export UV_PYTHON_DOWNLOADS := never
# The environment that `make` was called from must not decide where packages go.
export UV_PROJECT_ENVIRONMENT := .venv
unexport VIRTUAL_ENV

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Build .venv/ from uv.lock
	@echo "Ready: $$($(BIN)/python --version) in .venv/"

$(READY): uv.lock pyproject.toml
	@set -eu; \
	suitable() { command -v "$$1" >/dev/null 2>&1 && "$$1" -c \
		'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null; }; \
	new_enough() { [ "$$(printf '%s\n' "$(UV_MINIMUM)" "$$("$$1" --version 2>/dev/null | cut -d' ' -f2)" \
		| sort -V | head -n 1)" = "$(UV_MINIMUM)" ]; }; \
	python=; \
	for name in $(or $(PYTHON),python3.14 python3.13 python3.12 python3.11 python3 python); do \
		if suitable "$$name"; then python=$$("$$name" -c 'import sys; print(sys.executable)'); break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Veedor needs Python 3.11 to 3.14; found: $$($(or $(PYTHON),python3) --version 2>&1 | head -n 1)." >&2; \
		echo "Install one of them, or name it: make setup PYTHON=/path/to/python3.12" >&2; \
		exit 1; \
	fi; \
	if command -v uv >/dev/null 2>&1 && new_enough uv; then \
		uv=uv; \
	else \
		uv=.tools/bin/uv; \
		if ! { [ -x "$$uv" ] && new_enough "$$uv"; }; then \
			"$$python" -m venv --clear .tools || { \
				echo "Python's venv module is incomplete (on Debian and Ubuntu: the package python3-venv)." >&2; \
				exit 1; }; \
			.tools/bin/python -m pip install --quiet --disable-pip-version-check "uv>=$(UV_MINIMUM)"; \
		fi; \
	fi; \
	"$$uv" sync --frozen --python "$$python"
	@touch $@

demo: $(READY) ## Five nights against a portal of our own, with no internet
	@$(BIN)/veedor demo

run: $(READY) ## Tonight's run on sources.yaml
	@$(BIN)/veedor run

sql: $(READY) ## Ask the published history: make sql Q='show tables'
	@$(BIN)/veedor sql "$${Q:?write the question as make sql Q='select ...'}"

site: $(READY) ## Build the public pages again from the published history
	@$(BIN)/veedor site

dev: $(READY) ## The Dagster screen, with schedule and daemon, on this machine
	@DAGSTER_HOME="$$($(BIN)/python -m pipelines.defs.instance)" && export DAGSTER_HOME && exec $(BIN)/dagster dev

test: $(READY) ## The tests, without the slow ones
	$(BIN)/python -m pytest -m "not slow" -n 2 --dist loadscope

test-slow: $(READY) ## The slow tests and many examples of properties, without what takes minutes
	EXAMPLES=many $(BIN)/python -m pytest -m "(slow or often) and not long" -n 2

test-all: $(READY) ## Every test
	EXAMPLES=many $(BIN)/python -m pytest -n 2 --dist loadscope

check: $(READY) ## Style, types and the floors, without changing anything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY) ## Put the code into its style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(READY) ## Write docs/reference/ anew from the code
	$(BIN)/python -m docs.generate

soak: $(READY) ## Writers, publications and readers of the history at once: make soak SECONDS=300, or KILLS=200
	@$(BIN)/python -m tests.soak.history $(if $(KILLS),--kills $(KILLS),--seconds $(or $(SECONDS),300))

soak-nights: $(READY) ## Nights with everything that can go wrong, beside undisturbed ones: make soak-nights NIGHTS=100 SEED=1
	@$(BIN)/python -m tests.soak.nights --nights $(or $(NIGHTS),100) $(if $(SEED),--seed $(SEED)) $(if $(KILLS),--kills $(KILLS))

servers: ## Redis and PostgreSQL for tests, from Debian's packages, as root; nothing when they are there
	@sh tests/servers/install.sh

browser: ## Chromium and axe-core for the tests of the pages, as root; nothing when they are there
	@sh tests/browser/install.sh

engine: ## DuckDB for the page of SQL, from npm; nothing when it is there
	@sh deploy/engine/make.sh

trial-machines: $(READY) ## The same nights on several machines and on one: make trial-machines SOURCES=300
	@$(BIN)/python -m tests.machines.trial --sources $(or $(SOURCES),30)

fuzz: $(READY) ## Damaged files of every format under the readers: make fuzz SECONDS=600
	@$(BIN)/python -m tests.fuzz.reading --seconds $(or $(SECONDS),300)

bench-read: $(READY) ## Figures about reading, as ratios: make bench-read CSV=1000 XLSX=50
	@$(BIN)/python -m benchmarks.read --csv $(or $(CSV),1000) --xlsx $(or $(XLSX),50)

bench-memory: $(READY) ## Memory for very large files: make bench-memory CSV=5000 JSON=2000 ZIP=1000
	@$(BIN)/python -m benchmarks.memory --csv $(or $(CSV),5000) --json $(or $(JSON),2000) --zip $(or $(ZIP),1000)

bench-validate: $(READY) ## Speed of a suite on a large CSV, against seven others: make bench-validate ROWS=500000
	@$(BIN)/python -m benchmarks.validate --rows $(or $(ROWS),5000000)

bench-validate-small: $(READY) ## Speed of a suite on 200 rows, as a ratio to GX on pandas
	@$(BIN)/python -m benchmarks.validate_small

bench-validate-scale: $(READY) ## Time by rows, drawn in docs/validation_speed.svg: make bench-validate-scale ROWS=1000000
	@$(BIN)/python -m benchmarks.validate_scale --rows $(or $(ROWS),10000000) --plot docs/validation_speed.svg

bench-history: $(READY) ## The history at 3,000 datasets and 365 nights: make bench-history NIGHTS=30 DATASETS=300
	@$(BIN)/python -m benchmarks.history --nights $(or $(NIGHTS),365) --datasets $(or $(DATASETS),3000)

bench-alerts: $(READY) ## Alerts on simulated histories, against three others: make bench-alerts SEED=1 DATASETS=300 NIGHTS=400
	@$(BIN)/python -m benchmarks.alerts --seed $(or $(SEED),1) --datasets $(or $(DATASETS),300) --nights $(or $(NIGHTS),400)

bench-night: $(READY) ## What a night costs, by class of source, plain and through Dagster: make bench-night N=100 RUNS=1
	@$(BIN)/python -m benchmarks.night --sources $(or $(N),1000) --runs $(or $(RUNS),3)

bench-night-scale: $(READY) ## What a source costs among many, drawn in docs/night_scale.svg: make bench-night-scale N=300
	@$(BIN)/python -m benchmarks.night_scale --sources $(or $(N),3000) --runs $(or $(RUNS),3) --plot docs/night_scale.svg

bench-serve: $(READY) ## `veedor serve` under readers and writers at once: make bench-serve SECONDS=60
	@$(BIN)/python -m benchmarks.serve_load --seconds $(or $(SECONDS),60)

bench-site: $(READY) ## The site of 3,000 datasets, from nothing and after an unchanged night: make bench-site DATASETS=300
	@$(BIN)/python -m benchmarks.site --nights $(or $(NIGHTS),90) --datasets $(or $(DATASETS),3000)

suites: $(READY) ## Write expectations/*/suite.json anew from the rules beside them
	@$(BIN)/python -m pipelines.rules

clean: ## Remove .venv, tools and caches; never the data folder
	rm -rf .venv .tools build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	rm -rf pipelines/site/engine pipelines/site/engine.new
	find docs pipelines tests -name __pycache__ -type d -prune -exec rm -rf {} +
