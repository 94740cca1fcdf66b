"""Turns a checkpoint into the two GGUF files, through Hugging Face's format and llama.cpp's own converter.

    python -m dermgemma_training.export --work DIR --llama-cpp DIR --out DIR [--calibration FILE]

Writes ``dermgemma-small.gguf``, ``dermgemma-small-mmproj.gguf`` and ``SHA256SUMS``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch

from .language import IMAGE_TOKENS, build_model, model_configuration
from .tokenizer import SYMBOLS, Tokenizer
from .tower import IMAGE_SIDE

NAME = "dermgemma-small"
#: Factor on all logits, in the final norm: near greedy at the seed's temperature of 0.7. Calibration comes after it.
SHARPENING = 2.0
#: Sampling that the weights recommend (`sampling: model`): near greedy, no repeat penalty.
SAMPLING = {"temp": 0.1, "top_k": 20, "top_p": 0.95, "min_p": 0.05, "penalty_repeat": 1.0, "penalty_last_n": 0}


def load_model(work: Path, checkpoint: str = "last.pt", sharpening: float = SHARPENING, side: int = IMAGE_SIDE):
    """The averaged model as it is exported, and its tokenizer."""
    tokenizer = Tokenizer(work / "tokenizer.model")
    state = torch.load(work / checkpoint, map_location="cpu")["average"]
    patch = next(value.shape[-1] for name, value in state.items() if name.endswith("patch_embedding.weight"))
    model = build_model(model_configuration(tokenizer.size, tokenizer.image, tokenizer.start_of_image,
                                            tokenizer.end_of_image, tokenizer.end_of_turn, side, patch))
    model.load_state_dict({k.removeprefix("model."): v for k, v in state.items() if k.startswith("model.")})
    with torch.no_grad():
        norm = model.model.language_model.norm.weight  # Gemma's norm multiplies by 1 + weight
        norm.copy_((1 + norm) * sharpening - 1)
    return model.eval(), tokenizer


def save_huggingface(model, tokenizer_path: Path, folder: Path) -> None:
    """Hugging Face's layout as the converter expects it.

    Two snags: transformers 5 names the tower's tensors without ``vision_model``, the converter wants it;
    and the projector's pooling factor is read from ``image_seq_length``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder, safe_serialization=True)
    from safetensors.torch import load_file, save_file
    tensors = load_file(folder / "model.safetensors")
    renamed = {}
    for name, tensor in tensors.items():
        if "vision_tower." in name and "vision_tower.vision_model." not in name:
            name = name.replace("vision_tower.", "vision_tower.vision_model.")
        renamed[name] = tensor.contiguous()
    save_file(renamed, folder / "model.safetensors", metadata={"format": "pt"})
    shutil.copy(tokenizer_path, folder / "tokenizer.model")
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5], "image_processor_type": "Gemma3ImageProcessor", "resample": 2,
        "rescale_factor": 1 / 255, "image_seq_length": IMAGE_TOKENS, "size": {"height": IMAGE_SIDE, "width": IMAGE_SIDE}}))
    processor = Tokenizer(tokenizer_path).processor
    (folder / "tokenizer_config.json").write_text(json.dumps({
        "add_bos_token": True, "add_eos_token": False, "tokenizer_class": "GemmaTokenizer", "bos_token": "<bos>",
        "eos_token": "<end_of_turn>", "pad_token": "<pad>", "unk_token": "<unk>", "chat_template": CHAT_TEMPLATE,
        # Without this the converter takes SentencePiece's user-defined symbols for ordinary text.
        "added_tokens_decoder": {str(processor.piece_to_id(s)): {"content": s, "special": True} for s in SYMBOLS}}))
    (folder / "generation_config.json").unlink(missing_ok=True)


CHAT_TEMPLATE = ("{{ bos_token }}{% for message in messages %}<start_of_turn>"
                 "{{ 'model' if message['role'] == 'assistant' else 'user' }}\n"
                 "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
                 "{% for item in message['content'] %}{% if item['type'] == 'image' %}<start_of_image>"
                 "{% else %}{{ item['text'] }}{% endif %}{% endfor %}{% endif %}<end_of_turn>\n{% endfor %}"
                 "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}")


def convert(llama_cpp: Path, folder: Path, out: Path, kind: str = "f16") -> None:
    """llama.cpp's converter, once for the text model and once for the projector, both in F16 by default."""
    out.mkdir(parents=True, exist_ok=True)
    script = llama_cpp / "convert_hf_to_gguf.py"
    for arguments, name in (([], f"{NAME}.gguf"), (["--mmproj"], f"{NAME}-mmproj.gguf")):
        subprocess.run([sys.executable, str(script), str(folder), "--outtype", kind, "--outfile", str(out / name),
                        "--model-name", NAME] + arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env={"PYTHONPATH": str(llama_cpp / "gguf-py"), "PATH": "/usr/bin:/bin"})


def add_metadata(path: Path, calibration: dict | None) -> None:
    """Rewrites the text GGUF with sampling and calibration keys; every tensor and other key as it was."""
    import gguf
    reader = gguf.GGUFReader(path)
    architecture = reader.fields["general.architecture"].contents()
    temporary = path.with_suffix(".new")
    writer = gguf.GGUFWriter(temporary, architecture)
    for field in reader.fields.values():
        if field.name == "general.architecture" or field.name.startswith(("GGUF.", "general.sampling.", "dermgemma.")):
            continue
        kind = field.types[0]
        sub = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=sub)
    for key, value in SAMPLING.items():
        add = writer.add_int32 if isinstance(value, int) else writer.add_float32
        add(f"general.sampling.{key}", value)
    if calibration:
        for way in ("direct", "classification"):
            writer.add_float32(f"dermgemma.calibration.{way}.temperature", float(calibration[way]["temperature"]))
            writer.add_key_value(f"dermgemma.calibration.{way}.bias", [float(b) for b in calibration[way]["bias"]],
                                 gguf.GGUFValueType.ARRAY, sub_type=gguf.GGUFValueType.FLOAT32)
        writer.add_string("dermgemma.calibration.prior", calibration["prior"])
        writer.add_key_value("dermgemma.calibration.prior_values", [float(p) for p in calibration["prior_values"]],
                             gguf.GGUFValueType.ARRAY, sub_type=gguf.GGUFValueType.FLOAT32)
    for tensor in reader.tensors:
        writer.add_tensor_info(tensor.name, tensor.data.shape, tensor.data.dtype, tensor.data.nbytes, tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for tensor in reader.tensors:
        writer.write_tensor_data(np.asarray(tensor.data))
    writer.close()
    del reader
    temporary.replace(path)


def write_checksums(out: Path) -> None:
    """SHA256SUMS in the form that ``sha256sum -c`` reads."""
    names = [f"{NAME}.gguf", f"{NAME}-mmproj.gguf"]
    lines = [f"{hashlib.sha256((out / n).read_bytes()).hexdigest()}  {n}" for n in names]
    (out / "SHA256SUMS").write_text("\n".join(lines) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--llama-cpp", type=Path, required=True, help="llama.cpp's source tree")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--calibration", type=Path)
    parser.add_argument("--checkpoint", default="last.pt")
    options = parser.parse_args()
    model, _ = load_model(options.work, options.checkpoint)
    save_huggingface(model, options.work / "tokenizer.model", options.work / "huggingface")
    convert(options.llama_cpp, options.work / "huggingface", options.out)
    add_metadata(options.out / f"{NAME}.gguf",
                 json.loads(options.calibration.read_text()) if options.calibration else None)
    write_checksums(options.out)


if __name__ == "__main__":
    main()
