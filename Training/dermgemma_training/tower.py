"""The SigLIP vision tower, its start from random weights, and the heads that teach it."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn
from transformers import SiglipVisionConfig

from .geometry import GEOMETRY
from .measurement import MAPS

#: HAM10000's seven diagnoses; the first four are the codes in their order.
DIAGNOSES = ("mel", "nv", "bcc", "bkl", "akiec", "vasc", "df")
PATCH = 14
#: The side of the exported model's images: the seed protocol's own, so that nothing is resized once more.
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


#: The patch embedding's first output: standard deviation, and how many components come out alike.
PATCH_SCALE, EVEN_COMPONENTS = 0.5, 96


@torch.no_grad()
def start_patches(tower: nn.Module, pixels: torch.Tensor) -> None:
    """Principal components of the patches of N x 3 x side x side pixels, the fainter ones made stronger.

    Fine structure has little variance; beside smooth colour a random start would hardly show it. Components weaker than
    the 96th stay weaker, so that the sensor's noise is not blown up.
    """
    patches = F.unfold(pixels, PATCH, stride=PATCH).transpose(1, 2).reshape(-1, 3 * PATCH * PATCH).double()
    mean = patches.mean(0)
    values, vectors = torch.linalg.eigh((patches - mean).T @ (patches - mean) / len(patches))
    values, vectors = values.flip(0)[:WIDTH], vectors.flip(1)[:, :WIDTH]
    # A component's sign is nobody's choice: its strongest weight is made positive.
    vectors = vectors * vectors.gather(0, vectors.abs().argmax(0, keepdim=True)).sign()
    weight = vectors.T * (PATCH_SCALE / (values + values[EVEN_COMPONENTS]).sqrt())[:, None]
    embedding = tower.embeddings.patch_embedding
    embedding.weight.copy_(weight.reshape(embedding.weight.shape))
    embedding.bias.copy_(-weight @ mean)


@torch.no_grad()
def initialize_tower(vision: nn.Module) -> None:
    """Mimetic start (Trockman & Kolter 2023): attention begins local, values near a negative identity."""
    grid = math.isqrt(vision.embeddings.position_embedding.weight.shape[0])
    vision.embeddings.position_embedding.weight.copy_(0.5 * sinusoidal_positions(grid, WIDTH))
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


@torch.no_grad()
def add_position_products(weight: torch.Tensor, amplitude: float = 0.5) -> None:
    """Adds x x, y y and x y of each patch to its position embedding, along three random directions, in place.

    Whether a lesion is longer in one direction than in another is a mean of these; sines of x and of y alone hold x y nowhere.
    """
    grid = math.isqrt(weight.shape[0])
    centres = (torch.arange(grid) + 0.5) / grid * 2 - 1
    y, x = (c.flatten() for c in torch.meshgrid(centres, centres, indexing="ij"))
    directions = torch.randint(0, 2, (3, weight.shape[1]), generator=torch.Generator().manual_seed(3)).float() * 2 - 1
    weight += amplitude * torch.stack([x * x - 1 / 3, y * y - 1 / 3, x * y], 1) @ directions


def resized_positions(weight: torch.Tensor, count: int) -> torch.Tensor:
    """Position embeddings for another grid, bicubic: the step from a small image to a larger one."""
    old, new = math.isqrt(weight.shape[0]), math.isqrt(count)
    if old == new:
        return weight
    square = weight.T.reshape(1, -1, old, old)
    return F.interpolate(square, size=(new, new), mode="bicubic", align_corners=False).reshape(-1, count).T.contiguous()


def patches_of_blocks(blocks: torch.Tensor, grid: int) -> torch.Tensor:
    """The four patches of each 2 x 2 block that the projector pools, block by block: N x K blocks to N x 4 K patches."""
    row, column = blocks // (grid // 2) * 2, blocks % (grid // 2) * 2
    corner = (row * grid + column)[..., None]
    return (corner + torch.tensor([0, 1, grid, grid + 1])).flatten(1)


def tower_tokens(tower: nn.Module, pixels: torch.Tensor, kept: torch.Tensor | None = None) -> torch.Tensor:
    """The tower's last tokens, N x patches x width; of N x K patches only, where `kept` names them."""
    tokens = tower.embeddings(pixels)
    if kept is not None:
        tokens = tokens.gather(1, kept[..., None].expand(-1, -1, tokens.shape[2]))
    return tower.post_layernorm(tower.encoder(inputs_embeds=tokens).last_hidden_state)


class Heads(nn.Module):
    """Training-only heads on the tower's tokens: diagnosis, each patch's share of the maps and place in the lesion,
    measurements, answers' words."""

    def __init__(self, measurements: int, attributes: int):
        super().__init__()
        self.diagnosis = nn.Sequential(nn.Dropout(0.1), nn.Linear(2 * WIDTH, len(DIAGNOSES)))
        self.maps = nn.Linear(WIDTH, len(MAPS))
        self.geometry = nn.Linear(WIDTH, len(GEOMETRY))
        self.measurements = nn.Linear(2 * WIDTH, measurements)
        self.attributes = nn.Linear(3 * WIDTH, attributes)
        for module in (self.diagnosis[-1], self.maps, self.geometry, self.measurements, self.attributes):
            nn.init.normal_(module.weight, std=0.01)
            nn.init.zeros_(module.bias)
        nn.init.constant_(self.maps.bias, -2.0)  # most patches show nothing

    def forward(self, tokens: torch.Tensor) -> dict[str, torch.Tensor]:
        maps = self.maps(tokens)
        # A mean over the picture beside a mean over what the tower itself takes for the lesion.
        weight = torch.softmax(maps[..., :1].detach().clamp(-4, 4), dim=1)
        pooled = torch.cat([tokens.mean(1), (tokens * weight).sum(1)], dim=1)
        return {"diagnosis": self.diagnosis(pooled), "maps": maps, "geometry": self.geometry(tokens),
                "measurements": self.measurements(pooled),
                "attributes": self.attributes(torch.cat([pooled, tokens.amax(1)], dim=1))}
