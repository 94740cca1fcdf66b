"""Fails when a public symbol's comment has no summary, is silent about what a call throws, or lists some parameters and not others.

    python3 scripts/lint/comments.py [FILE…]      all of Sources by default

It reads sources alone, so that a mistake shows before anything is built; `make docs` asks the same, and more, of what the compiler made
(scripts/undocumented.py). Exit status 1 if there is any.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^(?P<indent> *)///(?P<first>.*)\n(?P<rest>(?:(?P=indent)///.*\n)*)(?P<attributes>(?: *@\w+(?:\([^)\n]*\))? *\n)*)"
                   r"(?P<declaration> *(?:@\w+(?:\([^)\n]*\))? )*(?P<public>public )?(?:\w+ )*?(?P<kind>func|init|subscript|var|let|case|"
                   r"struct|class|enum|actor|protocol|typealias)\b[^\n]*(?:\n(?! *///)[^\n{}]*)*?(?=\{|\n\n|\n *///|\n *\}|\Z))",
                   re.MULTILINE)


def without_parameters(text: str) -> str:
    """A declaration without what stands in parentheses: a parameter may be a function that throws."""
    while (shorter := re.sub(r"\([^()]*\)", "", text)) != text:
        text = shorter
    return text


def parameters(declaration: str) -> list[str]:
    """The names of a call's parameters, as its body knows them."""
    declaration = re.sub(r'"[^"]*"', "", declaration)
    start = declaration.find("(")
    depth, entries, entry = 0, [], ""
    for character in declaration[start:] if start >= 0 else "":
        if character in "([{<":
            depth += 1
            if depth == 1:
                continue
        elif character in ")]}" or (character == ">" and not entry.endswith("-")):
            depth -= 1
            if depth == 0:
                break
        if character == "," and depth == 1:
            entries, entry = [*entries, entry], ""
        else:
            entry += character
    return [words[-1] for text in [*entries, entry] if (words := text.split(":")[0].split())]


def unlisted(comment: list[str], declaration: str) -> list[str]:
    """Parameters that a comment leaves out although it has a word for others."""
    listed = {name for line in comment if (entry := re.match(r"- Parameter (\w+):", line)) for name in entry.groups()}
    if "- Parameters:" in comment:
        listed |= {entry[1] for line in comment[comment.index("- Parameters:") + 1:] if (entry := re.match(r"- (\w+):", line))}
    return [name for name in parameters(declaration) if name.strip("`") not in listed] if listed else []


def mistakes(path: Path) -> list[str]:
    text = path.read_text("utf-8")
    protocols = [range(*match.span()) for match in re.finditer(r"^public protocol .*?^\}", text, re.MULTILINE | re.DOTALL)]
    found = []
    for block in BLOCK.finditer(text):
        comment = [block["first"].strip(), *(line.strip().removeprefix("///").strip() for line in block["rest"].splitlines())]
        line = text.count("\n", 0, block.start("declaration")) + 1
        name = f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}:{line}"
        if (block["public"] or any(block.start() in span for span in protocols)) and block["kind"] in ("func", "init") and (left := unlisted(comment, block["declaration"])):
            found.append(f"{name}: the comment lists parameters, but not {', '.join(left)}")
        if not block["public"]:
            continue
        if next(filter(None, comment), "- ").startswith("- "):
            found.append(f"{name}: the comment has no summary")
        call = block["kind"] in ("func", "init")
        signature = without_parameters(block["declaration"]).split("->")[0]
        if call and re.search(r"\bthrows\b", signature) and not any(entry.startswith("- Throws:") for entry in comment):
            coding = re.search(r"\b(encode\(to |init\(from )", block["declaration"])
            if not coding:
                found.append(f"{name}: the comment does not say what is thrown")
    return found


paths = [Path(path).resolve() for path in sys.argv[1:]] or sorted((ROOT / "Sources").rglob("*.swift"))
found = [mistake for path in paths for mistake in mistakes(path)]
print("\n".join(found), file=sys.stderr, end="\n" if found else "")
sys.exit(1 if found else 0)
