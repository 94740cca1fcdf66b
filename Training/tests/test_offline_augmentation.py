"""Augmented copies: what they show, what is known of them, how often they are drawn."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from dermgemma_training import dataset, offline_augmentation, prepare
from dermgemma_training.measurement import FRAME
from dermgemma_training.self_distillation import fresh_augmented
from dermgemma_training.sampling import SelfDistillation, Sampler
from dermgemma_training.truth import read_truth


def lesion(left: int = 150, top: int = 112, radius: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """A brown disc on skin and its mask."""
    y, x = np.mgrid[:FRAME[1], :FRAME[0]]
    mask = (x - left) ** 2 + (y - top) ** 2 < radius ** 2
    pixels = np.random.default_rng(0).normal(0, 3, (*mask.shape, 3)) + np.where(mask[..., None], (110, 70, 45), (205, 165, 150))
    return pixels.clip(0, 255).astype(np.uint8), mask


@pytest.fixture
def data(tmp_path):
    """Three images, one a split, and their splits' lists."""
    root = tmp_path / "data" / "ham10000"
    (root / "images").mkdir(parents=True); (root / "masks").mkdir()
    pixels, mask = lesion()
    for name in ("T1", "S1", "R1"):
        Image.fromarray(pixels).save(root / "images" / f"{name}.jpg", quality=95)
        Image.fromarray(mask).resize((200, 150)).save(root / "masks" / f"{name}.png")
    (root / "labels.csv").write_text("image_id,dx,lesion_id,confirm,age,sex,site\n" + "".join(
        f"{name},bcc,L{name},,,,\n" for name in ("T1", "S1", "R1")))
    splits = tmp_path / "splits"
    splits.mkdir()
    for name, ids in {"ham10000-train": "T1", "ham10000-select": "S1", "ham10000-report": "R1", "ph2-teach": "", "ph2-report": ""}.items():
        (splits / f"{name}.txt").write_text(ids + "\n")
    return tmp_path


def test_a_copy_holds_the_lesion_enlarged_in_other_colours():
    pixels, mask = lesion()
    image, its_mask = Image.fromarray(pixels), Image.fromarray(mask.astype(np.uint8) * 255)
    larger = 0
    for seed in range(8):
        copy, copied = offline_augmentation.changed(image, its_mask, np.random.default_rng(seed))
        again, _ = offline_augmentation.changed(image, its_mask, np.random.default_rng(seed))
        assert copy.size == copied.size == FRAME and copy.tobytes() == again.tobytes(), "the seed decides"
        inside = np.asarray(copied) > 127
        assert offline_augmentation.LEAST_LESION * mask.sum() <= inside.sum() * 1.01 and inside.sum() <= mask.sum() / offline_augmentation.LEAST_WIDTH ** 2 * 1.02
        larger += inside.sum() > 1.1 * mask.sum()
        seen = np.asarray(copy).astype(float)
        assert seen[inside].mean() < seen[~inside].mean() - 30, "the mask lies where the lesion is"
        assert np.abs(seen[~inside].mean(0) - pixels[~mask].mean(0)).max() > 1
    assert larger >= 3


def test_a_lesion_that_fills_the_picture_is_not_cut():
    pixels, _ = lesion(radius=300)
    whole = Image.fromarray(np.full(FRAME[::-1], 255, np.uint8))
    _, copied = offline_augmentation.changed(Image.fromarray(pixels), whole, np.random.default_rng(0))
    assert (np.asarray(copied) > 127).all()


def test_only_teaching_images_have_copies_and_these_are_measured_themselves(data, monkeypatch):
    work, options = data / "work", ["--data", str(data / "data"), "--work", str(data / "work"), "--splits", str(data / "splits"),
                                    "--processes", "1"]
    for module in (offline_augmentation, prepare):
        monkeypatch.setattr("sys.argv", ["x", *options])
        module.main()
    assert sorted(p.name for p in (work / "augmented").iterdir()) == sorted(
        f"T1~{n}{end}" for n in range(offline_augmentation.AUGMENTED["bcc"]) for end in (".png", ".mask.png"))
    (work / "trees-words.json").write_text(json.dumps({"T1": [0.1, 0.2, 0.3, 0.4]}))
    truth = read_truth(data / "data", work, data / "splits")
    place = {i: n for n, i in enumerate(truth.ids)}
    for name in ("T1~0", "T1~1", "T1~2"):
        n = place[name]
        assert truth.split[n] == "train" and truth.diagnosis[n] == 2 and truth.words[n] is not None
        assert (truth.source[n], truth.origin[n]) == (3, 0)
        assert truth.by_words[n].tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4])
        assert not np.array_equal(truth.measurements[n], truth.measurements[place["T1"]])
        assert not np.isnan(truth.map_shares(np.array([n]))).any()
    assert (truth.split[[place["S1"], place["R1"]]] == ["select", "report"]).all()
    drawn = Sampler(truth, 0, 0, 0.5).draw(400, np.random.default_rng(0))
    share = (truth.source[drawn] == 3).mean()
    assert 0.4 < share < 0.6 and (truth.split[drawn] == "train").all()
    assert (truth.source[Sampler(truth, 0, 0).draw(50, np.random.default_rng(0))] == 0).all()


def test_copies_that_came_later_are_measured_too(data, monkeypatch):
    """A run of `offline_augmentation` that was stopped, `prepare`, and both again."""
    options = ["--data", str(data / "data"), "--work", str(data / "work"), "--splits", str(data / "splits"), "--processes", "1"]
    monkeypatch.setattr("sys.argv", ["x", *options])
    offline_augmentation.main()
    late = data / "work" / "augmented" / "T1~2.png"
    late.unlink()
    measured = lambda: prepare.read_measurements(data / "work", "augmented")[0]
    prepare.main()
    assert measured() == ["T1~0", "T1~1"]
    offline_augmentation.main()
    prepare.main()
    assert measured() == ["T1~0", "T1~1", "T1~2"] and not list(late.parent.glob("*.part"))
    chunk = data / "work" / "measurements" / "augmented-0000.npz"
    before = chunk.stat().st_mtime_ns
    prepare.main()
    assert chunk.stat().st_mtime_ns == before, "what is measured is not measured again"


def test_copies_of_ph2_are_drawn_with_ph2s_share():
    truth = SimpleNamespace(words=[{}] * 4, split=np.array(["train"] * 4), source=np.array([0, 1, 3, 3]),
                            origin=np.array([0, 1, 0, 1]), diagnosis=np.array([0, 1, 0, 1]), ids=["A", "I", "A~0", "I~0"], confirmed=np.zeros(4, bool))
    drawn = Sampler(truth, 0, 0.4, 0.5).draw(4000, np.random.default_rng(0))
    shares = [(drawn == n).mean() for n in range(4)]
    assert shares == pytest.approx([0.3, 0.2, 0.3, 0.2], abs=0.03)


def test_an_unknown_original_of_a_copy_is_told(tmp_path):
    (tmp_path / "A~0.png").write_bytes(b"")
    with pytest.raises(SystemExit, match="A~0.png"):
        dataset.read_augmented(tmp_path, [])


def test_own_words_look_at_other_copies_than_training(data):
    work = data / "work"
    (work / "augmented").mkdir(parents=True)
    record = next(r for r in dataset.read_ham10000(data / "data") if r.image_id == "T1")
    offline_augmentation.write((record, work / "augmented", 1, offline_augmentation.SEED))
    paths = fresh_augmented(data / "data", work, ["T1"], 2)["T1"]
    assert paths == [work / "fresh-augmented" / f"T1~{n}.png" for n in (0, 1)]
    assert len({path.read_bytes() for path in paths}) == 2
    assert paths[0].read_bytes() != (work / "augmented" / "T1~0.png").read_bytes()


def test_own_words_are_drawn_with_every_code_as_often():
    truth = SimpleNamespace(ids=["a", "b", "c", "d"], diagnosis=np.array([0, 0, 0, 2]), source=np.array([0, 0, 0, 0]))
    own = SelfDistillation([{"id": i} for i in "abcd"], truth)
    rng = np.random.default_rng(0)
    drawn = [own.draw(rng) for _ in range(2000)]
    assert set(drawn) == {0, 1, 2, 3} and 0.45 < np.mean(np.array(drawn) == 3) < 0.55
