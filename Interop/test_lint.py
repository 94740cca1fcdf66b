"""The spelling and prose checks of `make lint`, with planted mistakes."""

import pathlib
import shutil
import subprocess
import sys

import pytest

import program

LINT = program.ROOT / "scripts/lint"


@pytest.fixture(scope="module")
def environment() -> pathlib.Path:
    """The folder of the environment that `make lint` uses."""
    arguments = ["scripts/python-environment.sh", "lint", "scripts/lint/requirements.txt", "--no-deps"]
    done = subprocess.run(arguments, cwd=program.ROOT, check=True, capture_output=True, text=True)
    return pathlib.Path(done.stdout.strip()) / "bin"


def prose(environment, folder, name: str, text: str) -> tuple[int, list[str]]:
    """The exit status of prose.py for a file of this text, and what it prints, without the folder."""
    path = folder / name
    path.write_text(text, "utf-8")
    done = subprocess.run([environment / "python", LINT / "prose.py", name], cwd=folder, capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


CODE = "    seldomer the the\n"
THIRTY = " ".join(f"word{number}" for number in range(30))
LONG = " ".join(f"word{number}" for number in range(41))
MISTAKES = {
    "a phrase of the list": (f"# Title\n\n{CODE}\nIt happens\nseldomer.\n", "page.md:6: “seldomer”"),
    "a word twice": ("First line.\nThe the second.\n", "page.md:2: lexical_illusions"),
    "a sentence too long": ("Short.\n\n" + LONG + "\n", "page.md:3: “word0 word1"),
    "a long sentence in a table": ("| a | b |\n|---|---|\n| x | " + LONG + "|\n", "page.md:3: “word0 word1"),
}


@pytest.mark.parametrize("text, expected", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_page_is_found_where_it_is(environment, tmp_path, text, expected):
    """One line for it, and exit status 1."""
    status, lines = prose(environment, tmp_path, "page.md", text)
    assert status == 1 and len(lines) == 1 and lines[0].startswith(expected), lines


NOT_PROSE = {
    "an indented block": f"Text:\n\n{CODE}\n{CODE}\nMore.\n",
    "a fenced block": f"```\nseldomer\n{LONG}\n```\n{THIRTY}\n",
    "code in a line": "Call `seldomer` with `a` `a`.\n",
    "a link's target": "See [this](seldomer.md).\n",
    "a generated table": "<!-- table: begin -->\nseldomer the the\n<!-- table: end -->\n",
    "two sentences": THIRTY + ". " + THIRTY + "\n",
}


@pytest.mark.parametrize("text", NOT_PROSE.values(), ids=NOT_PROSE)
def test_what_is_not_prose_is_left_alone(environment, tmp_path, text):
    """No finding, and exit status 0."""
    assert prose(environment, tmp_path, "page.md", text) == (0, [])


def test_phrases_are_found_in_comments_and_strings_of_sources(environment, tmp_path):
    """Not in identifiers, and nothing but phrases."""
    source = 'let seldomer = 1\n  /// It happens\n  /// seldomer, the the.\nfail("it is seldomer")\n'
    status, lines = prose(environment, tmp_path, "File.swift", source)
    assert status == 1 and [line.split(" ")[0] for line in lines] == ["File.swift:3:", "File.swift:4:"]


def test_codespell_finds_a_misspelt_word_and_knows_the_words_of_swift(environment, tmp_path):
    """With the settings of `make lint`."""
    path = tmp_path / "File.swift"
    misspelt = "reci" + "eve"
    path.write_text(f"/// To {misspelt}.\nfunc read(_ value: inout Int, atMost limit: Int) {{}}\n", "utf-8")
    done = subprocess.run(
        [environment / "codespell", "--config", LINT / "codespell.cfg", path], capture_output=True, text=True)
    assert done.returncode != 0 and done.stdout.splitlines() == [f"{path}:1: {misspelt} ==> receive"], done.stdout


def lengths(folder, text: str) -> tuple[int, list[str]]:
    """The exit status of lengths.py for a file of this text, and what it prints."""
    (folder / "File.swift").write_text(text, "utf-8")
    done = subprocess.run([sys.executable, LINT / "lengths.py", "File.swift"], cwd=folder, capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def function(lines: int) -> str:
    """A function of so many lines, whose strings and comments have braces."""
    return "  public static func body() -> String {\n" + '    print("}") // }\n' * (lines - 2) + "  }\n"


def test_a_function_or_a_file_that_is_too_long_is_found(tmp_path):
    """Sixty lines and 250 are the most; what has no body is no function."""
    assert lengths(tmp_path, "struct A {\n" + function(60) + "}\n") == (0, [])
    assert lengths(tmp_path, "struct A {\n" + function(61) + "}\n") == (
        1, ["File.swift:2: a function of 61 lines; at most 60"])
    assert lengths(tmp_path, "// A line.\n" * 250) == (0, [])
    assert lengths(tmp_path, "// A line.\n" * 251) == (1, ["File.swift: 251 lines; at most 250"])
    assert lengths(tmp_path, "protocol A {\n  func one()\n  func two()\n" + "  // A line.\n" * 70 + "}\n") == (0, [])


def over_sources(script: str, folder, files: dict[str, str]) -> tuple[int, str]:
    """The exit status of a check over a tree with these sources alone, and what it prints."""
    (folder / "scripts/lint").mkdir(parents=True, exist_ok=True)
    shutil.copy(LINT / script, folder / "scripts/lint")
    (folder / "scripts/lint/repetition.toml").write_text("", "utf-8")
    for name, text in files.items():
        path = folder / "Sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    done = subprocess.run([sys.executable, folder / "scripts/lint" / script], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_a_type_of_two_modules_is_found(tmp_path):
    """A private one, and one inside another type, are no mistake."""
    sound = {"A/One.swift": "struct Cache {\n  struct Entry {}\n}\n", "B/Two.swift": "private struct Cache {\n  struct Entry {}\n}\n"}
    assert over_sources("names.py", tmp_path, sound) == (0, "")
    status, text = over_sources("names.py", tmp_path, {"B/Two.swift": "public final class Cache {}\n"})
    assert status == 1 and text.startswith("Cache is declared in A, B")


def test_six_lines_in_two_places_are_found(tmp_path):
    """Five are not, nor are imports and comments."""
    lines = [f"  let value{number} = {number}\n" for number in range(6)]
    same = "import Foundation\n// A line.\n// Another.\n"
    five = {"A/One.swift": same + "".join(lines[:5]) + "let one = 1\n", "B/Two.swift": same + "".join(lines[:5]) + "let two = 2\n"}
    assert over_sources("repetition.py", tmp_path, five) == (0, "")
    six = {name: "".join(lines) for name in ("A/One.swift", "B/Two.swift")}
    status, text = over_sources("repetition.py", tmp_path, six)
    assert status == 1 and "A/One.swift" in text and "B/Two.swift" in text


COMMENTS = {
    "a summary and what is thrown": ("/// Reads.\n///\n/// - Throws: a `Fault`.\npublic func read() throws {}\n", None),
    "no summary": ("/// - Throws: a `Fault`.\npublic func read() throws {}\n", ":2: the comment has no summary"),
    "no word of errors": ("/// Reads.\npublic func read(\n  _ path: String\n) async throws -> Int {}\n",
                          ":2: the comment does not say what is thrown"),
    "a parameter that throws": ("/// Calls.\npublic func call(_ body: () throws -> Void) {}\n", None),
    "not public": ("/// - Throws: a `Fault`.\nfunc read() throws {}\n", None),
    "half of the parameters": ("/// Reads.\n///\n/// - Parameter side: pixels.\npublic func read(_ name: String, side: Int?) {}\n",
                               ":4: the comment lists parameters, but not name"),
    "half of a requirement's": ("public protocol Host {\n  /// Reads.\n  ///\n  /// - Parameters:\n  ///   - name: its name.\n"
                                "  func read(_ name: String, for client: [String: Int])\n}\n",
                                ":6: the comment lists parameters, but not client"),
    "all of the parameters": ("/// Joins.\n///\n/// - Parameter separator: between two.\npublic func joined(by separator: String = \", \") {}\n", None),
}


@pytest.mark.parametrize("text, expected", COMMENTS.values(), ids=COMMENTS)
def test_a_public_comment_has_a_summary_and_says_what_is_thrown(tmp_path, text, expected):
    """Found in the source, before anything is built."""
    path = tmp_path / "File.swift"
    path.write_text(text, "utf-8")
    done = subprocess.run([sys.executable, LINT / "comments.py", path], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == ((0, "") if expected is None else (1, f"{path}{expected}\n"))
