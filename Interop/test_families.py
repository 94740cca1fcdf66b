"""The check of `make lint` that nothing outside a model family's folder names the family."""

import shutil
import subprocess
import sys

import pytest

import program

SCRIPT = program.ROOT / "scripts/lint/families.py"
SOURCES = {
    "Sources/Weights/Families/ModelFamilies.swift": "let all = [Gemma3(), Qwen25VL()]\n",
    "Sources/Weights/Families/Gemma3/Gemma3.swift": 'let architecture = "gemma3"\n',
    "Sources/Weights/Families/Qwen25VL/Qwen25VL.swift": 'let name = "Qwen2.5-VL"\n',
    "Sources/Reading/Reader.swift": "// MedGemma 3 is a model, dermgemma3 a file, and Gemma 31 another family.\n",
}


def lint(folder, sources) -> tuple[int, list[str]]:
    """The exit status for a tree made in the folder, and the lines printed."""
    for name, text in sources.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    script = folder / "scripts/lint/families.py"
    script.parent.mkdir(parents=True)
    shutil.copy(SCRIPT, script)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    return done.returncode, done.stderr.splitlines()


def test_families_named_in_their_folders_alone_are_clean(tmp_path):
    assert lint(tmp_path, SOURCES) == (0, [])


@pytest.mark.parametrize("text, family", [
    ('guard architecture == "gemma3" else { return }', "Gemma3"),
    ("/// As Gemma 3 does it.", "Gemma3"),
    ("let file = try textFamily(gemma_3)", "Gemma3"),
    ('if type == "qwen2.5vl_merger" { return }', "Qwen25VL"),
])
def test_a_family_named_elsewhere_is_found_where_it_is(tmp_path, text, family):
    """One line for it, and exit status 1."""
    status, lines = lint(tmp_path, {**SOURCES, "Sources/Reading/Reader.swift": f"import Weights\n{text}\n"})
    assert status == 1
    assert lines == [f"Sources/Reading/Reader.swift:2: names {family}, which belongs into Sources/Weights/Families/{family}"]


def test_a_family_named_in_anothers_folder_is_found(tmp_path):
    other = "Sources/Weights/Families/Qwen25VL/Other.swift"
    status, lines = lint(tmp_path, {**SOURCES, other: "// unlike Gemma 3\n"})
    assert status == 1 and len(lines) == 1 and lines[0].startswith(f"{other}:1: names Gemma3"), lines


def test_this_tree_is_clean():
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
