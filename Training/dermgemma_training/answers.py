"""What `dermgemma` itself says of images: its own program is asked, and its answers are kept under ``WORK/evaluation``."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .export import NAME


@dataclass(frozen=True)
class Program:
    """The program, the weights that it reads with, and where its answers are kept."""

    path: Path
    models: Path
    work: Path

    def analyze(self, name: str, protocol: str, images: list[Path]) -> dict[str, dict]:
        """The program's objects by image name; asked again only for other images or other weights."""
        folder = self.work / "evaluation"
        folder.mkdir(parents=True, exist_ok=True)
        stored, listing = folder / f"{name}-{protocol}.jsonl", folder / f"{name}-{protocol}.txt"
        wanted = "\n".join(str(p) for p in images) + "\n"
        done = stored.read_text().split("\n")[:-1] if stored.exists() else []
        known = listing.exists() and listing.read_text() == wanted
        if not (known and len(done) == len(images) and answered_by(done, self.weights)):
            listing.write_text(wanted)
            with open(stored, "w") as out:
                subprocess.run(self.command(listing, protocol), stdout=out, check=True)
            done = stored.read_text().split("\n")[:-1]
        objects = [json.loads(line) for line in done]
        broken = [o for o in objects if "error" in o]
        if broken:
            raise SystemExit(f"{len(broken)} of {len(objects)} images could not be read: {broken[0]['error']}")
        return {Path(o["image"]["name"]).stem: o for o in objects}

    def milliseconds(self, images: list[Path], protocol: str = "seed") -> list[float]:
        """Whole examinations, one after the other, on one core."""
        listing = self.work / "evaluation" / "timed.txt"
        listing.write_text("\n".join(str(p) for p in images) + "\n")
        run = subprocess.run(["taskset", "--cpu-list", "0", *self.command(listing, protocol), "--parallel", "1"],
                             stdout=subprocess.PIPE, check=True, text=True)
        return [json.loads(line)["timings"]["total_ms"] for line in run.stdout.splitlines()]

    @property
    def weights(self) -> Path:
        """The text model's file."""
        return self.models / f"{NAME}.gguf"

    def command(self, listing: Path, protocol: str) -> list[str]:
        """`dermgemma analyze` of a list of images."""
        return [str(self.path), "analyze", "--files-from", str(listing), "--json", "--protocol", protocol, "--threads", "1",
                "--model", str(self.weights), "--mmproj", str(self.models / f"{NAME}-mmproj.gguf")]


def answered_by(lines: list[str], weights: Path) -> bool:
    """Whether stored answers are those of these very weights."""
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    return all(o["model"]["weights_sha256"] == digest for o in map(json.loads, lines) if "error" not in o)
