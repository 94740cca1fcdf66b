"""Many images on a Spark cluster, with the settings that lose none.

    import dermgemma.spark
    spark = dermgemma.spark.session("local[4]")
    frame = dermgemma.spark.read(spark, paths, out="readings.parquet", protocol="direct")

Needs ``dermgemma[spark]`` on every machine, and the images under the same paths there.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from typing import Any, Dict, Iterable, Iterator, Optional

from pyspark.sql import DataFrame, SparkSession

from . import _rows


def session(master: Optional[str] = None, **config: str) -> SparkSession:
    """A session that tries a task again when a worker is lost, and runs this Python in the workers.

    master: ``local[4]`` (made into ``local[4,4]``: by itself it never tries again), ``spark://…``; None leaves it to
    spark-submit. config: further settings, with ``_`` for the dots.
    """
    # Otherwise workers run whatever python3 is first in PATH.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder
    if master is not None:
        plain = re.fullmatch(r"local(\[[^,\]]+)?\]?", master)
        builder = builder.master(f"{plain[0].rstrip(']') if plain[1] else 'local[1'},4]" if plain else master)
    for name, value in {"spark.task.maxFailures": "4", "spark.speculation": "false", **{
            name.replace("_", "."): value for name, value in config.items()}}.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def read(
    spark: SparkSession, paths: Iterable[_rows.Path], *, out: Optional[str] = None, batch_size: int = 32, **settings: Any
) -> DataFrame:
    """Reads images, and returns a DataFrame with a row for each.

    Its columns are ``index``, ``path``, code and probabilities, ``examination`` (all of it, as JSON), and ``error`` and
    ``status`` of an image that failed. Sort by ``index`` for the order of the paths.

    out: a folder of Parquet that must not exist yet. Without it the rows are kept on the executors' disks, and a lost
    executor's are read again when they are needed. batch_size: images per task, which are read again if it is lost.
    settings: those of ``dermgemma.Reader``. One program runs for each core of an executor: set ``parallel`` and ``threads``.

    Raises IncompleteError unless each image has exactly one row.
    """
    from pyspark import StorageLevel

    images = _rows.numbered(paths)
    chosen = _rows.options(settings)
    master = spark.conf.get("spark.master", "") or ""
    if re.fullmatch(r"local(\[[^,]*\])?", master):
        warnings.warn(f"{master} never tries a task again: use dermgemma.spark.session, or {master.rstrip(']') or 'local[1'},4]", stacklevel=2)
    # A list of named paths, not Spark's own listing of a folder, which leaves out names that begin with _ or a dot.
    numbered = spark.createDataFrame(images, "index bigint, path string")
    parts = -(-len(images) // batch_size)
    spread = numbered.repartitionByRange(parts, "index") if parts > 1 else numbered.coalesce(1)
    schema = ", ".join(f"`{name}` {kind}" for name, kind in _rows.FIELDS)
    made = spread.mapInPandas(_Task(chosen), schema)
    if out is None:
        result = made.persist(StorageLevel.DISK_ONLY)
    else:
        made.write.mode("errorifexists").parquet(out)
        result = spark.read.parquet(out)
    _rows.check(images, [row["index"] for row in result.select("index").collect()])
    return result


class _Task:
    """What a Python worker does with its part of the images."""

    def __init__(self, settings: Dict[str, Any]) -> None:
        self._settings = settings

    def __call__(self, frames: Iterator[Any]) -> Iterator[Any]:
        import pandas

        for frame in frames:
            images = [(int(index), str(path)) for index, path in zip(frame["index"], frame["path"])]
            rows = list(_rows.rows(_rows.shared(self._settings), images))
            yield pandas.DataFrame(rows, columns=[name for name, _ in _rows.FIELDS])
