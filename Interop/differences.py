"""Where two greedy answers to one prompt part, and how nearly as likely the two tokens are there."""

from dataclasses import dataclass


@dataclass
class Parting:
    """The first token that differs between two answers."""

    place: int
    """How many tokens are the same before it."""
    tokens: tuple[str, str]
    logits: tuple[float, float]
    best: float
    """The largest logit of all tokens there."""

    def __str__(self) -> str:
        one, other = (f"{token!r} ({logit:.4f})" for token, logit in zip(self.tokens, self.logits))
        return f"token {self.place + 1}: {one} and {other}, {abs(self.logits[0] - self.logits[1]):.4f} apart"


def parting(reference, pixels, prompt: str, texts: tuple[str, str], blank: str) -> Parting:
    """Of two different texts; an end of turn follows each that ends first."""
    end = reference.special_token("<end_of_turn>")
    one, other = ([*reference.plain_tokens(text), end] for text in texts)
    place = next(index for index, pair in enumerate(zip(one, other)) if pair[0] != pair[1])
    logits = reference.logits(pixels, prompt, one[:place], blank)
    both = one[place], other[place]
    return Parting(place, tuple(reference.piece(token) for token in both), tuple(logits[token] for token in both), max(logits))
