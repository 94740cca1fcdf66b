#!/usr/bin/env python3
"""Makes shards by the hundred and measures `dermgemma merge`: processor time, time by the clock, and the most memory.

    python3 Benchmarks/merge.py --shards 400 --images 400000 --folder /tmp/shards

One real run over a phantom gives an examination, whose copies with other names, digests, codes, probabilities, lesions and
times fill the shards' databases. The merge itself is the real one; only the model's work is left out.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import time
import uuid

PROGRAM = pathlib.Path(__file__).resolve().parent.parent / ".build/release/dermgemma"
CODES = ["MEL", "NV", "BCC", "BKL"]


def run(*arguments: object) -> None:
    subprocess.run([PROGRAM, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def csv_line(*fields: object) -> bytes:
    return (",".join(map(str, fields)) + "\r\n").encode()


class Images:
    """The run's images by position: name, digest, truth and metadata, always the same ones."""

    def __init__(self, count: int):
        self.count = count
        names, labels = hashlib.sha256(), hashlib.sha256()
        for position in range(count):
            name, digest, truth, metadata = self[position]
            names.update(csv_line(name, digest))
            labels.update(csv_line(name, truth, "", metadata["lesion_id"], metadata["site"], metadata["sex"], metadata["age"]))
        self.images_sha256, self.labels_sha256 = names.hexdigest(), labels.hexdigest()
        self.codes = {code: sum(self.truth(position) == code for position in range(count)) for code in CODES}

    @staticmethod
    def truth(position: int) -> str:
        return CODES[(position * 7) % 11 % 4]

    def __getitem__(self, position: int) -> tuple[str, str, str, dict]:
        name = f"{position // 1000:03d}/image-{position:06d}.jpg"
        metadata = {"lesion_id": f"L{position * 2 // 3}", "site": ["trunk", "face", "arm"][position % 3],
                    "sex": ["female", "male"][position % 2], "age": 20 + position % 60}
        return name, hashlib.sha256(name.encode()).hexdigest(), self.truth(position), metadata


def template(folder: pathlib.Path) -> pathlib.Path:
    """A shard over one phantom, as the program writes it."""
    run("phantoms", "--count", 1, "--seed", 5, "--out", folder / "images")
    run("validate", "all", "--images", folder / "images", "--labels", folder / "images/labels.csv", "--out", folder / "shard",
        "--threads", 1, "--shard", 0, "--of", 1)
    return folder / "shard"


def make(folder: pathlib.Path, model: pathlib.Path, images: Images, count: int) -> list[pathlib.Path]:
    parts: list[list[int]] = [[] for _ in range(count)]
    for position in range(images.count):
        parts[int(images[position][1][:16], 16) % count].append(position)
    head = json.loads((model / "shard.jsonl").read_text("utf-8").splitlines()[0])
    head["coverage"].update(images=images.count, labelled=images.count, labels=images.count, codes=images.codes)
    head.update(images_of_the_run=images.count, images_sha256=images.images_sha256, labels_sha256=images.labels_sha256)
    folders = []
    for index, positions in enumerate(parts):
        shard = folder / "parts" / str(index)
        shutil.copytree(model, shard)
        folders.append(shard)
        fill(shard, {**head, "part": {"shard": index, "of": count}, "images": len(positions)}, images, positions)
    return folders


def fill(shard: pathlib.Path, head: dict, images: Images, positions: list[int]) -> None:
    """Puts a shard's images into a copy of the template."""
    draw = random.Random(head["part"]["shard"])
    head["run"] = str(uuid.UUID(int=draw.getrandbits(128)))
    with open(shard / "shard.jsonl", "w", encoding="utf-8") as file:
        print(json.dumps(head), file=file)
        for position in positions:
            name, digest, truth, metadata = images[position]
            print(json.dumps({"position": position, "name": name, "sha256": digest,
                              "truth": {"code": truth, "attribute": None}, "metadata": metadata}), file=file)
    (shard / "thumbnails.bin").write_bytes(bytes(4 * len(positions)))
    with sqlite3.connect(shard / "records.sqlite") as database:
        database.execute("PRAGMA synchronous = OFF")
        settings = json.loads(database.execute("SELECT settings FROM runs").fetchone()[0])
        settings.update(count=images.count, images_sha256=images.images_sha256, labels_sha256=images.labels_sha256,
                        part=head["part"])
        database.execute("UPDATE runs SET id = ?, settings = ?", (head["run"], json.dumps(settings)))
        columns = [row[1] for row in database.execute("PRAGMA table_info(examinations)")]
        one = dict(zip(columns, database.execute("SELECT * FROM examinations").fetchone()))
        body = json.loads(one["body"])
        database.execute("DELETE FROM examinations")
        del one["number"]
        rows = (row(one, body, images, position, draw) for position in positions)
        database.executemany(
            f"INSERT INTO examinations ({', '.join(one)}) VALUES ({', '.join(':' + column for column in one)})", rows)
    database.close()


def row(one: dict, body: dict, images: Images, position: int, draw: random.Random) -> dict:
    name, digest, truth, metadata = images[position]
    weights = [draw.random() ** 2 + (1.5 if code == truth and draw.random() < 0.7 else 0) for code in CODES]
    shares = [weight / sum(weights) for weight in weights]
    code = CODES[shares.index(max(shares))]
    body["image"].update(name=name, sha256=digest)
    body["diagnosis"].update(code=code, probabilities=dict(zip(CODES, shares)))
    body["ground_truth"] = {"code": truth, "attribute": None}
    return {**one, "id": str(uuid.UUID(int=draw.getrandbits(128))), "position": position, "image_name": name,
            "image_sha256": digest, "code": code, "truth": truth, "agrees": int(code == truth),
            "elapsed_ms": 20 + 10 * draw.random(), "body": json.dumps(body, separators=(",", ":")),
            "details": json.dumps(metadata, separators=(",", ":"))}


def measured(*words: object) -> dict:
    """Runs the program to its end: processor seconds, seconds by the clock, and the most memory in MiB."""
    started = time.monotonic()
    process = subprocess.Popen([PROGRAM, *map(str, words)], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{words[0]} ended in {os.waitstatus_to_exitcode(status)}")
    return {"processor_s": round(used.ru_utime + used.ru_stime, 1), "clock_s": round(time.monotonic() - started, 1),
            "most_mib": round(used.ru_maxrss / 1024)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--images", type=int, default=8_000)
    parser.add_argument("--folder", type=pathlib.Path, required=True, help="a new folder; 6 KB an image, twice")
    options = parser.parse_args()
    options.folder.mkdir(parents=True)
    folders = make(options.folder, template(options.folder), Images(options.images), options.shards)
    size = sum((shard / "records.sqlite").stat().st_size for shard in folders)
    print(f"{options.shards} shards, {options.images} examinations, {size / 1e6:.0f} MB of records", flush=True)
    print("merge: " + json.dumps(measured("merge", *folders, "--out", options.folder / "merged")))


if __name__ == "__main__":
    main()
