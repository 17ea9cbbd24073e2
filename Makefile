# ZRG: the commands of the first day and of every day after. `make help` lists them.
# Needs Python >= 3.11 (PYTHON=... names one) and nothing else; `uv` is used when present, pip otherwise.
# What is given on the command line reaches the programs as environment: make up ZRG_PORT=8001

.DEFAULT_GOAL := help
.SUFFIXES:

DIR ?= tests/vectors/cases
TESTS ?= tests
ARGS ?=
VENV := .venv/bin
STACK := $(VENV)/python -m zrg.stack
WITH_TEST_SERVER := $(STACK) with-test-server
APPS := zrg inbox leads followups booking notifications assignment integrations

.PHONY: help up down clean test check audit vectors e2e screenshots test-redis bench manage messages logs env-run env-dev env-bench

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

up: env-run ## Start everything here: database, broker, simulators, web, worker, beat
	@exec $(STACK) up

down: ## Stop what make up started
	@if [ -x $(VENV)/python ]; then exec $(STACK) down; else echo "Nothing is running."; fi

logs: ## Follow the logs of the running installation
	@exec tail -n 20 -F var/log/*.log

messages: env-dev ## Collect the texts of pages and scripts into locale/ for translation (needs xgettext)
	@mkdir -p locale
	@for domain in django djangojs; do $(STACK) as-production $(VENV)/python manage.py makemessages --domain $$domain --locale en --no-location --no-obsolete --ignore 'var/*' --ignore 'tests/*' --ignore 'bench/*' --ignore 'staticfiles/*' || exit; done

manage: env-run ## Run a management command: make manage ARGS="doctor"
	@exec $(STACK) manage $(ARGS)

test: env-dev ## Run the whole test suite on a PostgreSQL of its own
	@exec env -u PYTHONDONTWRITEBYTECODE $(WITH_TEST_SERVER) $(VENV)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m "not e2e and not redis" $(TESTS) $(ARGS)

e2e: env-dev ## Drive the product with a real browser and real processes
	@exec $(WITH_TEST_SERVER) $(VENV)/python -m pytest -q -m "e2e and not wide" $(TESTS) $(ARGS)

e2e-wide: env-dev ## Every page and flow of the desk in a browser: axe, fingers, keys, several minutes
	@exec $(WITH_TEST_SERVER) $(VENV)/python -m pytest -q -m wide $(TESTS) $(ARGS)

screenshots: env-dev ## Take the pictures of docs/screenshots (ARGS="--url … --login … --password …": of another installation)
	@exec $(VENV)/python -m tests.screenshots $(ARGS)

test-redis: env-dev ## Prove DATABASE_URL and REDIS_URL against a redis-server
	@exec $(WITH_TEST_SERVER) $(VENV)/python -m pytest -q -m redis tests/stack $(ARGS)

vectors: env-dev ## Run example cases: make vectors DIR=<folder>
	@exec $(WITH_TEST_SERVER) $(VENV)/python -m tests.vectors $(DIR)

bench: env-bench ## Measure the budgets against rivals in the same run
	@exec $(STACK) with-durable-server $(VENV)/python -m bench $(ARGS)

check: env-dev ## Lint, format, templates, layers, types, migrations, deploy check, dependencies
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	find $(APPS) -name '*.html' -print0 | xargs -0 -r $(VENV)/djade --check
	$(VENV)/lint-imports
	$(STACK) as-production $(VENV)/mypy
	$(WITH_TEST_SERVER) $(STACK) as-production $(VENV)/python manage.py makemigrations --check --dry-run
	$(WITH_TEST_SERVER) $(STACK) as-production $(VENV)/python manage.py check --deploy --fail-level WARNING
	$(VENV)/deptry .

audit: env-dev ## Look for known vulnerabilities in the packages (needs the network)
	$(VENV)/pip-audit --requirement requirements.txt

clean: down ## Stop, and remove var/ with the database, logs and secrets
	@if [ -x $(VENV)/python ]; then $(STACK) clean; else rm -rf var; fi
	@rm -rf staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

env-run:
	@sh zrg/stack/bootstrap.sh run

env-dev:
	@sh zrg/stack/bootstrap.sh dev

env-bench:
	@sh zrg/stack/bootstrap.sh bench
