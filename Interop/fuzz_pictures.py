#!/usr/bin/env python3
"""Changes bytes of small sound pictures and has the program read each: no signal, no hang, no memory over a limit.

HEIC, AVIF, JPEG 2000, JPEG XL, DICOM, and DICOM with JPEG-LS and lossless JPEG by turns. Each file is read by a process of its own,
so that a crash is told from a refusal. A file that fails is kept in the folder that is named at the end.

usage: fuzz_pictures.py BINARY [COUNT] [--seed N] [--keep FOLDER] [--state FILE]

With --state the counts are kept after each batch, and the command goes on from there when it is called again with the same
program and seed.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field

import dicom_files
import modern_pictures

SECONDS = 60
"""For one file; the largest sound picture takes some."""
MEMORY = 3 << 30
"""Bytes of resident memory; the largest picture that is allowed takes 1.5 GB."""
EXITS = {0, 65}
BATCH = 100
"""Files between two looks at how far it is."""
INTERESTING = [0, 1, 2, 127, 128, 254, 255]


@dataclass
class Found:
    """What became of the files."""

    read: int = 0
    refused: int = 0
    seconds: float = 0
    """Of the slowest file."""
    memory: int = 0
    """Bytes of the largest process."""
    failures: list[str] = field(default_factory=list)
    tried: int = 0
    """Files by their numbers, from 0 on."""
    kinds: dict[str, int] = field(default_factory=dict)
    """Files of each format."""

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kinds.items()))
        return (f"{self.read + self.refused + len(self.failures)} files ({kinds}), {self.read} read, {self.refused} refused, "
                f"{len(self.failures)} failed; the slowest took {self.seconds:.1f} s, the largest {self.memory / 1e6:.0f} MB")


class State:
    """What was found so far, in a file, for one program and one seed."""

    def __init__(self, path: pathlib.Path | None, binary: pathlib.Path, seed: int) -> None:
        self.path = path
        self.of = {"program": hashlib.sha256(binary.read_bytes()).hexdigest(), "seed": seed}

    def found(self) -> Found:
        """What is in the file; nothing when it is of another program or seed."""
        if self.path is None or not self.path.exists():
            return Found()
        document = json.loads(self.path.read_text("utf-8"))
        return Found(**document["found"]) if document["of"] == self.of else Found()

    def keep(self, found: Found) -> None:
        """Writes the file anew."""
        if self.path is not None:
            fresh = self.path.with_suffix(".new")
            fresh.write_text(json.dumps({"of": self.of, "found": asdict(found)}, indent=1), "utf-8")
            fresh.replace(self.path)


def sound(folder: pathlib.Path) -> list[tuple[str, str, bytes]]:
    """The files that are changed, formats by turns: a name, the format, the content."""
    kinds: dict[str, list[tuple[str, bytes]]] = {}
    for file in modern_pictures.made():
        if not file.name.startswith("turned-"):
            path = modern_pictures.write(file, folder)
            kinds.setdefault(NAMES[path.suffix], []).append((file.name, path.read_bytes()))
            path.unlink()
    for number, case in enumerate(dicom_files.cases()):
        path = folder / f"{number}.dcm"
        dicom_files.write(case, path)
        # Lossless codecs have a turn of their own: there is more to lie about.
        kind = "DICOM with JPEG-LS" if "JPEG-LS" in case.name else "DICOM"
        kinds.setdefault(kind, []).append((f"{number}.dcm", path.read_bytes()))
        path.unlink()
    for _, path, source in dicom_files.lossless_jpeg(folder):
        kinds.setdefault("DICOM with lossless JPEG", []).append((path.name, path.read_bytes()))
        path.unlink()
        source.unlink(missing_ok=True)
    longest = max(len(files) for files in kinds.values())
    return [(name, kind, content) for turn in range(longest) for kind, files in kinds.items()
            for name, content in [files[turn % len(files)]]]


NAMES = {".jp2": "JPEG 2000", ".j2k": "JPEG 2000", ".jxl": "JPEG XL", ".avif": "AVIF", ".heic": "HEIC"}


def changed(content: bytes, chance: random.Random) -> bytes:
    """One to eight changes: a bit, a byte, a number of four bytes, a cut, a doubled or a removed part."""
    data = bytearray(content)
    for _ in range(chance.choice([1, 1, 1, 2, 2, 3, 5, 8])):
        # Most of what decides is at the beginning.
        end = len(data) if chance.random() < 0.5 else min(len(data), 400)
        at = chance.randrange(end)
        kind = chance.randrange(10)
        if kind < 4:
            data[at] ^= 1 << chance.randrange(8)
        elif kind < 6:
            data[at] = chance.choice(INTERESTING)
        elif kind < 7:
            value = chance.choice([0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, chance.randrange(1 << 16), chance.getrandbits(32)])
            data[at:at + 4] = value.to_bytes(4, chance.choice(["big", "little"]))
        elif kind < 8:
            del data[at:at + chance.randrange(1, 32)]
        elif kind < 9:
            data[at:at] = data[at:at + chance.randrange(1, 64)]
        else:
            del data[max(at, 24):]
        if not data:
            data = bytearray(content[:24])
    return bytes(data)


def read(binary: pathlib.Path, path: pathlib.Path, out: pathlib.Path) -> tuple[int, float, int, str]:
    """Exit status (negative: a signal), seconds, bytes of memory, and what was said."""
    began = time.monotonic()
    process = subprocess.Popen(
        [binary, "prepare", path, "--protocol", "seed", "--out", out], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    timer = threading.Timer(SECONDS, process.send_signal, [signal.SIGKILL])
    timer.start()
    said = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    timer.cancel()
    out.unlink(missing_ok=True)
    return process.returncode, time.monotonic() - began, usage.ru_maxrss * 1024, said


def fuzz(
        binary: pathlib.Path, folder: pathlib.Path, count: int, seed: int, state: pathlib.Path | None = None,
        progress: bool = False) -> Found:
    """Reads that many changed files, the same ones for a seed; those before, too, that a state has counted."""
    files, kept = sound(folder), State(state, binary, seed)
    found = kept.found()
    found_lock = threading.Lock()

    def one(number: int) -> None:
        name, kind, content = files[number % len(files)]
        path = folder / f"changed-{number}-{name}"
        path.write_bytes(changed(content, random.Random(f"{seed} {number}")))
        status, seconds, memory, said = read(binary, path, folder / f"{number}.png")
        with found_lock:
            found.kinds[kind] = found.kinds.get(kind, 0) + 1
            found.seconds, found.memory = max(found.seconds, seconds), max(found.memory, memory)
            if status not in EXITS or memory > MEMORY or len(said.splitlines()) != (status != 0):
                found.failures.append(f"{path}: exit status {status}, {seconds:.0f} s, {memory >> 20} MiB, {said[:200]!r}")
                return
            found.read, found.refused = found.read + (status == 0), found.refused + (status != 0)
        path.unlink()

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for start in range(found.tried, count, BATCH):
            end = min(start + BATCH, count)
            list(pool.map(one, range(start, end)))
            found.tried = end
            kept.keep(found)
            if progress:
                print(f"{end} of {count}: {found}", file=sys.stderr, flush=True)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path, help="the folder of files that fail (default: a new one)")
    parser.add_argument("--state", type=pathlib.Path, help="where the counts are kept, to go on from there")
    arguments = parser.parse_args()
    folder = arguments.keep or pathlib.Path(tempfile.mkdtemp(prefix="fuzz-"))
    folder.mkdir(exist_ok=True)
    found = fuzz(arguments.binary, folder, arguments.count, arguments.seed, arguments.state, progress=True)
    print(found)
    for failure in found.failures:
        print(failure, file=sys.stderr)
    return 1 if found.failures else 0


if __name__ == "__main__":
    sys.exit(main())
