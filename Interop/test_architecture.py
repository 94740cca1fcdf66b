"""The check of `make lint` that holds ARCHITECTURE.md and Package.swift to each other and to the imports."""

import json
import shutil
import subprocess
import sys

import pytest

import program

SCRIPT = program.ROOT / "scripts/lint/architecture.py"
TABLE = "| level | module | purpose |\n|---|---|---|\n| 1 | `Low` | x |\n| 2 | `High` | y |\n"
TARGETS = [("Low", "regular", []), ("High", "regular", ["Low"]), ("HighTests", "test", ["High"])]
SOURCES = {
    "Sources/Low/A.swift": "import Foundation\n",
    "Sources/High/B.swift": "@preconcurrency import Low\n",
    "Tests/HighTests/C.swift": "import Testing\n@testable import High\n",
}


def lint(folder, table=TABLE, targets=TARGETS, sources=SOURCES) -> tuple[int, list[str]]:
    """The exit status for a package made in the folder, and the lines printed."""
    files = {"ARCHITECTURE.md": table, **sources}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    script = folder / "scripts/lint/architecture.py"
    script.parent.mkdir(parents=True)
    shutil.copy(SCRIPT, script)
    package = {
        "targets": [
            {"name": name, "type": kind, "dependencies": [{"byName": [other, None]} for other in others]}
            | ({"path": f"Tests/Support/{name}"} if name.startswith("Test") else {})
            for name, kind, others in targets
        ]
    }
    done = subprocess.run([sys.executable, script], input=json.dumps(package), capture_output=True, text=True)
    return done.returncode, done.stderr.splitlines()


def test_a_package_that_is_as_its_page_says_is_clean(tmp_path):
    assert lint(tmp_path) == (0, [])


MISTAKES = {
    "a module that the table lacks": (
        dict(table=TABLE.replace("| 2 | `High` | y |\n", "")), "ARCHITECTURE.md: the table lacks High"),
    "a module that is not there": (
        dict(table=TABLE + "| 3 | `Gone` | z |\n"), "ARCHITECTURE.md: the table has Gone, which Package.swift does not"),
    "an arrow that does not point down": (
        dict(table=TABLE.replace("| 1 |", "| 2 |")), "ARCHITECTURE.md: High (level 2) depends on Low (level 2)"),
    "an import that is not declared": (
        dict(sources={**SOURCES, "Tests/HighTests/C.swift": "import High\nimport struct Low.A\n"}),
        "Package.swift: HighTests imports Low without declaring it"),
    "a dependency that is not imported": (
        dict(sources={**SOURCES, "Sources/High/B.swift": "// import Low\n"}),
        "Package.swift: High declares Low and never imports it"),
    "a module that stands on the tests' support": (
        dict(targets=[("TestLow", "regular", []), *TARGETS[:1], ("High", "regular", ["Low", "TestLow"]), TARGETS[2]],
             sources={**SOURCES, "Sources/High/B.swift": "import Low\nimport TestLow\n", "Tests/Support/TestLow/D.swift": ""}),
        "Package.swift: High depends on TestLow, which is for tests or an example"),
}


@pytest.mark.parametrize("changes, expected", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named(tmp_path, changes, expected):
    assert lint(tmp_path, **changes) == (1, [expected])
