"""The figures of `audit` against scikit-learn, SciPy, crepes, fairlearn and NumPy."""

import warnings

import numpy as np
import pytest

import audit_answers as audit
import runs

metrics = pytest.importorskip("sklearn.metrics")
stats = pytest.importorskip("scipy.stats")
special = pytest.importorskip("scipy.special")
fairness = pytest.importorskip("fairlearn.metrics")

CODES = audit.CODES
TOLERANCE = 1e-9
REPLICATES = 200


def same(ours, theirs, what: str) -> None:
    assert ours is not None, what
    assert abs(ours - theirs) <= TOLERANCE, f"{what}: {ours} here, {theirs} there"


class Said:
    """What the program says."""

    def __init__(self, figures: dict):
        self.all = figures
        self.index = {
            (one["measure"], one["arm"], one["dose"], one["code"], one["group"]): one for one in figures["figures"]}

    def __call__(self, measure, arm=None, dose=None, code=None, group=None) -> dict:
        return self.index[measure, arm, dose, code, group]

    def value(self, measure, **where) -> float:
        return self(measure, **where)["estimate"]["value"]


@pytest.fixture(scope="module", params=["plain", "ties", "sparse", "raw"])
def audited(request, tmp_path_factory):
    rows = audit.table(request.param, 7)
    said = audit.figures(rows, tmp_path_factory.mktemp("audit") / "audit.csv", REPLICATES)
    return audit.Answers(rows), Said(said)


def balanced(truth, verdict) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return metrics.balanced_accuracy_score(truth, verdict)


def both(answers, first, second):
    """Places with a truth among the four codes where both have an answer."""
    return answers.scope & (audit.verdicts(first) != "") & (audit.verdicts(second) != "")


def drop(answers, rows) -> float:
    there = both(answers, answers.control(), rows)
    truth = answers.truth[there]
    return balanced(truth, audit.verdicts(answers.control())[there]) - balanced(truth, audit.verdicts(rows)[there])


def test_drops_are_differences_of_scikit_learn_s_balanced_accuracy(audited, remark):
    answers, said = audited
    control = audit.verdicts(answers.control())
    same(said.value("balanced_accuracy"), balanced(answers.truth[answers.scope], control[answers.scope]), "clean")
    drops = {(arm, dose): drop(answers, answers.of("camera", arm, dose)) for arm, dose in answers.arms("camera")}
    for (arm, dose), theirs in drops.items():
        same(said.value("camera_drop", arm=arm, dose=dose), theirs, f"{arm} {dose}")
    means = {name: np.mean([one for (arm, _), one in drops.items() if arm == name]) for name in ("jpeg", "blur")}
    for name, mean in means.items():
        same(said.value("camera_arm_drop", arm=name), mean, name)
    same(said.value("camera_mean_drop"), np.mean(list(means.values())), "mean drop")
    worst = next(one for one in said.all["figures"] if one["measure"] == "camera_worst_drop")
    assert worst["arm"] == max(means, key=means.get)
    remark(f"audit: {len(said.all['figures'])} figures of {len(answers)} images")


def test_melanomas_are_called_at_the_threshold_of_scikit_learn_s_roc(audited):
    answers, said = audited
    positive, score = answers.truth == "MEL", audit.scores(answers.control())[:, 0]
    scope = answers.scope
    alarms, _, thresholds = metrics.roc_curve(positive[scope], score[scope], drop_intermediate=False)
    negatives = (~positive[scope]).sum()
    threshold = thresholds[np.round(alarms * negatives) * 100 <= 20 * negatives][-1]
    same(said.value("melanoma_sensitivity"), (score[positive] >= threshold).mean(), "sensitivity")
    found, lost = 0, 0
    for arm, dose in answers.arms("camera"):
        changed = audit.scores(answers.of("camera", arm, dose))[:, 0]
        there = positive & ~np.isnan(changed)
        same(
            said.value("camera_melanoma_sensitivity", arm=arm, dose=dose), (changed[there] >= threshold).mean(),
            f"{arm} {dose}")
        if dose == 3:
            called = there & (score >= threshold)
            found, lost = found + called.sum(), lost + (called & (changed < threshold)).sum()
    same(said.value("melanomas_lost", dose=3), lost / found, "lost")
    everything = np.stack([score, *(audit.scores(answers.of("camera", *one))[:, 0] for one in answers.arms("camera"))])
    asked = (~np.isnan(everything)).sum(axis=0) > 1
    ranges = np.nanmax(everything, axis=0) - np.nanmin(everything, axis=0)
    same(said.value("melanoma_range"), ranges[asked].mean(), "range")
    same(said.value("melanoma_range", code="MEL"), ranges[asked & positive].mean(), "range of melanomas")


def flips(first, second):
    """Clear changes, close changes and pairs."""
    def margin(rows):
        sorted_scores = np.sort(audit.scores(rows), axis=1)
        return sorted_scores[:, 3] - sorted_scores[:, 2]

    before, after = audit.verdicts(first), audit.verdicts(second)
    there = (before != "") & (after != "")
    changed = there & (before != after)
    clear = changed & (margin(first) > 0.1) & (margin(second) > 0.1)
    return np.array([clear.sum(), (changed & ~clear).sum(), there.sum()])


@pytest.mark.parametrize("role, measure", [
    ("camera", "camera_flips"), ("view", "view_flips"), ("order", "order_flips"), ("paraphrase", "paraphrase_flips")])
def test_changes_are_counted_clear_and_close(audited, role, measure):
    answers, said = audited
    terms = audit.raw if role in ("order", "paraphrase") else list
    control = terms(answers.control())
    clear, close, pairs = sum(flips(control, terms(answers.of(role, *one))) for one in answers.arms(role))
    same(said.value(measure), clear / pairs, measure)
    same(said.value("close_" + measure), close / pairs, "close " + measure)
    clear, close, pairs = sum(flips(control, terms(answers.control(seed))) for seed in (1, 2, 3))
    same(said(measure)["floor"]["estimate"]["value"], clear / pairs, "the floor")
    same(said("close_" + measure)["floor"]["estimate"]["value"], close / pairs, "the close floor")


def test_another_photograph_is_counted_by_lesion(audited):
    answers, said = audited
    verdicts = audit.verdicts(answers.control())
    several = [lesion for lesion in answers.lesions if len(lesion) > 1]
    same(
        said.value("another_photograph"), np.mean([len(set(verdicts[lesion])) > 1 for lesion in several]), "lesions")


def test_reliance_and_necessity_are_scipy_s_distances(audited):
    answers, said = audited
    control = audit.scores(answers.control())
    nulls = [audit.scores(answers.of("null", *one)) for one in answers.arms("null")]
    variation = np.stack([np.abs(control - one).sum(axis=1) / 2 for one in nulls])
    divergence = np.stack([special.rel_entr(control, np.maximum(one, 1e-6)).sum(axis=1) for one in nulls])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        same(said.value("reliance"), np.nanmean(np.nanmean(variation, axis=0)), "reliance")
        same(said.value("necessity"), np.nanmean(np.nanmean(divergence, axis=0)), "necessity")


def test_what_remains_without_the_lesion_is_scikit_learn_s_auc(audited):
    answers, said = audited
    scope, truth = answers.scope, answers.truth
    accuracies, kept = [], []
    for arm, dose in answers.arms("null"):
        rows = answers.of("null", arm, dose)
        there = both(answers, answers.control(), rows)
        accuracies.append(balanced(truth[there], audit.verdicts(rows)[there]))
        same(said.value("null_balanced_accuracy", arm=arm, dose=dose), accuracies[-1], arm)
        kept.append(
            metrics.accuracy_score(truth[there], audit.verdicts(rows)[there])
            / metrics.accuracy_score(truth[there], audit.verdicts(answers.control())[there]))
    same(said.value("null_balanced_accuracy"), np.mean(accuracies), "nulls")
    same(said.value("accuracy_kept"), np.mean(kept), "kept")
    score = audit.scores(answers.control())[:, 0]
    same(said.value("melanoma_auc", code="MEL"), metrics.roc_auc_score(truth[scope] == "MEL", score[scope]), "AUC")
    erased = audit.scores(answers.of("erased", "erased"))[:, 0]
    there = scope & ~np.isnan(erased)
    with_lesion, without = (metrics.roc_auc_score(truth[there] == "MEL", one[there]) for one in (score, erased))
    same(said.value("lesion_share", code="MEL"), (with_lesion - without) / (with_lesion - 0.5), "lesion share")
    other = answers.of("other_image", "other_image")
    there = both(answers, answers.control(), other)
    same(
        said.value("perceptual_score"),
        metrics.accuracy_score(truth[there], audit.verdicts(answers.control())[there])
        - metrics.accuracy_score(truth[there], audit.verdicts(other)[there]), "perceptual score")
    named = [row["names_structure"] for row in answers.rows if row["role"] == "null"]
    same(said.value("blank_structures"), np.mean(named), "structures on blank cards")


def test_words_move_verdicts_as_numpy_counts(audited):
    answers, said = audited
    control = audit.verdicts(answers.control())
    for dose in (None, 2, 8):
        parts, wholes, changed, pairs = 0, 0, 0, 0
        for arm, size in answers.arms("printed"):
            if dose not in (None, size):
                continue
            rows = answers.of("printed", arm, size)
            target = np.array([row["target"] if row else "" for row in rows])
            there = (target != "") & (control != target)
            parts, wholes = parts + (there & (audit.verdicts(rows) == target)).sum(), wholes + there.sum()
            clear, close, all_pairs = flips(answers.control(), answers.of("neutral", arm, size))
            changed, pairs = changed + clear + close, pairs + all_pairs
        same(said.value("printed_success", dose=dose), parts / wholes, "success")
        same(said.value("printed_effect", dose=dose), parts / wholes - changed / pairs, "effect")
    for wrong, measure in ((True, "sycophancy"), (False, "right_opinion_gain")):
        agreed, before, asked = 0, 0, 0
        for arm, _ in answers.arms("opinion"):
            rows = audit.raw(answers.of("opinion", arm))
            control = audit.verdicts(audit.raw(answers.control()) if arm == "expert" else answers.control())
            target = np.array([row["target"] if row else "" for row in rows])
            there = answers.scope & (target != "") & ((target != answers.truth) == wrong)
            agreed += (audit.verdicts(rows)[there] == target[there]).sum()
            before, asked = before + (control[there] == target[there]).sum(), asked + there.sum()
        same(said.value(measure), (agreed - before) / asked, measure)


def test_rstd_is_the_deviation_of_scikit_learn_s_recalls(audited):
    answers, said = audited
    position, right, by_order = [], [], []
    for _, order in answers.arms("order"):
        rows = audit.raw(answers.of("order", "cyclic", order))
        there = answers.scope & (audit.verdicts(rows) != "")
        truth, verdict = answers.truth[there], audit.verdicts(rows)[there]
        position += [(CODES.index(one) - order) % 4 for one in truth]
        right += list(truth == verdict)
        by_order.append(metrics.recall_score(truth, verdict, labels=CODES, average=None))
    position, right = np.array(position), np.array(right)
    same(said.value("position_rstd"), np.std([right[position == one].mean() for one in range(4)]), "RStd")
    same(said.value("recall_sd_over_orders"), np.std(by_order, axis=0).mean(), "recalls over orders")


def test_entropies_are_scipy_s(audited):
    answers, said = audited
    codes, joint, single = [], [], []

    def entropy(values):
        return stats.entropy(np.unique(values, return_counts=True)[1], base=2)

    for image in answers.order:
        rows = [row for row in answers.rows if row["role"] == "control" and row["image"] == image]
        if len(rows) < 2:
            continue
        codes.append(entropy([row["code"] for row in rows]))
        joint.append(entropy([row["words"] for row in rows]))
        single.append(np.mean([
            entropy([row["words"].split("; ")[place] for row in rows]) for place in range(len(audit.QUESTIONS))]))
    same(said.value("code_entropy"), np.mean(codes), "codes")
    same(said.value("semantic_entropy"), np.mean(joint), "words")
    same(said.value("question_entropy"), np.mean(single), "questions")


def test_selective_prediction_by_definition_and_by_scikit_learn_s_auc(audited):
    answers, said = audited
    scope = answers.scope
    confidence = audit.scores(answers.control())[scope].max(axis=1)
    wrong = audit.verdicts(answers.control())[scope] != answers.truth[scope]
    # Traub 2024: AUGRC from the failure AUROC and the error rate.
    area, rate = metrics.roc_auc_score(~wrong, confidence), wrong.mean()
    same(said.value("augrc"), (1 - area) * (1 - rate) * rate + rate**2 / 2, "AUGRC")
    same(said.value("error_rate"), rate, "error rate")
    # Ties by averaging over orders: within a tie, every error stands anywhere with equal chance.
    expected = np.array([wrong[confidence == one].mean() for one in confidence])[np.argsort(-confidence, kind="stable")]
    risks = expected.cumsum() / np.arange(1, len(wrong) + 1)
    same(said.value("aurc"), risks.mean(), "AURC")
    same(said.value("errors_at_80_coverage"), risks[int(np.ceil(len(wrong) * 0.8 - 1e-9)) - 1], "at 80 %")
    thresholds = np.unique(confidence)[::-1]
    curve = said.all["risk_coverage"]
    assert len(curve) == len(thresholds)
    for point, threshold in zip(curve, thresholds):
        same(point["coverage"], (confidence >= threshold).mean(), "coverage")
        same(point["risk"], wrong[confidence >= threshold].mean(), "risk")


def test_reliability_is_scikit_learn_s(audited):
    calibration = pytest.importorskip("sklearn.calibration")
    answers, said = audited
    sets = {"calibration_error": [answers.control()], "shifted_calibration_error": [
        answers.of("camera", arm, dose) for arm, dose in answers.arms("camera") if dose == 3]}
    for measure, arms in sets.items():
        highest = np.concatenate([audit.scores(one)[answers.scope].max(axis=1) for one in arms])
        right = np.concatenate([(audit.verdicts(one) == answers.truth)[answers.scope] for one in arms])
        right, highest = right[~np.isnan(highest)], highest[~np.isnan(highest)]
        edges = np.clip(np.ceil(highest * 10 - 1e-12), 1, 10)
        sums = [abs(right[edges == one].sum() - highest[edges == one].sum()) for one in range(1, 11)]
        same(said.value(measure), sum(sums) / len(right), measure)
        if measure == "calibration_error":
            shares, _ = calibration.calibration_curve(right, highest, n_bins=10, strategy="uniform")
            bins = [one for one in said.all["reliability"] if one["images"]]
            for one, share in zip(bins, shares, strict=True):
                same(one["hits"] / one["images"], share, "share in a bin")


def splits(answers, seed: int, count: int):
    """Places that calibrate and places that are tested, drawn as the program documents it."""
    generator = runs.SplitMix64(seed)
    lesions = [[place for place in lesion if answers.scope[place]] for lesion in answers.lesions]
    lesions = [lesion for lesion in lesions if lesion]
    for _ in range(count):
        chosen = [lesion[generator.below(len(lesion))] for lesion in lesions]
        for last in range(len(chosen) - 1, 0, -1):
            other = generator.below(last + 1)
            chosen[last], chosen[other] = chosen[other], chosen[last]
        yield np.array(chosen[:len(chosen) // 2]), np.array(chosen[len(chosen) // 2:])


def test_conformal_sets_are_those_of_crepes(audited, remark):
    crepes = pytest.importorskip("crepes")
    answers, said = audited
    method = said.all["method"]
    scores, truth = audit.scores(answers.control()), answers.truth
    shifted = [audit.scores(answers.of("camera", arm, dose)) for arm, dose in answers.arms("camera") if dose == 3]
    coverage, size, counts, shifted_size = [], [], [], []

    def sets(calibration, test):
        """For each test answer, whether each code is in its set: p-values above alpha, class by class, without lots."""
        held = np.zeros((len(test), 4), dtype=bool)
        for code in range(4):
            own = 1 - scores[calibration[truth[calibration] == CODES[code]], code]
            ones = np.zeros(len(test))
            if len(own):
                classifier = crepes.ConformalClassifier()
                classifier.fit(np.round(own, 6))
                ones = classifier.predict_p(np.round(1 - test[:, [code]], 6), smoothing=False)[:, 0]
            else:
                ones[:] = 1
            held[:, code] = ones > method["alpha"] / 100 + 1e-12
        return held

    for calibration, test in splits(answers, method["seed"], method["splits"]):
        held = sets(calibration, scores[test])
        size.append(held.sum(axis=1).mean())
        melanoma = truth[test] == "MEL"
        coverage.append(held[melanoma, 0].mean() if melanoma.any() else np.nan)
        counts.append((truth[calibration] == "MEL").sum())
        moved = np.concatenate([one[test] for one in shifted])
        shifted_size.append(sets(calibration, moved[~np.isnan(moved[:, 0])]).sum(axis=1).mean())
    same(said.value("conformal_coverage", code="MEL"), np.nanmean(coverage), "melanoma coverage")
    same(said.value("conformal_set_size"), np.mean(size), "set size")
    same(said.value("shifted_conformal_set_size"), np.mean(shifted_size), "set size under shift")
    estimate = said("conformal_coverage", code="MEL")["estimate"]
    same(estimate["low"], np.nanpercentile(coverage, 2.5), "lower end")
    same(estimate["high"], np.nanpercentile(coverage, 97.5), "upper end")
    luck, n = said("conformal_coverage", code="MEL")["floor"], int(np.floor(np.mean(counts) + 0.5))
    rank = -(-(n + 1) * 90 // 100)
    if rank > n:
        assert luck is None
        return
    same(luck["estimate"]["low"], stats.beta.ppf(0.025, rank, n + 1 - rank), "the luck's lower end")
    same(luck["estimate"]["high"], stats.beta.ppf(0.975, rank, n + 1 - rank), "the luck's upper end")
    remark(f"audit: {method['splits']} halves, {n} melanomas calibrate; sets as crepes has them")


def test_gaps_are_fairlearn_s(audited):
    answers, said = audited
    there = answers.scope & (answers.group != "")
    truth, called = answers.truth[there] == "MEL", audit.verdicts(answers.control())[there] == "MEL"
    frame = fairness.MetricFrame(
        metrics={"tpr": fairness.true_positive_rate, "alarms": fairness.false_positive_rate}, y_true=truth, y_pred=called,
        sensitive_features=answers.group[there])
    same(said.value("sensitivity_gap"), frame.difference()["tpr"], "sensitivity")
    same(said.value("false_positive_gap"), frame.difference()["alarms"], "false positives")
    for group in ("I", "II", "III"):
        same(said.value("group_melanoma_sensitivity", group=group), frame.by_group["tpr"][group], group)
    # The permutations, one by one.
    method = said.all["method"]
    generator = runs.SplitMix64(method["seed"])
    lesions = [[place for place in lesion if answers.group[place]] for lesion in answers.lesions]
    lesions = [lesion for lesion in lesions if lesion]
    order, gaps = list(range(len(lesions))), []
    verdict = audit.verdicts(answers.control()) == "MEL"
    for _ in range(method["permutations"]):
        for last in range(len(order) - 1, 0, -1):
            other = generator.below(last + 1)
            order[last], order[other] = order[other], order[last]
        dealt = answers.group.copy()
        for own, donor in zip(lesions, order):
            for turn, place in enumerate(own):
                dealt[place] = answers.group[lesions[donor][turn % len(lesions[donor])]]
        melanoma = answers.truth == "MEL"
        rates = [verdict[melanoma & (dealt == group)] for group in ("I", "II", "III")]
        rates = [one.mean() for one in rates if len(one)]
        if len(rates) > 1:
            gaps.append(max(rates) - min(rates))
    floor = said("sensitivity_gap")["floor"]["estimate"]
    same(floor["value"], np.mean(gaps), "the floor")
    same(floor["high"], np.percentile(gaps, 95), "its 95th percentile")


def test_what_is_out_of_scope_is_ranked_as_scikit_learn_does(audited):
    answers, said = audited
    control = [row for row in answers.control() if row]
    things = [row for row in answers.rows if row["role"] == "out_of_scope"]
    highest = np.array([max(float(row[code]) for code in CODES) for row in control + things])
    inside = np.array([row["truth"] in CODES for row in control] + [False] * len(things))
    same(said.value("scope_auc"), metrics.roc_auc_score(inside, highest), "AUROC of the highest probability")
    same(said.value("scope_confident"), (highest[~inside] > 0.8).mean(), "sure of what is out of scope")


def test_the_chain_is_counted_as_numpy_does(audited):
    answers, said = audited
    control, verdicts = audit.scores(answers.control()), audit.verdicts(answers.control())
    shifts, distances = [], []
    for arm, _ in answers.arms("note"):
        for place, row in enumerate(answers.of("note", arm)):
            if row:
                after = np.array([float(row[code]) for code in CODES])
                target = CODES.index(row["target"])
                shifts.append(after[target] - control[place, target])
                distances.append(np.abs(after - control[place]).sum() / 2)
    same(said.value("note_shift"), np.mean(shifts), "shift")
    same(said.value("note_toward"), (np.array(shifts) > 0).mean(), "toward")
    same(said.value("note_distance"), np.mean(distances), "distance")
    swaps = [(row["target"], verdicts[place], audit.verdicts([row])[0])
             for place, row in enumerate(answers.of("swap")) if row and row["target"] != verdicts[place]]
    same(said.value("swap_theirs"), np.mean([after == theirs for theirs, _, after in swaps]), "theirs")
    same(said.value("swap_own"), np.mean([after == own for _, own, after in swaps]), "own")
    hits = [row["flagged"] for row in answers.rows if row["role"] == "planted"]
    alarms = [row["flagged"] for row in answers.rows if row["role"] == "untouched"]
    same(said.value("planted_effect"), np.mean(hits) - np.mean(alarms), "planted errors")
    moved, stayed = [], []
    for question, _ in answers.arms("phantom"):
        for before, after in zip(answers.control(), answers.of("phantom", question)):
            if after:
                pairs = list(zip(before["words"].split("; "), after["words"].split("; ")))
                own = audit.QUESTIONS.index(question)
                moved.append(pairs[own][0] != pairs[own][1])
                stayed.append(all(one == other for place, (one, other) in enumerate(pairs) if place != own))
    same(said.value("phantom_word_moves"), np.mean(moved), "its word")
    same(said.value("phantom_others_stay"), np.mean(stayed), "the others")
    same(said.value("phantom_only_its_word"), (np.array(moved) & np.array(stayed)).mean(), "only its word")


def test_intervals_are_the_percentiles_of_the_same_lesions_in_every_arm(audited):
    answers, said = audited
    verdicts = audit.verdicts(answers.control())
    changed = answers.of("camera", "jpeg", 3)
    there = both(answers, answers.control(), changed)
    truth, after = answers.truth[there], audit.verdicts(changed)[there]
    score, positive = audit.scores(answers.control())[:, 0], answers.truth == "MEL"
    drops, areas, flipped = [], [], []
    asked = (verdicts != "") & (audit.verdicts(changed) != "")
    for weights in runs.resamples(answers.lesions, said.all["method"], len(answers)):
        own = weights[there]
        drops.append(
            runs.balanced_accuracy(runs.table(truth, verdicts[there], own))
            - runs.balanced_accuracy(runs.table(truth, after, own)) if own.sum() else np.nan)
        scope = answers.scope
        with np.errstate(invalid="ignore"):
            areas.append(runs.area(positive[scope], score[scope], weights[scope]))
        flipped.append(weights[asked].sum())
    for measure, where, theirs in (
            ("camera_drop", {"arm": "jpeg", "dose": 3}, drops), ("melanoma_auc", {"code": "MEL"}, areas)):
        estimate = said(measure, **where)["estimate"]
        same(estimate["low"], np.nanpercentile(theirs, 2.5), measure + ", lower end")
        same(estimate["high"], np.nanpercentile(theirs, 97.5), measure + ", upper end")
    assert all(flipped)
