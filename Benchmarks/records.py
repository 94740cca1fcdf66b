#!/usr/bin/env python3
"""Measures how many examinations a second several writers keep in one database, and how long a keep takes.

    python3 Benchmarks/records.py --writers 8 --seconds 20               a PostgreSQL server of its own, on loopback
    python3 Benchmarks/records.py --records service=dermgemma            a server that is there
    python3 Benchmarks/records.py --records /tmp/r.sqlite --writers 1    a new SQLite file
    python3 Benchmarks/records.py --fill 1000000                         a database that holds a million examinations already

Each writer is a process that keeps examinations of one run one after the other, as fast as they are acknowledged
(`benchmark keep`): the model's work is left out, everything else is the real one. The server is Debian's with its defaults:
each acknowledged examination is on the disk. With --fill, `benchmark fill` first brings the database to its size, and the size is
printed: of the file, or of the tables with their indexes.
"""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Interop"))
import postgresql  # noqa: E402

PROGRAM = ROOT / ".build/release/benchmark"


def quantile(sorted_values: list[float], part: float) -> float:
    return sorted_values[min(len(sorted_values) - 1, int(part * len(sorted_values)))]


def size(location: str, environment: dict[str, str]) -> int:
    """Bytes of a database."""
    if "=" not in location and "://" not in location:
        return sum(path.stat().st_size for path in pathlib.Path(location).parent.glob(pathlib.Path(location).name + "*"))
    asked = subprocess.run(["psql", "-XAtc", "SELECT pg_database_size(current_database())", location], env=environment,
                           capture_output=True, text=True, check=True)
    return int(asked.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--records", help="the database; without it a server is started for the measurement")
    parser.add_argument("--fill", type=int, default=0, help="examinations that are in the database before")
    wanted = parser.parse_args()
    with contextlib.ExitStack() as stack:
        environment = dict(os.environ)
        location = wanted.records
        if location is None:
            server = stack.enter_context(postgresql.server())
            environment |= server.service(server.folder)
            location = "service=dermgemma"
        empty = filled = 0
        if wanted.fill:
            subprocess.run([PROGRAM, "fill", location, "0"], env=environment, check=True)
            empty = size(location, environment)
            started = time.monotonic()
            subprocess.run([PROGRAM, "fill", location, str(wanted.fill)], env=environment, check=True)
            filled = size(location, environment)
            print(json.dumps({"filled": wanted.fill, "seconds": round(time.monotonic() - started, 1), "bytes": filled,
                              "bytes_an_examination": round((filled - empty) / wanted.fill)}), flush=True)
        writers = [
            subprocess.Popen([PROGRAM, "keep", location, str(wanted.seconds)], env=environment, stdout=subprocess.PIPE, text=True)
            for _ in range(wanted.writers)]
        took = sorted(float(line) for writer in writers for line in writer.communicate()[0].split())
        assert all(writer.returncode == 0 for writer in writers)
    print(json.dumps({
        "writers": wanted.writers, "seconds": wanted.seconds, "kept": len(took), "per_second": round(len(took) / wanted.seconds, 1),
        "p50_ms": quantile(took, 0.5), "p99_ms": quantile(took, 0.99), "longest_ms": took[-1],
        "load": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
