"""Lists public symbols without documentation, from a folder of symbol graphs, and ends with 1 when there are any.

    python3 scripts/undocumented.py DIR

Asked of every symbol that stands in a source: a comment, of its own or of the requirement that it meets; that it begins with
a summary, not with a list of fields; and that one which throws says so (`- Throws:`), unless the comment is another package's or the symbol
is one of `Codable`'s, which throw what their coder throws.
What the compiler makes (`init(from:)` of a derived conformance, say) has no place in a source and is ignored.
"""

import json
import pathlib
import re
import sys


def throws(symbol: dict) -> bool:
    """Whether a call, or reading a property, can throw.

    Parameters may be functions that throw, so only what stands behind them counts.
    """
    kind = symbol["kind"]["identifier"]
    text = "".join(part["spelling"] for part in symbol.get("declarationFragments", []))
    if "property" in kind:
        return re.search(r"\{[^}]*\bthrows\b", text) is not None
    while (shorter := re.sub(r"\([^()]*\)", "", text)) != text:
        text = shorter
    is_call = any(word in kind for word in ("func", "method", "init"))
    return is_call and re.search(r"\bthrows\b", text.split("->")[0]) is not None


def lack(symbol: dict, ours: set[str]) -> str | None:
    """What a symbol's documentation lacks; `None` for nothing."""
    comment = symbol.get("docComment")
    if comment is None:
        return "has no documentation"
    if comment.get("module") not in ours:
        return None
    lines = [line["text"].strip() for line in comment["lines"]]
    if next(filter(None, lines), "- ").startswith("- "):
        return "has no summary"
    coding = symbol["pathComponents"][-1] in ("encode(to:)", "init(from:)")
    if throws(symbol) and not coding and not any(line.startswith("- Throws:") for line in lines):
        return "does not say what it throws"
    return None


def findings(graphs: list[dict]) -> list[str]:
    """A line for each symbol that lacks something, by place."""
    ours = {graph["module"]["name"] for graph in graphs}
    found = []
    for graph in graphs:
        for symbol in graph["symbols"]:
            place = symbol.get("location")
            if place is None or (what := lack(symbol, ours)) is None:
                continue
            path = re.sub(r".*/(?=Sources/)", "", place["uri"])
            name = ".".join([graph["module"]["name"], *symbol["pathComponents"]])
            found.append(((path, place["position"]["line"] + 1), f"{name} {what}"))
    return [f"{path}:{line}: {text}" for (path, line), text in sorted(found)]


def main() -> int:
    paths = sorted(pathlib.Path(sys.argv[1]).glob("*.symbols.json"))
    if not paths:
        print(f"{sys.argv[1]}: no symbol graphs", file=sys.stderr)
        return 66
    graphs = [json.loads(path.read_text("utf-8")) for path in paths]
    found = findings(graphs)
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
