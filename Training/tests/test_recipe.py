"""Splits, words, lessons, loss and calibration: what must hold whatever the data."""

import numpy as np
import pytest
import torch

from dermgemma_training import calibrate, dataset, vocabulary
from dermgemma_training.dataset import Record, split_ham10000
from dermgemma_training.language import build_model, hidden_states, loss_of, model_configuration, pad
from dermgemma_training.lessons import Lessons
from dermgemma_training.measurement import measure
from dermgemma_training.protocol import read_protocol
from dermgemma_training.tokenizer import BOS, Tokenizer, train_tokenizer
from pathlib import Path

SPLITS = Path(__file__).resolve().parents[1] / "splits"


def words_of_a_disc() -> dict:
    y, x = np.mgrid[:225, :300]
    mask = (x - 150) ** 2 + (y - 112) ** 2 < 55 ** 2
    image = np.empty((225, 300, 3), np.uint8)
    image[:] = (205, 165, 150)
    image[mask] = (120, 75, 45)
    return vocabulary.words(measure(image, mask))


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.model"
    train_tokenizer(Lessons(None, 0).corpus([words_of_a_disc()] * 20, np.random.default_rng(0)), path)
    return Tokenizer(path)


def small_model(tokenizer):
    torch.manual_seed(0)
    return build_model(model_configuration(tokenizer.size, tokenizer.image, tokenizer.start_of_image,
                                           tokenizer.end_of_image, tokenizer.end_of_turn)).eval()


def test_splits_are_disjoint_by_lesion_and_do_not_depend_on_order():
    records = [Record("ham10000", f"i{n}", Path("x"), None, ("nv", "mel")[n % 2], f"l{n // 3}-{n % 2}", {}) for n in range(300)]
    split = split_ham10000(records)
    assert split == split_ham10000(records[::-1])
    lesion = {r.image_id: r.group for r in records}
    sides = [{lesion[i] for i in ids} for ids in split.values()]
    assert not (sides[0] & sides[1] or sides[0] & sides[2] or sides[1] & sides[2])


def test_committed_lists_do_not_overlap():
    names = ["ham10000-train", "ham10000-select", "ham10000-report", "ph2-teach", "ph2-report"]
    lists = {n: dataset.read_split(SPLITS, n) for n in names}
    everything = [i for ids in lists.values() for i in ids]
    assert len(everything) == len(set(everything))
    assert len(lists["ph2-teach"]) == 60 and len(lists["ph2-report"]) == 40


def test_every_word_of_every_question_is_one_that_the_protocol_accepts():
    protocol, w = read_protocol("extended"), words_of_a_disc()
    for question, values in protocol.values.items():
        assert all(part in values for part in w[question].split(", ")), question


def test_a_description_compares_then_describes_and_stays_short():
    protocol, w = read_protocol("seed"), words_of_a_disc()
    notes = {q: w[q] for q in protocol.questions}
    text = vocabulary.description(w, notes, protocol.labels)
    assert text.startswith("Consistent notes: shape, pigment network, structures and colors.")
    assert "Inconsistent" not in text and 200 < len(text) < 520 and "\n" not in text
    notes["Network"] = "yes" if w["Network"] == "no" else "no"
    text = vocabulary.description(w, notes, protocol.labels)
    assert f"Inconsistent: pigment network, rather {w['Network']}." in text


def test_ph2_labels_win_over_measurements():
    w = vocabulary.apply_ph2(words_of_a_disc(), {"asymmetry": "2", "dots_globules": "absent", "streaks": "present",
                                                 "colors": "white;black", "blue_whitish_veil": "absent", "regression": "present"})
    assert (w["Architecture"], w["Structures"], w["Colors"], w["Regression"]) == ("irregular", "streaks", "black, white", "yes")


def test_text_has_the_engines_format(tokenizer):
    lessons = Lessons(tokenizer, 16)
    ids, prompt = lessons.direct_code(0)
    assert ids[:2] == [BOS, tokenizer.start_of_turn] and ids.count(tokenizer.image) == 16
    assert tokenizer.decode(ids[prompt:-1]).strip() == "MEL" and ids[-1] == tokenizer.end_of_turn
    assert len(ids) - prompt == 2, "a code is one piece"
    text = "user\n\n\n"
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_image_tokens_see_each_other_both_ways_and_text_does_not_look_ahead(tokenizer):
    model, lessons = small_model(tokenizer), Lessons(tokenizer, 16)
    features = torch.randn(1, 16, model.config.text_config.hidden_size)
    ids, prompt = lessons.direct_code(0)
    first = hidden_states(model, pad([(ids, prompt)], [0], [1.0]), features)
    changed = features.clone()
    changed[0, -1] += 1
    start = ids.index(tokenizer.image)
    second = hidden_states(model, pad([(ids, prompt)], [0], [1.0]), changed)
    assert not torch.allclose(first[0, start], second[0, start]), "the first image token sees the last"
    third = hidden_states(model, pad([(ids[:-1] + [7], prompt)], [0], [1.0]), features)
    assert torch.allclose(first[0, :-1], third[0, :-1], atol=1e-5), "no text position sees what follows"


def test_padding_changes_nothing(tokenizer):
    model, lessons = small_model(tokenizer), Lessons(tokenizer, 16)
    features = torch.randn(2, 16, model.config.text_config.hidden_size)
    short, long = lessons.direct_code(0), lessons.question("Colors", {"Colors": "light brown, dark brown, black"})
    alone = hidden_states(model, pad([short], [0], [1.0]), features)
    together = hidden_states(model, pad([short, long], [0, 1], [1.0, 1.0]), features)
    assert torch.allclose(alone[0], together[0, : len(short[0])], atol=1e-4)


def test_soft_codes_reach_the_loss(tokenizer):
    model, lessons = small_model(tokenizer), Lessons(tokenizer, 16)
    features = torch.randn(1, 16, model.config.text_config.hidden_size)
    codes = [tokenizer.encode(" " + c)[0] for c in dataset.CODES]
    pair = lessons.direct_code(0)
    hidden = hidden_states(model, pad([pair], [0], [1.0]), features)
    hard, _ = loss_of(model, pad([pair], [0], [1.0]), hidden, 0.0)
    same, _ = loss_of(model, pad([pair], [0], [1.0], [[1.0, 0, 0, 0]], codes), hidden, 0.0)
    other, _ = loss_of(model, pad([pair], [0], [1.0], [[0, 0, 1.0, 0]], codes), hidden, 0.0)
    assert hard.item() == pytest.approx(same.item(), abs=1e-5) and hard.item() != pytest.approx(other.item(), abs=1e-4)


def test_calibration_recovers_temperature_and_bias():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 4000)
    logits = np.eye(4)[truth] * 1.5 + rng.normal(0, 1, (4000, 4))
    distorted = logits * 3 + np.array([1.0, -2.0, 0.5, 0.5])
    fitted = calibrate.fit(distorted, truth)
    p = calibrate.probabilities(distorted, fitted["temperature"], np.array(fitted["bias"]))
    assert calibrate.calibration_error(p, truth) < 0.04
    assert (p.argmax(1) == truth).mean() > (distorted.argmax(1) == truth).mean()
