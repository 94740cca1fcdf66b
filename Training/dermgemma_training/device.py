"""Where training computes, and in which numbers."""

from __future__ import annotations

import torch


def best_device() -> torch.device:
    """CUDA when it is there."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def has_quick_bfloat16(device: torch.device) -> bool:
    """Whether the processor multiplies bfloat16 by itself (AMX, AVX-512 BF16, CUDA); elsewhere it is slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    return torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()


def products(device: torch.device, bfloat16: bool) -> torch.autocast:
    """A context in which products are taken in bfloat16, or not."""
    return torch.autocast(device.type, torch.bfloat16, enabled=bfloat16)
