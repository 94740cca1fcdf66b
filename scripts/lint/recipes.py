"""Holds what pages say of the code to the code: the files and the types that they name are there.

    python3 scripts/lint/recipes.py [PAGE…]

In the pages for developers, or those given, each text in backticks is looked at. One that begins like a path of this
repository must be the path of a file or folder; NAME in it stands for any name, the same wherever it is, and there must be at
least one such path. One that is written like a type (`ModelFamily`, `ModelFamilies.all`, `RecordStores.open`) must be declared in a
Swift file, and its member too; the name of a Swift file will do. Interop/README.md must name every test beside it. Prints one line for each mistake; exit status 1 if there is any.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["CONTRIBUTING.md", "ARCHITECTURE.md", "docs/CONCURRENCY.md", "docs/DETERMINISM.md", "docs/IMAGES.md", "docs/RECORDS.md"]
FOLDERS = [path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]
TYPE = re.compile(r"([A-Z]\w*[a-z]\w*)(?:\.(\w+))?(?:\([\w:]*\))?")
DECLARED = re.compile(r"\b(?:class|struct|enum|actor|protocol|typealias|extension)\s+([\w.]+)")
MEMBER = re.compile(r"\b(?:func|var|let|case|class|struct|enum|actor|typealias|init)\s+`?(\w+)|,\s*(\w+)(?=\s*(?:[,=(]|$))", re.M)
# What others provide: types of Swift and its libraries, and words that are written like a type.
OTHERS = {"AsyncThrowingStream", "Mutex", "NSLock", "Sendable", "URLSession"}


def sources():
    return [path for folder in ("Sources", "Tests", "Benchmarks", "Examples", "Fuzzing") for path in (ROOT / folder).rglob("*.swift")]


def declarations():
    """The types, and for each the names of everything that is declared in a file that declares or extends it."""
    found: dict[str, set[str]] = {}
    for path in sources():
        text = re.sub(r"(^|\s)//.*$", "", path.read_text("utf-8"), flags=re.M)
        members = {name for pair in MEMBER.findall(text) for name in pair if name}
        for name in DECLARED.findall(text):
            for part in name.split("."):
                found.setdefault(part, set()).update(members)
    return found


def spans(page: str):
    """The line and the text of each span of code; blocks aside."""
    page = re.sub(r"^(```+).*?^\1", lambda match: "\n" * match[0].count("\n"), page, flags=re.S | re.M)
    for number, line in enumerate(page.split("\n"), 1):
        if not line.startswith("    "):
            for span in re.findall(r"`([^`]+)`", line):
                yield number, span


def is_there(path: str) -> bool:
    if "NAME" not in path:
        return (ROOT / path).exists()
    parts = path.split("NAME")
    pattern = re.compile(re.escape(parts[0]) + r"(\w+)" + r"\1".join(map(re.escape, parts[1:])))
    start = ROOT / parts[0].rpartition("/")[0]
    return any(pattern.fullmatch(str(found.relative_to(ROOT))) for found in start.rglob("*"))


def mistakes(pages: list[Path]):
    declared = declarations()
    files = {path.stem for path in sources()} | set(FOLDERS)
    modules = {path.name for folder in ("Sources", "Tests", "Tests/Support", "Examples") for path in (ROOT / folder).glob("*")}
    for page in pages:
        for line, span in spans(page.read_text("utf-8")):
            place = f"{page.name}:{line}"
            folder = span.split("/")[0]
            if "/" in span and (folder in FOLDERS or folder in modules) and re.fullmatch(r"[\w./+-]+", span):
                path = span.rstrip("/") if folder in FOLDERS else f"Sources/{span}"
                if not is_there(path):
                    yield f"{place}: there is no {span}"
            elif (found := TYPE.fullmatch(span)) and found[1] not in OTHERS and not span.isupper():
                name, member = found[1], found[2]
                if re.search(r"\.(swift|md|json|py|sh|toml|tsv)$", span):
                    if not (ROOT / span).exists() and not any(list((ROOT / top).rglob(span)) for top in ("Sources", "docs")):
                        yield f"{place}: there is no {span}"
                elif "NAME" in name:
                    continue
                elif name not in declared.keys() | modules | files:
                    yield f"{place}: no type is called {name}"
                elif member and name in declared and member not in declared[name]:
                    yield f"{place}: {name} has no {member}"


def unlisted():
    """Tests of Interop that its page does not name."""
    page = ROOT / "Interop/README.md"
    text = page.read_text("utf-8") if page.exists() else ""
    for path in sorted((ROOT / "Interop").glob("test_*.py")):
        if f"`{path.name}`" not in text:
            yield f"Interop/README.md: {path.name} is not listed"


found = list(unlisted()) + list(mistakes([Path(name) for name in sys.argv[1:]] or [ROOT / name for name in PAGES if (ROOT / name).exists()]))
print("\n".join(found), file=sys.stderr, end="\n" if found else "")
sys.exit(1 if found else 0)
