"""Puts the figures of two summaries into a table of README.md, between the marks that stand there.

    seed99_table.py SEED/summary.json DIRECT/summary.json README.md
"""

import json
import pathlib
import sys

BEGIN, END = "<!-- seed99: begin -->", "<!-- seed99: end -->"

FIGURES = [
    ("Accuracy", None, "accuracy", "share"),
    ("Balanced accuracy", None, "balanced_accuracy", "share"),
    ("Mean ROC AUC of the four codes", None, "macro_auc", "number"),
    ("Cohen's kappa", None, "kappa", "number"),
    ("Melanomas found (sensitivity)", "MEL", "sensitivity", "share"),
    ("Melanoma specificity", "MEL", "specificity", "share"),
    ("Melanoma ROC AUC", "MEL", "auc", "number"),
    ("Melanoma sensitivity at 80 % specificity", "MEL", "sensitivity_at_80_specificity", "share"),
    ("Expected calibration error", None, "ece", "number"),
]


def shown(value: float | None, kind: str) -> str:
    if value is None:
        return "–"
    return f"{100 * value:.1f} %" if kind == "share" else f"{value:.2f}"


def cell(estimate: dict, kind: str) -> str:
    text = shown(estimate["value"], kind)
    if estimate["low"] is None:
        return text
    low, high = shown(estimate["low"], kind), shown(estimate["high"], kind)
    return f"{text} ({low.removesuffix(' %')} to {high.removesuffix(' %')})"


def estimate(summary: dict, code: str | None, measure: str) -> dict:
    panel = summary["metrics"]["overall"]
    if code is None:
        return panel["figures"][measure]
    return next(one for one in panel["codes"] if one["code"] == code)["figures"][measure]


def always_nevus(summary: dict, code: str | None, measure: str, kind: str) -> str:
    panel = summary["metrics"]["overall"]
    if (code, measure) == (None, "accuracy"):
        return cell(panel["always_nevus"]["accuracy"], kind)
    constants = {"balanced_accuracy": 0.25, "macro_auc": 0.5, "kappa": 0.0, "sensitivity": 0.0, "specificity": 1.0,
                 "auc": 0.5}
    return shown(constants[measure], kind) if measure in constants else "–"


def table(seed: dict, direct: dict) -> list[str]:
    panel = seed["metrics"]["overall"]
    others = ", ".join(f"{count} {code}" for code, count in sorted(seed["images"]["codes"].items())
                       if code not in ("MEL", "NV", "BCC", "BKL"))
    lines = [
        f"On the seed's {seed['images']['images']} images, {panel['images']} of which show one of the four codes"
        f" (the others, {others}, are read but not scored):",
        "",
        "| with 95 % intervals | `seed`: three phases | `direct`: scored | always NV |",
        "|---|---|---|---|",
    ]
    for title, code, measure, kind in FIGURES:
        lines.append(
            f"| {title} | {cell(estimate(seed, code, measure), kind)} | {cell(estimate(direct, code, measure), kind)}"
            f" | {always_nevus(seed, code, measure, kind)} |")
    clean = [cell(one["quality"]["clean_rate"], "share") for one in (seed, direct)]
    lines.append(f"| Clean outputs (target 97 %) | {clean[0]} | {clean[1]} | |")
    weights = seed["run"]["provenance"]["weights_sha256"][:12]
    lines += ["", f"Weights {weights}, seed {seed['run']['provenance']['seed']}. So few images leave wide intervals:"
              " read those, not the figures alone. `make validate-seed99` writes this table."]
    return lines


def main() -> None:
    seed, direct = (json.loads(pathlib.Path(path).read_text("utf-8")) for path in sys.argv[1:3])
    readme = pathlib.Path(sys.argv[3])
    before, mark, rest = readme.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        sys.exit(f"{readme}: the marks {BEGIN} and {END} are not there")
    readme.write_text(before + BEGIN + "\n" + "\n".join(table(seed, direct)) + "\n" + END + after, "utf-8")
    print("\n".join(table(seed, direct)))


main()
