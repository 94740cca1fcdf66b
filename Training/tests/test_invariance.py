"""What might make a network see the lesion and not the clinic: Fourier amplitudes of others, group-robust losses, learning without labels, and frequencies of codes."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from dermgemma_training import augmentation, foreign, label_shift, self_supervised, teacher


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_amplitudes_bring_the_others_light_and_keep_the_outlines():
    images = torch.full((8, 3, 64, 64), 0.7)
    images[:, :, 20:40, 24:48] = 0.3
    fine = 0.04 * (torch.arange(64) % 2 * 2 - 1)
    images = images + fine
    others = torch.tensor([0.2, 0.4, 0.6])[None, :, None, None].expand(8, 3, 64, 64).clone()
    found = augmentation.mix_amplitudes(images, others, generator())
    # The mean light of each channel is between the picture's and the other's, nearer to the other's than where it began.
    before, other, after = images.mean((2, 3)), others.mean((2, 3)), found.mean((2, 3))
    assert bool((after <= before + 1e-5).all()) and bool((after >= other - 1e-2).all()) and float((before - after).abs().mean()) > 0.05
    # Fine structure stays where it was: it is above the highest frequency that changes.
    structure = lambda x: torch.fft.rfft2(x)[..., 0, 32].abs()  # the stripes, two pixels wide
    assert bool((structure(images) > 100).all()) and torch.allclose(structure(found), structure(images), rtol=0.02)
    inside, outside = found[:, :, 26:34, 32:40].mean((2, 3)), found[:, :, :8, :8].mean((2, 3))
    assert bool((inside < outside).all())
    assert torch.equal(augmentation.mix_amplitudes(images, others, generator()), found)


def test_amplitudes_of_the_picture_itself_change_nothing():
    images = torch.rand(3, 3, 33, 48, generator=generator())
    assert torch.allclose(augmentation.mix_amplitudes(images, images, generator(1)), images, atol=1e-5)


def test_the_worst_group_comes_to_decide():
    weights = teacher.GroupWeights(0.5, 4)
    losses, groups = torch.tensor([0.1, 0.3, 2.0, 1.0]), torch.tensor([0, 0, 2, 3])
    first = weights.loss(losses, groups)
    expected = np.exp(0.5 * np.array([0.2, 2.0, 1.0]))
    assert float(first) == pytest.approx(float((expected * [0.2, 2.0, 1.0]).sum() / expected.sum()), rel=1e-5)
    for _ in range(40):
        last = weights.loss(losses, groups)
    assert float(last) == pytest.approx(2.0, abs=1e-3) and float(weights.weights.sum()) == pytest.approx(1, abs=1e-5)
    assert bool(weights.weights[1] > 0)  # never seen, and not forgotten


def test_robust_losses_teach_the_group_and_not_the_number_of_pictures():
    weights = teacher.GroupWeights(1e-9, 2)
    losses = torch.tensor([1.0] * 9 + [3.0], requires_grad=True)
    loss = weights.loss(losses, torch.tensor([0] * 9 + [1]))
    assert loss.item() == pytest.approx(2.0)  # the mean over the pictures is 1.2
    loss.backward()
    assert losses.grad[9].item() == pytest.approx(0.5) and losses.grad[0].item() == pytest.approx(0.5 / 9)


def test_without_labels_two_views_come_to_agree_and_pictures_stay_apart():
    torch.manual_seed(0)
    network, on_top = torch.nn.Linear(12, 16), self_supervised.projections(16)
    optimizer = torch.optim.SGD([*network.parameters(), *on_top.parameters()], lr=0.05, momentum=0.9)
    found = []
    for step in range(120):
        pictures = torch.randn(64, 12, generator=generator(step))
        views = [torch.cat([pictures[:, :6], torch.randn(64, 6, generator=generator(1000 * k + step))], 1) for k in (1, 2)]
        loss = self_supervised.disagreement(on_top, network(views[0]), network(views[1]))
        optimizer.zero_grad(); loss.backward(); optimizer.step()
        found.append(loss.item())
    assert np.mean(found[-10:]) < np.mean(found[:10]) - 0.2
    # What differs between the views is unlearnt, what they share is not.
    weights = network.weight.detach().norm(dim=0)
    assert float(weights[6:].mean()) < float(weights[:6].mean())
    spread = F.normalize(network(torch.randn(64, 12, generator=generator(5))), dim=1).std(0).mean()
    assert spread.item() > 0.05


def test_the_teacher_goes_on_where_its_group_weights_were(tmp_path, monkeypatch):
    """Stopped and started again, the arms give the very network of one run."""
    store = np.random.default_rng(0).integers(0, 255, (30, 48, 48, 3)).astype(np.uint8)
    home = SimpleNamespace(name="ham10000", store=store, diagnosis=np.arange(30) % 7, confirmed=np.arange(30) % 2 == 0)
    home.draw = lambda count, rng, confirmed=0: rng.integers(30, size=count)
    monkeypatch.setattr(teacher, "Pictures", lambda data, work, splits, name: home)
    monkeypatch.setattr(teacher, "build", lambda architecture, weights, side: torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(3 * 32 * 32, 7)))
    monkeypatch.setattr(teacher, "forward", lambda network, images, frozen: network(images))
    monkeypatch.setattr(teacher, "train_mode", lambda network, frozen: None)
    monkeypatch.setattr(teacher, "selection", lambda *_: {})
    options = SimpleNamespace(data=None, work=tmp_path, splits=None, sources=["ham10000"], unlabelled_style=False, consistency=0, group_robust=0.2, amplitudes=0.5, cutoff=0.1,
                              architecture="", weights=None, side=32, start=None, rate=1e-2, warm=2, decay_from=None, stage=1, frozen=0, batch=8, confirmed=0,
                              save_every=3, evaluate_every=100)
    for name, stops in (("whole", [6]), ("halves", [3, 6])):
        for steps in stops:
            teacher.train(SimpleNamespace(**vars(options), name=name, steps=steps))
    whole, halves = (torch.load(tmp_path / f"{name}.pt") for name in ("whole", "halves"))
    assert torch.equal(whole["group weights"], halves["group weights"]) and float(whole["group weights"].std()) > 0
    assert torch.equal(whole["average"]["1.weight"], halves["average"]["1.weight"])


def test_frequencies_of_codes_are_found_without_labels_and_rank_melanoma_better():
    rng, taught, true = np.random.default_rng(5), np.array([0.25, 0.25, 0.25, 0.25]), np.array([0.1, 0.7, 0.0, 0.2])
    codes = rng.choice(4, 4000, p=true)
    seen = rng.normal(np.eye(4)[codes] * 2, 1)  # what lies apart by code, with the same noise everywhere
    p = np.exp(2 * seen) / np.exp(2 * seen).sum(1, keepdims=True)  # Bayes, if all codes were equally frequent
    found = label_shift.estimated_frequencies(p, taught)
    assert found.sum() == pytest.approx(1) and found == pytest.approx(true, abs=0.02)
    weighed = label_shift.at_frequencies(p, taught, found)
    assert weighed.sum(1) == pytest.approx(np.ones(4000))
    right = [float((x.argmax(1) == codes).mean()) for x in (p, weighed)]
    areas = [foreign.auc(codes, x) for x in (p, weighed)]
    assert right[1] > right[0] + 0.05 and areas[1] > areas[0] + 0.004
    # Where nothing differs, nothing moves.
    assert label_shift.at_frequencies(p, true + 0.1, true + 0.1) == pytest.approx(p)
    assert label_shift.estimated_frequencies(np.tile(np.eye(4), (5, 1)), taught) == pytest.approx(taught)


def test_answers_of_the_program_are_weighed_and_a_broken_line_is_named(tmp_path, capsys, monkeypatch):
    answers, labels, out = tmp_path / "answers.jsonl", tmp_path / "labels.csv", tmp_path / "weighed.csv"
    given = [(0.6, 0.3, 0.05, 0.05), (0.3, 0.6, 0.05, 0.05), (0.4, 0.5, 0.05, 0.05), (0.1, 0.8, 0.05, 0.05), (0.1, 0.1, 0.1, 0.7)]
    lines = [json.dumps({"image": {"name": f"I{n}.jpg"}, "diagnosis": {"probabilities": dict(zip(("MEL", "NV", "BCC", "BKL"), p))}})
             for n, p in enumerate(given)]
    answers.write_text("\n".join(lines) + '\n\n{"image": {"name": "x.jpg"}, "error": {"status": 65, "message": "not an image"}}\n')
    labels.write_text("image_id,dx\nI0,mel\nI1,nv\nI2,nv\nI3,nv\nI4,bkl\nI9,mel\n")
    run = lambda *words: (monkeypatch.setattr("sys.argv", ["label_shift", *map(str, words)]), label_shift.main())
    run("--answers", answers, "--labels", labels, "--out", out)
    printed, said = capsys.readouterr()
    assert "left out: 1\n" in said and printed.startswith("5 pictures; estimated: MEL 0.") and "| as answered: melanoma AUC | 5 | 1.000 |" in printed
    rows = [line.split(",") for line in out.read_text().splitlines()]
    assert rows[0] == ["image_id", "MEL", "NV", "BCC", "BKL"] and [row[0] for row in rows[1:]] == ["I0", "I1", "I2", "I3", "I4"]
    assert all(sum(map(float, row[1:])) == pytest.approx(1, abs=1e-5) for row in rows[1:]) and float(rows[1][2]) > 0.3
    labels.write_text("image_id,dx\nI1,nv\n")
    with pytest.raises(SystemExit, match="of 5 pictures 1 have"):
        run("--answers", answers, "--labels", labels)
    answers.write_text(lines[0] + '\n{"image": {"name": "b.jpg"}}\n')
    with pytest.raises(SystemExit, match=r"answers\.jsonl, line 2: not a report"):
        run("--answers", answers)
    answers.write_text(lines[0].replace("0.6", "0.9") + "\n")
    with pytest.raises(SystemExit, match="line 1: not a report.*probabilities"):
        run("--answers", answers)
    answers.write_text(lines[0] + "\n")
    labels.write_text("image,diagnosis\nI0,mel\n")
    with pytest.raises(SystemExit, match="columns image_id and dx"):
        run("--answers", answers, "--labels", labels)
    with pytest.raises(SystemExit, match="nowhere.csv: can't be read"):
        run("--answers", answers, "--labels", tmp_path / "nowhere.csv")
    answers.write_text("\n")
    with pytest.raises(SystemExit, match="there is no answer in it"):
        run("--answers", answers)
