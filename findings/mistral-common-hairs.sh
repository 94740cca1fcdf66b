#!/usr/bin/env bash
# One would guess: mistral-common, Mistral's own code for turning a picture into what its models see (Pixtral and later), shrinks a
# photograph as others do: a fine dark hair becomes a fainter, unbroken line.
# What happens: it shrinks with OpenCV's cubic interpolation, which looks at 4 x 4 pixels of the original wherever it lands and skips
# the rest. A 12-megapixel picture comes down to 1024 x 768 (its configuration m1). A slanted hair of 2 pixels turns into a row of
# dashes, black in some columns and gone in 28 % of them; of 2,000 dark grains of 2 x 2 pixels 52 % vanish, and others stay nearly
# black. A camera's noise of 15 grey levels stays at 12.8. Pillow's bicubic resizing to that size leaves a whole line, every grain and
# noise of 3.1.
# Version: mistral-common 1.13.1, opencv-python-headless 4.11.0.86, pillow 13.0.0, numpy 2.3.5.
# Why it matters: dots and streaks are what a model is asked for in a skin lesion, and here a hair makes them and grains (peppering)
# are lost by where they lie. Shrink pictures with Pillow first, to the model's largest side (1024 here).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps mistral-common==1.13.1 opencv-python-headless==4.11.0.86 \
  pillow==13.0.0 numpy==2.3.5 pydantic==2.14.4 pydantic-core==2.50.5 pydantic-extra-types==2.11.1 annotated-types==0.7.0 \
  typing-extensions==4.15.0 typing-inspection==0.4.2 pycountry==26.2.16 requests==2.34.2 urllib3==2.5.0 idna==3.11 \
  certifi==2025.11.12 charset-normalizer==3.4.4
"$work/venv/bin/python" -W ignore - <<'PY'
from importlib.metadata import version

import numpy as np
from mistral_common.protocol.instruct.chunk import ImageChunk
from mistral_common.tokens.tokenizers.image import DATASET_MEAN, DATASET_STD, ImageEncoder, MultiModalVersion, SpecialImageIDs
from PIL import Image

WIDTH, HEIGHT, SKIN, HAIR, GRAIN = 4032, 3024, (200, 150, 120), (40, 30, 25), (60, 70, 90)
random = np.random.default_rng(65)
# Its own configuration: patches of 16 pixels, sides up to 1024.
encoder = ImageEncoder(MultiModalVersion.m1.config, SpecialImageIDs(img=10, img_break=12, img_end=13))


def mistral(pixels):
    """What the model is given, as bytes again."""
    values = encoder(ImageChunk(image=Image.fromarray(pixels))).image.transpose(1, 2, 0)
    return np.clip(np.rint((values * np.array(DATASET_STD) + np.array(DATASET_MEAN)) * 255), 0, 255).astype(np.uint8)


def pillow(pixels):
    return np.asarray(Image.fromarray(pixels).resize((1024, 768), Image.Resampling.BICUBIC))


def skin():
    return np.full((HEIGHT, WIDTH, 3), SKIN, np.uint8)


def hair():
    """A hair of two pixels across, which falls by 5 %."""
    pixels = skin()
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    pixels[abs(y - 1500 - 0.05 * (x - 2016)) < 1] = HAIR
    return pixels


places = random.integers(0, HEIGHT - 3, 2000), random.integers(0, WIDTH - 3, 2000)


def grains():
    pixels = skin()
    for down in range(2):
        for right in range(2):
            pixels[places[0] + down, places[1] + right] = GRAIN
    return pixels


def along(pixels):
    """How dark the hair is, column by column: least, most, and where it is gone."""
    depth = SKIN[0] - pixels[:, 100:900, 0].astype(int).min(axis=0)
    return int(depth.min()), int(depth.max()), f"{(depth < 10).mean():.0%} gone"


def found(pixels):
    """How dark the grains are: least, most, and how many are gone."""
    depth = SKIN[0] - pixels[..., 0].astype(int)
    rows, columns = (axis * 768 // HEIGHT for axis in places)
    each = np.array([depth[max(0, r - 1):r + 3, max(0, c - 1):c + 3].max() for r, c in zip(rows, columns)])
    return int(each.min()), int(each.max()), f"{(each < 10).mean():.0%} gone"


packages = ("mistral-common", "opencv-python-headless", "pillow", "numpy")
noisy = np.clip(np.array(SKIN) + random.normal(0, 15, (HEIGHT, WIDTH, 1)), 0, 255).astype(np.uint8)
seen = {
    "versions": " ".join(f"{name} {version(name)}" for name in packages),
    "size": mistral(skin()).shape,
    "hair, mistral-common": along(mistral(hair())),
    "hair, Pillow": along(pillow(hair())),
    "grains, mistral-common": found(mistral(grains())),
    "grains, Pillow": found(pillow(grains())),
    "noise: original, mistral-common, Pillow": tuple(round(float(p[..., 1].std()), 1) for p in (noisy, mistral(noisy), pillow(noisy))),
}
expected = {
    "versions": "mistral-common 1.13.1 opencv-python-headless 4.11.0.86 pillow 13.0.0 numpy 2.3.5",
    "size": (768, 1024, 3),
    "hair, mistral-common": (0, 200, "28% gone"),
    "hair, Pillow": (40, 79, "0% gone"),
    "grains, mistral-common": (0, 197, "52% gone"),
    "grains, Pillow": (12, 44, "0% gone"),
    "noise: original, mistral-common, Pillow": (15.0, 12.8, 3.1),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
