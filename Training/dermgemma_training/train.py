"""Trains the tower with its heads, or tower, projector and decoder together.

    python -m dermgemma_training.train --data DIR --work DIR --name tower --heads-only --side 128 --steps N
    python -m dermgemma_training.train --data DIR --work DIR --name joint --start tower.pt --steps N [--decay-from M]

Two single-thread workers share each step by adding their gradients: on busy cores that loses less than two threads which
wait for each other at every operation. Resumes from ``WORK/NAME.pt``; every random choice depends on seed, step and worker
only. The rate is constant after its warming up and falls to nothing from ``--decay-from`` to ``--steps``, so a run may be
stopped at any checkpoint, and begun again with an end.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as distributed

from .device import best_device, has_quick_bfloat16, products
from .images import augment
from .language import build_model, hidden_states, image_tokens, loss_of, model_configuration, pad
from .lessons import Lessons
from .losses import head_losses
from .sampling import OwnWords, Sampler, lessons_of
from .scoring import projected, score, select_rows, tower_tokens
from .dataset import CODES
from .tokenizer import Tokenizer, train_tokenizer
from .tower import IMAGE_SIDE, Heads, initialize_tower, resized_positions
from .truth import ATTRIBUTES, Truth, read_truth

SEED = 20261126
Z_WEIGHT = 0.02
#: Share of the lessons' kinds in the loss: questions and codes, reviews, text alone.
KIND_WEIGHT = {"short": 1.0, "long": 0.7, "text": 0.5}


def prepare_tokenizer(truth: Truth, work: Path) -> Tokenizer:
    """Trains the vocabulary once."""
    path = work / "tokenizer.model"
    if not path.exists():
        rng = np.random.default_rng(SEED)
        rows = [i for i in np.flatnonzero((truth.split == "train") & (truth.source == 0)) if truth.words[i] is not None]
        train_tokenizer(Lessons(None, 0).corpus([truth.words[i] for i in rng.permutation(rows)[:600]], rng), path)
    return Tokenizer(path)


def build(work: Path, truth: Truth, side: int):
    """Tokenizer, lessons, model and heads, from random weights."""
    tokenizer = prepare_tokenizer(truth, work)
    model = build_model(model_configuration(tokenizer.size, tokenizer.image, tokenizer.start_of_image,
                                            tokenizer.end_of_image, tokenizer.end_of_turn, side))
    initialize_tower(model.model.vision_tower)
    heads = Heads(len(truth.names), len(ATTRIBUTES))
    return tokenizer, Lessons(tokenizer, image_tokens(side)), torch.nn.ModuleDict({"model": model, "heads": heads})


def start_from(network: torch.nn.Module, path: Path) -> None:
    """Takes over another stage's averaged weights; position embeddings grow with the image."""
    state = torch.load(path, map_location="cpu")["average"]
    name = next(n for n in state if n.endswith("position_embedding.weight"))
    state[name] = resized_positions(state[name], len(network.state_dict()[name]))
    # Weights that were committed come without the heads: those begin anew.
    heads = {n: v for n, v in network.state_dict().items() if n.startswith("heads.")}
    network.load_state_dict({**heads, **state})


def rate_factor(step: int, warm: int, decay_from: int, steps: int) -> float:
    """Of the full rate: up linearly, constant, down linearly."""
    down = 1.0 if step < decay_from else max(0.0, (steps - step) / max(steps - decay_from, 1))
    return min(1.0, (step + 1) / warm) * down


def step_loss(network, truth: Truth, rows: np.ndarray, lessons: Lessons, rng: np.random.Generator,
              generator: torch.Generator, options: argparse.Namespace, own: OwnWords | None, code_ids: list[int]):
    """The loss of one worker's images and its parts."""
    images = torch.from_numpy(truth.pixels(rows, rng.random(len(rows)) < 0.5)).permute(0, 3, 1, 2).float()
    pixels, coverage = augment(images, torch.from_numpy(truth.coverage(rows)), options.side, generator,
                               turns=options.heads_only)
    model = network["model"]
    device = next(network.parameters()).device
    pixels, coverage = pixels.to(device), coverage.to(device)
    with products(device, options.bfloat16):
        tokens = tower_tokens(model, pixels)
        out = network["heads"](tokens)
        loss, parts = head_losses(out, truth, rows, coverage)
        if options.heads_only:
            return loss, parts
        features = projected(model, tokens)
        for kind, laid in zip(KIND_WEIGHT, lessons_of(truth, rows, lessons, rng, own)):
            if not laid:
                parts.append(float("nan"))
                continue
            sequences = pad(laid, code_ids).to(device)
            hidden = hidden_states(model, sequences, features if kind != "text" else None)
            part, each = loss_of(model, sequences, hidden, Z_WEIGHT)
            loss = options.head_share * loss if kind == "short" else loss
            loss = loss + KIND_WEIGHT[kind] * part
            parts.append(float(each.mean()))
    return loss, parts


def add_gradients(parameters: list[torch.nn.Parameter], workers: int) -> None:
    """The mean of all workers' gradients, in one message."""
    for p in parameters:
        if p.grad is None:
            p.grad = torch.zeros_like(p)
    if workers > 1:
        flat = torch.cat([p.grad.flatten() for p in parameters])
        distributed.all_reduce(flat)
        flat /= workers
        offset = 0
        for p in parameters:
            p.grad.copy_(flat[offset: offset + p.numel()].view_as(p))
            offset += p.numel()


def worker(rank: int, options: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    if options.workers > 1:
        os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(options.port))
        distributed.init_process_group("gloo", rank=rank, world_size=options.workers)
    truth = read_truth(options.data, options.work, options.splits)
    sampler, chosen = Sampler(truth), select_rows(truth)
    if rank == 0:
        prepare_tokenizer(truth, options.work)
    if options.workers > 1:
        distributed.barrier()
    torch.manual_seed(SEED)
    tokenizer, lessons, network = build(options.work, truth, options.side)
    if options.start:
        start_from(network, options.work / options.start)
    network.to(best_device())
    average = copy.deepcopy(network).eval()
    trained = network if not options.heads_only else torch.nn.ModuleList([network["model"].model.vision_tower, network["heads"]])
    parameters = list(trained.parameters())
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in parameters if p.ndim > 1], "weight_decay": 0.05},
         {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0}], lr=options.rate, betas=(0.9, 0.98), fused=True)
    own = None
    if options.own_words:
        own = OwnWords([json.loads(line) for line in (options.work / "own-words.jsonl").read_text().splitlines()], truth)
    path, step = options.work / f"{options.name}.pt", 0
    if path.exists():
        state = torch.load(path, map_location=best_device())
        network.load_state_dict(state["network"]); average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"]); step = state["step"]
    log = open(options.work / f"{options.name}.log", "a", buffering=1) if rank == 0 else None
    code_ids = [tokenizer.encode(" " + code)[0] for code in CODES]
    decay_from = options.steps if options.decay_from is None else options.decay_from
    tick, running = time.time(), []
    while step < options.steps:
        for group in optimizer.param_groups:
            group["lr"] = options.rate * rate_factor(step, options.warm, decay_from, options.steps)
        rng = np.random.default_rng((SEED, options.stage, step, rank))
        generator = torch.Generator().manual_seed(SEED + (options.stage << 24) + step * 64 + rank)
        torch.manual_seed(SEED + (options.stage << 24) + step * 64 + rank)
        network.train()
        loss, parts = step_loss(network, truth, sampler.draw(options.batch, rng), lessons, rng, generator, options, own, code_ids)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        add_gradients(parameters, options.workers)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - min(0.995, (step + 1) / (step + 10)))
        running.append(parts)
        if rank == 0 and step % 20 == 0:
            log.write(f"step {step} rate {optimizer.param_groups[0]['lr']:.2e} losses {np.nanmean(running, 0).round(3).tolist()} "
                      f"images/s {20 * options.batch * options.workers / (time.time() - tick):.1f} {time.strftime('%H:%M:%S')}\n")
            tick, running = time.time(), []
        if rank == 0 and step % options.save_every == 0:
            save(path, network, average, optimizer, step)
        if rank == 0 and (step % options.evaluate_every == 0 or step == options.steps):
            found = score(average, truth, chosen, tokenizer, lessons, options.side, not options.heads_only)
            log.write(f"step {step} select {json.dumps(found)}\n")
    if rank == 0:
        save(path, network, average, optimizer, step)
    if options.workers > 1:
        distributed.barrier()
        distributed.destroy_process_group()


def save(path: Path, network, average, optimizer, step: int) -> None:
    """Atomically writes the checkpoint."""
    torch.save({"network": network.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(),
                "step": step}, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").rename(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--name", required=True, help="name of checkpoint and log")
    parser.add_argument("--start", help="another stage's checkpoint to begin from")
    parser.add_argument("--stage", type=int, default=0, help="enters every random choice, so that stages draw differently")
    parser.add_argument("--heads-only", action="store_true", help="the tower alone, taught by its heads")
    parser.add_argument("--side", type=int, default=IMAGE_SIDE)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--decay-from", type=int, help="step from which the rate falls to nothing at --steps")
    parser.add_argument("--warm", type=int, default=60, help="steps of warming up")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=24, help="images a worker and step")
    parser.add_argument("--head-share", type=float, default=0.7, help="weight of the heads' losses beside the decoder's")
    parser.add_argument("--own-words", action="store_true", help="Phase 3 also learns from WORK/own-words.jsonl")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--port", type=int, default=29511)
    parser.add_argument("--precision", choices=("auto", "bfloat16", "float32"), default="auto",
                        help="auto: bfloat16 where the processor multiplies it by itself, which is then some twice as quick")
    parser.add_argument("--save-every", type=int, default=50)
    parser.add_argument("--evaluate-every", type=int, default=300)
    options = parser.parse_args()
    options.bfloat16 = options.precision == "bfloat16" or options.precision == "auto" and has_quick_bfloat16(best_device())
    if best_device().type == "cuda" and options.workers > 1:
        parser.error("on a GPU give --workers 1, and a larger --batch")
    if options.workers > 1:
        torch.multiprocessing.spawn(worker, args=(options,), nprocs=options.workers)
    else:
        worker(0, options)


if __name__ == "__main__":
    main()
