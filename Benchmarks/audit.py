#!/usr/bin/env python3
"""Measures what an audit costs in processor time, which other work on the machine does not change as it changes time on the clock.

    python3 Benchmarks/audit.py [--images 24] [--quick-images 40]

1. An arm that changes the picture, beside one plain examination of the same protocol. Both are differences of two runs, so that
   loading the model and everything else that a run does once cancel out.
2. `audit --quick` with every arm, for 200 images on two processors that have nothing else to do.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / ".build/release/dermgemma"


def seconds(*arguments: object) -> float:
    """Processor time of a run."""
    running = subprocess.Popen([PROGRAM, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    assert running.returncode == 0, arguments
    return used.ru_utime + used.ru_stime


def arms(folder: pathlib.Path, doses: int) -> pathlib.Path:
    path = folder / f"arms-{doses}.json"
    path.write_text(json.dumps({
        "schema": "dermgemma-arms/1", "id": "mine", "version": "1", "title": "Pictures", "arms": [{
            "name": "darker", "title": "Darker", "family": "camera", "role": "camera", "change": {"kind": "brightness"},
            "doses": [{"dose": dose + 1, "factor": round(0.97 - dose / 100, 2)} for dose in range(doses)],
            "compared": ["camera_drop"]}]}))
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=24)
    parser.add_argument("--quick-images", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run(
            [PROGRAM, "phantoms", "--count", str(max(asked.images, asked.quick_images)), "--seed", "31", "--out", folder / "all"],
            check=True, stdout=subprocess.DEVNULL)
        pictures = sorted((folder / "all").glob("*.png"))
        common = ["--threads", 1, "--parallel", 1]

        def part(count: int) -> pathlib.Path:
            place = folder / f"part-{count}"
            if not place.exists():
                place.mkdir()
                for picture in pictures[:count]:
                    (place / picture.name).hardlink_to(picture)
            return place

        def plain(count: int, turn: int) -> float:
            return seconds("validate", "all", "--images", part(count), "--out", folder / f"plain-{count}-{turn}", *common)

        def audit(doses: int, turn: int) -> float:
            return seconds(
                "audit", "--images", part(asked.images), "--arms", arms(folder, doses), "--allow-unlabelled", "--out",
                folder / f"audit-{doses}-{turn}", *common)

        ratios = []
        for turn in range(asked.rounds):
            few = asked.images // 4
            examination = (plain(asked.images, turn) - plain(few, turn)) / (asked.images - few)
            picture = (audit(9, turn) - audit(1, turn)) / 8 / asked.images
            ratios.append(picture / examination)
            print(f"examination {examination:.3f} s, changed picture {picture:.3f} s, ratio {picture / examination:.3f}", flush=True)
        print(f"ratio: {sorted(ratios)[len(ratios) // 2]:.3f} (median of {asked.rounds})")

        (folder / "quick").mkdir()
        for picture in pictures[:asked.quick_images]:
            (folder / "quick" / picture.name).hardlink_to(picture)
        used = seconds(
            "audit", "--images", folder / "quick", "--labels", folder / "all/labels.csv", "--quick", "--out", folder / "out",
            "--threads", 2)
        whole = used / asked.quick_images * 200
        print(f"--quick: {used:.0f} s of processor time for {asked.quick_images} images; {whole / 120:.1f} minutes on two processors for 200")


if __name__ == "__main__":
    main()
