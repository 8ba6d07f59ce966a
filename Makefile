# demandctl: the two commands of the README, and what a developer runs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
RUN := $(BIN)/demandctl --db $(DEMO)/ledger.db --config $(DEMO)/config.toml

.PHONY: help demo test check bench docs pictures clean

help:
	@echo "make demo   建环境、安装、用示例填一份新台账，显示到期的事，写出两份表格（在 $(DEMO)/）"
	@echo "make test   建环境，跑全部测试"
	@echo "make check  ruff 和 mypy --strict"
	@echo "make bench  量速度（与同一次运行里的基准相比）"
	@echo "make clean  删掉环境、示例和构建的文件"
	@echo "make pictures  重新画工作台的截图"
	@echo "make docs   重新生成命令参考、手册页、规则表、README 的一天、截图"

$(VENV)/.installed: pyproject.toml
	@echo "== 建立环境 $(VENV)（第一次要几分钟）"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更新"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.installed
	@echo "== 安装测试工具"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(VENV)/.installed
	@echo "== 用示例填一份新台账：$(DEMO)/ledger.db"
	@rm -rf $(DEMO)
	@$(RUN) init --demo
	@echo
	@echo "== 现在到期的事（demandctl due）"
	@$(RUN) due
	@echo
	@echo "== 写出两份表格"
	@$(RUN) export demands -o $(DEMO)/需求信息记录表.xlsx
	@$(RUN) export revisits -o $(DEMO)/客户回访记录表.xlsx
	@echo
	@echo "自己试试，依次输入："
	@echo "  source $(BIN)/activate"
	@echo "  export DEMANDCTL_DB=\"$(CURDIR)/$(DEMO)/ledger.db\""
	@echo "  export DEMANDCTL_CONFIG=\"$(CURDIR)/$(DEMO)/config.toml\""
	@echo "  demandctl"

test: $(VENV)/.dev
	@echo "== 全部测试"
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

bench: $(VENV)/.dev
	@for script in run bench_export bench_import; do echo "== benchmarks/$$script.py"; env -u PYTHONDONTWRITEBYTECODE $(BIN)/python benchmarks/$$script.py || exit 1; done

docs: $(VENV)/.dev
	$(BIN)/python docs/make_reference.py
	$(BIN)/python docs/make_man.py
	$(BIN)/python docs/make_rules.py
	$(BIN)/python docs/make_tour.py
	$(BIN)/python docs/make_picture.py

pictures: $(VENV)/.dev
	$(BIN)/python docs/make_desk.py

clean:
	rm -rf $(VENV) $(DEMO) build dist .pytest_cache .mypy_cache .ruff_cache
