"""A weighted mean of checkpoints that began from one another (model soup, Wortsman et al. 2022; WiSE-FT for fine-tuning).

    python -m dermgemma_training.averaging --work DIR --checkpoints initial.pt foreign-words.pt --shares 0.2 0.8 --name foreign-soup

What only some of them have (heads) comes from the last that has it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch


def mean_of(states: list[dict[str, torch.Tensor]], shares: list[float]) -> dict[str, torch.Tensor]:
    """The shares add up to 1. Throws ValueError where two tensors of one name differ in shape."""
    if abs(sum(shares) - 1) > 1e-6 or len(states) != len(shares):
        raise ValueError("one share for each checkpoint, 1 together")
    result = {}
    for name in dict.fromkeys(name for state in states for name in state):
        values = [state[name] for state in states if name in state]
        if len({v.shape for v in values}) > 1:
            raise ValueError(f"{name}: shapes differ")
        everywhere = len(values) == len(states) and values[0].is_floating_point()
        result[name] = sum(share * v for share, v in zip(shares, values)) if everywhere else values[-1]
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--checkpoints", nargs="+", required=True)
    parser.add_argument("--shares", nargs="+", type=float, required=True)
    parser.add_argument("--name", required=True)
    options = parser.parse_args()
    states = [torch.load(options.work / c, map_location="cpu")["average"] for c in options.checkpoints]
    try:
        torch.save({"average": mean_of(states, options.shares)}, options.work / f"{options.name}.pt")
    except ValueError as problem:
        parser.error(str(problem))


if __name__ == "__main__":
    main()
