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


NEAR = 0.25
"""Of a logit: tokens that are this near may change places when sums are added in another order."""


def parting(reference, pixels, prompt: str, text: str, blank: str, limit: int, given: tuple[int, ...] = ()) -> Parting | None:
    """Follows the likeliest tokens after a prompt for as long as they write the text; `None` if they write all of it.

    A text can be written by several tokens, or by one: where one that is nearly as likely writes the same, and the likeliest leads
    astray later on, the answers parted there. The text may lack the blank that answers begin with.
    """
    end = reference.special_token("<end_of_turn>")
    path, ties = list(given), []
    rest = text[len("".join(map(reference.piece, path)).lstrip() if not text.startswith(" ") else "".join(map(reference.piece, path))):]
    found = None
    while len(path) < limit:
        logits = reference.logits(pixels, prompt, path, blank)
        best = max(range(len(logits)), key=logits.__getitem__)

        def fits(token: int) -> bool:
            piece = reference.piece(token)
            piece = piece if path or text.startswith(" ") else piece.lstrip()
            return not rest if token == end else rest.startswith(piece) and (token == best or bool(piece))

        going = sorted((token for token in range(len(logits)) if token != best and fits(token)), key=logits.__getitem__)
        other = going[-1] if going else None
        here = other is not None and Parting(
            len(path), (reference.piece(best), reference.piece(other)), (logits[best], logits[other]))
        if not fits(best):
            found = here or Parting(len(path), (reference.piece(best), ""), (logits[best], float("-inf")))
            break
        if best == end:
            return None
        if here and here.apart < NEAR:
            ties.append((here, (*path, other)))
        path.append(best)
        piece = reference.piece(best)
        rest = rest[len(piece if len(path) > 1 or text.startswith(" ") else piece.lstrip()):]
    if found is None or found.apart < NEAR:
        return found
    for tie, branch in reversed(ties):
        later = parting(reference, pixels, prompt, text, blank, limit, branch)
        if later is None or later.apart < NEAR:
            return tie
    return found
