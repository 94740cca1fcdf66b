"""Compiles the examples of the documentation: every block ```swift of a documentation comment and of a page.

    scripts/examples.py --modules DIR [FILE…]

DIR holds the modules that a build left. Without files: all Swift files of Sources, and all pages. Each block is a file of its own
and must import what it uses. It is a function's body, unless a line of it begins a declaration that cannot be in a function
(`extension`, `import` aside). Only public symbols are in reach. A block of a page with another word behind `swift` on its fence
is not compiled here. Prints the compiler's messages, with the places in the documentation; exit status 1 if there is any.

Run it through scripts/examples.sh, which knows the flags.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
COMMENT = re.compile(r"^\s*///(?: |$)?")
TOP_LEVEL = re.compile(r"^(?:public |private |fileprivate |package )?(?:extension|macro|precedencegroup|infix operator) ?", re.M)


def blocks(file: pathlib.Path):
    """The first line and the text of each block."""
    lines = file.read_text("utf-8").split("\n")
    if file.suffix == ".swift":
        lines = [COMMENT.sub("", line) if COMMENT.match(line) else None for line in lines]
    fence, first, block = None, 0, []
    for number, line in enumerate([*lines, None], 1):
        if fence is not None and (line is None or line.strip() == fence):
            if line is None:
                yield first, None
            else:
                yield first, "\n".join(text.removeprefix(indent) for text in block)
            fence = None
        elif fence is not None:
            block.append(line)
        elif line is not None and (found := re.fullmatch(r"( *)(```+)swift", line.rstrip())):
            indent, fence = found[1], found[2]
            first, block = number + 1, []


def source(place: str, first: int, text: str, number: int) -> str:
    """A block as a file: imports at the top, the rest in a function, and messages that name the documentation."""
    lines = text.split("\n")
    imports = [line for line in lines if line.startswith("import ")]
    body = "\n".join("" if line.startswith("import ") else line for line in lines)
    located = f'#sourceLocation(file: "{place}", line: {first})\n{body}\n#sourceLocation()\n'
    if TOP_LEVEL.search(body):
        return "\n".join([*imports, located])
    return "\n".join([*imports, f"func example{number}() async throws {{", located + "}\n"])


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--modules", required=True)
    parser.add_argument("--flag", action="append", default=[])
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    asked = parser.parse_args()
    files = asked.files or [
        *sorted((ROOT / "Sources").rglob("*.swift")), *sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")),
        *sorted((ROOT / "Documentation").rglob("*.md")), *sorted((ROOT / "Models").rglob("*.md"))]
    with tempfile.TemporaryDirectory() as folder:
        sources = []
        for file in files:
            place = str(file.resolve().relative_to(ROOT)) if file.resolve().is_relative_to(ROOT) else str(file)
            for first, text in blocks(file):
                if text is None:
                    print(f"{place}:{first}: a block that does not end", file=sys.stderr)
                    return 1
                path = pathlib.Path(folder) / f"example{len(sources)}.swift"
                path.write_text(source(place, first, text, len(sources)), "utf-8")
                sources.append(path)
        if not sources:
            print("There is no example.", file=sys.stderr)
            return 1
        done = subprocess.run(
            ["swiftc", "-typecheck", "-parse-as-library", "-swift-version", "6", "-warnings-as-errors", "-module-name",
             "Examples", "-I", asked.modules, *asked.flag, *sources],
            cwd=folder, capture_output=True, text=True)
    sys.stderr.write(done.stdout + done.stderr)
    if done.returncode == 0:
        print(f"examples that compile: {len(sources)}")
    return 1 if done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
