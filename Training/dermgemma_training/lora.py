"""Fine-tunes MedGemma, or another Gemma 3 that sees, on your own labelled images with LoRA (PEFT).

    python -m dermgemma_training.lora --base FOLDER --images DIR --labels CSV --out ADAPTER --llama-cpp LLAMA_CPP_SOURCE

Teaches one thing: the code that follows the picture and the question of the protocol `direct`, in the turns and pixels that the
program itself uses. Writes PEFT's adapter into ADAPTER, `ADAPTER/adapter.gguf` for ``dermgemma --lora``, and the label file cut in two
(`trained.csv`, `held-out.csv`): only the second may be used to measure what the adapter is worth.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .dataset import CODES
from .device import best_device
from .protocol import read_protocol
from .tokenizer import Tokenizer

#: The matrices of the decoder's blocks. llama.cpp cannot apply an adapter to the tower or to the embeddings.
TARGETS = r".*language_model.*\.(q|k|v|o|gate|up|down)_proj"
#: Columns that name the image and its diagnosis, in lower case.
IMAGE_COLUMNS, DIAGNOSIS_COLUMNS = ("image", "image_id", "isic_id"), ("dx", "code", "diagnosis")
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")


class WrongInput(Exception):
    """What a person can mend: one line, exit status 65."""


@dataclass(frozen=True)
class Sample:
    """A labelled image."""

    path: Path
    code: int            #: index into CODES
    group: str           #: images of one group are all taught or all held out
    row: tuple[str, ...]


def column(header: list[str], names: tuple[str, ...], file: Path) -> int:
    """The place of the first column with one of these names."""
    found = [place for place, name in enumerate(header) if name.strip().lower() in names]
    if not found:
        raise WrongInput(f"{file} has no column called {' or '.join(names)}; it has {', '.join(h.strip() for h in header)}")
    return found[0]


def read_samples(images: Path, labels: Path, group: str | None = None) -> tuple[list[str], list[Sample], int]:
    """The header, the images with one of the four codes, and how many rows have another diagnosis or no picture."""
    with labels.open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.reader(file) if row]
    if not rows:
        raise WrongInput(f"{labels} is empty")
    header, body = rows[0], rows[1:]
    image, diagnosis = column(header, IMAGE_COLUMNS, labels), column(header, DIAGNOSIS_COLUMNS, labels)
    grouping = column(header, (group.lower(),), labels) if group else image
    files = {path.stem: path for path in sorted(images.iterdir()) if path.suffix.lower() in SUFFIXES}
    samples, left_out = {}, 0
    for row in body:
        if len(row) <= max(image, diagnosis, grouping):
            raise WrongInput(f"{labels}: a row has {len(row)} of {len(header)} fields: {','.join(row)}")
        name, code = row[image].strip(), row[diagnosis].strip().upper()
        path = files.get(name) or files.get(Path(name).stem)
        if code in CODES and path is not None:
            samples[path] = Sample(path, CODES.index(code), row[grouping].strip(), tuple(row))
        else:
            left_out += 1
    return header, list(samples.values()), left_out


def split(samples: list[Sample], share: float) -> tuple[list[Sample], list[Sample]]:
    """Taught and held-out samples, by the digest of their group: adding images moves no other across."""
    def is_taught(sample: Sample) -> bool:
        return int.from_bytes(hashlib.sha256(sample.group.encode()).digest()[:4]) < share * 2 ** 32

    return [s for s in samples if is_taught(s)], [s for s in samples if not is_taught(s)]


def write_rows(path: Path, header: list[str], samples: list[Sample]) -> None:
    """A part of the label file, in its own layout."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *(s.row for s in samples)])


class BaseTokenizer(Tokenizer):
    """The base model's own vocabulary; the pieces around an image are named by its configuration."""

    def __init__(self, folder: Path, configuration):
        import sentencepiece
        file = folder / "tokenizer.model"
        if not file.exists():
            raise WrongInput(f"{folder} has no tokenizer.model; download the whole repository")
        self.processor = sentencepiece.SentencePieceProcessor(model_file=str(file))
        self.start_of_turn, self.end_of_turn = (self.processor.piece_to_id(f"<{end}_of_turn>") for end in ("start", "end"))
        if self.processor.unk_id() in (self.start_of_turn, self.end_of_turn):
            raise WrongInput(f"{file} has no <start_of_turn>: not an instruction-tuned Gemma 3")
        self.start_of_image, self.end_of_image = configuration.boi_token_index, configuration.eoi_token_index
        self.image, self.size = configuration.image_token_id, self.processor.get_piece_size()

    def lesson(self, image_tokens: int, prompt: str, answer_prefix: str, code: str) -> tuple[list[int], int]:
        """The whole turn with its answer, and how many of its ids are given: the engine cuts prefix and code together."""
        before = self.visual_prefix(image_tokens) + self.visual_prompt(prompt, answer_prefix)
        beginning = len(before) - len(self.encode("model\n" + answer_prefix))
        whole = before[:beginning] + self.encode(f"model\n{answer_prefix} {code}")
        given = next((i for i, (a, b) in enumerate(zip(before, whole)) if a != b), len(before))
        return whole + [self.end_of_turn], given


def prepared(samples: list[Sample], folder: Path, program: Path, side: int) -> dict[Path, Path]:
    """Each picture as the program shows it to the model, kept for the next run."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for number, sample in enumerate(samples, 1):
        digest = hashlib.sha256(sample.path.read_bytes()).hexdigest()
        made[sample.path] = out = folder / f"{digest}-{side}.png"
        if not out.exists():
            done = subprocess.run([program, "prepare", "--protocol", "direct", "--side", str(side), sample.path, "--out", out],
                                  capture_output=True, text=True)
            if done.returncode:
                raise WrongInput(done.stderr.strip())
        if number % 100 == 0:
            print(f"prepared {number} of {len(samples)} pictures", flush=True)
    return made


class Lessons:
    """Batches of the same number of images of each code, drawn by the seed and the step alone."""

    def __init__(self, samples: list[Sample], pictures: dict[Path, Path], tokenizer: BaseTokenizer, base: Path, configuration):
        self.pictures, self.image = pictures, tokenizer.image
        self.by_code = [[s for s in samples if s.code == code] for code in range(len(CODES))]
        self.by_code = [group for group in self.by_code if group]
        protocol = read_protocol("direct")
        self.texts = [tokenizer.lesson(configuration.mm_tokens_per_image, protocol.classification, protocol.answer_prefix, code)
                      for code in CODES]
        processing = json.loads((base / "preprocessor_config.json").read_text())
        self.mean, self.deviation = (torch.tensor(processing[f"image_{name}"]).reshape(3, 1, 1) for name in ("mean", "std"))

    def batch(self, seed: int, step: int, count: int) -> dict[str, torch.Tensor]:
        """What the model's `forward` takes; every answer's ids are taught, nothing else."""
        rng = np.random.default_rng([seed, step])
        groups = rng.permutation(len(self.by_code))
        samples = [self.by_code[groups[i % len(groups)]] for i in range(count)]
        samples = [group[rng.integers(len(group))] for group in samples]
        turns = [self.texts[sample.code] for sample in samples]
        longest = max(len(ids) for ids, _ in turns)
        ids, labels = torch.zeros(count, longest, dtype=torch.long), torch.full((count, longest), -100)
        attended = torch.zeros(count, longest, dtype=torch.long)
        for row, (turn, given) in enumerate(turns):
            ids[row, :len(turn)], attended[row, :len(turn)] = torch.tensor(turn), 1
            labels[row, given:len(turn)] = torch.tensor(turn[given:])
        pixels = torch.stack([self.pixels(sample.path, int(rng.integers(8))) for sample in samples])
        return {"input_ids": ids, "attention_mask": attended, "labels": labels, "pixel_values": pixels,
                "token_type_ids": (ids == self.image).long()}

    def pixels(self, path: Path, turned: int) -> torch.Tensor:
        """Normalised pixels, turned and mirrored: a lesion has no up."""
        with Image.open(self.pictures[path]) as image:
            array = np.rot90(np.asarray(image.convert("RGB")), turned % 4)
        array = array[:, ::-1] if turned >= 4 else array
        return (torch.from_numpy(array.copy()).permute(2, 0, 1).float() / 255 - self.mean) / self.deviation


def load(base: Path, rank: int, alpha: float):
    """The base model with an adapter that changes nothing yet."""
    from peft import LoraConfig, get_peft_model
    from transformers import Gemma3ForConditionalGeneration
    if json.loads((base / "config.json").read_text()).get("architectures") != ["Gemma3ForConditionalGeneration"]:
        raise WrongInput(f"{base} is not a Gemma 3 that sees (config.json, architectures)")
    device = best_device()
    model = Gemma3ForConditionalGeneration.from_pretrained(base, dtype=torch.bfloat16 if device.type == "cuda" else torch.float32,
                                                           attn_implementation="eager").to(device)
    if device.type == "cuda":
        model.gradient_checkpointing_enable()
        model.enable_input_require_grads()
    return get_peft_model(model, LoraConfig(r=rank, lora_alpha=alpha, target_modules=TARGETS, lora_dropout=0.05))


def train(model, lessons: Lessons, steps: int, count: int, rate: float, seed: int) -> list[float]:
    """Losses of the steps. The rate rises over the first tenth and falls to zero."""
    torch.manual_seed(seed)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=rate, weight_decay=0.0)
    warm, losses = max(steps // 10, 1), []
    model.train()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min((step + 1) / warm, (steps - step) / max(steps - warm, 1))
        batch = {name: value.to(model.device) for name, value in lessons.batch(seed, step, count).items()}
        loss = model(**batch).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(float(loss.detach()))
        if step % 10 == 9 or step == steps - 1:
            print(f"step {step + 1} of {steps}: loss {np.mean(losses[-10:]):.3f}", flush=True)
    return losses


def convert(llama_cpp: Path, base: Path, adapter: Path) -> Path:
    """llama.cpp's own script makes of PEFT's folder the file for `--lora`."""
    out = adapter / "adapter.gguf"
    done = subprocess.run([sys.executable, llama_cpp / "convert_lora_to_gguf.py", "--base", base, "--outfile", out, adapter],
                          env={**os.environ, "PYTHONPATH": str(llama_cpp / "gguf-py")}, capture_output=True, text=True)
    if done.returncode:
        raise WrongInput("convert_lora_to_gguf.py failed: " + (done.stderr.strip().splitlines() or ["no reason given"])[-1])
    return out


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model, as the hub has it")
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True, help="a table with the columns Image and Dx")
    parser.add_argument("--group", help="column of the lesion or patient: those are never cut apart")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--llama-cpp", type=Path, required=True, help="llama.cpp's source tree")
    parser.add_argument("--dermgemma", type=Path, default=Path(__file__).resolve().parents[2] / ".build/release/dermgemma")
    parser.add_argument("--share", type=float, default=0.7, help="of the groups that is taught (default 0.7)")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--alpha", type=float, default=32)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def run(chosen: argparse.Namespace) -> None:
    """The whole recipe."""
    header, samples, left_out = read_samples(chosen.images, chosen.labels, chosen.group)
    taught, held_out = split(samples, chosen.share)
    if not taught or not held_out:
        raise WrongInput(f"{len(taught)} images would be taught and {len(held_out)} held out; both are needed (--share)")
    print(f"{len(taught)} images are taught, {len(held_out)} held out, {left_out} rows left out (another diagnosis, or no picture)")
    chosen.out.mkdir(parents=True, exist_ok=True)
    for name, part in (("trained", taught), ("held-out", held_out)):
        write_rows(chosen.out / f"{name}.csv", header, part)
    model = load(chosen.base, chosen.rank, chosen.alpha)
    configuration = model.config
    pictures = prepared(taught, chosen.out / "prepared", chosen.dermgemma, configuration.vision_config.image_size)
    lessons = Lessons(taught, pictures, BaseTokenizer(chosen.base, configuration), chosen.base, configuration)
    losses = train(model, lessons, chosen.steps, chosen.batch, chosen.rate, chosen.seed)
    model.save_pretrained(chosen.out)
    (chosen.out / "losses.json").write_text(json.dumps(losses))
    print(f"wrote {convert(chosen.llama_cpp, chosen.base, chosen.out)}")


def main() -> None:
    try:
        run(options())
    except (WrongInput, OSError) as fault:
        print(f"lora: {fault}", file=sys.stderr)
        sys.exit(65)


if __name__ == "__main__":
    main()
