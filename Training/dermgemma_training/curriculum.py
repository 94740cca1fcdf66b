"""What the model is asked and taught to say of one image: Phase 1, 2, 3 and the direct code."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from .dataset import CODES
from .protocol import PROTOCOLS, Protocol, read_protocol
from .language import Branch
from .tokenizer import Tokenizer
from .vocabulary import description, description_fragments

#: Chance that a note shown to the review differs from the image on purpose.
PERTURBED_NOTE = 0.12


class Curriculum:
    """Builds the branches of a row. All wording comes from the protocol documents."""

    def __init__(self, tokenizer: Tokenizer | None, image_tokens: int, folder: Path = PROTOCOLS):
        self.seed, self.extended, self.direct = (read_protocol(n, folder) for n in ("seed", "extended", "direct"))
        self.tokenizer = tokenizer
        if tokenizer:
            self.prefix = tokenizer.visual_prefix(image_tokens)

    def _branch(self, prompt: str, answer: str, weight: float, soft: list[float] | None = None) -> Branch:
        t = self.tokenizer
        head = t.visual_prompt(prompt, self.direct.answer_prefix)
        return Branch(head + t.answer(answer), len(head), weight, soft)

    def question(self, question: str, w: dict[str, str], weight: float = 1.0) -> Branch:
        """One Phase 1 question."""
        return self._branch(self.extended.questions[question], w[question], weight)

    def direct_code(self, code: int, weight: float = 1.0, soft: list[float] | None = None) -> Branch:
        """The code while looking at the image."""
        return self._branch(self.direct.classification, CODES[code], weight, soft)

    def perturbed(self, protocol: Protocol, w: dict[str, str], rng: np.random.Generator) -> dict[str, str]:
        """Notes for the review: the image's words, now and then another value of the same question."""
        notes = {}
        for q in protocol.questions:
            notes[q] = w[q]
            if rng.random() < PERTURBED_NOTE:
                values = OTHER_NOTES[q]
                other = values[rng.integers(len(values))]
                if other != w[q]:
                    notes[q] = other
        return notes

    def review(self, protocol: Protocol, w: dict[str, str], notes: dict[str, str], weight: float = 1.0) -> Branch:
        """Phase 2."""
        return self._branch(protocol.review_prompt(notes), description(w, notes, protocol.labels), weight)

    def classification(self, protocol: Protocol, notes: dict[str, str], text: str, code: int, weight: float = 1.0,
                       soft: list[float] | None = None) -> Branch:
        """Phase 3, which sees words only: a branch without a prefix."""
        t = self.tokenizer
        head = t.text_prompt(protocol.classification_prompt(notes, text), protocol.answer_prefix)
        return Branch(head + t.answer(CODES[code]), len(head), weight, soft)

    def corpus(self, all_words: list[dict[str, str]], rng: np.random.Generator) -> list[str]:
        """Fragments for the tokenizer: every text that the engine encodes, cut where a word may vary."""
        fixed = ["user\n\n\n", "\n", "model\n" + self.direct.answer_prefix]
        fixed += ["\n\n" + p for p in self.extended.questions.values()] + ["\n\n" + self.direct.classification]
        for protocol in (self.seed, self.extended):
            labels = [f"{protocol.labels[q]}:" for q in protocol.questions]
            for before, template in (("\n\n", protocol.review), ("user\n", protocol.classification)):
                head, tail = (before + template).split("{observations}")
                fixed += [head + labels[0], *("\n" + label for label in labels[1:]), tail.split("{description}")[0].rstrip(" ")]
        # Codes weigh most: " MEL" must stay one piece after "Answer:", for the engine cuts prefix and label together.
        words = [" " + c for c in CODES] * 30
        for values in self.extended.values.values():
            words += [form + value for value in values for form in (" ", ", ")]
        # No piece may join a colon to the word behind it: an answer is read and scored right after "Answer:".
        fixed = [piece for text in fixed for piece in re.split("(?<=:)(?= )", text)]
        texts = fixed * 200 + words * 100
        for w in all_words:
            for protocol in (self.seed, self.extended):
                texts += description_fragments(w, self.perturbed(protocol, w, rng), protocol.labels)
        # Every printable character has a piece of its own, so that unforeseen words are read too.
        return texts + [chr(c) for c in range(32, 127)] * 3


#: Values that a perturbed note may take.
OTHER_NOTES = {
    "Architecture": ["round", "oval", "irregular"], "Network": ["yes", "no"],
    "Structures": ["none", "dots", "globules", "streaks", "dots, globules", "globules, streaks"],
    "Colors": ["light brown", "dark brown", "light brown, dark brown", "light brown, pink", "dark brown, black",
               "light brown, dark brown, blue-gray, black", "red", "pink", "red, pink", "white, pink", "unclear"],
    "Vessels": ["none", "arborizing", "linear", "dotted"], "Regression": ["yes", "no"], "Keratosis": ["yes", "no"],
}
