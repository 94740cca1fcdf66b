"""Fails when two modules declare a type of the same name: who searches for it would find the wrong one.

    python3 scripts/lint/names.py

Types inside others and private ones are theirs alone, and don't count. Exit status 1 if there is any.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DECLARATION = re.compile(
    r"^(?:@\w+(?:\([^)]*\))? )*(?:public |package |internal |final |indirect )*(?:struct|class|enum|actor|protocol) (\w+)",
    re.MULTILINE)
# Names that two modules may share, each with the reason.
EXCEPTIONS: dict[str, str] = {}

found = defaultdict(set)
for file in sorted((ROOT / "Sources").rglob("*.swift")):
    for name in DECLARATION.findall(file.read_text()):
        found[name].add(file.relative_to(ROOT / "Sources").parts[0])
mistakes = [f"{name} is declared in {', '.join(sorted(modules))}: two things never share a name"
            for name, modules in sorted(found.items()) if len(modules) > 1 and name not in EXCEPTIONS]
mistakes += [f"scripts/lint/names.py: {name} needs no exception" for name in sorted(EXCEPTIONS)
             if len(found.get(name, ())) < 2]
print("\n".join(mistakes), file=sys.stderr, end="\n" if mistakes else "")
sys.exit(1 if mistakes else 0)
