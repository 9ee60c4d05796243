# Guichet: the commands of daily life. `make` alone lists them.
# All need Rust; what else is missing is fetched through apt or brew (see scripts/outils.sh).

.DEFAULT_GOAL := help
SHELL := /bin/sh
# By its binary, not its package: so that it shares what the workspace has built.
sandbox := cargo run --quiet --bin sandbox --

.PHONY: help
help: ## list these targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | \
		while IFS='|' read -r target what; do printf '%-20s %s\n' "$$target" "$$what"; done

.PHONY: demo
demo: outils ## everything on this machine with sample data; Ctrl-C stops it, the data stays
	@# Not the whole workspace: the package `tests` would arm its failpoints (common/src/failpoint.rs).
	@cargo build --bins -p edge -p worker -p sandbox
	@exec "$${CARGO_TARGET_DIR:-target}/debug/sandbox" demo

.PHONY: demo-reset
demo-reset: ## delete the demo's data
	@$(sandbox) demo-reset

.PHONY: services
services: outils ## a private PostgreSQL and Redis for development, until Ctrl-C (target/services.env)
	@exec $(sandbox) services

.PHONY: test
test: outils-test fmt-check lint ## everything that CI runs
	@cargo build --workspace --bins
	@if cargo nextest --version >/dev/null 2>&1; then \
		cargo nextest run --workspace --no-fail-fast; \
	else \
		cargo test --workspace --all-targets --no-fail-fast; \
	fi
	@$(MAKE) --no-print-directory doc
	@scripts/outils.sh bilan

.PHONY: soak
soak: outils-test ## the long storm (SEEDS=20 EVENTS=20000 SEED=…): a line for each seed is added to docs/soak.md
	@# Optimised, as users run it, and twenty times as fast.
	@cargo build --release --workspace --bins
	@cargo test --release --workspace --test faults -- --ignored --nocapture soak

.PHONY: mutation
mutation: outils-test ## takes safeguards away one by one, in a copy: a named test must turn red
	@scripts/mutation.sh

.PHONY: captures
captures: outils-test ## a picture of every page in every state: target/captures/index.html (ECRANS=portail: only these)
	@cargo build --workspace --bins
	@cargo run --quiet --package tests --bin captures -- $(ECRANS)

.PHONY: fmt
fmt: ## lay the sources out
	@cargo fmt --all

.PHONY: fmt-check
fmt-check:
	@cargo fmt --all --check

.PHONY: lint
lint: ## clippy; warnings are errors
	@cargo clippy --workspace --all-targets -- -D warnings

.PHONY: doc
doc: ## the crates' documentation; warnings are errors
	@RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --quiet

.PHONY: prepare
prepare: outils ## check all queries against a database and rewrite .sqlx
	@$(sandbox) prepare

.PHONY: outils
outils: ## fetch what is missing: a C compiler, PostgreSQL, Redis
	@scripts/outils.sh demo

.PHONY: outils-test
outils-test: ## fetch what is missing for the tests: also Chromium, a mail server and Stripe's own tools
	@scripts/outils.sh test

.PHONY: clean
clean: demo-reset ## delete all that was built, and the demo's data
	@cargo clean
