"""Changed pictures of `audit pictures` against MedMNIST-C's corruptions, where the definition is shared, in decibels."""

import pathlib
import sys
import types

import numpy as np
import pytest
from PIL import Image, ImageEnhance

import program

# MedMNIST-C imports these for corruptions that are not compared here: motion blur and gamma.
for name in ("torchvision", "torchvision.transforms", "torchvision.transforms.functional", "wand", "wand.image", "wand.api"):
    sys.modules.setdefault(name, types.ModuleType(name))
sys.modules["torchvision.transforms"].functional = sys.modules["torchvision.transforms.functional"]
sys.modules["wand.image"].Image = object
sys.modules["wand.api"].library = None
from medmnistc.corruptions import compression, enhance, filter as filters

class Paler:
    """Pillow's own: MedMNIST-C has no such corruption for skin."""

    @staticmethod
    def apply(image: Image.Image, severity: int) -> np.ndarray:
        return np.asarray(ImageEnhance.Color(image).enhance([.8, .6, .4, .2, 0][severity]))


SIDE = 224
"""MedMNIST's pictures."""
SHARED = {
    "pixelate": compression.Pixelate([.7, .5, .4, .3, .25]),
    "jpeg": compression.JPEGCompression([30, 20, 15, 10, 7]),
    "brightness_up": enhance.Brightness([1.1, 1.2, 1.3, 1.4, 1.5]),
    "brightness_down": enhance.Brightness([.9, .8, .7, .6, .5]),
    "contrast_up": enhance.Contrast([1.1, 1.2, 1.3, 1.4, 1.6]),
    "contrast_down": enhance.Contrast([.8, .7, .6, .5, .4]),
    "saturation_down": Paler(),
    "defocus_blur": filters.DefocusBlur([(4, .1), (5, .2), (6, .3), (7, .4), (8, .5)]),
}
LEAST = 40


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("corruptions")
    program.run("phantoms", "--count", 1, "--seed", 5, "--out", folder / "phantoms")
    whole = Image.open(folder / "phantoms/phantom-5-00000.png")
    whole.crop((75, 0, 525, 450)).resize((SIDE, SIDE), Image.LANCZOS).save(folder / "square.png")
    program.run("audit", "pictures", folder / "square.png", "--arms", "camera", "--side", SIDE, "--out", folder / "made")
    return folder / "made"


def decibels(a: np.ndarray, b: np.ndarray) -> float:
    error = np.mean((a.astype(float) - b.astype(float)) ** 2)
    return 99.0 if error == 0 else 10 * np.log10(255 ** 2 / error)


@pytest.mark.parametrize("name", SHARED)
def test_a_corruption_is_that_of_its_library(pictures, name, remark):
    control = Image.open(pictures / "control.png").convert("RGB")
    assert control.size == (SIDE, SIDE)
    said = []
    for severity in range(5):
        theirs = SHARED[name].apply(control, severity=severity)
        ours = np.asarray(Image.open(pictures / f"camera-{name}-{severity + 1}.png").convert("RGB"))
        said.append(decibels(ours, theirs))
    remark(f"audit: {name} and its library's agree to {min(said):.1f} dB")
    assert min(said) >= LEAST, said
