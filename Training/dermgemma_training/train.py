"""Trains the tower with its heads, or tower, projector and decoder together.

    python -m dermgemma_training.train --data DIR --work DIR --name tower --heads-only --keep 0.5 --steps N
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

from .augmentation import mild_camera
from .device import best_device, has_quick_bfloat16, products
from .geometry import lesion_geometry
from .images import augment, augment_as_other_camera, other_colours
from .language import build_model, hidden_states, image_tokens, loss_of, model_configuration, pad
from .curriculum import Curriculum
from .losses import head_losses
from .optimizing import make_optimizers, rate_factor
from .sampling import PH2_SHARE, PHANTOM_SHARE, SelfDistillation, Sampler, curriculum_rows
from .scoring import confirmed_rows, plain, projected, projected_blocks, score, select_rows
from .dataset import CODES
from .tokenizer import Tokenizer, train_tokenizer
from .tower import (IMAGE_SIDE, PATCH, TOKEN_SIDE, Heads, add_position_products, initialize_tower, resized_positions,
                    smaller_patches, some_of_every_block, start_patches, tower_tokens)
from .truth import ATTRIBUTES, Truth, read_truth

SEED = 20261126
Z_WEIGHT = 0.02
#: Images whose patches the patch embedding begins from.
PATCH_IMAGES = 400
#: Share of the tasks' kinds in the loss: questions and codes, reviews, text alone.
KIND_WEIGHT = {"short": 1.0, "long": 0.7, "text": 0.5}


def prepare_tokenizer(truth: Truth, work: Path) -> Tokenizer:
    """Trains the vocabulary once."""
    path = work / "tokenizer.model"
    if not path.exists():
        rng = np.random.default_rng(SEED)
        rows = [i for i in np.flatnonzero((truth.split == "train") & (truth.source == 0)) if truth.words[i] is not None]
        train_tokenizer(Curriculum(None, 0).corpus([truth.words[i] for i in rng.permutation(rows)[:600]], rng), path)
    return Tokenizer(path)


def build(work: Path, truth: Truth, side: int, patch: int = PATCH):
    """Tokenizer, curriculum, model and heads, from random weights."""
    tokenizer = prepare_tokenizer(truth, work)
    model = build_model(model_configuration(tokenizer.size, tokenizer.image, tokenizer.start_of_image,
                                            tokenizer.end_of_image, tokenizer.end_of_turn, side, patch))
    initialize_tower(model.model.vision_tower)
    rows = np.flatnonzero((truth.split == "train") & (truth.source == 0))
    start_patches(model.model.vision_tower, plain(truth, np.random.default_rng(SEED).permutation(rows)[:PATCH_IMAGES], side))
    heads = Heads(len(truth.names), len(ATTRIBUTES))
    return tokenizer, Curriculum(tokenizer, image_tokens(side)), torch.nn.ModuleDict({"model": model, "heads": heads})


def start_from(network: torch.nn.Module, path: Path) -> None:
    """Takes over another stage's averaged weights; positions and patches become those of this network's image and patches."""
    state = torch.load(path, map_location="cpu")["average"]
    name = next(n for n in state if n.endswith("position_embedding.weight"))
    state[name] = resized_positions(state[name], len(network.state_dict()[name]))
    name = next(n for n in state if n.endswith("patch_embedding.weight"))
    state[name] = smaller_patches(state[name], network.state_dict()[name].shape[-1])
    # Weights that were committed come without the heads, and an earlier stage's may lack one: those begin anew.
    heads = {n: v for n, v in network.state_dict().items() if n.startswith("heads.")}
    network.load_state_dict({**heads, **state})


def shown(images: torch.Tensor, truth: Truth, rows: np.ndarray, rng: np.random.Generator, generator: torch.Generator,
          options: argparse.Namespace) -> tuple[torch.Tensor, torch.Tensor, np.ndarray | None]:
    """Augmented pixels, the maps' shares of their patches, and which pictures no longer teach words (None without `other_camera`)."""
    maps = torch.from_numpy(truth.map_shares(rows))
    as_they_are = lambda which: augment(images[which], maps[which], options.side, generator, turns=options.turns,
                                        rotate=options.rotate, patch=options.patch)
    if options.other_camera == 0:
        return *as_they_are(slice(None)), None
    # What has no words anyway is always changed; of the rest a share.
    wordless = np.array([truth.words[row] is None for row in rows])
    changed = (wordless | (rng.random(len(rows)) < options.other_camera)) & (truth.source[rows] != 2)
    which = torch.from_numpy(changed)
    pixels = torch.empty(len(rows), 3, options.side, options.side)
    shares = torch.empty(len(rows), (options.side // options.patch) ** 2, maps.shape[1])
    if changed.any():
        pixels[which], shares[which] = augment_as_other_camera(images[which], maps[which], options.side, generator, options.patch)
    if not changed.all():
        mild, shares[~which] = as_they_are(~which)
        pixels[~which] = mild_camera(mild / 2 + 0.5, generator) * 2 - 1
    return pixels, shares, changed


def step_loss(network, truth: Truth, rows: np.ndarray, curriculum: Curriculum, rng: np.random.Generator,
              generator: torch.Generator, options: argparse.Namespace, own: SelfDistillation | None, code_ids: list[int],
              heads_alone: bool = False, kept_to: torch.nn.Module | None = None):
    """The loss of one worker's images and its parts; with `heads_alone` nothing but the heads learns from it. With `kept_to`, another state
    of the same model, what is said with an image in view is taught by what that state would say."""
    images = torch.from_numpy(truth.pixels(rows, rng.random(len(rows)) < 0.5)).permute(0, 3, 1, 2).float()
    pixels, shares, changed = shown(images, truth, rows, rng, generator, options)
    geometry = lesion_geometry(shares[..., 0])
    if options.turns:  # what was stretched and then turned has another shape
        geometry = geometry[0], torch.zeros_like(geometry[1])
    recoloured = None if changed is None else torch.from_numpy(changed)
    if options.recolour > 0:
        recoloured = (torch.rand(len(rows), generator=generator) < options.recolour) & torch.from_numpy(truth.source[rows] == 0)
        pixels[recoloured] = other_colours(pixels[recoloured], generator)
    kept = None
    if options.keep < 1:
        # The projector pools blocks of patches, so beside a decoder each block keeps its share, and each image token is there.
        if options.heads_only:
            kept = torch.rand(shares.shape[:2], generator=generator).argsort(1)[:, : round(options.keep * shares.shape[1])]
        else:
            kept = some_of_every_block(len(rows), options.side // options.patch, TOKEN_SIDE // options.patch, options.keep, generator)
        part = lambda values: values.gather(1, kept[..., None].expand(-1, -1, values.shape[2]))
        shares, geometry = part(shares), (part(geometry[0]), geometry[1].gather(1, kept))
    model = network["model"]
    device = next(network.parameters()).device
    pixels, shares, geometry = pixels.to(device), shares.to(device), tuple(g.to(device) for g in geometry)
    with products(device, options.bfloat16):
        with torch.set_grad_enabled(not heads_alone and not options.frozen_tower):
            tokens = tower_tokens(model.model.vision_tower, pixels, kept if kept is None else kept.to(device))
        out = network["heads"](tokens)
        loss, parts = head_losses(out, truth, rows, shares, geometry, recoloured)
        if options.heads_only or heads_alone:
            return loss, parts
        features = projected(model, tokens) if kept is None else projected_blocks(model, tokens)
        for kind, laid in zip(KIND_WEIGHT, curriculum_rows(truth, rows, curriculum, rng, own, changed, options.own_texts)):
            if not laid:
                parts.append(float("nan"))
                continue
            sequences = pad(laid, code_ids).to(device)
            hidden = hidden_states(model, sequences, features if kind != "text" else None)
            would_say = None if kept_to is None or kind == "text" else said_by(kept_to, tokens, kept is not None, sequences)
            part, each = loss_of(model, sequences, hidden, Z_WEIGHT, would_say)
            loss = options.head_share * loss if kind == "short" else loss
            loss = loss + KIND_WEIGHT[kind] * part
            parts.append(float(each.mean()))
    return loss, parts


@torch.no_grad()
def said_by(model: torch.nn.Module, tokens: torch.Tensor, by_blocks: bool, sequences) -> torch.Tensor:
    """The probabilities that another state of the decoder gives each taught token, from the same tower's tokens."""
    features = projected_blocks(model, tokens) if by_blocks else projected(model, tokens)
    return model.lm_head(hidden_states(model, sequences, features)[sequences.taught]).float().softmax(-1)


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
    sampler = Sampler(truth, options.phantoms, options.ph2, options.augmented, options.msk, options.unlabelled, options.confirmed)
    chosen = {"select": select_rows(truth), "confirmed select": confirmed_rows(truth), "foreign select": select_rows(truth, source=4)}
    if rank == 0:
        prepare_tokenizer(truth, options.work)
    if options.workers > 1:
        distributed.barrier()
    torch.manual_seed(SEED)
    tokenizer, curriculum, network = build(options.work, truth, options.side, options.patch)
    if options.start:
        start_from(network, options.work / options.start)
    if options.position_products:
        add_position_products(network["model"].model.vision_tower.embeddings.position_embedding.weight)
    network.to(best_device())
    if options.frozen_tower:
        network["model"].model.vision_tower.requires_grad_(False)
    trained = network if not options.heads_only else torch.nn.ModuleList([network["model"].model.vision_tower, network["heads"]])
    parameters = [p for p in trained.parameters() if p.requires_grad]
    if options.workers > 1:
        for p in network.parameters():
            distributed.broadcast(p.data, 0)
    average = copy.deepcopy(network).eval()
    kept_to = None
    if options.keep_answers:
        start_from(before := copy.deepcopy(network).eval(), options.work / options.keep_answers)
        kept_to = before["model"]
    optimizers = make_optimizers(trained, options.rate)
    own = None
    if options.self_distillation:
        own = SelfDistillation([json.loads(line) for line in (options.work / "self-distillation.jsonl").read_text().splitlines()], truth)
    path, step = options.work / f"{options.name}.pt", 0
    if path.exists():
        state = torch.load(path, map_location=best_device())
        network.load_state_dict(state["network"]); average.load_state_dict(state["average"])
        for optimizer, stored in zip(optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(stored)
        step = state["step"]
    log = open(options.work / f"{options.name}.log", "a", buffering=1) if rank == 0 else None
    code_ids = [tokenizer.encode(" " + code)[0] for code in CODES]
    decay_from = options.steps if options.decay_from is None else options.decay_from
    tick, running = time.time(), []
    while step < options.steps:
        rate = options.rate * rate_factor(step, options.warm, decay_from, options.steps)
        for group in (g for o in optimizers for g in o.param_groups):
            group["lr"] = rate
        rng = np.random.default_rng((SEED, options.stage, step, rank))
        generator = torch.Generator().manual_seed(SEED + (options.stage << 24) + step * 64 + rank)
        torch.manual_seed(SEED + (options.stage << 24) + step * 64 + rank)
        network.train()
        loss, parts = step_loss(network, truth, sampler.draw(options.batch, rng), curriculum, rng, generator, options, own, code_ids,
                                step < options.heads_first, kept_to)
        for p in parameters:
            p.grad = None
        loss.backward()
        add_gradients(parameters, options.workers)
        if step < options.heads_first:  # without a gradient a weight neither moves nor decays
            for p in network["model"].parameters():
                p.grad = None
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        for optimizer in optimizers:
            optimizer.step()
        step += 1
        with torch.no_grad():
            torch._foreach_lerp_(list(average.parameters()), list(network.parameters()), 1 - min(0.995, (step + 1) / (step + 10)))
        running.append(parts)
        if rank == 0 and step % 20 == 0:
            log.write(f"step {step} rate {rate:.2e} losses {np.nanmean(running, 0).round(3).tolist()} "
                      f"images/s {20 * options.batch * options.workers / (time.time() - tick):.1f} {time.strftime('%H:%M:%S')}\n")
            tick, running = time.time(), []
        if rank == 0 and step % options.save_every == 0:
            save(path, network, average, optimizers, step)
        if rank == 0 and options.evaluate_every and (step % options.evaluate_every == 0 or step == options.steps):
            for name, found in score(average, truth, chosen, tokenizer, curriculum, options.side, not options.heads_only).items():
                log.write(f"step {step} {name} {json.dumps(found)}\n")
            tick = time.time()
    if rank == 0:
        save(path, network, average, optimizers, step)
    if options.workers > 1:
        distributed.barrier()
        distributed.destroy_process_group()


def save(path: Path, network, average, optimizers, step: int) -> None:
    """Atomically writes the checkpoint."""
    torch.save({"network": network.state_dict(), "average": average.state_dict(), "optimizers": [o.state_dict() for o in optimizers],
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
    parser.add_argument("--position-products", action="store_true", help="products of the coordinates join the position embeddings")
    parser.add_argument("--turns", action="store_true", help="quarter-turns too; then no shape is taught patch by patch, and its words little")
    parser.add_argument("--rotate", action="store_true", help="half of the pictures by any angle, in true proportions")
    parser.add_argument("--recolour", type=float, default=0,
                        help="share of HAM10000's pictures in changed colours, which teach diagnosis and shape but no words; heads alone")
    parser.add_argument("--keep", type=float, default=1.0,
                        help="share of an image's patches that the tower sees; beside the decoder the same share of each block that makes one image token")
    parser.add_argument("--heads-first", type=int, default=0, help="steps in which only the heads learn: weights that begin without them")
    parser.add_argument("--phantoms", type=float, default=PHANTOM_SHARE, help="share of phantoms in a batch")
    parser.add_argument("--ph2", type=float, default=PH2_SHARE, help="share of PH2's teaching images in a batch")
    parser.add_argument("--augmented", "--copies", type=float, default=0, help="share of augmented copies among real images (see `offline_augmentation`)")
    parser.add_argument("--msk", type=float, default=0, help="share of MSK's teaching images in the rest of a batch")
    parser.add_argument("--unlabelled", type=float, default=0, help="share of images without a diagnosis there, taught by soft labels")
    parser.add_argument("--confirmed", type=float, default=0, help="share of HAM10000's draws of each diagnosis that a pathologist confirmed")
    parser.add_argument("--other-camera", type=float, default=0,
                        help="share of real pictures under strong augmentation, which teach diagnosis and the lesion's place but no words")
    parser.add_argument("--frozen-tower", action="store_true", help="projector, decoder and heads alone learn, at half the work")
    parser.add_argument("--side", type=int, default=IMAGE_SIDE)
    parser.add_argument("--patch", type=int, default=PATCH, help="side of the tower's patches; they may become smaller from stage to stage")
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--decay-from", type=int, help="step from which the rate falls to nothing at --steps")
    parser.add_argument("--warm", type=int, default=60, help="steps of warming up")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=24, help="images a worker and step")
    parser.add_argument("--head-share", type=float, default=0.7, help="weight of the heads' losses beside the decoder's")
    parser.add_argument("--self-distillation", "--own-words", action="store_true", help="Phase 3 also learns from WORK/self-distillation.jsonl")
    parser.add_argument("--keep-answers", metavar="CHECKPOINT",
                        help="what is said with an image in view stays as these weights would say it (learning without forgetting); with --frozen-tower")
    parser.add_argument("--own-texts", type=int, default=1, help="of those own words, so many beside each image that has words")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--port", type=int, default=29511)
    parser.add_argument("--precision", choices=("auto", "bfloat16", "float32"), default="auto",
                        help="auto: bfloat16 where the processor multiplies it by itself, which is then some twice as quick")
    parser.add_argument("--save-every", type=int, default=50)
    parser.add_argument("--evaluate-every", type=int, default=300, help="steps between looks at the selection split; 0 for none")
    options = parser.parse_args()
    options.bfloat16 = options.precision == "bfloat16" or options.precision == "auto" and has_quick_bfloat16(best_device())
    if options.side % TOKEN_SIDE or options.patch < 1 or TOKEN_SIDE % options.patch:
        parser.error(f"--side takes multiples of {TOKEN_SIDE}, --patch its divisors")
    if not 0 < options.keep <= 1:
        parser.error("--keep is a share")
    if not (options.phantoms >= 0 <= options.ph2 and options.phantoms + options.ph2 < 1):
        parser.error("--phantoms and --ph2 are shares, below 1 together")
    if options.frozen_tower and (options.heads_only or options.heads_first):
        parser.error("--frozen-tower is for the decoder, without --heads-only and --heads-first")
    if options.keep_answers and not options.frozen_tower:
        parser.error("--keep-answers goes with --frozen-tower: both read the same tower")
    if not (options.msk >= 0 <= options.unlabelled and options.msk + options.unlabelled < 1 and 0 <= options.other_camera <= 1):
        parser.error("--msk, --unlabelled and --other-camera are shares, the former two below 1 together")
    if not (0 <= options.augmented <= 1 and 0 <= options.confirmed <= 1):
        parser.error("--augmented and --confirmed are shares")
    if not 0 <= options.recolour <= 1 or options.recolour and not options.heads_only:
        parser.error("--recolour is a share, and goes with --heads-only")
    if best_device().type == "cuda" and options.workers > 1:
        parser.error("on a GPU give --workers 1, and a larger --batch")
    if options.workers > 1:
        torch.multiprocessing.spawn(worker, args=(options,), nprocs=options.workers)
    else:
        worker(0, options)


if __name__ == "__main__":
    main()
