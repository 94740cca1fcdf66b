"""A line of the table of what constrained answers cost, from `benchmark constrained`'s JSON on standard input.

    benchmark constrained --model F | python3 Benchmarks/constrained.py NAME
"""

import json
import statistics
import sys


def spread(values: list[float], digits: int) -> str:
    """The median, the least and the most."""
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


result = json.load(sys.stdin)
print(f"| {sys.argv[1]} | {spread(result['ratios'], 3)} | {spread(result['held'], 2)} | {spread(result['free'], 2)} | "
      f"{result['tokens']} in {result['answers']} answers, {result['changed']} of them changed | {len(result['ratios'])} |")
