"""The check of `make lint` that what CONTRIBUTING.md and ARCHITECTURE.md name is there."""

import shutil
import subprocess
import sys

import pytest

import program

SCRIPT = program.ROOT / "scripts/lint/recipes.py"
SOURCES = {
    "Sources/Records/RecordStore.swift": "public protocol RecordStore: Sendable {\n  func begin() async\n}\n",
    "Sources/Records/SQLite/SQLiteRecords.swift": "final class SQLiteRecords: RecordStore { enum Kind { case one, two } }\n",
    "Sources/Commands/AskCommand.swift": "let askCommand = 1 // struct Remarked\n",
    "Interop/test_records.py": "",
    "Interop/README.md": "| `test_records.py` | records |\n",
    "ARCHITECTURE.md": "`Records` has `RecordStore`, in `Sources/Records`.\n",
}
SOUND = """# Recipes
1. `Sources/Records/NAME/NAMERecords.swift`: conforms to `RecordStore` (`RecordStore.begin`). `Commands/AskCommand.swift` is in `AskCommand`.
   `make test`, `--json`, `RecordStore.swift`, `SQLiteRecords.Kind`, `MEL`, `lower`, `Sources/`.

    `Indented` is a block.
"""


def lint(folder, page: str, changes: dict[str, str] | None = None) -> tuple[int, list[str]]:
    """The exit status for a tree with this CONTRIBUTING.md, and the lines printed."""
    for name, text in {**SOURCES, **(changes or {}), "CONTRIBUTING.md": page}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    script = folder / "scripts/lint/recipes.py"
    script.parent.mkdir(parents=True)
    shutil.copy(SCRIPT, script)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    return done.returncode, done.stderr.splitlines()


def test_pages_that_name_what_is_there_are_clean(tmp_path):
    assert lint(tmp_path, SOUND) == (0, [])


@pytest.mark.parametrize("page, mistake", [
    ("Touch `Sources/Records/Store.swift`.\n", "CONTRIBUTING.md:1: there is no Sources/Records/Store.swift"),
    ("Touch\n`Records/Postgres`.\n", "CONTRIBUTING.md:2: there is no Records/Postgres"),
    ("`Sources/Records/NAME/NAMEStore.swift`\n", "CONTRIBUTING.md:1: there is no Sources/Records/NAME/NAMEStore.swift"),
    ("It is a `RecordShop`.\n", "CONTRIBUTING.md:1: no type is called RecordShop"),
    ("It is `Remarked`.\n", "CONTRIBUTING.md:1: no type is called Remarked"),
    ("Call `RecordStore.end(_:)`.\n", "CONTRIBUTING.md:1: RecordStore has no end"),
    ("See `Store.swift`.\n", "CONTRIBUTING.md:1: there is no Store.swift"),
])
def test_a_name_of_nothing_is_found_where_it_is(tmp_path, page, mistake):
    """One line for it, and exit status 1."""
    assert lint(tmp_path, page) == (1, [mistake])


def test_an_interop_test_that_its_page_does_not_name_is_found(tmp_path):
    status, lines = lint(tmp_path, SOUND, {"Interop/test_new.py": ""})
    assert (status, lines) == (1, ["Interop/README.md: test_new.py is not listed"])


def test_this_tree_is_clean():
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
