"""The optimizers, and the rate that they follow."""

from __future__ import annotations

import torch
from torch import nn
from torch.optim import _muon

from .device import best_device, has_quick_bfloat16

WEIGHT_DECAY = 0.05


def orthogonalized(update: torch.Tensor, coefficients: tuple[float, float, float], steps: int, least: float) -> torch.Tensor:
    """Muon's Newton-Schulz iteration in the update's own numbers.

    PyTorch's takes it in bfloat16, which a processor without such products does 20 to 40 times slower than float32 (192 x 192 and
    192 x 768 on an AMD EPYC with AVX2): longer than the whole rest of a step.
    """
    a, b, c = coefficients
    tall = update.shape[0] > update.shape[1]
    x = update.T if tall else update
    x = x / x.norm().clamp(min=least)
    for _ in range(steps):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if tall else x


if not has_quick_bfloat16(best_device()):
    _muon._zeropower_via_newtonschulz = orthogonalized


def make_optimizers(network: nn.Module, rate: float) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al. 2024) for the matrices of the blocks, scaled to AdamW's steps; AdamW for all the rest."""
    matrices, tables, vectors = [], [], []
    for name, p in network.named_parameters():
        if not p.requires_grad:
            continue
        (matrices if p.ndim == 2 and ".layers." in name else tables if p.ndim > 1 else vectors).append(p)
    adam = torch.optim.AdamW([{"params": tables, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}],
                             lr=rate, betas=(0.9, 0.98), fused=True)
    return [torch.optim.Muon(matrices, lr=rate, weight_decay=WEIGHT_DECAY, momentum=0.95, adjust_lr_fn="match_rms_adamw"), adam]


def rate_factor(step: int, warm: int, decay_from: int, steps: int) -> float:
    """Of the full rate: up linearly, constant, down linearly."""
    down = 1.0 if step < decay_from else max(0.0, (steps - step) / max(steps - decay_from, 1))
    return min(1.0, (step + 1) / warm) * down
