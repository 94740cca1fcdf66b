"""The check of `make lint` that holds ARCHITECTURE.md and Package.swift to each other and to the imports, and the walks down."""

import json
import shutil
import subprocess
import sys

import pytest

import program

SCRIPTS = program.ROOT / "scripts/lint"
WALKS = "| walk | way down | stored by |\n|---|---|---|\n| a file | `High` (`B`, `B.read`) → `Low` (`A`) | `Low` (`A.keep`) |\n"
TABLE = "| level | module | purpose |\n|---|---|---|\n| 1 | `Low` | x |\n| 2 | `High` | y |\n\n" + WALKS
TARGETS = [("Low", "regular", []), ("High", "regular", ["Low"]), ("HighTests", "test", ["High"])]
SOURCES = {
    "Sources/Low/A.swift": "import Foundation\npublic struct A {\n  func keep() {}\n}\n",
    "Sources/High/B.swift": "@preconcurrency import Low\nfinal class B {}\nextension B { var read: Int { 1 } }\n",
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
    for name in ("architecture.py", "walks.py"):
        shutil.copy(SCRIPTS / name, script.parent)
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


ONE_STEP = WALKS.replace("`High` (`B`, `B.read`) → ", "")
MISTAKES = {
    "no walks": (dict(table=TABLE.replace(WALKS, "")), "ARCHITECTURE.md: the table of walks is missing"),
    "a walk that names a type of another module": (
        dict(table=TABLE.replace("`Low` (`A`)", "`Low` (`B`)")),
        "ARCHITECTURE.md: the walk of a file names B in Low, which does not declare it"),
    "a walk that names a member that is not there": (
        dict(table=TABLE.replace("`A.keep`", "`A.lose`")),
        "ARCHITECTURE.md: the walk of a file names A.lose in Low, which does not declare it"),
    "a walk that comes back up": (
        dict(table=TABLE.replace("→ `Low` (`A`)", "→ `Low` (`A`) → `Middle`").replace("| 2 | `High`", "| 2 | `Middle` | z |\n| 3 | `High`"),
             targets=[*TARGETS[:1], ("Middle", "regular", []), ("High", "regular", ["Low", "Middle"]), TARGETS[2]],
             sources={**SOURCES, "Sources/High/C.swift": "import Middle\n", "Sources/Middle/D.swift": ""}),
        "ARCHITECTURE.md: the walk of a file comes back up: Middle is at level 2, after level 1"),
    "a walk to what nothing before depends on": (
        dict(table=TABLE.replace("→ `Low` (`A`)", "→ `Lowest`").replace("| 1 |", "| 0 | `Lowest` | z |\n| 1 |"),
             targets=[("Lowest", "regular", []), *TARGETS], sources={**SOURCES, "Sources/Lowest/D.swift": ""}),
        "ARCHITECTURE.md: the walk of a file reaches Lowest, which nothing before it depends on"),
    "a walk with a step in words alone": (
        dict(table=TABLE.replace("→ `Low` (`A`)", "→ the disk")),
        "ARCHITECTURE.md: the walk of a file: “the disk” names no module"),
    "a module that the table lacks": (
        dict(table=TABLE.replace("| 2 | `High` | y |\n", "").replace(WALKS, ONE_STEP)), "ARCHITECTURE.md: the table lacks High"),
    "a module that is not there": (
        dict(table="| 3 | `Gone` | z |\n" + TABLE), "ARCHITECTURE.md: the table has Gone, which Package.swift does not"),
    "an arrow that does not point down": (
        dict(table=TABLE.replace("| 1 |", "| 2 |").replace(WALKS, ONE_STEP)), "ARCHITECTURE.md: High (level 2) depends on Low (level 2)"),
    "an import that is not declared": (
        dict(sources={**SOURCES, "Tests/HighTests/C.swift": "import High\nimport struct Low.A\n"}),
        "Package.swift: HighTests imports Low without declaring it"),
    "a dependency that is not imported": (
        dict(sources={**SOURCES, "Sources/High/B.swift": SOURCES["Sources/High/B.swift"].replace("@pre", "// @pre")}),
        "Package.swift: High declares Low and never imports it"),
    "a module that stands on the tests' support": (
        dict(targets=[("TestLow", "regular", []), *TARGETS[:1], ("High", "regular", ["Low", "TestLow"]), TARGETS[2]],
             sources={**SOURCES, "Sources/High/B.swift": SOURCES["Sources/High/B.swift"] + "import TestLow\n", "Tests/Support/TestLow/D.swift": ""}),
        "Package.swift: High depends on TestLow, which is for tests or an example"),
}


@pytest.mark.parametrize("changes, expected", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_named(tmp_path, changes, expected):
    assert lint(tmp_path, **changes) == (1, [expected])
