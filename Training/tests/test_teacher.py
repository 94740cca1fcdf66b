"""The teacher's draws and its consistency, and the figures of a clinic that was left out."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from dermgemma_training import left_out, scoring, teacher
from dermgemma_training.dataset import Record, is_confirmed
from dermgemma_training.intervals import Table
from dermgemma_training.tower import DIAGNOSES
from dermgemma_training.truth import ATTRIBUTES


def record(source: str, attributes: dict[str, str]) -> Record:
    return Record(source, "I", None, None, "nv", "L", attributes)


def test_a_pathologist_confirms_and_watching_does_not():
    assert is_confirmed(record("ham10000", {"confirm": "histopathology"}))
    assert not is_confirmed(record("ham10000", {"confirm": "serial imaging showing no change"}))
    assert not is_confirmed(record("msk", {}))


def test_the_teacher_draws_a_share_of_confirmed_lesions():
    pictures = teacher.Pictures.__new__(teacher.Pictures)
    pictures.name, pictures.split = "msk", {"train": np.arange(12)}
    pictures.diagnosis = np.array([DIAGNOSES.index(dx) for dx in ["mel", "nv", "bkl"] * 4])
    pictures.confirmed = np.arange(12) == 1  # one nevus; no melanoma, no keratosis
    drawn = pictures.draw(4000, np.random.default_rng(0), 0.6)
    nevi = drawn[pictures.diagnosis[drawn] == 1]
    assert (nevi == 1).mean() == pytest.approx(0.6 + 0.4 / 4, abs=0.03)
    assert len(nevi) / 4000 == pytest.approx(teacher.SHARES["msk"]["nv"], abs=0.03) and set(drawn) == set(range(12))
    # Without the option every draw is what it was before there was one.
    assert np.array_equal(pictures.draw(50, np.random.default_rng(3)), pictures.draw(50, np.random.default_rng(3), 0))


def test_selection_tells_of_confirmed_lesions_too(monkeypatch):
    pictures = SimpleNamespace(name="ham10000", store=None, split={"select": np.arange(1, 260), "train": np.arange(1)})
    pictures.diagnosis = np.array([1] * 250 + [0] * 4 + [2, 2, 3, 3, 4, 4])
    pictures.confirmed = np.zeros(260, bool)
    pictures.confirmed[[0, 5, 240, 245, 250, 251, 254, 256, 258]] = True
    asked = []

    def probabilities(network, store, rows, views, side):
        asked.append(rows)
        p = np.full((len(rows), 7), 0.05)
        p[np.arange(len(rows)), pictures.diagnosis[rows]] = 0.7
        p[np.isin(rows, [240, 245]), :2] = [0.95, 0.02]  # confirmed nevi beyond the first 200, taken for melanomas
        return p

    monkeypatch.setattr(teacher, "probabilities", probabilities)
    found = teacher.selection(None, [pictures])
    assert list(asked[0]) == [*range(250, 258), *range(1, 201), 240, 245]
    assert found["ham10000"] == {"n": 208, "melanoma_auc": 1.0, "mel_nv_auc": 1.0, "balanced_accuracy": 1.0, "recall": [1.0] * 4}
    # Two melanomas, three nevi (of which two come before every melanoma), a carcinoma and a keratosis.
    assert found["ham10000 confirmed"] == {"n": 7, "melanoma_auc": 0.6, "mel_nv_auc": 0.3333, "balanced_accuracy": 0.8333, "recall": [1.0, 0.333, 1.0, 1.0]}


def test_soft_labels_of_confirmed_lesions_alone(monkeypatch, tmp_path):
    home = [record("ham10000", {"confirm": how}) for how in ("histopathology", "consensus", "histopathology")]
    home = [replace(r, image_id=f"H{n}") for n, r in enumerate(home)]
    monkeypatch.setattr(teacher.dataset, "read_ham10000", lambda data: home)
    monkeypatch.setattr(teacher.dataset, "read_split", lambda splits, name: {"ham10000-train": ["H0", "H1", "H2"], "msk-teach": ["M"]}[name])
    monkeypatch.setattr(teacher, "packed", lambda work, name: (None, {"H2": 0, "H1": 1, "H0": 2, "M": 3}))
    monkeypatch.setattr(teacher, "probabilities", lambda network, store, rows, views, side: np.repeat(rows[:, None], 7, 1).astype(np.float32))
    options = SimpleNamespace(label=["msk", "ham10000"], work=tmp_path, splits=None, data=None, confirmed_only=True, views=2, side=160)
    teacher.soft_labels(None, options)
    found = np.load(tmp_path / "soft-labels.npz")
    assert found["ham10000-ids"].tolist() == ["H0", "H2"] and found["ham10000"][:, 0].tolist() == [2, 0] and found["msk-ids"].tolist() == ["M"]
    options.confirmed_only = False
    teacher.soft_labels(None, options)
    assert np.load(tmp_path / "soft-labels.npz")["ham10000-ids"].tolist() == ["H0", "H1", "H2"]


def test_every_part_of_the_selection_gets_its_own_figures(monkeypatch):
    pictures = torch.zeros(6, 3, 4, 4)
    pictures[:, 0] = torch.tensor([2.0, -2, 2, -2, 2, -2])[:, None, None]  # three look like melanomas, three like nevi
    monkeypatch.setattr(scoring, "plain", lambda truth, rows, side: pictures[torch.from_numpy(rows)])
    monkeypatch.setattr(scoring, "tower_tokens", lambda tower, images: images.mean((2, 3)))
    truth = SimpleNamespace(split=np.array(["select"] * 6), source=np.array([0, 0, 0, 0, 4, 4]), diagnosis=np.array([0, 1, 1, 0, 0, 1]),
                            confirmed=np.array([True, False, True, True, False, False]), attributes=np.zeros((6, len(ATTRIBUTES))))
    network = torch.nn.ModuleDict({"model": torch.nn.Module(), "heads": MelanomaIfRed()})
    network["model"].model = SimpleNamespace(vision_tower=None)
    parts = {"home": np.array([0, 1, 2, 3]), "confirmed": scoring.confirmed_rows(truth), "foreign": np.array([5, 4]), "none": np.array([], int)}
    assert parts["confirmed"].tolist() == [0, 2, 3]
    found = scoring.score(network, truth, parts, None, None, 4, decoder=False)
    assert {name: f["head"]["mel_nv_auc"] for name, f in found.items()} == {"home": 0.5, "confirmed": 0.25, "foreign": 1.0}


class MelanomaIfRed(torch.nn.Module):
    """A head that looks at one channel."""

    def __init__(self) -> None:
        super().__init__()
        self.nothing = torch.nn.Parameter(torch.zeros(1))

    def forward(self, tokens: torch.Tensor) -> dict[str, torch.Tensor]:
        diagnosis = torch.zeros(len(tokens), 7)
        diagnosis[:, 0] = tokens[:, 0]
        return {"diagnosis": diagnosis, "attributes": torch.zeros(len(tokens), len(ATTRIBUTES))}


def test_consistency_asks_the_average_about_the_plain_picture_and_shows_another(monkeypatch):
    seen = []

    def forward(network, images, frozen):
        assert network == "average" and not torch.is_grad_enabled()
        seen.append(images)
        return images.mean((2, 3)) @ torch.ones(3, 7) * torch.arange(7.0)

    monkeypatch.setattr(teacher, "forward", forward)
    store = np.random.default_rng(0).integers(0, 255, (5, 64, 64, 3)).astype(np.uint8)
    shown, said = teacher.consistency("average", store, np.array([4, 2]), SimpleNamespace(side=48), torch.Generator().manual_seed(0))
    assert shown.shape == (2, 3, 48, 48) and torch.allclose(said.sum(1), torch.ones(2)) and said.shape == (2, 7)
    assert len(seen) == 2 and torch.equal(seen[0].flip(3), seen[1])  # the picture and its mirror
    assert float((shown - seen[0]).abs().mean()) > 0.02
    again = teacher.consistency("average", store, np.array([4, 2]), SimpleNamespace(side=48), torch.Generator().manual_seed(0))
    assert torch.equal(again[0], shown)


def test_heads_answer_for_a_picture_as_for_its_mirror(monkeypatch):
    picture = torch.rand(1, 3, 28, 28, generator=torch.Generator().manual_seed(0)) * 2 - 1
    pictures = torch.cat([picture, picture.flip(3)])
    monkeypatch.setattr(scoring, "plain", lambda truth, rows, side: pictures[torch.from_numpy(rows)])
    monkeypatch.setattr(scoring, "tower_tokens", lambda tower, images, kept: images[..., :4].mean((2, 3)))
    network = torch.nn.ModuleDict({"model": torch.nn.Module(), "heads": Diagnosis()})
    network["model"].model = SimpleNamespace(vision_tower=None)
    found = scoring.head_probabilities(network, None, np.array([0, 1, 0]), batch=2)
    assert found.shape == (3, 7) and found.sum(1) == pytest.approx(np.ones(3), abs=1e-3)
    assert found[0] == pytest.approx(found[1], abs=1e-3) and found[0] == pytest.approx(found[2], abs=1e-3)


class Diagnosis(torch.nn.Module):
    """A head that is a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(3, 7)

    def forward(self, tokens: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"diagnosis": self.linear(tokens)}


def test_a_left_out_clinic_is_judged_over_four_codes_and_guessed_of_its_three():
    said = np.array([[0.30, 0.1, 0.4, 0.1, 0.1, 0, 0],   # melanoma: the most probable of its three, though basal cell carcinoma has more
                     [0.10, 0.2, 0.1, 0.1, 0.5, 0, 0],   # nevus, half of it another disease
                     [0.05, 0.2, 0.5, 0.25, 0, 0, 0],    # keratosis
                     [0.10, 0.6, 0.1, 0.2, 0, 0, 0]])    # melanoma taken for a nevus
    truth = np.array([0, 1, 3, 0])
    assert left_out.four(said).sum(1) == pytest.approx(np.ones(4)) and left_out.four(said)[1, 0] == pytest.approx(0.2)
    table = Table()
    left_out.show(table, "T", said, truth, np.array(["a", "b", "c", "d"]))
    values = [float(line.split("|")[3]) for line in table.lines[2:]]
    # Of four melanoma pairs three are right (0.1 stands behind the nevus' 0.2); by the odds one melanoma comes
    # first and one last; recalls are 1/2, 1 and 1.
    assert values == [0.75, 0.5, 0.5, 0.833] and "at least 0.72 | yes" in table.lines[2]
