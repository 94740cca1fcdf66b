"""Pictures that look alike, by perceptual hash, so that no lesion stands on both sides of a split.

The hash (`dHash`) of a picture is whether each of 16 x 16 places is brighter than its neighbour to the right, of the green
channel. Two pictures are look-alikes when their hashes, or one's and the other's mirror image or half-turn, differ in few places.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

#: Places of the hash in each direction.
SIDE = 16
#: Two pictures are look-alikes when at most so many of the 256 places differ: between all pairs of 2,234 pictures there is a tail from 20 on, in which unlike
#: pictures of small round lesions lie from 25 on. Known pairs of one lesion differ in 72 and more: only `lesion_id` finds those.
MOST_DIFFERENT = 24


def hashed(path: Path) -> list[np.ndarray]:
    """The hashes of a picture, of its two mirror images and of its half-turn: 256 truth values each."""
    with Image.open(path) as image:
        green = image.convert("RGB").getchannel("G").resize((SIDE * 2, SIDE * 2), Image.Resampling.BOX)
    values = np.asarray(green, np.float32)
    found = []
    for view in (values, values[:, ::-1], values[::-1], values[::-1, ::-1]):
        small = np.asarray(Image.fromarray(np.ascontiguousarray(view)).resize((SIDE + 1, SIDE), Image.Resampling.BOX))
        found.append((small[:, 1:] > small[:, :-1]).flatten())
    return found


def groups(ids: list[str], hashes: list[list[np.ndarray]], known: dict[str, str], most: int = MOST_DIFFERENT) -> dict[str, str]:
    """A name for each picture's group: pictures of one known lesion, and look-alikes of those, share it."""
    parent = list(range(len(ids)))

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    def join(a: int, b: int) -> None:
        a, b = root(a), root(b)
        parent[max(a, b)] = min(a, b)

    first: dict[str, int] = {}
    for n, image_id in enumerate(ids):
        if lesion := known.get(image_id):
            join(n, first.setdefault(lesion, n))
    plain = np.array([h[0] for h in hashes], np.float32)
    # Places that differ: those where only one is true; by products, all pairs at once.
    for view in range(4):
        other = np.array([h[view] for h in hashes], np.float32)
        differing = plain.sum(1)[:, None] + other.sum(1)[None] - 2 * plain @ other.T
        for a, b in zip(*np.nonzero(differing <= most)):
            if a < b:
                join(int(a), int(b))
    return {image_id: ids[root(n)] for n, image_id in enumerate(ids)}
