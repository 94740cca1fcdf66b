"""Where two greedy answers to one prompt part, and how nearly as likely the two tokens are there."""

from dataclasses import dataclass


@dataclass
class Parting:
    """The first token at which a text is left that was written elsewhere."""

    place: int
    """How many tokens are the same before it."""
    tokens: tuple[str, str]
    """The likeliest, and the likeliest of those that go on as the text does."""
    logits: tuple[float, float]

    @property
    def apart(self) -> float:
        return self.logits[0] - self.logits[1]

    def __str__(self) -> str:
        one, other = (f"{token!r} ({logit:.4f})" for token, logit in zip(self.tokens, self.logits))
        return f"token {self.place + 1}: {one} and {other}, {self.apart:.4f} apart"


def parting(reference, pixels, prompt: str, text: str, blank: str, limit: int) -> Parting | None:
    """Follows the likeliest tokens after a prompt for as long as they write the text; `None` if they write all of it.

    The text may lack the blank that answers begin with.
    """
    end = reference.special_token("<end_of_turn>")
    given: list[int] = []
    rest = text
    while len(given) < limit:
        logits = reference.logits(pixels, prompt, given, blank)
        best = max(range(len(logits)), key=logits.__getitem__)
        piece = reference.piece(best)
        if not given and not text.startswith(" "):
            piece = piece.lstrip()
        if best == end and not rest:
            return None
        if best != end and rest.startswith(piece):
            given.append(best)
            rest = rest[len(piece):]
            continue
        going = [token for token in range(len(logits)) if token != best and (
            token == end if not rest else token != end and (other := reference.piece(token)) and rest.startswith(other))]
        other = max(going, key=logits.__getitem__)
        return Parting(len(given), (reference.piece(best), reference.piece(other)), (logits[best], logits[other]))
    return None
