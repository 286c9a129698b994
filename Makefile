# Two commands matter: `make demo` and `make test`. Everything else serves them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

.PHONY: demo test test-slow test-engines lint lock docs clean wheelhouse

demo: $(VENV)/.ready
	@exec $(BIN)/dangan demo $(ARGS)

test: $(VENV)/.ready-dev
	@$(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow" --durations=40 --durations-min=3 $(ARGS)

test-slow: $(VENV)/.ready-dev
	@$(BIN)/python -m pytest -m slow $(ARGS)

# The contracts of the engines alone; DANGAN_TEST_S3_URL, DANGAN_TEST_ELASTICSEARCH_URL and DANGAN_TEST_MONGODB_URL
# (from the environment, or given here) add servers of your own to the peers. They get buckets, indexes and databases.
test-engines: $(VENV)/.ready-dev
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow" tests/contracts $(ARGS)

lint: $(VENV)/.ready-dev
	@$(BIN)/ruff check . && $(BIN)/mypy

docs: $(VENV)/.ready-dev
	@$(BIN)/dangan docs

# The environment is stamped after it is complete: an interrupted install is repeated, never half used.
$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("档案需要 Python 3.11 或更高版本 / Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@echo "正在安装依赖（首次约一分钟）… / installing locked dependencies…"
	@$(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.lock $(VENV)/.ready
	@echo "正在安装测试工具… / installing what the tests need…"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

# For machines without a network: everything Python in one folder (docs/handbook). Offline: deploy/install-wheels wheelhouse VENV
wheelhouse:
	@PYTHON=$(PYTHON) deploy/collect-wheels wheelhouse

# For maintainers: resolve again after a change of pyproject.toml (needs uv on the path).
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra build pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
