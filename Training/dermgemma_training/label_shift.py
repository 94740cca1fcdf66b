"""How frequent each code is at a clinic, from what a network says of its pictures, without a label.

A network that was taught codes in equal shares says what is likely where they are equally frequent. Where its pictures look alike and
only frequencies differ (label shift), expectation maximisation finds those that make its answers likeliest (Saerens, Latinne and
Decaestecker 2002, Neural Computation 14:21-41); answers are then weighed by them. `left_out --label-shift` does.
"""

from __future__ import annotations

import numpy as np


def at_frequencies(p: np.ndarray, taught: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """N x codes probabilities, of a network taught by codes in the shares `taught`, where codes are as frequent as `frequencies` says.

    >>> at_frequencies(np.array([[0.5, 0.5]]), np.array([0.5, 0.5]), np.array([0.2, 0.8])).round(3).tolist()
    [[0.2, 0.8]]
    """
    weighed = p * (frequencies / taught)
    return weighed / weighed.sum(1, keepdims=True)


def estimated_frequencies(p: np.ndarray, taught: np.ndarray, steps: int = 500) -> np.ndarray:
    """The codes' frequencies, adding up to 1, under which N x codes probabilities are likeliest; begins from `taught`."""
    found = taught / taught.sum()
    for _ in range(steps):
        found = at_frequencies(p, taught, found).mean(0)
    return found
