"""The commands of README.md and docs/*.md, and how they are carried out."""

import dataclasses
import pathlib
import re
import tomllib

import program

PAGES = [program.ROOT / "README.md", *sorted((program.ROOT / "docs").glob("*.md"))]
PROGRAMS = (
    "dermgemma", ".build/release/dermgemma", "make", "docker", "curl", "mkdir", "tar", "ln", "sed", "source", "man",
    "sudo", "export", "wc", "openssl", "python3", "journalctl", "systemctl", "scripts/", "docker/", "git", "pip", "sqlite3",
    "cat", "echo", "(cd", "(umask", "opt/", "bin/", "jq", "swift", "cd",
)
"""By the first word of its first line a block is known to be commands; others are output, tables and documents."""


@dataclasses.dataclass
class Exempt:
    """An entry of documentation-exceptions.toml."""

    match: str
    reason: str
    instead: str | None = None
    make: bool = False


def exceptions() -> list[Exempt]:
    """The visible list."""
    text = (program.ROOT / "Interop/documentation-exceptions.toml").read_text("utf-8")
    return [Exempt(**entry) for entry in tomllib.loads(text)["exception"]]


def blocks(page: str) -> list[list[str]]:
    """The indented and the fenced blocks of a page, in order, without their indentation and fences."""
    found: list[list[str]] = []
    fence = None
    lines: list[str] = []
    before = ""
    for line in [*page.splitlines(), ""]:
        if fence is not None:
            if line.strip() == fence:
                found.append(lines)
                fence, lines = None, []
            else:
                lines.append(line)
        elif match := re.match(r"(```+|~~~+)", line):
            fence, lines = match[1], []
        elif line.startswith("    ") and (lines or not before.strip() or before.startswith("#")):
            lines.append(line[4:])
        elif lines and not line.strip():
            lines.append("")
        elif lines:
            found.append(lines)
            lines = []
        before = line
    if lines:
        found.append(lines)
    return [strip(block) for block in found if any(map(str.strip, block))]


def strip(block: list[str]) -> list[str]:
    """A block without blank lines at its end."""
    while block and not block[-1].strip():
        block = block[:-1]
    return block


def is_commands(block: list[str]) -> bool:
    """Whether a block is for a shell."""
    first = re.sub(r"^([A-Z_]+=\S* )+", "", block[0])
    return any(first == word or first.startswith((word + " ", word if word.endswith("/") else word + " "))
               for word in PROGRAMS)


def commands(block: list[str]) -> list[str]:
    """The commands of a block: continued lines and here-documents are one, remarks are dropped."""
    found: list[str] = []
    ending = None
    for line in block:
        if ending is not None:
            found[-1] += "\n" + line
            if line == ending:
                ending = None
        elif found and found[-1].endswith("\\"):
            found[-1] = found[-1][:-1].rstrip() + " " + line.strip()
        elif line.strip() and not line.startswith("#"):
            found.append(re.sub(r"\s{2,}# .*$|\s+# .*$", "", line) if "<<" not in line else line)
            if here := re.search(r"<<'?(\w+)'?", line):
                ending = here[1]
    return found


def escaped(pages: list[pathlib.Path]) -> list[str]:
    """Lines in blocks that are not taken for commands, though they begin like one."""
    return [
        f"{page.name}: {line}"
        for page in pages
        for block in blocks(page.read_text("utf-8"))
        if not is_commands(block)
        for line in block
        if re.match(r"\$? ?(\.build/release/)?(dermgemma|make|docker|curl|sudo) [a-z-]", line)
    ]
