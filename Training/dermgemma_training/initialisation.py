"""Turns committed weights back into a checkpoint, so that training can go on from them.

    python -m dermgemma_training.initialisation --models ../Models/dermgemma-small --work DIR

Writes ``WORK/initial.pt`` for ``train --start initial.pt``, and ``WORK/tokenizer.model``, the vocabulary that those weights
know. What `export` did to the weights is undone: GGUF's names, Gemma's norms (stored with the 1 that they add) and the
sharpened last norm. The heads that only training uses are not in the files: they begin anew (`train --heads-first`).
"""

from __future__ import annotations

import argparse
import struct
from pathlib import Path

import numpy as np
import torch

from .export import NAME, SHARPENING
from .tokenizer import BOS, EOS, PAD, SYMBOLS, UNKNOWN

LANGUAGE, TOWER, PROJECTOR = "model.model.language_model.", "model.model.vision_tower.", "model.model.multi_modal_projector."
#: SentencePiece's numbers of a kind of model and of a kind of piece.
BPE, USER_DEFINED = 2, 4
#: llama.cpp's names of a decoder block's tensors; Gemma's norms multiply by 1 + weight.
TEXT_NORMS = {"attn_norm": "input_layernorm", "post_attention_norm": "post_attention_layernorm",
              "ffn_norm": "pre_feedforward_layernorm", "post_ffw_norm": "post_feedforward_layernorm",
              "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm"}
TEXT_PRODUCTS = {"attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
                 "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}
#: The same for a block of the tower.
TOWER_PARTS = {"ln1": "layer_norm1", "ln2": "layer_norm2", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
               "attn_v": "self_attn.v_proj", "attn_out": "self_attn.out_proj", "ffn_up": "mlp.fc1", "ffn_down": "mlp.fc2"}


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    """All tensors of a GGUF file in F32, by llama.cpp's names."""
    import gguf
    return {t.name: torch.from_numpy(np.array(t.data, np.float32)) for t in gguf.GGUFReader(path).tensors}


def text_state(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The decoder by Hugging Face's names; embeddings and output are one."""
    state = {}
    for name, value in tensors.items():
        if name == "token_embd.weight":
            state[LANGUAGE + "embed_tokens.weight"] = state["model.lm_head.weight"] = value
        elif name == "output_norm.weight":
            state[LANGUAGE + "norm.weight"] = value / SHARPENING - 1
        else:
            _, block, part, _ = name.split(".")
            target = f"{LANGUAGE}layers.{block}."
            if part in TEXT_NORMS:
                state[f"{target}{TEXT_NORMS[part]}.weight"] = value - 1
            else:
                state[f"{target}{TEXT_PRODUCTS[part]}.weight"] = value
    return state


def vision_state(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Tower and projector by Hugging Face's names."""
    whole = {"v.patch_embd": "embeddings.patch_embedding", "v.position_embd": "embeddings.position_embedding",
             "v.post_ln": "post_layernorm"}
    state = {}
    for name, value in tensors.items():
        stem, kind = name.rsplit(".", 1)
        if stem == "mm.input_projection":
            state[PROJECTOR + "mm_input_projection_weight"] = value
        elif stem == "mm.soft_emb_norm":
            state[PROJECTOR + "mm_soft_emb_norm.weight"] = value - 1
        elif stem in whole:
            state[f"{TOWER}{whole[stem]}.{kind}"] = value
        else:
            _, _, block, part = stem.split(".")
            state[f"{TOWER}encoder.layers.{block}.{TOWER_PARTS[part]}.{kind}"] = value
    return state


def read_weights(models: Path) -> dict[str, torch.Tensor]:
    """The state of a training network but for its heads."""
    return {**text_state(read_tensors(models / f"{NAME}.gguf")), **vision_state(read_tensors(models / f"{NAME}-mmproj.gguf"))}


def field(number: int, value: bytes | str | int | float) -> bytes:
    """One field of a protocol buffer; a float takes four bytes, as SentencePiece's scores do."""
    def varint(n: int) -> bytes:
        return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)

    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def vocabulary_file(models: Path) -> bytes:
    """A SentencePiece model of the vocabulary in the text file, as `train_tokenizer` makes it (`sentencepiece_model.proto`)."""
    import gguf
    stored = gguf.GGUFReader(models / f"{NAME}.gguf").fields
    columns = [stored[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "scores", "token_type")]
    pieces = [field(1, piece) + field(2, float(score)) + field(3, USER_DEFINED if piece in SYMBOLS else int(kind))
              for piece, score, kind in zip(*columns)]
    special = zip((40, 41, 42, 43), (UNKNOWN, BOS, EOS, PAD))
    trainer = (field(3, BPE) + field(4, len(pieces)) + field(26, 1) + field(35, 1)
               + b"".join(field(number, place) for number, place in special))
    normalizer = field(1, "identity") + field(3, 0) + field(4, 0) + field(5, 1)
    return b"".join(field(1, piece) for piece in pieces) + field(2, trainer) + field(3, normalizer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    (options.work / "tokenizer.model").write_bytes(vocabulary_file(options.models))
    torch.save({"average": read_weights(options.models)}, options.work / "initial.pt")


if __name__ == "__main__":
    main()
