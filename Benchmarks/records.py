#!/usr/bin/env python3
"""Measures how many examinations a second several writers keep in one database, and how long a keep takes.

    python3 Benchmarks/records.py --writers 8 --seconds 20               a PostgreSQL server of its own, on loopback
    python3 Benchmarks/records.py --records service=dermgemma            a server that is there

Each writer is a process that keeps examinations of one run one after the other, as fast as they are acknowledged
(`benchmark keep`): the model's work is left out, everything else is the real one. The server is Debian's with its defaults:
each acknowledged examination is on the disk.
"""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Interop"))
import postgresql  # noqa: E402

PROGRAM = ROOT / ".build/release/benchmark"


def quantile(sorted_values: list[float], part: float) -> float:
    return sorted_values[min(len(sorted_values) - 1, int(part * len(sorted_values)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--records", help="the database; without it a server is started for the measurement")
    wanted = parser.parse_args()
    with contextlib.ExitStack() as stack:
        environment = dict(os.environ)
        location = wanted.records
        if location is None:
            server = stack.enter_context(postgresql.server())
            environment |= server.service(server.folder)
            location = "service=dermgemma"
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
