# Two commands from a fresh Debian 12 machine with Swift 6.3: make run, make test. Every target may be run again.
SHELL := /bin/bash
PROGRAM := .build/release/dermgemma

.PHONY: help run serve build test test-interop test-interop-270m test-interop-endpoint test-interop-cluster test-interop-kills test-interop-orthanc test-interop-python test-interop-audit test-training test-tsan validate-seed99 model-figures audit bench bench-web bench-endpoint bench-constrained fuzz fuzz-images cuda \
  dist wheel docs lint format clean prerequisites

help:
	@echo "make run           build, and read an image with the embedded model"
	@echo "make serve         the web application on http://127.0.0.1:6565, with sample images"
	@echo "make build         build .build/release/dermgemma"
	@echo "make test          build and run the tests"
	@echo "make test-interop  the slower checks against other programs"
	@echo "make test-interop-270m"
	@echo "                   the same for the real Gemma 3 270M, which it downloads (230 MB)"
	@echo "make test-interop-endpoint"
	@echo "                   the same for a real llama-server, which it builds (some minutes)"
	@echo "make test-interop-cluster"
	@echo "                   a run over a real Slurm, with more images and more kills (some minutes)"
	@echo "make test-interop-orthanc"
	@echo "                   a photograph from a real Orthanc, and its report back"
	@echo "make test-interop-kills"
	@echo "                   300 kills of shards, analyses and workers (half an hour)"
	@echo "make test-interop-python"
	@echo "                   the Python package's tests, on a clean Debian 12 too (ten minutes)"
	@echo "make test-interop-audit"
	@echo "                   an audit's tests, with the memory of 5,000 images (ten minutes)"
	@echo "make test-training  the training recipe's tests, on synthetic data; installs PyTorch (6 GB on disk)"
	@echo "make validate-seed99"
	@echo "                   validate on the seed's 99 images, if present, and put the table into README.md"
	@echo "make model-figures"
	@echo "                   the table of the embedded model's card, from the images in ../shared/data"
	@echo "make audit         the embedded model audited at home, abroad and on phantoms, into .build/audit"
	@echo "make bench         the benchmark"
	@echo "make bench-web     the server's figures: latency, streams, throughput, memory"
	@echo "make bench-endpoint"
	@echo "                   reading through llama-server, which it builds, beside a client by hand"
	@echo "make bench-constrained"
	@echo "                   what holding answers to their words costs a token"
	@echo "make test-tsan     the engine's tests under the thread sanitizer"
	@echo "make fuzz          an hour of libFuzzer on the reader of DICOM files"
	@echo "make fuzz-images   10,000 changed HEIC, AVIF, JPEG 2000, JPEG XL and DICOM files, each read by a process; goes on where it stopped"
	@echo "make cuda          add llama.cpp's CUDA backend, if CUDA's compiler is installed"
	@echo "make dist          the tarball that runs without Swift, into .build/dist"
	@echo "make wheel         the Python package with the program in it, into .build/dist"
	@echo "make docs          the symbol documentation, into .build/docs; a warning is an error"
	@echo "make lint          layout, shell scripts, Python, spelling, prose"
	@echo "make format        format the Swift sources"

prerequisites:
	@scripts/packages.sh
	@scripts/llama-cpp.sh

# Builds llama.cpp and Swift's modules side by side.
build:
	@scripts/packages.sh
	@scripts/swift.sh build

run: build
	@mkdir -p .build/sample
	@$(PROGRAM) phantoms --count 1 --seed 65 --out .build/sample
	@$(PROGRAM) analyze .build/sample --labels .build/sample/labels.csv

serve: build
	@mkdir -p .build/sample
	@$(PROGRAM) phantoms --count 24 --seed 65 --out .build/sample
	@[ -e .build/serve/phantoms/summary.json ] || { echo "Validating on the samples, once…"; \
	  $(PROGRAM) validate all --images .build/sample --labels .build/sample/labels.csv --out .build/serve/phantoms --replace >/dev/null || true; }
	@$(PROGRAM) serve --images .build/sample --labels .build/sample/labels.csv --data .build/serve --log warning

# Without Chromium the page's tests are skipped, and say so.
test: prerequisites
	@scripts/packages.sh chromium || echo "Chromium could not be installed; the page's tests will be skipped." >&2
	@scripts/swift.sh test

test-interop: build
	@scripts/interop.sh

test-interop-270m: build
	@DERMGEMMA_TEST_270M=1 scripts/interop.sh -k gemma_3_270m

test-interop-endpoint: build
	@scripts/llama-server.sh
	@scripts/interop.sh -k "endpoint or MODELS"

test-interop-cluster: build
	@DERMGEMMA_CLUSTER_TEST=full scripts/interop.sh -k "test_cluster or CLUSTER"

test-interop-orthanc: build
	@scripts/interop.sh -k test_dicomweb

test-interop-kills: build
	@DERMGEMMA_KILLS=300 scripts/interop.sh -k test_kills

test-interop-python: build
	@DERMGEMMA_PYTHON_TEST=full scripts/interop.sh -k python_

test-interop-audit: build
	@DERMGEMMA_AUDIT_TEST=full scripts/interop.sh -k test_audit_run

test-training: build
	@environment=$$(scripts/python-environment.sh training Training/requirements.txt) && \
	  export DERMGEMMA_LLAMA_CPP=$$(scripts/llama-cpp.sh --source) && \
	  cd Training && PYTHONDONTWRITEBYTECODE=1 "$$environment/bin/python" -m pytest -q -p no:cacheprovider tests

validate-seed99: build
	@scripts/seed99-table.sh

model-figures: build
	@scripts/model-figures.sh

audit: build
	@scripts/audit.sh

bench: prerequisites
	@scripts/bench.sh

bench-web: build
	@scripts/bench-web.sh

bench-endpoint: build
	@scripts/llama-server.sh
	@scripts/interop.sh --python Benchmarks/endpoint.py

bench-constrained: prerequisites
	@scripts/bench-constrained.sh

test-tsan: prerequisites
	@scripts/swift.sh test --sanitize=thread --filter 'LlamaEngineTests|ReaderTests'

fuzz:
	@scripts/fuzz.sh 3600

fuzz-images: build
	@scripts/interop.sh --python Interop/fuzz_pictures.py $(PROGRAM) 10000 --state .build/fuzz-images.json --keep .build/fuzz-images

cuda: prerequisites
	@scripts/cuda.sh

dist: build
	@scripts/dist.sh

wheel: build
	@scripts/wheel.sh

docs: build
	@scripts/docs.sh

lint: prerequisites
	@scripts/lint.sh

format:
	@swift format --in-place --recursive Package.swift Sources Tests

clean:
	@rm -rf .build
