"""Many images on a Ray cluster, with the settings that lose none.

    import dermgemma.ray
    dataset = dermgemma.ray.read(paths, readers=4, protocol="direct")
    frame = dataset.to_pandas()

Needs ``dermgemma[ray]`` on every machine, and the images under the same paths there.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Optional

import ray
import ray.data

from . import _rows
from .reader import Reader


class _Actor:
    """A reader on some machine. Ray makes it once for many batches."""

    def __init__(self, settings: Dict[str, Any]) -> None:
        self._reader = Reader(**settings)

    def __call__(self, batch: Dict[str, Any]) -> Dict[str, List[Any]]:
        images = [(int(index), str(path)) for index, path in zip(batch["index"], batch["path"])]
        rows = list(_rows.rows(self._reader, images))
        return {name: [row[name] for row in rows] for name, _ in _rows.FIELDS}


def read(
    paths: Iterable[_rows.Path], *, readers: int = 1, num_cpus: float = 1, num_gpus: float = 0, batch_size: int = 32,
    attempts: int = 4, **settings: Any,
) -> Any:
    """Reads images on the cluster that ``ray.init`` joined, and returns a ``ray.data.MaterializedDataset``.

    Its rows have the order of the paths: ``index``, ``path``, code and probabilities, ``examination`` (all of it, as JSON), and
    ``error`` and ``status`` of an image that failed.

    readers: programs, each with a model of its own. num_cpus, num_gpus: for each of them. batch_size: images that are read
    again if a machine is lost. attempts: how often a batch is tried. settings: those of ``dermgemma.Reader``.

    A crash of a program is its reader's affair: it reads what was in hand again. A lost actor or machine is Ray's: the batch
    is read elsewhere, up to ``attempts`` times, and then the run fails. Whatever Ray says, the rows are counted at the end.

    Raises IncompleteError unless each image has exactly one row, ValueError if the cluster has not enough for the readers.
    """
    images = _rows.numbered(paths)
    chosen = _rows.options(settings)
    if not ray.is_initialized():
        ray.init()
    _require(readers, num_cpus, num_gpus)
    context: Any = ray.data.DataContext.get_current()
    before = context.max_errored_blocks, context.execution_options.preserve_order
    # Tolerated errors lose images in silence, and the order counts only if it is asked for before the dataset is made.
    context.max_errored_blocks, context.execution_options.preserve_order = 0, True
    try:
        blocks = max(1, -(-len(images) // batch_size))
        # From items, not from files: a task that reads files and waits for an actor's processor waits for ever.
        made: Any = ray.data.from_items(
            [{"index": index, "path": path} for index, path in images], override_num_blocks=min(blocks, len(images)))
        result = made.map_batches(
            _Actor, fn_constructor_args=(chosen,), batch_size=batch_size, num_cpus=num_cpus, num_gpus=num_gpus,
            compute=ray.data.ActorPoolStrategy(size=readers, max_tasks_in_flight_per_actor=2),
            max_restarts=-1, max_task_retries=attempts - 1).materialize()
    finally:
        context.max_errored_blocks, context.execution_options.preserve_order = before
    indexes = [int(row["index"]) for row in result.select_columns(["index"]).take_all()]
    _rows.check(images, indexes)
    return result if indexes == sorted(indexes) else result.sort("index").materialize()


def _require(readers: int, num_cpus: float, num_gpus: float) -> None:
    """Ray would wait for ever for actors that cannot be placed."""
    there = ray.cluster_resources()
    for name, each in (("CPU", num_cpus), ("GPU", num_gpus)):
        wanted = readers * each
        if wanted > there.get(name, 0):
            raise ValueError(f"{readers} readers want {wanted:g} {name}s, and the cluster has {there.get(name, 0):g}")
