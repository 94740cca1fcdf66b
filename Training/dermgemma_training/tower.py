"""The SigLIP vision tower, its start from random weights, and the heads that teach it."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn
from transformers import SiglipVisionConfig, SiglipVisionModel

#: HAM10000's seven diagnoses; the first four are the codes in their order.
DIAGNOSES = ("mel", "nv", "bcc", "bkl", "akiec", "vasc", "df")
PATCH = 16
#: The side of the exported model's images; training may begin at a smaller one.
IMAGE_SIDE = 224
WIDTH = 192
LAYERS = 6
HEADS = 3


def tower_configuration(side: int = IMAGE_SIDE) -> SiglipVisionConfig:
    """Patches of width 192: small enough to learn from random weights on a CPU, where plain attention is the quickest."""
    return SiglipVisionConfig(hidden_size=WIDTH, intermediate_size=4 * WIDTH, num_hidden_layers=LAYERS,
                              num_attention_heads=HEADS, image_size=side, patch_size=PATCH,
                              vision_use_head=False, layer_norm_eps=1e-6, hidden_act="gelu_pytorch_tanh",
                              attn_implementation="eager")


def sinusoidal_positions(grid: int, width: int) -> torch.Tensor:
    """Two-dimensional sine and cosine positions (as in He et al. 2022), grid*grid x width."""
    quarter = width // 4
    frequency = 1 / 10000 ** (torch.arange(quarter) / quarter)
    y, x = torch.meshgrid(torch.arange(grid).float(), torch.arange(grid).float(), indexing="ij")
    parts = [f(c.reshape(-1, 1) * frequency) for c in (x, y) for f in (torch.sin, torch.cos)]
    return torch.cat(parts, 1)


@torch.no_grad()
def initialize_tower(tower: nn.Module) -> None:
    """Mimetic start (Trockman & Kolter 2023): attention begins local, values near a negative identity."""
    vision = getattr(tower, "vision_model", tower)
    grid = math.isqrt(vision.embeddings.position_embedding.weight.shape[0])
    vision.embeddings.position_embedding.weight.copy_(0.5 * sinusoidal_positions(grid, WIDTH))
    nn.init.normal_(vision.embeddings.patch_embedding.weight, std=1 / math.sqrt(3 * PATCH * PATCH))
    nn.init.zeros_(vision.embeddings.patch_embedding.bias)
    size = WIDTH // HEADS
    for layer in vision.encoder.layers:
        attention = layer.self_attn
        for head in range(HEADS):
            z = torch.randn(WIDTH, WIDTH) / math.sqrt(WIDTH)
            u, s, v = torch.linalg.svd(0.7 * z + 0.7 * torch.eye(WIDTH))
            root = s[:size].sqrt()
            rows = slice(head * size, (head + 1) * size)
            attention.q_proj.weight[rows] = (u[:, :size] * root).T
            attention.k_proj.weight[rows] = v[:size] * root[:, None]
        z = torch.randn(WIDTH, WIDTH) / math.sqrt(WIDTH)
        u, s, v = torch.linalg.svd(0.4 * z - 0.4 * torch.eye(WIDTH))
        attention.v_proj.weight.copy_(v * s.sqrt()[:, None])
        attention.out_proj.weight.copy_(u * s.sqrt())
        for projection in (attention.q_proj, attention.k_proj, attention.v_proj, attention.out_proj):
            nn.init.zeros_(projection.bias)
        for linear in (layer.mlp.fc1, layer.mlp.fc2):
            nn.init.normal_(linear.weight, std=0.02 if linear is layer.mlp.fc1 else 0.02 / math.sqrt(2 * LAYERS))
            nn.init.zeros_(linear.bias)


def resized_positions(weight: torch.Tensor, count: int) -> torch.Tensor:
    """Position embeddings for another grid, bicubic: the step from a small image to a larger one."""
    old, new = math.isqrt(weight.shape[0]), math.isqrt(count)
    if old == new:
        return weight
    square = weight.T.reshape(1, -1, old, old)
    return F.interpolate(square, size=(new, new), mode="bicubic", align_corners=False).reshape(-1, count).T.contiguous()


class Heads(nn.Module):
    """Training-only heads on the tower's tokens: diagnosis, lesion coverage of each patch, measurements, answers' words."""

    def __init__(self, measurements: int, attributes: int):
        super().__init__()
        self.diagnosis = nn.Sequential(nn.Dropout(0.1), nn.Linear(2 * WIDTH, len(DIAGNOSES)))
        self.coverage = nn.Linear(WIDTH, 1)
        self.measurements = nn.Linear(2 * WIDTH, measurements)
        self.attributes = nn.Linear(3 * WIDTH, attributes)
        for module in (self.diagnosis[-1], self.coverage, self.measurements, self.attributes):
            nn.init.normal_(module.weight, std=0.01)
            nn.init.zeros_(module.bias)

    def forward(self, tokens: torch.Tensor) -> dict[str, torch.Tensor]:
        coverage = self.coverage(tokens).squeeze(-1)
        # A mean over the picture beside a mean over what the tower itself takes for the lesion.
        weight = torch.softmax(coverage.detach().clamp(-4, 4), dim=1).unsqueeze(-1)
        pooled = torch.cat([tokens.mean(1), (tokens * weight).sum(1)], dim=1)
        return {"diagnosis": self.diagnosis(pooled), "coverage": coverage, "measurements": self.measurements(pooled),
                "attributes": self.attributes(torch.cat([pooled, tokens.amax(1)], dim=1))}
