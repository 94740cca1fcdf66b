"""The seed's 99 images through `analyze`, in several orders: the same objects every time."""

import collections
import csv
import json

import pytest

import examination
import program

FOLDER = program.SEED_IMAGES
LABELS = program.SHARED / "data/seed99/DermsGemms.csv"
COUNT = 99
ALONE = 5  # images that are read by a process each

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is not there")


def analyze(*arguments: object) -> list[dict]:
    """The objects that `analyze --json` prints, with the seed protocol."""
    printed = program.run("analyze", "--json", "--labels", LABELS, *arguments)
    return [json.loads(line) for line in printed.split("\n") if line]


@pytest.fixture(scope="module")
def forwards(embedded_pair) -> list[dict]:
    """The folder in its own order."""
    return analyze(FOLDER)


def test_every_image_gives_a_valid_object(forwards, remark):
    """99 of them, each image encoded once."""
    assert len(forwards) == COUNT
    for found in forwards:
        examination.check(found)
    names = [found["image"]["name"] for found in forwards]
    assert names == sorted(path.name for path in FOLDER.iterdir())
    codes = collections.Counter(found["diagnosis"]["code"] for found in forwards)
    methods = collections.Counter(found["diagnosis"]["method"] for found in forwards)
    flags = collections.Counter(flag for found in forwards for flag in found["flags"])
    clean = sum(not found["flags"] for found in forwards)
    remark(f"seed's images: {len(forwards)} valid objects, one image encode each; {clean} clean; flags {dict(flags)}")
    remark(f"seed's images: codes {dict(codes)}, methods {dict(methods)}")


def test_every_object_bears_its_ground_truth(forwards):
    """As the label file gives it."""
    with LABELS.open(newline="", encoding="utf-8") as file:
        truth = {row["Image"].strip(): row["Dx"].strip().upper() for row in csv.DictReader(file)}
    for found in forwards:
        assert found["ground_truth"]["code"] == truth[found["image"]["name"].rpartition(".")[0]]


def test_reversed_order_gives_the_same_objects(forwards, tmp_path):
    """No answer depends on an earlier image."""
    listing = tmp_path / "reversed.txt"
    paths = sorted(FOLDER.iterdir(), reverse=True)
    listing.write_text("".join(f"{path}\n" for path in paths), "utf-8")
    _assert_same(forwards, analyze("--files-from", listing)[::-1])


def test_eight_at_once_give_the_same_objects(forwards):
    """Nor on company; and they come in the order of the inputs."""
    _assert_same(forwards, analyze(FOLDER, "--parallel", 8))


def test_one_process_an_image_gives_the_same_objects(forwards):
    """Nor on what the process did before."""
    for path, found in list(zip(sorted(FOLDER.iterdir()), forwards))[:: COUNT // ALONE]:
        _assert_same([found], analyze(path))


def _assert_same(expected: list[dict], found: list[dict]) -> None:
    assert len(found) == len(expected)
    differing = [
        before["image"]["name"]
        for before, after in zip(expected, found)
        if examination.lasting(before) != examination.lasting(after)
    ]
    assert not differing, f"{len(differing)} objects differ: {differing[:5]}"
