"""PyTorch's logits on five prepared phantoms, for the check that llama.cpp computes the same.

    python -m dermgemma_training.reference --work DIR --images FIVE.png ... --out ../Models/dermgemma-small/reference

The images are phantoms as `dermgemma prepare --protocol direct --side 224` writes them (nothing is left to
resize). Weights are rounded to F16 where the GGUF files hold F16. Kept: token ids of the prompt and the logits after
its last token.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .export import load_model
from .language import IMAGE_TOKENS, Branch, Row, hidden_states, pad
from .curriculum import Curriculum
from .tower import IMAGE_SIDE


def round_to_half(model: torch.nn.Module) -> None:
    """Matrices as the converter stores them; embeddings of the tower, norms and biases stay F32."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim > 1 and "vision_tower" in name and "embeddings" in name:
                continue
            if parameter.ndim > 1:
                parameter.copy_(parameter.half().float())


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--checkpoint", default="last.pt")
    parser.add_argument("--images", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    model, tokenizer = load_model(options.work, options.checkpoint)
    round_to_half(model)
    curriculum = Curriculum(tokenizer, IMAGE_TOKENS)
    branch = curriculum.direct_code(0)
    prompt = curriculum.prefix + branch.ids[:branch.prompt]
    options.out.mkdir(parents=True, exist_ok=True)
    records = []
    for path in options.images:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
        if pixels.shape[:2] != (IMAGE_SIDE, IMAGE_SIDE):
            raise SystemExit(f"{path}: expected {IMAGE_SIDE} x {IMAGE_SIDE}, found {pixels.shape[1]} x {pixels.shape[0]}")
        tensor = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
        features = model.model.multi_modal_projector(model.model.vision_tower(pixel_values=tensor).last_hidden_state)
        hidden = hidden_states(model, pad([Row(prompt, [Branch([0], 1)], 0)]), features)[0, len(prompt) - 1]
        if path.resolve() != (options.out / path.name).resolve():
            shutil.copy(path, options.out / path.name)
        records.append({"image": path.name, "logits": [round(float(v), 5) for v in model.lm_head(hidden)]})
    (options.out / "logits.json").write_text(json.dumps({
        "prompt": curriculum.direct.classification, "prompt_ids": prompt, "image_token": tokenizer.image,
        "tolerance": 0.01, "images": records}))


if __name__ == "__main__":
    main()
