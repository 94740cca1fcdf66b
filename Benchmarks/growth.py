#!/usr/bin/env python3
"""How what follows the last examination grows with a run: 1,000 to 400,000 examinations.

    python3 Benchmarks/growth.py --sizes 1000,10000,100000 --folder /tmp/growth

Shards are made as for merge.py: real records, a stand-in for the model. For each size: `merge` (copies the records, then writes
tables, metrics with their bootstrap, summary and report, as `validate` does at its end), `validate --resume` of the run that is
there already (reads the images' digests, then writes all of that again), `compare` with a second run, `records list` with a
search, `records export`, pages of the server's history, `records delete` of the run. Printed: processor seconds and
the most memory of each, sizes on the disk, and how much more than linear a step grew since the size before: 1.0 is linear.
Processor seconds are told because they change little when the machine has other work.
"""

import argparse
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request

import merge

SEARCHES = ["limit=50", "limit=50&code=MEL", "limit=50&match=0", "limit=50&clean=1", "limit=50&image=image-0007",
            "limit=50&text=zygomycete", "limit=200&code=NV&match=1"]
"""What a reader asks of a history; the text is in no description, so every one is looked at."""


def used(process: subprocess.Popen) -> float:
    """Seconds of processor time that a process has had."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def history(folder: pathlib.Path) -> dict:
    """Answers of a server over the run's records, pages one after the other and searches: the 99th percentile by the clock, and
    the server's processor time an answer, in milliseconds."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [merge.PROGRAM, "serve", "--no-model", "--port", port, "--data", folder / "serve", "--records",
             folder / "merged/records.sqlite", "--log", "error"]
    server = subprocess.Popen(list(map(str, words)), stdout=subprocess.DEVNULL)
    try:
        def ask(query: str) -> tuple[float, dict]:
            started = time.perf_counter()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/examinations?{query}", timeout=60) as answer:
                page = json.load(answer)
            return (time.perf_counter() - started) * 1000, page

        for _ in range(200):
            try:
                ask("limit=1")
                break
            except OSError:
                time.sleep(0.1)
        took: dict[str, list[float]] = {"pages": []}
        cursor, processor = "", {}
        before = used(server)
        for _ in range(100):
            milliseconds, page = ask("limit=50" + cursor)
            took["pages"].append(milliseconds)
            if page["next"] is None:
                break
            cursor = "&cursor=" + urllib.parse.quote(page["next"])
        processor["pages"] = used(server) - before
        for search in SEARCHES:
            before = used(server)
            took[search] = [ask(search)[0] for _ in range(20)]
            processor[search] = used(server) - before
    finally:
        server.terminate()
        server.wait()
    return {name: {"p99_ms": round(sorted(times)[int(0.99 * len(times))], 1),
                   "processor_ms": round(processor[name] / len(times) * 1000, 1)} for name, times in took.items()}


def files(folder: pathlib.Path, images: merge.Images) -> list[object]:
    """The run's images as files whose bytes are their names, which have the digests that `Images` says, with labels and metadata;
    and the options that name them."""
    with open(folder / "labels.csv", "w") as labels, open(folder / "metadata.csv", "w") as known:
        print("image,dx", file=labels)
        print("image_id,lesion_id,site,sex,age", file=known)
        for position in range(images.count):
            name, _, truth, metadata = images[position]
            path = folder / "files" / name
            if position % 1000 == 0:
                path.parent.mkdir(parents=True)
            path.write_text(name)
            print(path.stem, truth, sep=",", file=labels)
            print(path.stem, *metadata.values(), sep=",", file=known)
    return ["--images", folder / "files", "--labels", folder / "labels.csv", "--metadata", folder / "metadata.csv", "--threads", 1]


def digests(folder: pathlib.Path) -> dict[str, str]:
    """SHA-256 of a run's tables."""
    found = {}
    for path in folder.glob("*.csv"):
        with path.open("rb") as table:
            found[path.name] = hashlib.file_digest(table, "sha256").hexdigest()
    return found


def one_size(folder: pathlib.Path, count: int) -> dict:
    """Every step at one size."""
    folder.mkdir(parents=True)
    images = merge.Images(count)
    shards = merge.make(folder, merge.template(folder), images, max(1, count // 1000))
    steps = {"merge": merge.measured("merge", *shards, "--out", folder / "merged")}
    shutil.rmtree(folder / "parts")
    merged = folder / "merged"
    # Digests, because a process that this one starts is said to have had what this one holds.
    tables = digests(merged)
    steps["resume"] = merge.measured("validate", "all", *files(folder, images), "--out", merged, "--resume")
    assert tables == digests(merged), "a resumed run has the same tables"
    shutil.rmtree(folder / "files")
    report = (merged / "report.html").stat().st_size
    database = (merged / "records.sqlite").stat().st_size
    shutil.copytree(merged, folder / "other")
    with merge.sqlite3.connect(folder / "other/records.sqlite") as other:
        # Another run over the same images: its own id, and one answer in ten is another.
        other.execute("UPDATE runs SET id = '00000000-0000-0000-0000-000000000000', seed = '1'")
        other.execute("UPDATE examinations SET id = substr(id, 1, 35) || CASE substr(id, 36) WHEN '0' THEN '1' ELSE '0' END"
                      " WHERE position % 10 = 0")
        other.execute("UPDATE examinations SET body = json_set(body, '$.diagnosis.code', 'BKL') WHERE position % 10 = 0")
    other.close()
    steps["compare"] = merge.measured("compare", merged, folder / "other", "--out", folder / "comparison")
    page = (folder / "comparison/comparison.html").stat().st_size
    shutil.rmtree(folder / "other")
    steps["list"] = merge.measured("records", "list", "--data", merged, "--text", "zygomycete")
    steps["export"] = merge.measured("records", "export", "--csv", "--data", merged)
    slow = history(folder)
    with merge.sqlite3.connect(merged / "records.sqlite") as records:
        run = records.execute("SELECT id FROM runs").fetchone()[0]
    records.close()
    steps["delete"] = merge.measured("records", "delete", run, "--data", merged)
    shutil.rmtree(folder)
    return {"images": count, "steps": steps, "history": slow, "report_mb": round(report / 1e6, 1),
            "comparison_mb": round(page / 1e6, 1), "database_mb": round(database / 1e6, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000,400000")
    parser.add_argument("--folder", type=pathlib.Path, required=True, help="a new folder; some 25 KB an image of the largest size")
    options = parser.parse_args()
    before: dict | None = None
    for images in map(int, options.sizes.split(",")):
        found = one_size(options.folder / str(images), images)
        print(json.dumps(found | {"load": os.getloadavg()[0]}), flush=True)
        for name, step in found["steps"].items():
            growth = ""
            if before is not None:
                earlier = before["steps"][name]["processor_s"]
                # Below a second, starting the program is most of it.
                if earlier >= 1:
                    growth = f", {step['processor_s'] / earlier / (images / before['images']):.2f} of linear"
            print(f"{images:8,} {name:8} {step['processor_s']:8.1f} s of processor, {step['most_mib']:5} MiB{growth}", flush=True)
        before = found


if __name__ == "__main__":
    main()
