"""Splits, words, curriculum, loss and calibration: what must hold whatever the data."""

import numpy as np
import pytest
import torch

from dermgemma_training import calibrate, dataset, vocabulary
from dermgemma_training.dataset import Record, split_ham10000
from dermgemma_training.export import NAME
from dermgemma_training.language import Branch, Row, build_model, hidden_states, loss_of, model_configuration, pad
from dermgemma_training.curriculum import Curriculum
from dermgemma_training.measurement import measure
from dermgemma_training.protocol import read_protocol
from dermgemma_training.scoring import projected, projected_blocks
from dermgemma_training.tokenizer import BOS, Tokenizer, train_tokenizer
from dermgemma_training.tower import PATCH, TOKEN_SIDE, some_of_every_block
from pathlib import Path

MODELS = Path(__file__).resolve().parents[2] / "Models" / NAME
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
    train_tokenizer(Curriculum(None, 0).corpus([words_of_a_disc()] * 20, np.random.default_rng(0)), path)
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
    assert text.startswith("Consistent notes: shape, pigment network, structures, colors.")
    assert "Inconsistent" not in text and 200 < len(text) < 700 and "\n" not in text
    notes["Network"] = "yes" if w["Network"] == "no" else "no"
    text = vocabulary.description(w, notes, protocol.labels)
    assert f"Inconsistent: pigment network, rather {w['Network']}." in text


def test_ph2_labels_win_over_measurements():
    w = vocabulary.apply_ph2(words_of_a_disc(), {"asymmetry": "2", "dots_globules": "absent", "streaks": "present",
                                                 "colors": "white;black", "blue_whitish_veil": "absent", "regression": "present"})
    assert (w["Architecture"], w["Structures"], w["Colors"], w["Regression"]) == ("irregular", "streaks", "black, white", "yes")


def test_text_has_the_engines_format(tokenizer):
    curriculum = Curriculum(tokenizer, 16)
    branch = curriculum.direct_code(0)
    assert curriculum.prefix[:2] == [BOS, tokenizer.start_of_turn] and curriculum.prefix.count(tokenizer.image) == 16
    assert tokenizer.decode(branch.ids[branch.prompt:-1]).strip() == "MEL" and branch.ids[-1] == tokenizer.end_of_turn
    assert len(branch.ids) - branch.prompt == 2, "a code is one piece"
    text = "user\n\n\n"
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_what_follows_answer_is_cut_alone_as_in_the_engine(tokenizer):
    """The engine cuts prefix and label together, training cuts them apart."""
    values = {v for name in ("seed", "extended") for found in read_protocol(name).values.values() for v in found}
    for value in sorted(values) + list(dataset.CODES):
        apart = tokenizer.encode("model\nAnswer:") + tokenizer.encode(" " + value)
        assert tokenizer.encode("model\nAnswer: " + value) == apart, value


def seen(model, rows, features):
    """Hidden states of rows of branches."""
    return hidden_states(model, pad(rows), features)


def test_image_tokens_see_each_other_both_ways_and_text_does_not_look_ahead(tokenizer):
    model, curriculum = small_model(tokenizer), Curriculum(tokenizer, 16)
    features = torch.randn(1, 16, model.config.text_config.hidden_size)
    branch, start = curriculum.direct_code(0), curriculum.prefix.index(tokenizer.image)
    first = seen(model, [Row(curriculum.prefix, [branch], 0)], features)
    changed = features.clone()
    changed[0, -1] += 1
    second = seen(model, [Row(curriculum.prefix, [branch], 0)], changed)
    assert not torch.allclose(first[0, start], second[0, start]), "the first image token sees the last"
    assert torch.allclose(first[0, : start], second[0, : start], atol=1e-5), "what stands before the image does not"
    other = Branch(branch.ids[:-1] + [7], branch.prompt)
    third = seen(model, [Row(curriculum.prefix, [other], 0)], features)
    assert torch.allclose(first[0, :-1], third[0, :-1], atol=1e-5), "no text position sees what follows"


def test_every_branch_stands_alone_after_its_image(tokenizer):
    model, curriculum = small_model(tokenizer), Curriculum(tokenizer, 16)
    features = torch.randn(1, 16, model.config.text_config.hidden_size)
    one, two = curriculum.question("Colors", {"Colors": "light brown, black"}), curriculum.direct_code(1)
    together = seen(model, [Row(curriculum.prefix, [one, two], 0)], features)
    alone = seen(model, [Row(curriculum.prefix, [two], 0)], features)
    assert torch.allclose(together[0, -len(two.ids):], alone[0, -len(two.ids):], atol=1e-4)


def test_padding_changes_nothing(tokenizer):
    model, curriculum = small_model(tokenizer), Curriculum(tokenizer, 16)
    features = torch.randn(2, 16, model.config.text_config.hidden_size)
    short, long = curriculum.direct_code(0), curriculum.question("Colors", {"Colors": "light brown, dark brown, black, white, red"})
    alone = seen(model, [Row(curriculum.prefix, [short], 0)], features)
    together = seen(model, [Row(curriculum.prefix, [short], 0), Row(curriculum.prefix, [long, short, long], 1)], features)
    assert torch.allclose(alone[0], together[0, : alone.shape[1]], atol=1e-4)


def test_some_patches_of_every_block_make_every_image_token(tokenizer):
    model, pool = small_model(tokenizer), TOKEN_SIDE // PATCH
    grid = 8 * pool
    tokens, generator = torch.randn(2, grid * grid, 192), torch.Generator().manual_seed(1)
    read = lambda share: tokens.gather(1, some_of_every_block(2, grid, pool, share, generator)[..., None].expand(-1, -1, 192))
    assert torch.allclose(projected_blocks(model, read(1.0)), projected(model, tokens), atol=1e-5), "all of each block, in any order"
    part = read(0.25)
    assert part.shape == (2, grid * grid // 4, 192) and projected_blocks(model, part).shape == projected(model, tokens).shape


def test_soft_codes_reach_the_loss(tokenizer):
    model, curriculum = small_model(tokenizer), Curriculum(tokenizer, 16)
    features = torch.randn(1, 16, model.config.text_config.hidden_size)
    codes = [tokenizer.encode(" " + c)[0] for c in dataset.CODES]

    def loss(soft):
        batch = pad([Row(curriculum.prefix, [curriculum.direct_code(0, 1.0, soft)], 0)], codes)
        return loss_of(model, batch, hidden_states(model, batch, features), 0.0)[0].item()

    assert loss(None) == pytest.approx(loss([1.0, 0, 0, 0]), abs=1e-5)
    assert loss(None) != pytest.approx(loss([0, 0, 1.0, 0]), abs=1e-4)


def test_answers_are_kept_as_another_state_gives_them(tokenizer):
    model, before, curriculum = small_model(tokenizer), small_model(tokenizer), Curriculum(tokenizer, 16)
    with torch.no_grad():
        for p in before.parameters():
            p.add_(0.05 * torch.randn(p.shape))
    features = torch.randn(1, 16, model.config.text_config.hidden_size)
    codes = [tokenizer.encode(" " + c)[0] for c in dataset.CODES]
    rows = [Row(curriculum.prefix, [curriculum.direct_code(0, 2.0, [0.1, 0.6, 0.2, 0.1]), curriculum.question("Network", {"Network": "yes"})], 0)]
    batch = pad(rows, codes)
    of = lambda network: network.lm_head(hidden_states(network, batch, features)[batch.taught]).float().softmax(-1)
    kept = of(before).detach()
    assert kept.shape == (int(batch.taught.sum()), tokenizer.size)
    distance = lambda: float((of(model).detach() - kept).abs().sum(1).mean())
    first, optimizer = distance(), torch.optim.Adam(model.parameters(), 3e-3)
    for _ in range(40):
        optimizer.zero_grad()
        loss_of(model, batch, hidden_states(model, batch, features), 0.0, kept)[0].backward()
        optimizer.step()
    assert distance() < 0.2 * first, "neither the taught words nor the taught code stand in the way"
    # What says the same already has nothing to learn.
    loss = loss_of(before, batch, hidden_states(before, batch, features), 0.0, kept)[0]
    loss.backward()
    assert max(float(p.grad.abs().max()) for p in before.parameters() if p.grad is not None) < 1e-4


def test_calibration_recovers_temperature_and_bias():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 4000)
    logits = np.eye(4)[truth] * 1.5 + rng.normal(0, 1, (4000, 4))
    distorted = logits * 3 + np.array([1.0, -2.0, 0.5, 0.5])
    fitted = calibrate.fit(distorted, truth)
    p = calibrate.probabilities(distorted, fitted["temperature"], np.array(fitted["bias"]))
    assert calibrate.calibration_error(p, truth) < 0.04
    assert (p.argmax(1) == truth).mean() > (distorted.argmax(1) == truth).mean()


def test_chance_alone_gives_a_calibration_error_that_shrinks_with_the_number_of_images():
    rng = np.random.default_rng(1)
    p = rng.dirichlet(np.ones(4), 4000)
    truth = np.array([rng.choice(4, p=row) for row in p])
    few, many = (calibrate.chance_calibration_error(p[:n], truth[:n], draws=200) for n in (250, 4000))
    assert few[1] < few[0] < few[2] and 3 < few[0] / many[0] < 5, "four times fewer for sixteen times as many"
    sure = p ** 3 / (p ** 3).sum(1, keepdims=True)
    assert calibrate.calibration_error(p, truth) < 2 * many[0] < 0.1 < calibrate.calibration_error(sure, truth)


def test_a_calibration_is_taken_back_from_what_is_printed():
    rng = np.random.default_rng(2)
    scores, bias = rng.normal(0, 2, (50, 4)), np.array([0.3, -0.2, 0.1, -0.2])
    printed = np.round(calibrate.probabilities(scores, 2.5, bias), 6)
    back = calibrate.uncalibrated(printed, 2.5, bias)
    assert np.abs(calibrate.probabilities(back, 1.0, np.zeros(4)) - calibrate.probabilities(scores, 1.0, np.zeros(4))).max() < 1e-3
    temperature, stored = calibrate.stored_calibration(MODELS / f"{NAME}.gguf", "direct")
    assert temperature > 0 and stored.shape == (4,) and abs(stored.sum()) < 1e-4
