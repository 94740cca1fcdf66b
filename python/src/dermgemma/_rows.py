"""What the adapters for Ray and Spark have in common: images by number, rows, and the count at the end."""

from __future__ import annotations

import json
import os
import threading
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from .errors import IncompleteError
from .reader import Reader
from .results import CODES, Outcome

Path = Union[str, "os.PathLike[str]"]

FIELDS: Tuple[Tuple[str, str], ...] = (
    ("index", "bigint"), ("path", "string"), ("name", "string"), ("sha256", "string"), ("code", "string"), ("method", "string"),
    *((f"p_{code}", "double") for code in CODES), ("description", "string"), ("flags", "string"),
    ("examination", "string"), ("error", "string"), ("status", "int"))
"""The columns with Spark's names of their types. ``examination`` is the whole JSON object; null for an image that failed."""


def numbered(paths: Iterable[Path]) -> List[Tuple[int, str]]:
    """Each image with its number. Raises ValueError for none, TypeError for one path instead of several."""
    if isinstance(paths, (str, bytes, os.PathLike)):
        raise TypeError("give the paths of several images; for a folder: sorted(pathlib.Path(folder).glob('*.jpg'))")
    found = [(index, os.path.abspath(os.fspath(path))) for index, path in enumerate(paths)]
    if not found:
        raise ValueError("there are no images")
    return found


def rows(reader: Reader, images: Sequence[Tuple[int, str]]) -> Iterator[Dict[str, Any]]:
    """The images' rows, in their order. Every image has one, whether it was read or not."""
    # More tries than at home: on a cluster, programs are also killed for what others do.
    outcomes = reader.read_many([path for _, path in images], retries=5, progress=False)
    for (index, path), outcome in zip(images, outcomes):
        yield row(index, path, outcome)


def row(index: int, path: str, outcome: Outcome) -> Dict[str, Any]:
    """One image's row, with every column."""
    flat, report = outcome.row(), outcome.report
    flat.update(index=index, path=path, examination=None if report is None else json.dumps(report.data, ensure_ascii=False))
    return {name: flat.get(name) for name, _ in FIELDS}


def check(images: Sequence[Tuple[int, str]], got: Iterable[int]) -> None:
    """Raises IncompleteError unless each image has exactly one row."""
    counts: Dict[int, int] = {}
    for index in got:
        counts[index] = counts.get(index, 0) + 1
    missing = [path for index, path in images if index not in counts]
    repeated = [path for index, path in images if counts.get(index, 0) > 1]
    strange = len(set(counts) - {index for index, _ in images})
    if missing or repeated or strange:
        raise IncompleteError(
            f"{len(images)} images gave {sum(counts.values())} rows: {len(missing)} missing, {len(repeated)} more than once, "
            f"{strange} strange" + "".join(f"; {path}" for path in [*missing, *repeated][:3]))


_kept: Dict[str, Reader] = {}
_lock = threading.Lock()


def shared(settings: Mapping[str, Any]) -> Reader:
    """This process's reader with these settings: engines run task after task in one process, which shall load a model once."""
    key = json.dumps({name: str(value) for name, value in settings.items()}, sort_keys=True)
    with _lock:
        if key not in _kept:
            _kept[key] = Reader(**settings)
        return _kept[key]


def options(settings: Optional[Mapping[str, Any]]) -> Dict[str, Any]:
    """A Reader's settings, tried here, so that a mistake is an error before anything is distributed."""
    chosen = dict(settings or {})
    Reader(**chosen)
    return chosen
