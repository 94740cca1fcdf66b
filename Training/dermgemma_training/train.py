"""Trains tower, projector and decoder together from random weights.

    python -m dermgemma_training.train --data DIR --work DIR --steps N [--workers 2]

Two single-thread workers share each step by adding their gradients: on busy cores that loses less than
two threads which wait for each other at every operation. Resumes from ``WORK/joint.pt``; every random choice
depends on seed, step and worker only.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as distributed
import torch.nn.functional as F

from .dataset import CODES
from .images import DIAGNOSES, SAMPLING, augment
from .language import IMAGE_TOKENS, build_model, hidden_states, loss_of, model_configuration, pad
from .lessons import Lessons
from .tokenizer import Tokenizer, train_tokenizer
from .tower import IMAGE_SIDE, Heads, initialize_tower
from .truth import Truth, read_truth
from .vocabulary import QUESTIONS, description

SEED = 20261123
PHANTOM_SHARE, PH2_SHARE = 0.15, 0.04
Z_WEIGHT = 0.02
#: Weights of the lessons in the loss, and how often an image brings each long one.
WEIGHT = {"question": 1.0, "direct": 1.5, "review": 1.0, "classification": 1.0}
#: Share of the boosted trees' out-of-fold probabilities in the taught codes, and of a uniform one.
TEACHER_SHARE, SMOOTHING = 0.6, 0.04
REVIEWS_PER_IMAGE, CLASSIFICATIONS_PER_IMAGE, QUESTIONS_PER_IMAGE = 0.2, 0.3, 2


class Sampler:
    """Class-balanced rows of the training split that have words."""

    def __init__(self, truth: Truth):
        has_words = np.array([w is not None for w in truth.words])
        train = (truth.split == "train") & has_words
        self.pools = [np.flatnonzero(train & (truth.source == 0) & (truth.diagnosis == c)) for c in range(len(DIAGNOSES))]
        self.shares = np.array([SAMPLING[d] for d in DIAGNOSES])
        self.shares /= self.shares.sum()
        self.phantoms = np.flatnonzero(train & (truth.source == 2))
        self.ph2 = np.flatnonzero(train & (truth.source == 1))

    def draw(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Row indices of one batch."""
        chosen = []
        for _ in range(count):
            lot = rng.random()
            if lot < PHANTOM_SHARE and len(self.phantoms):
                chosen.append(rng.choice(self.phantoms))
            elif lot < PHANTOM_SHARE + PH2_SHARE and len(self.ph2):
                chosen.append(rng.choice(self.ph2))
            else:
                chosen.append(rng.choice(self.pools[rng.choice(len(self.pools), p=self.shares)]))
        return np.array(chosen)


def select_rows(truth: Truth, split: str = "select", nevi: int = 200) -> np.ndarray:
    """The rare codes of a split and its first nevi: enough to choose by, quick to score."""
    rows = np.flatnonzero((truth.split == split) & (truth.source == 0) & (truth.diagnosis >= 0) & (truth.diagnosis < 4))
    nv = rows[truth.diagnosis[rows] == 1][:nevi]
    return np.concatenate([rows[truth.diagnosis[rows] != 1], nv])


def plain(truth: Truth, rows: np.ndarray) -> torch.Tensor:
    """Unaugmented pixels in [-1, 1] at the tower's side."""
    batch = torch.from_numpy(truth.pixels(rows)).permute(0, 3, 1, 2).float()
    return F.interpolate(batch, size=(IMAGE_SIDE, IMAGE_SIDE), mode="bicubic", antialias=True).clamp(0, 255) / 127.5 - 1


def figures(probability: np.ndarray, labels: np.ndarray) -> dict:
    """Balanced accuracy, recall by code, melanoma AUC."""
    from sklearn.metrics import roc_auc_score
    recall = [float((probability[labels == c].argmax(1) == c).mean()) for c in range(4)]
    return {"balanced_accuracy": round(float(np.mean(recall)), 4), "recall": np.round(recall, 3).tolist(),
            "melanoma_auc": round(float(roc_auc_score(labels == 0, probability[:, 0])), 4)}


def head_losses(out: dict[str, torch.Tensor], truth: Truth, rows: np.ndarray,
                coverage: torch.Tensor) -> tuple[torch.Tensor, list[float]]:
    """Diagnosis, coverage and measurements from the heads."""
    real = torch.from_numpy((truth.diagnosis[rows] >= 0) & (truth.source[rows] == 0))
    target = F.one_hot(torch.from_numpy(truth.diagnosis[rows]).clamp(min=0), len(DIAGNOSES)).float()
    for n, row in enumerate(rows):
        if 0 <= truth.diagnosis[row] < len(CODES):
            target[n, : len(CODES)] = torch.tensor(softened(int(truth.diagnosis[row]), truth.by_measurements[row]))
    diagnosis = F.cross_entropy(out["diagnosis"][real], target[real])
    known = ~torch.isnan(coverage).any(1)
    cover = F.binary_cross_entropy_with_logits(out["coverage"][known], coverage[known])
    scores = torch.from_numpy(truth.measurements[rows])
    have = ~torch.isnan(scores)
    regression = F.smooth_l1_loss(out["measurements"][have], scores[have])
    return diagnosis + 0.3 * cover + 1.5 * regression, [float(v.detach()) for v in (diagnosis, cover, regression)]


def tower_tokens(model, pixels: torch.Tensor) -> torch.Tensor:
    """The tower's last tokens, N x 64 x width."""
    return model.model.vision_tower(pixel_values=pixels).last_hidden_state


def projected(model, tokens: torch.Tensor) -> torch.Tensor:
    """Pooled, normalised and projected: N x 16 x hidden."""
    return model.model.multi_modal_projector(tokens)


def lessons_of(truth: Truth, rows: np.ndarray, lessons: Lessons, rng: np.random.Generator,
               classifications: float = CLASSIFICATIONS_PER_IMAGE, own: dict[str, dict] | None = None):
    """Short visual, long visual and text-only lessons of a batch, each as (pairs, images, weights)."""
    short, long, text = ([], [], [], []), ([], [], [], []), ([], [], [], [])

    def add(group, pair, image, weight, soft=None):
        group[0].append(pair); group[1].append(image); group[2].append(weight); group[3].append(soft)

    for n, row in enumerate(rows):
        w = truth.words[row]
        code = int(truth.diagnosis[row])
        has_code = 0 <= code < 4
        for q in rng.choice(len(QUESTIONS), QUESTIONS_PER_IMAGE, replace=False):
            add(short, lessons.question(QUESTIONS[q], w), n, WEIGHT["question"])
        if has_code:
            add(short, lessons.direct_code(code), n, WEIGHT["direct"], softened(code, truth.by_measurements[row]))
        if rng.random() < REVIEWS_PER_IMAGE:
            protocol = lessons.seed if rng.random() < 0.5 else lessons.extended
            add(long, lessons.review(protocol, w, lessons.perturbed(protocol, w, rng)), n, WEIGHT["review"])
        if own and rng.random() < classifications:
            # The model's own words on some training image: what Phase 3 will really read.
            image_id = own["ids"][rng.integers(len(own["ids"]))]
            read, index = own["words"][image_id], own["row"][image_id]
            protocol = lessons.seed if read["protocol"] == "seed" else lessons.extended
            add(text, lessons.classification(protocol, read["notes"], read["description"], int(truth.diagnosis[index])), -1,
                WEIGHT["classification"], softened(int(truth.diagnosis[index]), truth.by_measurements[index]))
        if has_code and rng.random() < classifications:
            protocol = lessons.seed if rng.random() < 0.5 else lessons.extended
            notes = lessons.perturbed(protocol, w, rng)
            add(text, lessons.classification(protocol, notes, description(w, notes, protocol.labels), code), -1,
                WEIGHT["classification"], softened(code, truth.by_words[row]))
    return short, long, text


def softened(code: int, teacher: np.ndarray) -> list[float]:
    """The taught distribution over the codes: the diagnosis, mixed with the out-of-fold trees where they know the image."""
    hard = np.eye(len(CODES))[code]
    mixed = hard if np.isnan(teacher).any() else (1 - TEACHER_SHARE) * hard + TEACHER_SHARE * teacher
    return ((1 - SMOOTHING) * mixed + SMOOTHING / len(CODES)).tolist()


def prepare_tokenizer(truth: Truth, work: Path) -> Tokenizer:
    """Trains the vocabulary once."""
    path = work / "tokenizer.model"
    if not path.exists():
        rng = np.random.default_rng(SEED)
        rows = [i for i in np.flatnonzero(truth.split == "train") if truth.words[i] is not None]
        sample = [truth.words[i] for i in rng.permutation(rows)[:1200]]
        train_tokenizer(Lessons(None, 0).corpus(sample, rng), path)
    return Tokenizer(path)


def build(work: Path, truth: Truth):
    """Tokenizer, lessons, model and heads, from random weights."""
    tokenizer = prepare_tokenizer(truth, work)
    model = build_model(model_configuration(tokenizer.size, tokenizer.image, tokenizer.start_of_image,
                                            tokenizer.end_of_image, tokenizer.end_of_turn))
    initialize_tower(model.model.vision_tower)
    return tokenizer, Lessons(tokenizer, IMAGE_TOKENS), torch.nn.ModuleDict({"model": model, "heads": Heads(len(truth.names))})


@torch.no_grad()
def direct_log_probabilities(model, tokenizer: Tokenizer, lessons: Lessons, features: torch.Tensor) -> np.ndarray:
    """Log-probability of each whole code, N x 4, while looking at the image."""
    pairs = [lessons.direct_code(code) for code in range(4)]
    single = all(len(ids) - prompt == 2 for ids, prompt in pairs)  # one piece and the end of turn
    columns = []
    for ids, prompt in pairs[:1] if single else pairs:
        batch = pad([(ids, prompt)] * len(features), list(range(len(features))), [1.0] * len(features))
        hidden = hidden_states(model, batch, features)
        logits = torch.log_softmax(model.lm_head(hidden[:, prompt - 1: len(ids) - 2]).float(), -1)
        if single:
            return logits[:, 0, [pair[0][pair[1]] for pair in pairs]].numpy()
        columns.append(logits.gather(2, batch.ids[:, prompt: len(ids) - 1, None])[..., 0].sum(1))
    return torch.stack(columns, 1).numpy()


def worker(rank: int, options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    if options.workers > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(options.port))
        distributed.init_process_group("gloo", rank=rank, world_size=options.workers)
    torch.manual_seed(SEED)
    truth = read_truth(options.data, options.work, options.splits)
    sampler = Sampler(truth)
    chosen = select_rows(truth)
    if rank == 0:
        prepare_tokenizer(truth, options.work)
    if options.workers > 1:
        distributed.barrier()
    torch.manual_seed(SEED)
    tokenizer, lessons, network = build(options.work, truth)
    average = copy.deepcopy(network).eval()
    if options.start:
        network.load_state_dict(torch.load(options.work / options.start, map_location="cpu")["average"])
        average.load_state_dict(network.state_dict())
    if options.freeze_tower:
        for p in network["model"].model.vision_tower.parameters():
            p.requires_grad_(False)
    parameters = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in parameters if p.ndim > 1], "weight_decay": 0.05},
         {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0}], lr=options.rate, betas=(0.9, 0.98))
    own = None
    if options.own_words:
        read = [json.loads(line) for line in (options.work / "own-words.jsonl").read_text().splitlines()]
        place = {i: n for n, i in enumerate(truth.ids)}
        own = {"ids": [r["id"] for r in read], "words": {r["id"]: r for r in read}, "row": {r["id"]: place[r["id"]] for r in read}}
    path, step = options.work / f"{options.name}.pt", 0
    if path.exists():
        state = torch.load(path, map_location="cpu")
        network.load_state_dict(state["network"]); average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"]); step = state["step"]
    log = open(options.work / f"{options.name}.log", "a", buffering=1) if rank == 0 else None
    tick, running = time.time(), []
    deadline = time.mktime(time.strptime(time.strftime("%Y-%m-%d ") + options.until, "%Y-%m-%d %H:%M")) \
        if options.until else math.inf
    begun, first = time.time(), step
    model = network["model"]
    code_ids = [tokenizer.encode(" " + code)[0] for code in CODES]
    while step < options.steps:
        # With a deadline, the schedule follows the clock: all workers take rank 0's.
        progress = step / options.steps
        if deadline < math.inf:
            progress = max(progress, 1 - max(deadline - time.time(), 0) / options.span)
        shared = torch.tensor([min(progress, 1.0)])
        if options.workers > 1:
            distributed.broadcast(shared, 0)
        progress = float(shared)
        if progress >= 1.0:
            break
        factor = min(1.0, (step + 1) / options.warm) * max(0.02, 0.5 * (1 + math.cos(math.pi * progress)))
        for group in optimizer.param_groups:
            group["lr"] = options.rate * factor
        rng = np.random.default_rng((SEED, step, rank))
        generator = torch.Generator().manual_seed(SEED + step * 64 + rank)
        rows = sampler.draw(options.batch, rng)
        batch = torch.from_numpy(truth.pixels(rows)).permute(0, 3, 1, 2).float()
        batch = F.interpolate(batch, size=(IMAGE_SIDE + 16,) * 2, mode="bilinear", antialias=True)
        pixels, coverage = augment(batch, torch.from_numpy(truth.coverage(rows)), IMAGE_SIDE, generator)
        network.train()
        tokens = tower_tokens(model, pixels)
        loss, parts = head_losses(network["heads"](tokens), truth, rows, coverage)
        features = projected(model, tokens)
        names = ("short", "long", "text")
        for name, (pairs, images, weights, soft) in zip(names, lessons_of(truth, rows, lessons, rng, options.classifications, own)):
            if not pairs:
                parts.append(np.nan)
                continue
            sequences = pad(pairs, images, weights, soft, code_ids)
            hidden = hidden_states(model, sequences, features if name != "text" else None)
            part, each = loss_of(model, sequences, hidden, Z_WEIGHT)
            loss = loss + (1.0 if name == "short" else 0.5) * part
            parts.append(float(each.mean()))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for p in parameters:
            if p.grad is None and p.requires_grad:
                p.grad = torch.zeros_like(p)
        if options.workers > 1:
            flat = torch.cat([p.grad.flatten() for p in parameters])
            distributed.all_reduce(flat)
            flat /= options.workers
            offset = 0
            for p in parameters:
                p.grad.copy_(flat[offset: offset + p.numel()].view_as(p)); offset += p.numel()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        decay = min(0.995, (step + 1) / (step + 10))
        with torch.no_grad():
            for a, b in zip(average.parameters(), network.parameters()):
                if b.requires_grad:
                    a.lerp_(b, 1 - decay)
        running.append(parts)
        if rank == 0 and step % 25 == 0:
            log.write(f"step {step} progress {progress:.3f} losses {np.nanmean(running, 0).round(3).tolist()} images/s "
                      f"{25 * options.batch * options.workers / (time.time() - tick):.1f} {time.strftime('%H:%M:%S')}\n")
            tick, running = time.time(), []
        if rank == 0 and step % 50 == 0:
            save(path, network, average, optimizer, step)
        if rank == 0 and step % options.evaluate_every == 0:
            log.write(f"step {step} select {json.dumps(score(average, truth, chosen, tokenizer, lessons))}\n")
    if rank == 0:
        save(path, network, average, optimizer, step)
        log.write(f"step {step} select {json.dumps(score(average, truth, chosen, tokenizer, lessons))} done\n")
    if options.workers > 1:
        distributed.barrier()
        distributed.destroy_process_group()


def save(path: Path, network, average, optimizer, step: int) -> None:
    """Atomically writes the checkpoint."""
    torch.save({"network": network.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(),
                "step": step}, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").rename(path)


@torch.no_grad()
def score(network, truth: Truth, rows: np.ndarray, tokenizer: Tokenizer, lessons: Lessons) -> dict:
    """Head and direct figures on plain images of the selection split."""
    heads, direct = [], []
    for start in range(0, len(rows), 64):
        tokens = tower_tokens(network["model"], plain(truth, rows[start: start + 64]))
        heads.append(network["heads"](tokens)["diagnosis"][:, :4].softmax(1).numpy())
        direct.append(direct_log_probabilities(network["model"], tokenizer, lessons, projected(network["model"], tokens)))
    labels = truth.diagnosis[rows]
    return {"head": figures(np.concatenate(heads), labels), "direct": figures(np.exp(np.concatenate(direct)), labels)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--steps", type=int, default=100000)
    parser.add_argument("--batch", type=int, default=24, help="images a worker and step")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--port", type=int, default=29511)
    parser.add_argument("--until", help="HH:MM today at which the schedule ends")
    parser.add_argument("--span", type=float, default=3600, help="seconds of the whole schedule when --until is given")
    parser.add_argument("--evaluate-every", type=int, default=800)
    parser.add_argument("--name", default="joint", help="name of checkpoint and log")
    parser.add_argument("--start", help="checkpoint to begin a second stage from")
    parser.add_argument("--freeze-tower", action="store_true")
    parser.add_argument("--own-words", action="store_true", help="Phase 3 also learns from WORK/own-words.jsonl")
    parser.add_argument("--classifications", type=float, default=CLASSIFICATIONS_PER_IMAGE)
    parser.add_argument("--warm", type=int, default=200, help="steps of warming up")
    options = parser.parse_args()
    if options.workers > 1:
        torch.multiprocessing.spawn(worker, args=(options,), nprocs=options.workers)
    else:
        worker(0, options)


if __name__ == "__main__":
    main()
