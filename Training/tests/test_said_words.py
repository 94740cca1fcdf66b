"""What said words alone tell of the diagnosis, and how Phase 3 is taught it. Synthetic only."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from dermgemma_training import said_words
from dermgemma_training.sampling import BY_SAID_WORDS, SMOOTHING, SelfDistillation, curriculum_rows
from dermgemma_training.self_distillation import chosen_rows

RECORD = {"notes": {"Network": "yes", "Colors": "light brown, black"},
          "description": "The lesion is small, very dark, redder than the pale dark skin. Mostly black of cool tint, darker in the centre."}


def test_words_of_answers_and_phrases_of_sentences_are_features():
    found = said_words.features(RECORD)
    assert {"Network=yes", "Colors=light brown", "Colors=black", "The: very dark", "The: pale dark skin", "Mostly: Mostly black", "Mostly: cool tint"} <= set(found)
    assert set(found.values()) == {1.0} and "The: cool tint" not in found


def lesions(count: int, seed: int):
    """Two clinics; at both a lesion's word tells melanoma from nevus in four of five, and the rest is chance."""
    rng = np.random.default_rng(seed)
    labels, sources = rng.integers(0, 2, count), np.where(np.arange(count) % 4 == 0, "msk", "ham10000")
    right = rng.random(count) < 0.8
    words = [{f"word={label if sure else 1 - label}": 1.0, f"chance={rng.integers(3)}": 1.0} for label, sure in zip(labels, right)]
    return words, labels, sources


def test_probabilities_come_from_other_lesions_words():
    words, labels, sources = lesions(400, 1)
    p = said_words.out_of_fold(words, labels, sources, [str(n // 2) for n in range(400)])
    assert p.shape == (400, 4) and np.allclose(p.sum(1), 1) and (p[:, 2:] == 0).all()
    assert 0.72 < (p.argmax(1) == labels).mean() < 0.88
    at = {word: p[[f"word={word}" in w for w in words], 0].mean() for word in (0, 1)}
    assert at[0] == pytest.approx(0.8, abs=0.12) and at[1] == pytest.approx(0.2, abs=0.12)


def test_a_lesions_own_diagnosis_tells_nothing_of_it():
    lesion = np.repeat(np.arange(20), 20)
    labels = lesion % 2
    p = said_words.out_of_fold([{f"name={n}": 1.0} for n in lesion], labels, np.array(["msk"] * 400), [str(n) for n in lesion])
    # Each of the lesion's words is its own: what was fitted with the lesion would know all of them.
    assert np.abs(p[:, :2] - 0.5).max() < 0.1


def test_a_word_may_tell_another_thing_at_another_clinic():
    rng = np.random.default_rng(3)
    labels, sources = rng.integers(0, 2, 400), np.array(["ham10000", "msk"] * 200)
    words = [{f"word={label if source == 'msk' else 1 - label}": 1.0} for label, source in zip(labels, sources)]
    p = said_words.out_of_fold(words, labels, sources, [str(n) for n in range(400)])
    assert (p.argmax(1) == labels).all()


def test_a_rare_code_counts_as_much_as_a_common_one():
    words = [{"same": 1.0}] * 100
    labels = np.array([0] * 10 + [1] * 90)
    p = said_words.fitted(words, labels, np.array(["msk"] * 100))([{"same": 1.0}, {"never said": 1.0}])
    assert p[:, 0] == pytest.approx([0.5, 0.5], abs=0.02)


def test_the_programs_lines_become_records(tmp_path):
    line = {"image": {"name": "ISIC_1~0.png"}, "protocol": {"id": "seed"}, "observations": {"Network": {"value": "yes", "raw": " yes"}},
            "description": {"raw": " Mostly black. MEL", "cleaned": "Mostly black."}}
    (tmp_path / "said.jsonl").write_text(json.dumps(line) + "\n" + json.dumps({"image": {"name": "ISIC_2.png"}, "error": "broken"}) + "\n")
    assert said_words.records_of([tmp_path / "said.jsonl"]) == [
        {"id": "ISIC_1", "protocol": "seed", "notes": {"Network": "yes"}, "description": "Mostly black."}]


def test_each_clinic_is_drawn_as_often_within_a_code():
    truth = SimpleNamespace(ids=list("abcde"), diagnosis=np.array([0, 0, 0, 0, 2]), source=np.array([0, 0, 0, 4, 0]))
    own, rng = SelfDistillation([{"id": i} for i in "abcde"], truth), np.random.default_rng(0)
    drawn = np.array([own.draw(rng) for _ in range(4000)])
    assert 0.46 < (drawn == 4).mean() < 0.54 and 0.22 < (drawn == 3).mean() < 0.28


def test_all_of_msk_is_asked_beside_so_many_of_home():
    source = np.array([0] * 40 + [4] * 12)
    truth = SimpleNamespace(split=np.array(["train"] * 51 + ["select"]), source=source, diagnosis=np.array([0, 1, 2, 3] * 10 + [0, 1, 1, 1, 3, 1] * 2))
    rows = np.array(chosen_rows(truth, 16, True))
    assert sorted(rows[rows >= 40]) == list(range(40, 51)) and np.bincount(truth.diagnosis[rows[rows < 40]]).tolist() == [4, 4, 4, 4]
    # Otherwise half of each code's are MSK's, where it has them.
    rows = np.array(chosen_rows(truth, 16))
    assert np.bincount(truth.diagnosis[rows]).tolist() == [4, 4, 4, 4] and (rows >= 40).sum() == 6


class Branches:
    """Takes down what Phase 3 is taught."""

    prefix, seed, extended = [], SimpleNamespace(labels={}), SimpleNamespace(labels={})

    def direct_code(self, code, weight, soft):
        return ("direct", code)

    def question(self, question, words, weight):
        return ("question", question)

    def classification(self, protocol, notes, text, code, weight, soft):
        return ("said", text, soft)


def test_said_words_teach_what_they_tell(monkeypatch):
    monkeypatch.setattr("dermgemma_training.sampling.REVIEWS", 0)
    monkeypatch.setattr("dermgemma_training.sampling.CLASSIFICATIONS", 0)
    truth = SimpleNamespace(ids=["a", "b"], words=[{"Network": "yes"}] * 2, diagnosis=np.array([0, 1]), source=np.array([0, 4]),
                            by_measurements=np.full((2, 4), np.nan, np.float32), by_teacher=np.full((2, 7), np.nan, np.float32))
    own = SelfDistillation([{"id": "b", "protocol": "seed", "notes": {}, "description": "x", "by_words": [0.7, 0.2, 0.0, 0.1]}], truth)
    _, _, text = curriculum_rows(truth, np.array([0]), Branches(), np.random.default_rng(0), own, None, 3)
    assert len(text) == 3
    _, said, soft = text[0].branches[0]
    hard = (1 - SMOOTHING) * np.eye(4)[1] + SMOOTHING / 4
    assert said == "x" and soft == pytest.approx((1 - BY_SAID_WORDS) * hard + BY_SAID_WORDS * np.array([0.7, 0.2, 0, 0.1]))
    # Without such probabilities they teach the diagnosis, as before.
    del own.records[0]["by_words"]
    _, _, text = curriculum_rows(truth, np.array([0]), Branches(), np.random.default_rng(0), own)
    assert len(text) == 1 and text[0].branches[0][2] == pytest.approx(hard)
