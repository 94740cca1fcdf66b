"""The optimizers, and the rate that they follow."""

from __future__ import annotations

import torch
from torch import nn

WEIGHT_DECAY = 0.05


def make_optimizers(network: nn.Module, rate: float) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al. 2024) for the matrices of the blocks, scaled to AdamW's steps; AdamW for all the rest."""
    matrices, tables, vectors = [], [], []
    for name, p in network.named_parameters():
        (matrices if p.ndim == 2 and ".layers." in name else tables if p.ndim > 1 else vectors).append(p)
    adam = torch.optim.AdamW([{"params": tables, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}],
                             lr=rate, betas=(0.9, 0.98), fused=True)
    return [torch.optim.Muon(matrices, lr=rate, weight_decay=WEIGHT_DECAY, momentum=0.95, adjust_lr_fn="match_rms_adamw"), adam]


def rate_factor(step: int, warm: int, decay_from: int, steps: int) -> float:
    """Of the full rate: up linearly, constant, down linearly."""
    down = 1.0 if step < decay_from else max(0.0, (steps - step) / max(steps - decay_from, 1))
    return min(1.0, (step + 1) / warm) * down
