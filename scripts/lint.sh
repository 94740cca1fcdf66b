#!/usr/bin/env bash
# Checks the layout and lengths of Swift, shell scripts, Python and JSON, spelling everywhere, and the prose of pages and comments
# (scripts/lint/). Compiler warnings are errors in every build (Package.swift), so the build itself is the rest of the lint.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/packages.sh shellcheck
swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks/Sources
git ls-files -z '*.swift' | xargs -0 -r python3 scripts/lint/lengths.py
shellcheck --shell=bash --external-sources --source-path=SCRIPTDIR scripts/*.sh docker/*.sh .ci/run
git ls-files -z '*.py' | xargs -0 -r python3 -m py_compile
git ls-files -z '*.json' | xargs -0 -r -n 1 python3 -m json.tool >/dev/null
python3 scripts/lint/families.py
python3 scripts/lint/recipes.py
swift package dump-package 2>/dev/null | python3 scripts/lint/architecture.py
python3 scripts/lint/repetition.py
python3 scripts/lint/names.py
python3 scripts/lint/comments.py
environment=$(scripts/python-environment.sh lint scripts/lint/requirements.txt --no-deps)
# ISIC's own spellings stay as they are.
git ls-files -z ':!scripts/lint/codespell.cfg' ':!Sources/Datasets/Diagnoses/isic-taxonomy.tsv' | xargs -0 -r "$environment/bin/codespell" --config scripts/lint/codespell.cfg
git ls-files -z '*.md' ':!Models' ':!CHANGELOG.md' 'Sources/*.swift' 'Sources/*.js' | xargs -0 -r "$environment/bin/python" scripts/lint/prose.py
echo "lint: clean"
