"""Finds repetition: six lines of code and more that stand in two places of Sources.

    python3 scripts/lint/repetition.py

Lines are compared without indentation; blank lines, comments, imports and lines of punctuation alone don't count. What may
stay is in scripts/lint/repetition.toml, with the reason: `files` names the files, two or one, `why` the reason. An entry that
no repetition needs any more is a mistake too. Prints one line for each mistake; exit status 1 if there is any.
"""

import re
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LENGTH = 6
IDLE = re.compile(r"^(?:[\W_]*|//.*|import \w+|@testable import \w+)$")


def code(file):
    """The lines of code with their numbers."""
    lines = ((number, line.strip()) for number, line in enumerate(file.read_text().splitlines(), 1))
    return [(number, line) for number, line in lines if not IDLE.match(line)]


def repetitions():
    """Pairs of places, each with the length of what they share: (file, line), (file, line), lines."""
    files = {file.relative_to(ROOT).as_posix(): code(file) for file in sorted((ROOT / "Sources").rglob("*.swift"))}
    places = defaultdict(list)
    for name, lines in files.items():
        for start in range(len(lines) - LENGTH + 1):
            places[tuple(line for _, line in lines[start:start + LENGTH])].append((name, start))
    pairs = {(one, other) for found in places.values() for index, one in enumerate(found) for other in found[:index]}
    for one, other in sorted(pairs):
        if ((one[0], one[1] - 1), (other[0], other[1] - 1)) in pairs:
            continue  # Goes on from the line before.
        length = LENGTH
        while ((one[0], one[1] + length - LENGTH + 1), (other[0], other[1] + length - LENGTH + 1)) in pairs:
            length += 1
        yield *((name, files[name][start][0]) for name, start in (other, one)), length


def mistakes():
    allowed = tomllib.loads((ROOT / "scripts/lint/repetition.toml").read_text()).get("repetition", [])
    unused = {tuple(sorted(set(entry["files"]))) for entry in allowed}
    known = set(unused)
    for (first, line), (second, other), length in repetitions():
        files = tuple(sorted({first, second}))
        unused.discard(files)
        if files not in known:
            yield f"{first}:{line}: {length} lines of code stand in {second}:{other} too"
    for files in sorted(unused):
        yield f"scripts/lint/repetition.toml: nothing is repeated in {' and '.join(files)}"


if __name__ == "__main__":
    found = list(mistakes())
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    sys.exit(1 if found else 0)
