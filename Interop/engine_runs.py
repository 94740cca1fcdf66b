"""Ray and Spark over the wheel, with processes that are killed meanwhile. Run by test_python_engines.py in a fresh environment.

    engine_runs.py ENGINE FOLDER

FOLDER has `images`, and gets `seen.json`: what was seen.
"""

import contextlib
import json
import os
import pathlib
import signal
import sys
import threading
import time

import dermgemma

FOLDER = pathlib.Path(sys.argv[2])
SETTINGS = {"threads": 1, "parallel": 1}


def processes(*words: str) -> list[int]:
    """The running processes of this user's whose command line has one of the words, those of this run alone."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            mine = f"ENGINE_RUN={FOLDER}".encode() in (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if mine and any(word in line for word in words) and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


class Killer:
    """Kills a process of some kind every so often, until the run is over or there were enough."""

    def __init__(self, count: int, pause: float, *words: str):
        self.killed: list[int] = []
        self._count, self._pause, self._words = count, pause, words
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while len(self.killed) < self._count and not self._stop.wait(self._pause):
            for pid in [pid for pid in processes(*self._words) if pid not in self.killed][-1:]:
                try:
                    os.kill(pid, signal.SIGKILL)
                    self.killed.append(pid)
                except ProcessLookupError:
                    pass

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()


def images(count: int) -> list[str]:
    """So many paths, one of which is missing and one no picture; names that engines would leave out are among them."""
    there = sorted(map(str, (FOLDER / "images").iterdir()))
    paths = [there[index % len(there)] for index in range(count - 2)]
    return [*paths[:5], str(FOLDER / "missing.png"), *paths[5:], __file__]


def summary(rows: list[dict], paths: list[str]) -> dict:
    """What a run gave, against one reader that nobody disturbs."""
    rows = sorted(rows, key=lambda row: row["index"])
    with dermgemma.Reader(**SETTINGS) as reader:
        expected = {path: reader.read(path).code for path in sorted(set(paths)) if "images/" in path}
    return {
        "rows": len(rows), "paths": [row["path"] for row in rows] == paths,
        "codes": all(row["code"] == expected.get(row["path"]) for row in rows),
        "failed": sorted(row["status"] for row in rows if row["status"]),
        "examinations": sum(json.loads(row["examination"])["diagnosis"]["code"] == row["code"] for row in rows if row["examination"]),
    }


def killed(count_of_workers: int, pause: float, host: str, pause_of_host: float) -> contextlib.ExitStack:
    """Kills both kinds of process: programs of ours, and one of the engine's that uses them."""
    stack = contextlib.ExitStack()
    stack.killers = [stack.enter_context(Killer(count_of_workers, pause, "dermgemma/_program/dermgemma worker")),
                     stack.enter_context(Killer(1, pause_of_host, host))]
    return stack


def ray_run() -> dict:
    import ray

    import dermgemma.ray as adapter

    ray.init(num_cpus=2, include_dashboard=False, configure_logging=False, log_to_driver=False, object_store_memory=200 << 20)
    told = []
    for settings, paths in (({"readers": 3}, ["x"]), ({"protocol": "seed", "seed": -1}, ["x"]), ({}, []), ({}, "x")):
        try:
            adapter.read(paths, **settings)
        except (ValueError, TypeError) as error:
            told.append(str(error))
    paths = images(240)
    with killed(6, 3, "ray::MapWorker", 7) as stack:
        # As many readers as processors: what stands for ever if files are read beside them.
        result = adapter.read(paths, readers=2, batch_size=8, **SETTINGS)
    rows = result.take_all()
    return {**summary(rows, paths), "in_order": [row["index"] for row in rows] == list(range(len(rows))),
            "told": told, "killed": [len(killer.killed) for killer in stack.killers]}


def spark_run() -> dict:
    import dermgemma.spark as adapter

    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    session = adapter.session("local[2]", spark_ui_enabled="false", spark_sql_shuffle_partitions="2", spark_driver_memory="700m",
                              spark_driver_bindAddress="127.0.0.1", spark_driver_host="127.0.0.1", spark_local_dir=str(FOLDER))
    out, again = str(FOLDER / "rows.parquet"), None
    few = [row["path"] for row in adapter.read(session, images(10), out=out, **SETTINGS).sort("index").collect()]
    try:
        adapter.read(session, images(10), out=out, **SETTINGS)
    except Exception as error:
        again = type(error).__name__
    paths = images(240)
    with killed(6, 3, "pyspark.daemon", 7) as stack:
        frame = adapter.read(session, paths, batch_size=20, **SETTINGS)
    seen = {**summary([row.asDict() for row in frame.collect()], paths), "few": few == images(10), "again": again,
            "master": session.conf.get("spark.master"), "killed": [len(killer.killed) for killer in stack.killers]}
    session.stop()
    return seen


def main() -> None:
    began = time.monotonic()
    seen = {"ray": ray_run, "spark": spark_run}[sys.argv[1]]()
    (FOLDER / "seen.json").write_text(json.dumps({**seen, "seconds": round(time.monotonic() - began, 1)}))


if __name__ == "__main__":
    main()
