#!/usr/bin/env bash
# Formatting of Swift, shell scripts' faults, and Python that does not compile. Warnings of the compiler are errors in
# every build (Package.swift), so the build itself is the rest of the lint.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/packages.sh shellcheck
swift format lint --strict --recursive --parallel Package.swift Sources Tests
shellcheck --shell=bash --external-sources --source-path=SCRIPTDIR scripts/*.sh docker/*.sh .ci/run
git ls-files -z '*.py' | xargs -0 -r python3 -m py_compile
git ls-files -z '*.json' | xargs -0 -r -n 1 python3 -m json.tool >/dev/null
echo "lint: clean"
