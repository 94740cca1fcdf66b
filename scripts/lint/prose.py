"""Checks the prose of Markdown pages, and of the comments and strings in sources.

    prose.py FILE…

Pages: proselint with the checks named in prose.toml, sentences that are too long, and the phrases of prose.toml. Sources:
only the phrases. Code, link targets, HTML comments and generated tables are not prose. Prints one line for each finding,
`FILE:LINE: what`, and exits with 1 if there is any.
"""

import pathlib
import re
import sys
import tomllib

from proselint.checks import __register__
from proselint.registry import CheckRegistry
from proselint.tools import LintFile

SETTINGS = tomllib.loads(pathlib.Path(__file__).with_name("prose.toml").read_text("utf-8"))
PHRASES = [(re.compile(rf"\b(?:{one['match']})", re.IGNORECASE), one["instead"]) for one in SETTINGS["phrase"]]


def blank(match: re.Match) -> str:
    """Nothing but the line breaks of a match, so that later lines keep their numbers."""
    return "\n" * match[0].count("\n")


def without_code(page: str) -> str:
    """A page in which everything that is not prose is gone, line for line."""
    page = re.sub(r"<!-- (\w+): begin -->.*?<!-- \1: end -->", blank, page, flags=re.DOTALL)
    page = re.sub(r"<!--.*?-->", blank, page, flags=re.DOTALL)
    page = re.sub(r"^(```+|~~~+).*?^\1", blank, page, flags=re.DOTALL | re.MULTILINE)
    page = re.sub(r"\]\([^)]*\)", "]", page)
    kept: list[str] = []
    in_block = False
    for line in page.split("\n"):
        indented = line.startswith("    ")
        in_block = indented and (in_block or not kept or not kept[-1].strip() or kept[-1].startswith("#")) \
            or in_block and not line.strip()
        kept.append("" if in_block else line)
    return re.sub(r"(`+)[^`]+?\1", lambda match: "`code`" + blank(match), "\n".join(kept))


def paragraphs(page: str):
    """The first line and the text of each paragraph, item of a list, heading and row of a table."""
    lines: list[str] = []
    first = 0
    for number, line in enumerate([*page.split("\n"), ""], start=1):
        begins = re.match(r"\s*([-*] |\d+\. |\||#)", line)
        if lines and (begins or not line.strip() or lines[0].lstrip().startswith(("|", "#"))):
            yield first, "\n".join(lines)
            lines = []
        if line.strip() and not re.fullmatch(r"[|:\s-]+", line):
            if not lines:
                first = number
            lines.append(line)


def comments_and_strings(source: str):
    """The first line and the text of each run of comment lines, and of each string, of a Swift or JavaScript file."""
    lines: list[str] = []
    first = 0
    for number, line in enumerate([*source.split("\n"), ""], start=1):
        comment = re.match(r"\s*(?:///?|/\*\*|\*)\s?(.*)", line)
        if comment:
            if not lines:
                first = number
            lines.append(re.sub(r"(`+)[^`]+?\1", "`code`", comment[1]))
            continue
        if lines:
            yield first, "\n".join(lines)
            lines = []
        for string in re.finditer(r'"((?:[^"\\]|\\.)*)"', line):
            yield number, string[1]


def phrases(text: str):
    """Each phrase of the list that is there, and what to write instead."""
    # A phrase may continue on the next line.
    flat = text.replace("\n", " ")
    for pattern, instead in PHRASES:
        for match in pattern.finditer(flat):
            yield text.count("\n", 0, match.start()), f"“{match[0]}”: {instead}"


def long_sentences(text: str):
    """Where a sentence has more words than the limit."""
    limit = SETTINGS["longest_sentence"]
    cells = text.split("|") if text.lstrip().startswith("|") else [text]
    for cell in cells:
        begin = 0
        for end in [*re.finditer(r"[.!?:;](?=[\s*)”\"]|$)", cell), None]:
            sentence = cell[begin:end.end() if end else len(cell)]
            words = [word for word in sentence.split() if re.search(r"\w", word) and "`code`" not in word]
            if len(words) > limit:
                opening = " ".join(words[:6])
                yield cell.count("\n", 0, begin), f"“{opening} …”: {len(words)} words without a stop, more than {limit}"
            begin = end.end() if end else len(cell)


def proselint(text: str):
    """What proselint finds."""
    config = {"max_errors": 100, "checks": SETTINGS["proselint"]}
    for found in LintFile("", content=text).lint(config):
        # proselint puts a line break before the text and counts it.
        yield found.pos[0] - 1, f"{found.check_result.check_path}: {found.check_result.message}"


def findings(file: pathlib.Path):
    """Every finding of a file, with its line."""
    text = file.read_text("utf-8")
    if file.suffix == ".md":
        pieces, checks = paragraphs(without_code(text)), [phrases, long_sentences, proselint]
    else:
        pieces, checks = comments_and_strings(text), [phrases]
    for first, piece in pieces:
        for check in checks:
            for line, what in check(piece):
                yield first + line, what


def main() -> int:
    CheckRegistry().register_many(__register__)
    count = 0
    for name in sys.argv[1:]:
        for line, what in sorted(findings(pathlib.Path(name))):
            print(f"{name}:{line}: {what}")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
