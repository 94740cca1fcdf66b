"""Holds ARCHITECTURE.md's table of modules to Package.swift, and each module's imports to its declared dependencies.

    swift package dump-package | python3 scripts/lint/architecture.py

Every target but tests, what they share, and examples is in the table; a module's level is higher than those of everything that it
depends on; it declares what it imports, and imports what it declares. The walks go down the levels (walks.py). Prints one line for
each mistake; exit status 1 if there is any.
"""

import json
import re
import sys
from pathlib import Path

import walks

ROOT = Path(__file__).resolve().parents[2]
IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public |package |internal |private |fileprivate )?import "
                    r"(?:(?:struct|class|enum|protocol|func|var|let|typealias) )?(\w+)", re.MULTILINE)
# What comes with Swift itself.
TOOLCHAIN = {"Foundation", "Synchronization", "Dispatch", "Glibc", "Testing", "FoundationEssentials"}


def dependencies(target):
    return {next(iter(one.values()))[0] for one in target["dependencies"]}


def sources(target):
    folder = ROOT / (target.get("path") or ("Tests" if target["type"] == "test" else "Sources") + "/" + target["name"])
    return [file.read_text() for file in folder.rglob("*.swift")]


def imports(target):
    return {module for text in sources(target) for module in IMPORT.findall(text)} - TOOLCHAIN


def levels():
    table = {}
    for line in (ROOT / "ARCHITECTURE.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and len(cells) == 3 and cells[0].isdigit():
            for name in re.findall(r"`(\w+)`", cells[1]):
                if name in table:
                    yield f"ARCHITECTURE.md: {name} is in the table twice"
                table[name] = int(cells[0])
    return table


def mistakes(package):
    table = yield from levels()
    targets = {target["name"]: target for target in package["targets"]}
    tests = {name for name, target in targets.items() if target["type"] == "test"}
    support = {name for name, target in targets.items() if (target.get("path") or "").startswith(("Tests/Support/", "Examples/"))}
    modules = targets.keys() - tests - support
    for name in sorted(modules - table.keys()):
        yield f"ARCHITECTURE.md: the table lacks {name}"
    for name in sorted(table.keys() - modules):
        yield f"ARCHITECTURE.md: the table has {name}, which Package.swift does not"
    for name, target in sorted(targets.items()):
        declared = dependencies(target)
        for other in sorted(declared):
            if name in table and other in table and table[other] >= table[name]:
                yield f"ARCHITECTURE.md: {name} (level {table[name]}) depends on {other} (level {table[other]})"
        used = imports(target) - {name}
        for other in sorted((used & targets.keys()) - declared):
            yield f"Package.swift: {name} imports {other} without declaring it"
        if name in modules:
            for other in sorted(declared & support):
                yield f"Package.swift: {name} depends on {other}, which is for tests or an example"
        if name not in tests:
            for other in sorted(declared - used):
                yield f"Package.swift: {name} declares {other} and never imports it"
    yield from walks.mistakes(
        (ROOT / "ARCHITECTURE.md").read_text(), table,
        {name: dependencies(target) for name, target in targets.items()},
        lambda module: sources(targets[module]) if module in targets else [])


found = list(mistakes(json.load(sys.stdin)))
print("\n".join(found), file=sys.stderr, end="\n" if found else "")
sys.exit(1 if found else 0)
