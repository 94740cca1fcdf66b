"""A second clinic: its splits, the augmentation and the corruptions, and what a teacher's soft labels change."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from dermgemma_training import augmentation, corruptions, dataset, foreign, lookalikes
from dermgemma_training.averaging import mean_of
from dermgemma_training.calibrate import source_weights
from dermgemma_training.losses import figures
from dermgemma_training.optimizing import make_optimizers
from dermgemma_training.sampling import DISTILLED, SMOOTHING, Sampler, curriculum_rows, taught_codes
from dermgemma_training.truth import read_soft_labels


def lesion(seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    blocks = rng.integers(60, 255, (9, 12, 3)).astype(np.uint8)
    return Image.fromarray(blocks).resize((300, 225), Image.Resampling.BICUBIC)


def test_look_alikes_are_found_over_mirrors_and_jpeg_and_others_are_not(tmp_path):
    lesion(1).save(tmp_path / "a.png")
    lesion(1).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(tmp_path / "b.jpg", quality=80)
    lesion(1).transpose(Image.Transpose.ROTATE_180).resize((200, 150)).save(tmp_path / "c.png")
    lesion(2).save(tmp_path / "d.png")
    lesion(3).save(tmp_path / "e.png")
    names = ["a.png", "b.jpg", "c.png", "d.png", "e.png"]
    hashes = [lookalikes.hashed(tmp_path / n) for n in names]
    found = lookalikes.groups(names, hashes, {})
    assert found["a.png"] == found["b.jpg"] == found["c.png"]
    assert len(set(found.values())) == 3
    # A known lesion joins what looks different.
    found = lookalikes.groups(names, hashes, {"c.png": "L1", "d.png": "L1"})
    assert found["a.png"] == found["d.png"] != found["e.png"]


def test_msk_is_split_by_lesion_and_look_alike(tmp_path):
    folder = tmp_path / "msk" / "images"
    folder.mkdir(parents=True)
    lines = ["image_id,dx,lesion_id"]
    for n in range(40):
        lesion(n // 2).save(folder / f"I{n}.jpg")  # each picture twice
        lines.append(f"I{n},{('nv', 'mel')[n // 2 % 2]},")
    (tmp_path / "msk" / "labels.csv").write_text("\n".join(lines) + "\n")
    split = dataset.split_msk(dataset.read_msk(tmp_path))
    side = {i: name for name, ids in split.items() for i in ids}
    assert len(side) == 40 and all(side[f"I{n}"] == side[f"I{n + 1}"] for n in range(0, 40, 2))
    assert [len(split[n]) for n in ("teach", "select", "report")] == [24, 8, 8]
    assert dataset.read_msk(tmp_path / "nowhere") == [] == dataset.read_unlabelled(tmp_path / "nowhere")


def test_strong_augmentation_stays_in_range_and_follows_its_generator():
    images = torch.rand(12, 3, 48, 48, generator=torch.Generator().manual_seed(0))
    runs = []
    for seed in (1, 1, 2):
        generator = torch.Generator().manual_seed(seed)
        shown = augmentation.warp(images, augmentation.random_affine(12, generator), 48)
        runs.append(augmentation.other_camera(shown, shown.flip(0), generator))
    assert torch.equal(runs[0], runs[1]) and not torch.equal(runs[0], runs[2])
    assert 0 <= float(runs[0].min()) and float(runs[0].max()) <= 1
    mild = augmentation.mild_camera(images, torch.Generator().manual_seed(3))
    assert 0 < float((mild - images).abs().mean()) < 0.1


def test_shades_of_grey_takes_a_coloured_light_away():
    grey = torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(4)).expand(1, 3, 32, 32) * 0.5
    lit = grey * torch.tensor([1.3, 1.0, 0.7])[None, :, None, None]
    found = augmentation.color_constancy(lit)
    assert float((found[:, 0] - found[:, 2]).abs().max()) < 0.01


def test_every_corruption_changes_a_picture_alike_each_time():
    rgb = np.asarray(lesion(5).resize((224, 224)))
    for arm in corruptions.ARMS:
        first = np.asarray(corruptions.corrupted(rgb, arm, "I1"))
        assert first.shape == rgb.shape and first.dtype == np.uint8
        assert np.array_equal(first, np.asarray(corruptions.corrupted(rgb, arm, "I1"))), arm
        assert np.abs(first.astype(int) - rgb).mean() > 1, arm
    assert len(corruptions.ARMS) == 16


def test_soft_labels_stand_beside_the_diagnosis_and_for_it_where_there_is_none():
    truth = SimpleNamespace(diagnosis=np.array([0, -1, 1]), by_measurements=np.full((3, 4), np.nan, np.float32),
                            by_teacher=np.array([[0.2, 0.5, 0.1, 0.0, 0.2, 0, 0], [0.1, 0.1, 0.1, 0.2, 0.5, 0, 0], [np.nan] * 7], np.float32))
    hard = 1 - SMOOTHING + SMOOTHING / 4
    assert taught_codes(truth, 0)[0] == pytest.approx((1 - DISTILLED) * hard + DISTILLED * 0.25, abs=1e-6)
    assert taught_codes(truth, 1) == pytest.approx([0.2, 0.2, 0.2, 0.4], abs=1e-6)
    assert taught_codes(truth, 2)[1] == pytest.approx(hard)


def test_sources_are_balanced_and_unlabelled_pictures_need_soft_labels():
    source = np.array([0] * 4 + [4] * 3 + [5] * 2)
    truth = SimpleNamespace(words=[{}] * 7 + [None] * 2, split=np.array(["train"] * 9), source=source, origin=source,
                            diagnosis=np.array([0, 1, 2, 3, 0, 1, 3, -1, -1]), confirmed=np.zeros(9, bool),
                            by_teacher=np.array([[np.nan] * 7] * 8 + [[1 / 7] * 7], np.float32))
    drawn = Sampler(truth, 0, 0, 0, 0.4, 0.2).draw(3000, np.random.default_rng(0))
    assert (source[drawn] == 4).mean() == pytest.approx(0.4, abs=0.03)
    assert (drawn == 8).mean() == pytest.approx(0.2, abs=0.03) and not (drawn == 7).any()


def test_of_each_diagnosis_a_share_comes_from_confirmed_lesions():
    truth = SimpleNamespace(words=[{}] * 6, split=np.array(["train"] * 5 + ["report"]), source=np.zeros(6, int), origin=np.zeros(6, int),
                            diagnosis=np.array([1, 1, 1, 1, 3, 1]), confirmed=np.array([True, False, False, False, False, True]),
                            by_teacher=np.full((6, 7), np.nan, np.float32))
    drawn = Sampler(truth, 0, 0, confirmed_share=0.8).draw(3000, np.random.default_rng(0))
    nevi = drawn[truth.diagnosis[drawn] == 1]
    # 0.8 and a quarter of the rest; the keratosis, which nobody confirmed, is drawn as before, and nothing of the report split is.
    assert (nevi == 0).mean() == pytest.approx(0.85, abs=0.03) and set(drawn) == {0, 1, 2, 3, 4}
    drawn = Sampler(truth, 0, 0).draw(3000, np.random.default_rng(0))
    assert (drawn[truth.diagnosis[drawn] == 1] == 0).mean() == pytest.approx(0.25, abs=0.03)


def test_figures_of_a_clinic_that_lacks_a_code():
    p = np.array([[0.6, 0.1, 0.2, 0.1], [0.1, 0.3, 0.5, 0.1], [0.1, 0.1, 0.1, 0.7], [0.3, 0.4, 0.2, 0.1]])
    found = figures(p, np.array([0, 1, 3, 0]))
    assert found["recall"] == [0.5, 1.0, 1.0] and found["melanoma_auc"] == 1.0
    # Of melanomas and nevi alone the odds count: 0.6 : 0.1 and 0.3 : 0.4 against 0.1 : 0.3.
    assert found["mel_nv_auc"] == 1.0 and "mel_nv_auc" not in figures(p[[0, 2]], np.array([0, 3]))


def test_calibration_weighs_each_source_alike_within_a_code():
    labels, sources = np.array([0, 0, 0, 1, 2, 2]), np.array([0, 0, 4, 4, 0, 0])
    weight = source_weights(labels, sources)
    assert weight.sum() == pytest.approx(1) and weight[3] == pytest.approx(1 / 3)
    assert weight[2] == pytest.approx(1 / 6) == pytest.approx(weight[:2].sum())


def test_mean_recall_is_over_the_codes_that_are_there():
    p = np.array([[0.7, 0.1, 0.1, 0.1], [0.1, 0.2, 0.6, 0.1], [0.0, 0.0, 0.1, 0.9]])
    assert foreign.recall(np.array([0, 1, 3]), p) == pytest.approx(2 / 3)


def test_soft_labels_are_read_for_teaching_pictures_alone(tmp_path):
    np.savez(tmp_path / "soft-labels.npz", **{"msk": np.full((2, 7), 1 / 7, np.float32), "msk-ids": np.array(["A", "B"])})
    found = read_soft_labels(tmp_path, ["msk", "msk", "ham10000"], ["A", "B", "A"], np.array(["train", "report", "train"]))
    assert found[0] == pytest.approx(1 / 7) and np.isnan(found[1:]).all()
    assert np.isnan(read_soft_labels(tmp_path / "nowhere", ["msk"], ["A"], np.array(["train"]))).all()


def test_weights_at_rest_get_no_optimizer():
    network = torch.nn.ModuleDict({"tower": torch.nn.Linear(3, 4), "head": torch.nn.Linear(4, 2)})
    network["tower"].requires_grad_(False)
    whole = torch.nn.ModuleDict({"a": torch.nn.ModuleDict({"layers": network}), "table": torch.nn.Embedding(3, 2)})
    held = {id(p) for o in make_optimizers(whole, 1e-3) for g in o.param_groups for p in g["params"]}
    assert held == {id(p) for p in [*network["head"].parameters(), *whole["table"].parameters()]}


def test_changed_pictures_bring_their_code_and_no_words():
    class Said:
        prefix = [0]

        def direct_code(self, code, weight, soft):
            return code

    truth = SimpleNamespace(words=[None, None], diagnosis=np.array([1, -1]), source=np.array([0, 5]),
                            by_measurements=np.full((2, 4), np.nan, np.float32),
                            by_teacher=np.array([[np.nan] * 7, [0.1, 0.1, 0.1, 0.7, 0, 0, 0]], np.float32))
    short, long, text = curriculum_rows(truth, np.array([0, 1]), Said(), np.random.default_rng(0), None, np.array([True, True]))
    assert [row.branches for row in short] == [[1], [3]] and [row.image for row in short] == [0, 1] and not long and not text


def test_a_soup_is_the_weighted_mean_and_keeps_what_one_alone_has():
    old, new = {"w": torch.tensor([0.0, 2.0])}, {"w": torch.tensor([1.0, 0.0]), "heads.w": torch.ones(3)}
    found = mean_of([old, new], [0.25, 0.75])
    assert torch.allclose(found["w"], torch.tensor([0.75, 0.5])) and torch.equal(found["heads.w"], torch.ones(3))
    for states, shares in (([old, new], [0.5, 0.6]), ([old, {"w": torch.ones(3)}], [0.5, 0.5])):
        with pytest.raises(ValueError):
            mean_of(states, shares)
