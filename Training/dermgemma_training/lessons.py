"""What the model is asked and taught to say of one image: Phase 1, 2, 3 and the direct code."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .dataset import CODES
from .protocol import PROTOCOLS, Protocol, read_protocol
from .tokenizer import Tokenizer
from .vocabulary import QUESTIONS, description

#: Chance that a note shown to the review differs from the image on purpose.
PERTURBED_NOTE = 0.12


class Lessons:
    """Builds (ids, prompt length) pairs. All wording comes from the protocol documents."""

    def __init__(self, tokenizer: Tokenizer | None, image_tokens: int, folder: Path = PROTOCOLS):
        self.seed, self.extended, self.direct = (read_protocol(n, folder) for n in ("seed", "extended", "direct"))
        self.tokenizer = tokenizer
        self.cache: dict[tuple[str, bool], list[int]] = {}
        if tokenizer:
            self.prefix = tokenizer.visual_prefix(image_tokens)

    def _visual(self, prompt: str, answer: str) -> tuple[list[int], int]:
        t = self.tokenizer
        head = self.prefix + t.visual_prompt(prompt, self.direct.answer_prefix)
        return head + t.answer(answer), len(head)

    def question(self, question: str, w: dict[str, str]) -> tuple[list[int], int]:
        """One Phase 1 question."""
        return self._visual(self.extended.questions[question], w[question])

    def direct_code(self, code: int) -> tuple[list[int], int]:
        """The code while looking at the image."""
        return self._visual(self.direct.classification, CODES[code])

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

    def review(self, protocol: Protocol, w: dict[str, str], notes: dict[str, str]) -> tuple[list[int], int]:
        """Phase 2."""
        return self._visual(protocol.review_prompt(notes), description(w, notes, protocol.labels))

    def classification(self, protocol: Protocol, notes: dict[str, str], text: str, code: int) -> tuple[list[int], int]:
        """Phase 3, which sees words only."""
        t = self.tokenizer
        head = t.text_prompt(protocol.classification_prompt(notes, text), protocol.answer_prefix)
        return head + t.answer(CODES[code]), len(head)

    def corpus(self, all_words: list[dict[str, str]], rng: np.random.Generator) -> list[str]:
        """Texts for the tokenizer: every prompt and answer, in the pieces that the engine encodes."""
        texts = ["user\n\n\n", "\n", "model\n" + self.direct.answer_prefix] * 50
        for w in all_words:
            for protocol in (self.seed, self.extended):
                notes = self.perturbed(protocol, w, rng)
                text = description(w, notes, protocol.labels)
                texts += ["\n\n" + protocol.review_prompt(notes), " " + text,
                          "user\n" + protocol.classification_prompt(notes, text)]
            texts += ["\n\n" + p for p in self.extended.questions.values()] + ["\n\n" + self.direct.classification]
            texts += [" " + w[q] for q in QUESTIONS] + [" " + c for c in CODES] * 3
        # Every value of every question, so that users' words are cheap too.
        for values in self.extended.values.values():
            texts += [" " + ", ".join(values)] * 60
        return texts


#: Values that a perturbed note may take.
OTHER_NOTES = {
    "Architecture": ["round", "oval", "irregular"], "Network": ["yes", "no"],
    "Structures": ["none", "dots", "globules", "streaks", "dots, globules", "globules, streaks"],
    "Colors": ["light brown", "dark brown", "light brown, dark brown", "light brown, pink", "dark brown, black",
               "light brown, dark brown, blue-gray, black", "red", "pink", "red, pink", "white, pink", "unclear"],
    "Vessels": ["none", "arborizing", "linear", "dotted"], "Regression": ["yes", "no"], "Keratosis": ["yes", "no"],
}
