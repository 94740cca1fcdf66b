"""A validation in shards, and what two runs over the same images wrote, without times, ids and machines."""

import json
import pathlib
import re

import program

TABLES = ["phase1_results.csv", "phase2_results.csv", "phase3_results.csv", "images.csv", "errors.csv", "isic.csv",
          "lesions.csv", "lesions.json"]


def arguments(folder: pathlib.Path, out: str, *more: object) -> list[str]:
    """A validation of the images in `folder`, into a folder in it."""
    common = ["validate", "all", "--images", folder / "images", "--labels", folder / "labels.csv", "--metadata",
              folder / "metadata.csv", "--threads", program.THREADS, "--parallel", 2]
    return [str(word) for word in [*common, *more, "--out", folder / out]]


def _timeless(value: object) -> object:
    """JSON without what differs between two runs of the same."""
    if isinstance(value, dict):
        return {key: _timeless(one) for key, one in value.items()
                if key not in ("id", "started", "ended", "mean_seconds", "machine", "command")}
    return [_timeless(one) for one in value] if isinstance(value, list) else value


def written(folder: pathlib.Path) -> dict[str, object]:
    """Every file that a run wrote, but its records."""
    files: dict[str, object] = {name: (folder / name).read_bytes() for name in TABLES if (folder / name).exists()}
    rows = files["phase3_results.csv"].split(b"\r\n")
    files["phase3_results.csv"] = [row.rpartition(b",")[0] for row in rows]
    files["summary.json"] = _timeless(json.loads((folder / "summary.json").read_text("utf-8")))
    page = (folder / "report.html").read_text("utf-8")
    page = re.sub(r"<dt>(Started|Took|Machine)</dt><dd>.*?</dd>", r"<dt>\1</dt>", page)
    files["report.html"] = page.replace(str(folder), "OUT").splitlines()
    return files
