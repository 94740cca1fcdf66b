#!/usr/bin/env python3
"""What becomes of the pictures of Pillow's own tests: accepted, or refused and why; and whether Pillow sees the same.

The pictures are in Pillow's source archive and are not copied from it: this fetches the archive with pip, once, into the
cache, and checks it. `pillow-suite.csv` beside this file says what is expected of each; --write makes it anew.

usage: pillow_suite.py BINARY [--write]
"""

import argparse
import concurrent.futures
import csv
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import venv
import warnings

import numpy
import pillow_heif
from PIL import Image, ImageEnhance, ImageOps

# Pillow itself does not read HEIC. Another test registers the plugin too, and what is expected must not depend on which are run.
pillow_heif.register_heif_opener()

VERSION = "13.0.0"
SHA256 = "cdcd1ba258178f7356d74170c9a81ba4eab6a5d55748bc402a5a2a6fe6be3510"
TABLE = pathlib.Path(__file__).with_name("pillow-suite.csv")
COLUMNS = ["file", "outcome", "message", "beside_pillow"]
MINIMUM = 45.0  # dB
LARGEST = 20_000_000  # pixels that are compared
KINDS = [
    ("not an image", "not_an_image"), ("is empty", "empty"), ("are too few", "too_small"), ("are too many", "too_large"),
    ("ends too early", "ends_early"), ("is damaged", "damaged"), ("is not accepted;", "format_not_accepted"),
    ("is not accepted", "feature_not_accepted"),
]


class NotFetched(Exception):
    """The archive is not at hand, and why."""


def pictures(cache: pathlib.Path) -> pathlib.Path:
    """The folder of the pictures.

    Raises NotFetched when the archive cannot be had.
    """
    folder = cache / f"pillow-{VERSION}-{SHA256[:12]}"
    if (folder / ".complete").is_file():
        return folder / "images"
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        archive = fetched(pathlib.Path(scratch))
        unpack(archive, folder)
    return folder / "images"


def fetched(scratch: pathlib.Path) -> pathlib.Path:
    """Pillow's source archive; pip asks it for its name, which takes setuptools and pybind11 and builds nothing."""
    venv.create(scratch / "venv", with_pip=True)
    pip = [scratch / "venv/bin/python", "-m", "pip", "--quiet", "--disable-pip-version-check", "--retries", "1"]
    download = ["download", "--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--dest", scratch / "archive"]
    environment = os.environ | {"PATH": f"{scratch / 'venv/bin'}:{os.environ['PATH']}"}
    for arguments in (["install", "--upgrade", "setuptools>=77", "pybind11"], [*download, f"pillow=={VERSION}"]):
        done = subprocess.run(
            [*pip, *arguments], capture_output=True, text=True, encoding="utf-8", env=environment, timeout=600)
        if done.returncode != 0:
            raise NotFetched((done.stderr.strip().splitlines() or ["pip failed"])[-1])
    archive = scratch / f"archive/pillow-{VERSION}.tar.gz"
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != SHA256:
        raise SystemExit(f"{archive.name} has SHA-256 {found}, not {SHA256}")
    return archive


def unpack(archive: pathlib.Path, folder: pathlib.Path) -> None:
    """Takes the pictures out of the archive, nothing else."""
    inside = f"pillow-{VERSION}/Tests/images/"
    with tarfile.open(archive) as tar:
        for member in tar:
            name = member.name.removeprefix(inside)
            if not member.isfile() or name == member.name or ".." in name.split("/"):
                continue
            path = folder / "images" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(tar.extractfile(member).read())
    (folder / ".complete").touch()


def judged(binary: pathlib.Path, folder: pathlib.Path, path: pathlib.Path, scratch: pathlib.Path) -> dict[str, str]:
    """A row of the table."""
    name = str(path.relative_to(folder))
    out = scratch / (hashlib.sha256(name.encode()).hexdigest() + ".png")
    done = subprocess.run(
        [binary, "prepare", "--protocol", "seed", "--out", out, "--", path], capture_output=True, text=True, encoding="utf-8")
    if done.returncode != 0:
        message = done.stderr.strip().replace(f"dermgemma: {path}: ", "")
        kind = next((kind for words, kind in KINDS if words in message), f"status {done.returncode}")
        return {"file": name, "outcome": kind, "message": message, "beside_pillow": ""}
    beside = compared(path, out)
    out.unlink()
    return {"file": name, "outcome": "accepted", "message": "", "beside_pillow": beside}


def compared(path: pathlib.Path, prepared: pathlib.Path) -> str:
    """`same` from 45 dB on; where Pillow has other conventions, which; `refused` where Pillow refuses."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                image.load()
                convention = other_convention(image)
                if convention:
                    return convention
                theirs = seeds(ImageOps.exif_transpose(image).convert("RGB"))
    except Exception as error:  # whatever Pillow makes of a file
        return f"refused: {type(error).__name__}"
    with Image.open(prepared) as image:
        ours = numpy.asarray(image.convert("RGB"))
    error = numpy.mean((ours.astype(numpy.float64) - theirs.astype(numpy.float64)) ** 2)
    ratio = float("inf") if error == 0 else 10 * numpy.log10(255**2 / error)
    return "same" if ratio >= MINIMUM else f"{ratio:.1f} dB"


def seeds(picture: Image.Image) -> numpy.ndarray:
    """The seed protocol's preparation."""
    return numpy.asarray(ImageEnhance.Contrast(picture.resize((224, 224), Image.Resampling.LANCZOS)).enhance(1.4))


def other_convention(image: Image.Image) -> str | None:
    """Why Pillow's conversion to RGB means something else than ours."""
    if image.mode not in ("1", "L", "P", "RGB") or "transparency" in image.info or image.has_transparency_data:
        return f"mode {image.mode}" + (" with transparency" if image.has_transparency_data else "")
    if image.info.get("icc_profile"):
        return "profile"
    if "gamma" in image.info or "chromaticity" in image.info:
        return "gamma"
    if image.width * image.height > LARGEST:
        return "large"
    return None


def outcomes(binary: pathlib.Path, folder: pathlib.Path) -> list[dict[str, str]]:
    """The table's rows as they are now."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda path: judged(binary, folder, path, pathlib.Path(scratch)), paths))


def expected() -> list[dict[str, str]]:
    """The committed table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("--write", action="store_true", help="make the table anew")
    arguments = parser.parse_args()
    cache = pathlib.Path(os.environ.get("DERMGEMMA_INTEROP_CACHE") or pathlib.Path.home() / ".cache/dermgemma")
    rows = outcomes(arguments.binary, pictures(cache))
    if arguments.write:
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    known = {row["file"]: row for row in expected()}
    for row in rows:
        if row != known.get(row["file"]):
            print(row, "instead of", known.get(row["file"]), file=sys.stderr)


if __name__ == "__main__":
    main()
