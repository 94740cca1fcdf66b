"""Which images a step draws, and what each of them teaches."""

from __future__ import annotations

import numpy as np

from .dataset import CODES
from .language import Row
from .curriculum import Curriculum
from .tower import DIAGNOSES
from .truth import Truth
from .vocabulary import QUESTIONS, description

#: Share of HAM10000's part of a batch by diagnosis: the four codes alike, the three others a little.
SAMPLING = {"mel": 0.24, "nv": 0.23, "bcc": 0.19, "bkl": 0.24, "akiec": 0.04, "vasc": 0.03, "df": 0.03}
#: The same of MSK's part.
MSK_SAMPLING = {"mel": 0.37, "nv": 0.37, "bkl": 0.26}
#: How often a nevus is drawn from all of HAM10000's, measured or not: what has no words teaches the diagnosis alone.
WORDLESS = 0.5
#: Shares of phantoms and of PH2's teaching images in a batch, unless a stage has its own.
PHANTOM_SHARE, PH2_SHARE = 0.25, 0.03
#: Weights of the tasks in the loss, and how often an image brings each long one.
WEIGHT = {"question": 1.0, "direct": 2.0, "review": 1.0, "classification": 1.5}
REVIEWS, CLASSIFICATIONS = 0.35, 0.3
#: Share of the boosted trees' out-of-fold probabilities in the taught codes, and of a uniform one.
TEACHER_SHARE, SMOOTHING = 0.5, 0.04
#: Share of the teacher's soft labels in what an image with a diagnosis is taught.
DISTILLED = 0.6
#: Share of what said words alone tell of the diagnosis in what those words are taught with.
BY_SAID_WORDS = 0.7


class Sampler:
    """Source- and class-balanced rows of the training split that have words; beside them what only a teacher has labelled."""

    def __init__(self, truth: Truth, phantom_share: float = PHANTOM_SHARE, ph2_share: float = PH2_SHARE, augmented_share: float = 0,
                 msk_share: float = 0, unlabelled_share: float = 0, confirmed_share: float = 0):
        self.phantom_share, self.ph2_share, self.augmented_share = phantom_share, ph2_share, augmented_share
        self.msk_share, self.unlabelled_share, self.confirmed_share = msk_share, unlabelled_share, confirmed_share
        has_words = np.array([w is not None for w in truth.words])
        train = (truth.split == "train") & has_words
        by_diagnosis = lambda source: [np.flatnonzero(train & (truth.source == source) & (truth.origin == 0) & (truth.diagnosis == c))
                                       for c in range(len(DIAGNOSES))]
        self.pools, self.augmented = by_diagnosis(0), by_diagnosis(3)
        self.shares = np.array([SAMPLING[d] * (len(pool) > 0) for d, pool in zip(DIAGNOSES, self.pools)])
        self.shares /= self.shares.sum()
        self.phantoms = np.flatnonzero(train & (truth.source == 2))
        taught = (truth.split == "train") & (truth.diagnosis >= 0)
        self.confirmed = [np.flatnonzero(taught & (truth.source == 0) & truth.confirmed & (truth.diagnosis == c)) for c in range(len(DIAGNOSES))]
        self.wordless = np.flatnonzero(taught & (truth.source == 0) & (truth.diagnosis == DIAGNOSES.index("nv")))
        self.msk = {d: np.flatnonzero(taught & (truth.source == 4) & (truth.diagnosis == DIAGNOSES.index(d))) for d in MSK_SAMPLING}
        unlabelled = np.flatnonzero((truth.split == "train") & (truth.source == 5))
        self.unlabelled = unlabelled[~np.isnan(truth.by_teacher[unlabelled]).any(1)] if len(unlabelled) else unlabelled
        if msk_share > 0 and not all(map(len, self.msk.values())):
            raise SystemExit("MSK's teaching pictures are not prepared")
        self.ph2 = np.flatnonzero(train & (truth.source == 1))
        self.ph2_augmented = np.flatnonzero(train & (truth.source == 3) & (truth.origin == 1))

    def draw(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Row indices of one batch."""
        chosen = []
        for _ in range(count):
            lot = rng.random()
            if lot < self.phantom_share and len(self.phantoms):
                chosen.append(rng.choice(self.phantoms))
            elif lot < self.phantom_share + self.ph2_share and len(self.ph2):
                chosen.append(rng.choice(self.augmented_or_not(self.ph2, self.ph2_augmented, rng)))
            elif (lot := rng.random()) < self.unlabelled_share and len(self.unlabelled):
                chosen.append(rng.choice(self.unlabelled))
            elif lot < self.unlabelled_share + self.msk_share:
                chosen.append(rng.choice(self.msk[rng.choice(list(MSK_SAMPLING), p=list(MSK_SAMPLING.values()))]))
            else:
                diagnosis = rng.choice(len(self.pools), p=self.shares)
                pool = self.augmented_or_not(self.pools[diagnosis], self.augmented[diagnosis], rng)
                if self.msk_share > 0 and DIAGNOSES[diagnosis] == "nv" and rng.random() < WORDLESS:
                    pool = self.wordless
                if self.confirmed_share > 0 and len(self.confirmed[diagnosis]) and rng.random() < self.confirmed_share:
                    pool = self.confirmed[diagnosis]
                chosen.append(rng.choice(pool))
        return np.array(chosen)

    def augmented_or_not(self, originals: np.ndarray, augmented: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Where to draw from. Copies come equally often in every diagnosis: their look must tell nothing."""
        return augmented if self.augmented_share > 0 and len(augmented) and rng.random() < self.augmented_share else originals


def softened(code: int, teacher: np.ndarray) -> list[float]:
    """The taught distribution over the codes: the diagnosis, mixed with the out-of-fold trees where they know the image."""
    hard = np.eye(len(CODES))[code]
    mixed = hard if np.isnan(teacher).any() else (1 - TEACHER_SHARE) * hard + TEACHER_SHARE * teacher
    return ((1 - SMOOTHING) * mixed + SMOOTHING / len(CODES)).tolist()


def taught_codes(truth: Truth, row: int) -> list[float]:
    """The same of an image, with the teacher's soft labels where there are any: they stand for the trees, and for the diagnosis
    where none is known."""
    code, soft = int(truth.diagnosis[row]), truth.by_teacher[row, : len(CODES)]
    if np.isnan(soft).any():
        return softened(code, truth.by_measurements[row])
    soft = soft / soft.sum()
    if not 0 <= code < len(CODES):
        return soft.tolist()
    return ((1 - DISTILLED) * np.array(softened(code, np.full(len(CODES), np.nan))) + DISTILLED * soft).tolist()


class SelfDistillation:
    """What an earlier state of the model said of training images: what Phase 3 will really read."""

    def __init__(self, records: list[dict], truth: Truth):
        place = {i: n for n, i in enumerate(truth.ids)}
        self.records = records
        self.row = [place[r["id"]] for r in records]
        codes, sources = truth.diagnosis[self.row], truth.source[self.row]
        of = lambda code: [found for source in np.unique(sources) if len(found := np.flatnonzero((codes == code) & (sources == source)))]
        self.by_code = [pools for code in range(len(CODES)) if (pools := of(code))]

    def draw(self, rng: np.random.Generator) -> int:
        """A record: every code as often, and within it every clinic."""
        pools = self.by_code[rng.integers(len(self.by_code))]
        return int(rng.choice(pools[rng.integers(len(pools))]))

    def codes(self, truth: Truth, k: int) -> list[float]:
        """What a record teaches: the diagnosis, and what its words alone say of it where `said_words` has found that out."""
        row, found = self.row[k], self.records[k].get("by_words")
        if found is None:
            return taught_codes(truth, row)
        return ((1 - BY_SAID_WORDS) * np.array(softened(int(truth.diagnosis[row]), np.full(len(CODES), np.nan)))
                + BY_SAID_WORDS * np.array(found)).tolist()


def curriculum_rows(truth: Truth, rows: np.ndarray, curriculum: Curriculum, rng: np.random.Generator,
               own: SelfDistillation | None, changed: np.ndarray | None = None, own_texts: int = 1) -> tuple[list[Row], list[Row], list[Row]]:
    """Short rows (all questions and the code), long rows (a review and the code) and rows of text alone.

    Images that are marked in `changed`, or have no words, bring their code alone."""
    short: list[Row] = []
    long: list[Row] = []
    text: list[Row] = []
    for n, row in enumerate(rows):
        w, code = truth.words[row], int(truth.diagnosis[row])
        has_code = 0 <= code < len(CODES)
        wordless = w is None or changed is not None and bool(changed[n])
        if wordless:
            if has_code or truth.source[row] == 5:
                soft = taught_codes(truth, row)
                short.append(Row(curriculum.prefix, [curriculum.direct_code(int(np.argmax(soft)), WEIGHT["direct"], soft)], n))
            continue
        phantom = truth.source[row] == 2
        branches = []
        if has_code:
            branches.append(curriculum.direct_code(code, WEIGHT["direct"] * (0.25 if phantom else 1.0),
                                                taught_codes(truth, row)))
        if not phantom and rng.random() < REVIEWS:
            protocol = curriculum.seed if rng.random() < 0.5 else curriculum.extended
            branches.append(curriculum.review(protocol, w, curriculum.perturbed(protocol, w, rng), WEIGHT["review"]))
            long.append(Row(curriculum.prefix, branches, n))
        else:
            branches += [curriculum.question(q, w, WEIGHT["question"]) for q in QUESTIONS]
            short.append(Row(curriculum.prefix, branches, n))
        # What is measured on a copy in other colours is true of the copy, but tells less of the diagnosis.
        if has_code and truth.source[row] in (0, 1, 4) and rng.random() < CLASSIFICATIONS:
            protocol = curriculum.seed if rng.random() < 0.5 else curriculum.extended
            notes = curriculum.perturbed(protocol, w, rng)
            text.append(Row([], [curriculum.classification(protocol, notes, description(w, notes, protocol.labels), code,
                                                        WEIGHT["classification"],
                                                        taught_codes(truth, row) if np.isnan(truth.by_words[row]).any()
                                                        else softened(code, truth.by_words[row]))]))
        for _ in range(own_texts if own and not phantom else 0):
            k = own.draw(rng)
            read, code = own.records[k], int(truth.diagnosis[own.row[k]])
            protocol = curriculum.seed if read["protocol"] == "seed" else curriculum.extended
            text.append(Row([], [curriculum.classification(protocol, read["notes"], read["description"], code,
                                                        WEIGHT["classification"],
                                                        own.codes(truth, k))]))
    return short, long, text
