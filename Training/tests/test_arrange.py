"""What the ISIC Archive's pull left becomes the folder that the recipe reads."""

import json
import subprocess
import sys

import numpy as np
from PIL import Image

from dermgemma_training import dataset
from dermgemma_training.arrange import details


def lesion(side=(600, 450)) -> Image.Image:
    y, x = np.mgrid[: side[1], : side[0]]
    image = np.empty((side[1], side[0], 3), np.uint8)
    image[:] = (205, 165, 150)
    image[(x - 300) ** 2 + (y - 225) ** 2 < 110 ** 2] = (120, 75, 45)
    return Image.fromarray(image)


def test_a_pull_becomes_the_layout_and_a_second_run_changes_nothing(tmp_path):
    pulled, data, masks = tmp_path / "pulled", tmp_path / "data", tmp_path / "masks"
    for folder in (pulled / "images", pulled / "records", masks):
        folder.mkdir(parents=True)
    clinical = {"age_approx": 45, "sex": "male", "anatom_site_general": "lower extremity", "lesion_id": "IL_1"}
    for number in range(3):
        name = f"ISIC_000000{number}"
        lesion().save(pulled / "images" / f"{name}.jpg")
        (pulled / "records" / f"{name}.json").write_text(json.dumps(
            {"isic_id": name, "metadata": {"acquisition": {"pixels_x": 600}, "clinical": clinical if number else {}}}))
    (pulled / "labels.csv").write_text("Image,Dx, Lesion attributes\nISIC_0000000,nv,\nISIC_0000001,mel,\n")
    Image.new("1", (600, 450), 1).save(masks / "ISIC_0000001_segmentation.png")
    command = [sys.executable, "-m", "dermgemma_training.arrange", "--pulled", str(pulled), "--data", str(data), "--masks", str(masks)]
    first = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert first == "2 images, 1 without a label left out, 1 masks taken over.\n"
    before = (data / "ham10000" / "labels.csv").read_bytes()
    subprocess.run(command, check=True, capture_output=True)
    assert (data / "ham10000" / "labels.csv").read_bytes() == before

    records = dataset.read_ham10000(data)
    assert [(r.image_id, r.dx, r.group) for r in records] == [("ISIC_0000000", "nv", "ISIC_0000000"), ("ISIC_0000001", "mel", "IL_1")]
    assert records[1].attributes["age"] == "45" and records[1].attributes["site"] == "lower extremity"
    found, given = (np.asarray(Image.open(r.mask_path)) for r in records)
    assert Image.open(records[0].path).size == (300, 225) and found.shape == (150, 200) and given.all()
    # The disc takes pi 55^2 of 300 x 225 pixels.
    assert abs(found.mean() - np.pi * 55 ** 2 / (300 * 225)) < 0.02


def test_a_record_that_tells_nothing_is_a_lesion_of_its_own():
    assert details({"isic_id": "ISIC_0000009", "metadata": None}) == {
        "lesion_id": "ISIC_0000009", "confirm": "", "age": "", "sex": "", "site": ""}


def test_the_recipe_goes_on_without_ph2(tmp_path):
    assert dataset.read_ph2(tmp_path) == []
    dataset.pack([], tmp_path, "ph2")
    assert not (tmp_path / "ph2.json").exists()
