# Everything a person or CI runs. `make help` lists it. Each target sets up what it needs.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
PYTHON ?= python3
BIN := .venv/bin
# The day of the switch: write zensical here.
GENERATOR ?= mkdocs
BUILD_mkdocs = $(BIN)/mailhelp build
BUILD_zensical = $(BIN)/python -m macros.zensical
# Builds must not depend on the day: MkDocs and the date plugin read this where git has no answer.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)
# Material's notice about its own future; what we do about it stands in README.md.
export NO_MKDOCS_2_WARNING := 1

.PHONY: bench help build serve test fast check lint links schema codes lock clean e2e screenshots system torture audit audit-site audit-supply

help: ## この一覧を表示します
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.venv/ready: requirements.lock pyproject.toml
	@bash .ci/packages base
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock 2> >(grep -v 'neither a file nor a directory' >&2)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

build: .venv/ready ## サイトを site/ に作ります(全ドメイン)
	$(BUILD_$(GENERATOR))

serve: .venv/ready ## 1 つのドメインを書きながら見ます(MAIL_DOMAIN=example.jp make serve)
	$(BIN)/mkdocs serve --livereload

check: .venv/ready ## ドメインのファイルだけを調べます
	$(BIN)/mailhelp check

fast: .venv/ready ## 書いている間に回す、速いテスト(ブラウザーなし)
	$(BIN)/pytest -q --numprocesses logical --dist loadfile -m "not browser and not slow"

lint: .venv/ready ## 書き方と型を調べます
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/zizmor --offline --quiet .github/workflows
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml

# The build fills the cache that the tests share; the files of tests, the longest first, go to all processors.
test: .venv/ready system tests/node/node_modules/ready lint build ## すべてのテスト(必要なものの準備もします)
	$(BIN)/pytest --numprocesses logical --dist loadfile --no-loadscope-reorder

e2e: .venv/ready ## 本物のソフトで確かめます(Thunderbird・Dovecot・Postfix・nginx。管理者の権限が必要)
	@bash .ci/packages e2e
	PYTHONPATH=tests $(BIN)/python -m e2e matrix "$(ONLY)" $(if $(RECORD),--record)

bench: .venv/ready ## 速さを測ります(N="1 100" で一部の数だけ。1 万まで測ると、メモリか一時フォルダーに 18 GB ほど要ります)
	PYTHONPATH=tests $(BIN)/python -m bench $(N)

torture: .venv/ready system ## 壊しにかかる長いテスト(ONLY="fuzz load faults" で一部だけ)
	PYTHONPATH=tests $(BIN)/python -m torture $(ONLY)

audit: audit-supply audit-site ## ライブラリの脆弱性とライセンス(インターネットが必要)、ページの速さと転送量を調べます

audit-site: build tests/node/lighthouse/node_modules/ready
	@bash .ci/packages audit
	$(BIN)/python tests/audit/visit.py site

audit-supply: .venv/ready
	$(BIN)/python tests/audit/supply.py $(if $(WRITE),--write)

screenshots: .venv/ready ## ヘルプの画像を、本物の Thunderbird から撮り直します(管理者の権限が必要)
	@bash .ci/packages e2e
	PYTHONPATH=tests $(BIN)/python -m e2e pictures

system:
	@bash .ci/packages test

# Checkers that exist for Node only, from their lock files; nothing of theirs runs while they are installed.
%/node_modules/ready: %/package-lock.json
	@bash .ci/packages node
	cd $* && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: search-eval
search-eval: .venv/ready ## 検索の質を測ります(ASK="言葉" で 1 つだけ、MISSES=1 で外れも、QUICK=1 で素早く、RECORD=1 で基準を書き直し)
	@bash .ci/packages test
	PYTHONPATH=tests $(BIN)/python -m search.evaluate $(if $(ASK),--ask "$(ASK)") $(if $(QUICK),--quick) $(if $(MISSES),--misses) $(if $(RECORD),--record)

.PHONY: learn
learn: .venv/ready ## 検索に、お客様の言葉(macros/search/said.tsv)を学ばせます(約 4 分)
	@bash .ci/packages test
	PYTHONPATH=tests $(BIN)/python -m search.learn $(if $(SITE),--site $(SITE))

links: build ## 外部リンクを調べます(インターネットが必要)
	$(BIN)/linkchecker --config .ci/linkchecker.ini site/index.html

schema: .venv/ready ## エディターの JSON Schema と README の表を書き直します
	$(BIN)/mailhelp schema > domains/_schema.json
	$(BIN)/mailhelp fields --readme README.md

codes: .venv/ready ## 新しい章に、電話で伝えるコードを付けます
	$(BIN)/mailhelp codes

lock: ## 使うライブラリの版を固定し直します(uv が必要)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet \
	  --upgrade --group test --group learn --group links --group audit --group zensical pyproject.toml --output-file requirements.lock

clean: ## 作ったものを消します
	rm -rf site .site.build .cache build
