"""A teacher's network taught without a label: two views of a picture have the same features (SimSiam, Chen & He 2021).

    python -m dermgemma_training.self_supervised --data DIR --work DIR --weights FILE.pth --name own --steps N

The views differ by `augmentation`'s strong changes, so what another camera would change is unlearnt before a diagnosis is taught. HAM10000's
teaching pictures, drawn by `teacher`'s shares of diagnoses, and those without one are seen in balance, none of MSK's. The loss reads no label. Writes ``WORK/NAME.pt``, which `teacher --start` begins from. Resumable and seeded as `teacher` is.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .augmentation import other_camera, random_affine, warp
from .images import packed
from .optimizing import rate_factor
from .teacher import SEED, SIDE, Pictures, build, features, loaded, train_mode

#: Widths of the projection and of the predictor's middle.
WIDTH, MIDDLE = 512, 128


def projections(inputs: int) -> torch.nn.ModuleDict:
    """What stands on the features while they are learnt: a projection, and the predictor of one view's from the other's."""
    layers = torch.nn
    return layers.ModuleDict({
        "projection": layers.Sequential(layers.Linear(inputs, WIDTH, bias=False), layers.BatchNorm1d(WIDTH), layers.ReLU(),
                                        layers.Linear(WIDTH, WIDTH, bias=False), layers.BatchNorm1d(WIDTH, affine=False)),
        "predictor": layers.Sequential(layers.Linear(WIDTH, MIDDLE, bias=False), layers.BatchNorm1d(MIDDLE), layers.ReLU(), layers.Linear(MIDDLE, WIDTH))})


def disagreement(on_top: torch.nn.ModuleDict, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """From -1 (each view's features predict the other's) to 1, of N x features each."""
    z = [on_top["projection"](x) for x in (first, second)]
    return -sum(F.cosine_similarity(on_top["predictor"](z[k]), z[1 - k].detach()).mean() for k in (0, 1)) / 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--name", required=True, help="name of checkpoint and log")
    parser.add_argument("--architecture", default="efficientnet-lite0")
    parser.add_argument("--weights", type=Path, help="ImageNet weights to begin from")
    parser.add_argument("--stage", type=int, default=0, help="enters every random choice")
    parser.add_argument("--frozen", type=int, default=0, help="first blocks that keep their weights")
    parser.add_argument("--side", type=int, default=SIDE)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--warm", type=int, default=20)
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--batch", type=int, default=48, help="pictures, of each of which two views are shown")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save-every", type=int, default=50)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    home = Pictures(options.data, options.work, options.splits, "ham10000")
    without = packed(options.work, "unlabelled")[0]
    torch.manual_seed(SEED)
    network = build(options.architecture, options.weights, options.side)
    on_top = projections(network._fc.in_features)
    everything = torch.nn.ModuleList([network, on_top])
    optimizer = torch.optim.AdamW(everything.parameters(), lr=options.rate, weight_decay=0.05, fused=True)
    path, step = options.work / f"{options.name}.pt", 0
    if path.exists():
        state = torch.load(path, map_location="cpu")
        network.load_state_dict(state["average"]); on_top.load_state_dict(state["on top"])
        optimizer.load_state_dict(state["optimizer"]); step = state["step"]
    log = open(options.work / f"{options.name}.log", "a", buffering=1)
    tick, running, spreads = time.time(), [], []
    while step < options.steps:
        for group in optimizer.param_groups:
            group["lr"] = options.rate * rate_factor(step, options.warm, options.steps // 2, options.steps)
        rng = np.random.default_rng((SEED, options.stage, step))
        generator = torch.Generator().manual_seed(SEED + (options.stage << 24) + step)
        torch.manual_seed(SEED + (options.stage << 24) + step)
        train_mode(network, options.frozen)
        images = torch.cat([loaded(home.store, home.draw(options.batch // 2, rng)),
                            loaded(without, rng.integers(len(without), size=options.batch - options.batch // 2))])
        views = []
        for _ in range(2):
            shown = warp(images, random_affine(len(images), generator), options.side)
            views.append(other_camera(shown, shown[torch.randperm(len(shown), generator=generator)], generator))
        first, second = features(network, torch.cat(views), options.frozen).split(len(images))
        loss = disagreement(on_top, first, second)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for p in everything.parameters() if p.grad is not None], 2.0)
        optimizer.step()
        step += 1
        running.append(loss.item())
        spreads.append(F.normalize(first.detach(), dim=1).std(0).mean().item() * first.shape[1] ** 0.5)  # near 0: all pictures look alike to it
        if step % 20 == 0:
            log.write(f"step {step} disagreement {np.mean(running):.3f} spread {np.mean(spreads):.3f} "
                      f"images/s {20 * options.batch / (time.time() - tick):.1f} {time.strftime('%H:%M:%S')}\n")
            tick, running, spreads = time.time(), [], []
        if step % options.save_every == 0 or step == options.steps:
            state = {"average": network.state_dict(), "on top": on_top.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
            torch.save(state, path.with_suffix(".tmp"))
            path.with_suffix(".tmp").rename(path)


if __name__ == "__main__":
    main()
