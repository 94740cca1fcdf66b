#!/usr/bin/env python3
"""Refuses Swift files of more than 250 lines and functions of more than 60 (CONTRIBUTING.md).

    scripts/lint/lengths.py FILE…

A function is what begins with `func`, `init`, `deinit`, `subscript` or a computed property's `get`, from its first line to its closing brace. Text that is
data (string literals over several lines, and the initial values of stored properties) counts for the file alone.
"""
import re
import sys

FILE_LINES = 250
FUNCTION_LINES = 60
BEGINNING = re.compile(r"^\s*(@\w+(\([^)]*\))?\s+)*((public|package|private|fileprivate|internal|static|class|override|mutating|nonmutating|final"
                       r"|convenience|required|isolated|nonisolated|async)(\(\w+\))?\s+)*(func\s|init[?(<]|deinit\b|subscript\b)")


def code(text):
    """The source with strings and comments blanked, so that only real braces are left; line breaks stay."""
    pattern = r'#*"""[\s\S]*?"""#*|#+"[^\n]*?"#+|"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*[\s\S]*?\*/'
    return re.sub(pattern, lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def functions(text):
    """The first line, from 1, and the number of lines of each function."""
    lines = code(text).split("\n")
    for number, line in enumerate(lines):
        if not BEGINNING.match(line):
            continue
        depth, opened = 0, False
        for end in range(number, len(lines)):
            depth += lines[end].count("{") - lines[end].count("}")
            opened = opened or "{" in lines[end]
            if depth < 0 or (not opened and end > number and (BEGINNING.match(lines[end]) or not lines[end].strip())):
                break  # A requirement of a protocol, without a body.
            if opened and depth == 0:
                yield number + 1, end - number + 1
                break


def remarks(path, text):
    """What is too long in a file."""
    count = text.count("\n")
    if count > FILE_LINES:
        yield f"{path}: {count} lines; at most {FILE_LINES}"
    for line, length in functions(text):
        if length > FUNCTION_LINES:
            yield f"{path}:{line}: a function of {length} lines; at most {FUNCTION_LINES}"


def main(paths):
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            found += remarks(path, file.read())
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
