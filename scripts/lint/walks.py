"""The walks of ARCHITECTURE.md: the way of a request from a front end to the libraries, for architecture.py.

A row of the table is `| walk | way down | stored by |`. The way is steps with arrows between them; a step names modules, each with
types (`Type`) or members (`Type.member`) of it in parentheses; "as the first" goes on as the first walk does. Every step's modules
are at lower levels than those of the step before, and one of the steps before depends on each of them.
"""

import re

ROW = re.compile(r"^\| walk \| way down \| stored by \|\n\|[-|]+\n((?:\|.*\n)+)", re.MULTILINE)
MODULE = re.compile(r"`(\w+)`(?: \(([^)]*)\))?")
TYPE = r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public |package |internal |final |indirect )*(?:struct|class|enum|actor|protocol|typealias) {}\b"
HOME = r"\b(?:struct|class|enum|actor|protocol|extension) {}\b"
MEMBER = r"\b(?:func|var|let|case) {}\b"


def rows(page):
    table = ROW.search(page)
    for line in table[1].splitlines() if table else ():
        yield [cell.strip() for cell in line.strip("|").split("|")]


def modules(step):
    """The modules that a step names, each with what it names of them."""
    return {name: re.findall(r"`([\w.]+)`", names or "") for name, names in MODULE.findall(step)}


def declares(sources, name):
    owner, _, member = name.partition(".")
    if not member:
        return any(re.search(TYPE.format(owner), text, re.MULTILINE) for text in sources)
    return any(re.search(HOME.format(owner), text) and re.search(MEMBER.format(member), text) for text in sources)


def mistakes(page, table, depends, sources):
    """What is wrong with the walks: of the page, the modules' levels, what each depends on, and its sources by module."""
    found = list(rows(page))
    if not found:
        yield "ARCHITECTURE.md: the table of walks is missing"
    for walk, way, stored in found:
        where = f"ARCHITECTURE.md: the walk of {walk}"
        above, passed = None, set()
        steps = [step.strip() for step in way.split("→")]
        if steps[-1] == "as the first" and len(steps) > 1 and found[0][0] != walk:
            steps.pop()
        for step, isWay in [(step, True) for step in steps] + [(stored, False)]:
            named = modules(step)
            if isWay and not named:
                yield f"{where}: “{step}” names no module"
            for module, names in named.items():
                if module not in table:
                    yield f"{where} names {module}, which is no module"
                    continue
                for name in names:
                    if not declares(sources(module), name):
                        yield f"{where} names {name} in {module}, which does not declare it"
                if isWay and above is not None and table[module] >= above:
                    yield f"{where} comes back up: {module} is at level {table[module]}, after level {above}"
                if passed and module not in passed and not any(module in depends.get(one, ()) for one in passed):
                    yield f"{where} reaches {module}, which nothing before it depends on"
            known = named.keys() & table.keys()
            if isWay and known:
                above = min(table[module] for module in known)
                passed |= known
