"""The flag `no_lesion`: it fires on what is no lesion, and how often it is wrong on public dermoscopic images.

`prepare --check` judges pictures as `analyze`, `validate` and `serve` do, without a model. The images lie beside a
developer's clone; without them the rates are not measured, and the test says so.
"""

import importlib.util
import json
import os
import pathlib
import subprocess

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

import program

stats = pytest.importorskip("scipy.stats")

PREPARATIONS = {"native": ("--protocol", "direct", "--side", 224), "seed": ("--protocol", "seed")}
MOST_FALSE_ALARMS = 0.005
"""Of HAM10000 and of PH2."""
SETS = {"HAM10000": ("ham10000", 9881, True), "PH2": ("ph2", 100, True), "MSK": ("msk", 2234, False),
        "ISIC 2020 (unlabelled)": ("unlabelled", 2600, False), "the seed's": ("seed99", 99, True)}
"""Folder, images, and whether the bound holds for it."""


def judged(paths, preparation: str) -> dict[str, dict]:
    """What `prepare --check` says, by file name."""
    done = subprocess.run(
        [program.BINARY, "prepare", "--check", *map(str, PREPARATIONS[preparation]), *map(str, paths)], capture_output=True,
        text=True)
    assert done.returncode == 0, done.stderr[-400:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return {os.path.basename(line["image"]): line for line in lines}


def page(paper) -> Image.Image:
    image = Image.new("RGB", (600, 800), paper)
    draw, font, rng = ImageDraw.Draw(image), ImageFont.load_default(size=14), np.random.default_rng(1)
    for line in range(40):
        words = ["".join(rng.choice(list("etaoinshrdlucm"), rng.integers(2, 9))) for _ in range(20)]
        draw.text((20, 10 + 19 * line), " ".join(words), fill=(0, 0, 0), font=font)
    return image


def face(background, skin, hair) -> Image.Image:
    image = Image.new("RGB", (600, 450), background)
    draw = ImageDraw.Draw(image)
    draw.ellipse((165, 15, 435, 330), fill=hair)
    draw.ellipse((180, 50, 420, 420), fill=skin)
    for x in (245, 355):
        draw.ellipse((x - 28, 165, x + 28, 197), fill="white")
        draw.ellipse((x - 12, 169, x + 12, 193), fill=(50, 80, 120))
        draw.line((x - 32, 145, x + 32, 140), fill=hair, width=8)
    draw.polygon([(300, 200), (282, 270), (318, 270)], fill=tuple(part * 85 // 100 for part in skin))
    draw.chord((240, 290, 360, 360), 0, 180, fill=(180, 40, 50))
    return image


def strangers() -> dict[str, Image.Image]:
    """What has no lesion in it."""
    rng = np.random.default_rng(0)
    pictures = {f"color-{number}": Image.new("RGB", (600, 450), color) for number, color in enumerate(
        [(0, 0, 0), (255, 255, 255), (128, 128, 128), (220, 170, 140), (200, 60, 50), (30, 60, 200)])}
    pictures["noise"] = Image.fromarray(rng.integers(0, 256, (450, 600, 3), dtype=np.uint8))
    pictures["noise-small"] = Image.fromarray(rng.integers(0, 256, (40, 40, 3), dtype=np.uint8))
    pictures["noise-grey"] = Image.fromarray(rng.integers(0, 256, (450, 600), dtype=np.uint8))
    pictures["noise-soft"] = Image.fromarray(
        np.clip(rng.normal((200, 150, 130), 12, (450, 600, 3)), 0, 255).astype(np.uint8))
    pictures["page-white"], pictures["page-cream"] = page((255, 255, 255)), page((250, 240, 220))
    for number, (background, skin, hair) in enumerate([
        ((255, 255, 255), (245, 205, 170), (60, 40, 20)), ((120, 170, 230), (224, 172, 125), (20, 20, 20)),
        ((60, 60, 70), (141, 85, 36), (20, 20, 20)), ((240, 220, 180), (255, 220, 177), (160, 110, 50)),
        ((90, 140, 80), (198, 134, 66), (120, 120, 120)),
    ]):
        pictures[f"face-{number}"] = face(background, skin, hair)
    return pictures


@pytest.mark.parametrize("preparation", PREPARATIONS)
def test_what_is_no_lesion_is_flagged(preparation, tmp_path, remark):
    pictures = strangers()
    for name, picture in pictures.items():
        picture.save(tmp_path / f"{name}.png")
    found = judged([tmp_path], preparation)
    assert len(found) == len(pictures)
    assert [name for name, line in found.items() if line["flags"] != ["no_lesion"]] == []
    remark(f"no_lesion: {len(pictures)} pictures of nothing, noise, text and faces flagged, prepared as {preparation}")


@pytest.mark.parametrize("preparation", PREPARATIONS)
def test_photographs_of_people_and_things_are_flagged(preparation, tmp_path, remark):
    """Pictures that scikit-image and scikit-learn ship: only their files, no code."""
    def shipped(package: str, path: str) -> Image.Image:
        return Image.open(pathlib.Path(importlib.util.find_spec(package).submodule_search_locations[0]) / path).convert("RGB")

    person = shipped("skimage", "data/astronaut.png")
    pictures = {"person": person, "portrait": person.crop((120, 0, 340, 260)), "face": person.crop((170, 60, 280, 200))}
    pictures |= {name: shipped("skimage", f"data/{name}.png") for name in ("camera", "page", "text", "coins", "brick")}
    pictures["flower"] = shipped("sklearn", "datasets/images/flower.jpg")
    for name, picture in pictures.items():
        picture.save(tmp_path / f"{name}.png")
    found = judged([tmp_path], preparation)
    passed = [name for name, line in found.items() if not line["flags"]]
    assert passed == []
    remark(f"no_lesion: flagged, prepared as {preparation}: {', '.join(sorted(pictures))}")


@pytest.mark.parametrize("preparation", PREPARATIONS)
def test_phantoms_are_not_flagged(preparation, tmp_path):
    program.run("phantoms", "--count", 200, "--seed", 5, "--out", tmp_path)
    found = judged(sorted(tmp_path.glob("*.png")), preparation)
    assert len(found) == 200
    assert [name for name, line in found.items() if line["flags"]] == []


@pytest.mark.parametrize("preparation", PREPARATIONS)
@pytest.mark.parametrize("name", SETS)
def test_false_alarms_on_dermoscopic_images(name, preparation, remark):
    folder, count, is_bound = SETS[name]
    images = program.SHARED / "data" / folder / "images"
    if not images.is_dir():
        pytest.skip(f"{name} is not at {images}")
    found = judged([images], preparation)
    alarms = [line for line in found.values() if line["flags"]]
    interval = stats.binomtest(len(alarms), len(found)).proportion_ci(method="wilson")
    reasons = sorted({reason for line in alarms for reason in line["reasons"]})
    remark(
        f"no_lesion on {name}, prepared as {preparation}: {len(alarms)} of {len(found)}, {len(alarms) / len(found):.2%} "
        f"(95 % {interval.low:.2%} to {interval.high:.2%}){': ' + ', '.join(reasons) if reasons else ''}")
    assert len(found) == count
    assert not is_bound or len(alarms) <= MOST_FALSE_ALARMS * len(found)
