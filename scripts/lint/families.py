"""Holds the knowledge of model families to their folders: nothing else under Sources names one.

    python3 scripts/lint/families.py

Each folder in Sources/Weights/Families is a family, named as people write it: Gemma3 is "Gemma 3", "gemma3", "gemma_3" and
"gemma-3". No other file of Sources may hold that name, in code, strings or comments, except ModelFamilies.swift, where the
families are listed. Names of models (MedGemma) and of this program are no names of a family. Prints one line for each
mistake; exit status 1 if there is any.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = ROOT / "Sources/Weights/Families"
REGISTRY = FAMILIES / "ModelFamilies.swift"
TEXT = {".swift", ".h", ".json", ".js", ".html", ".css", ".md", ".txt"}


def pattern(family):
    """The folder's name in any spelling: letters and digits, with or without something between them."""
    parts = re.findall(r"[A-Za-z]+|\d", family)
    return re.compile(r"(?<![A-Za-z0-9])" + r"[ ._-]?".join(parts) + r"(?!\d)", re.IGNORECASE)


def mistakes():
    folders = sorted(path for path in FAMILIES.iterdir() if path.is_dir())
    names = {folder: pattern(folder.name) for folder in folders}
    for file in sorted((ROOT / "Sources").rglob("*")):
        if file.suffix not in TEXT or file == REGISTRY:
            continue
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            for folder, name in names.items():
                if folder not in file.parents and name.search(line):
                    place = file.relative_to(ROOT)
                    yield f"{place}:{number}: names {folder.name}, which belongs into {folder.relative_to(ROOT)}"


found = list(mistakes())
print("\n".join(found), file=sys.stderr, end="\n" if found else "")
sys.exit(1 if found else 0)
