"""The table of figures: each with its n, a 95 % interval, and the target that it has to reach."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

BOOTSTRAPS = 1000


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if count == 0:
        return 0.0, 1.0
    z, p = 1.959964, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(p * (1 - p) / count + z * z / (4 * count * count))
    return float(middle - half), float(middle + half)


def bootstrap(numbers: Callable[[np.ndarray], list[float]], truth: np.ndarray,
              groups: np.ndarray) -> list[tuple[float, float, float]]:
    """Each number with its percentile interval: lesions are drawn with repetition within classes, from a fixed seed."""
    rows_of = {g: np.flatnonzero(groups == g) for g in dict.fromkeys(groups.tolist())}
    by_class = [[g for g in rows_of if truth[rows_of[g][0]] == k] for k in sorted(set(truth.tolist()))]
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(BOOTSTRAPS):
        picked = [rows_of[g[j]] for g in by_class for j in rng.integers(len(g), size=len(g))]
        drawn.append(numbers(np.concatenate(picked)))
    ends = np.nanpercentile(np.array(drawn), [2.5, 97.5], axis=0)
    return [(value, float(low), float(high)) for value, low, high in zip(numbers(np.arange(len(truth))), *ends)]


class Table:
    """Lines of figures, as a Markdown table."""

    def __init__(self) -> None:
        self.lines = ["| figure | n | value | 95 % interval | target | reached |", "|---|---|---|---|---|---|"]

    def add(self, name: str, n: int, value: float, ends: tuple[float, float] | None = None, target: str = "",
            reached: bool | None = None) -> None:
        """One figure."""
        interval = f"{ends[0]:.3f} to {ends[1]:.3f}" if ends else ""
        verdict = "" if reached is None else "yes" if reached else "no"
        self.lines.append(f"| {name} | {n} | {value:.3f} | {interval} | {target} | {verdict} |")

    def share(self, name: str, hits: list[bool], least: float | None = None, constant: float | None = None) -> None:
        """A share: at least a number, or above a constant answer with its whole interval."""
        n, value, ends = len(hits), float(np.mean(hits)), wilson(sum(hits), len(hits))
        if constant is not None:
            self.add(name, n, value, ends, f"above {constant:.3f}, the best constant answer", ends[0] > constant)
        elif least is not None:
            self.add(name, n, value, ends, f"at least {least:g}", value >= least)
        else:
            self.add(name, n, value, ends)

    def __str__(self) -> str:
        return "\n".join(self.lines)
