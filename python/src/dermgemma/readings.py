"""Many images as a stream of outcomes: in order, a few ahead, whatever becomes of the program."""

from __future__ import annotations

import collections
import csv
import os
import pathlib
from types import TracebackType
from typing import TYPE_CHECKING, Any, Deque, Dict, Generator, Iterable, Iterator, List, Mapping, Optional, Sized, Tuple, Type, Union

from ._worker import Ticket, Worker
from .errors import ReadError, WorkerCrashed
from .pictures import Picture, picture
from .progress import Progress
from .results import Outcome, Report, columns

if TYPE_CHECKING:
    import pandas

    from .reader import Reader

BYTES_AHEAD = 128 * 1024 * 1024
"""Of images that are sent, at most these are under way."""


class Readings(Iterator[Outcome]):
    """What ``read_many`` gives: iterate once, or take the rest as a table. Leaving it early cancels what is under way."""

    def __init__(
        self, reader: Reader, images: Iterable[Any], choices: Mapping[str, Any], retries: int, progress: Optional[bool]
    ) -> None:
        total = len(images) if isinstance(images, Sized) else None
        self._outcomes = _read(reader, images, choices, retries, Progress(total, progress))

    def __iter__(self) -> Readings:
        return self

    def __next__(self) -> Outcome:
        return next(self._outcomes)

    def __enter__(self) -> Readings:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def close(self) -> None:
        """Cancels what is under way."""
        self._outcomes.close()

    def to_pandas(self) -> pandas.DataFrame:
        """The rest as a table: a row for each image in their order, failed ones included (``error``, ``status``).

        Needs pandas: pip install 'dermgemma[pandas]'.
        """
        try:
            import pandas
        except ImportError:
            raise ImportError("to_pandas needs pandas: pip install 'dermgemma[pandas]'") from None
        rows = [outcome.row() for outcome in self]
        frame: pandas.DataFrame = pandas.DataFrame(rows, columns=columns(rows))
        return frame

    def to_csv(self, path: Union[str, "os.PathLike[str]"]) -> int:
        """Writes the rest as a CSV file (RFC 4180, UTF-8), and returns the number of its rows.

        Text that a spreadsheet could run as a formula is prefixed with an apostrophe, as in all tables of the program. The
        file appears when it is whole.
        """
        target = pathlib.Path(path)
        rows = [outcome.row() for outcome in self]
        partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
        try:
            with open(partial, "w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns(rows), restval="")
                writer.writeheader()
                writer.writerows({name: _guarded(value) for name, value in row.items()} for row in rows)
            os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)
        return len(rows)


class _Item:
    """An image on its way."""

    def __init__(self, index: int, name: str, shown: Optional[Picture], error: Optional[ReadError]) -> None:
        self.index, self.name, self.shown, self.error = index, name, shown, error
        self.ticket: Optional[Ticket] = None


def _read(
    reader: Reader, images: Iterable[Any], choices: Mapping[str, Any], retries: int, progress: Progress
) -> Generator[Outcome, None, None]:
    ahead: Deque[_Item] = collections.deque()
    worker: Optional[Worker] = None
    numbered = enumerate(images)
    is_more = True
    try:
        while True:
            if is_more and (worker is None or not worker.is_running) and not any(item.ticket for item in ahead):
                worker = reader._running()
            while is_more and worker is not None and worker.is_running and _has_room(ahead, worker):
                item = _next(numbered)
                if item is None:
                    is_more = False
                    break
                ahead.append(item)
                _send(worker, item, choices)
            if not ahead:
                return
            item = ahead[0]
            try:
                report, error = _result(item)
            except WorkerCrashed as crash:
                _read_alone(reader, ahead, choices, retries, crash)
                worker = None
                continue
            ahead.popleft()
            progress.step(error is None)
            yield Outcome(item.index, item.name, report, error)
    finally:
        if worker is not None:
            worker.cancel([item.ticket for item in ahead if item.ticket is not None])
        progress.close()


def _has_room(ahead: Deque[_Item], worker: Worker) -> bool:
    sent = sum(item.shown.size for item in ahead if item.shown is not None and "image" in item.shown.request)
    return len(ahead) < worker.info.ahead and (sent < BYTES_AHEAD or not ahead)


def _next(numbered: Iterator[Tuple[int, Any]]) -> Optional[_Item]:
    """The next image; with an error if it is none."""
    for index, image in numbered:
        name = os.fsdecode(image) if isinstance(image, (str, os.PathLike)) else str(index)
        try:
            return _Item(index, name, picture(image), None)
        except OSError as error:
            return _Item(index, name, None, ReadError(f"cannot be opened: {error.strerror or error}", 66, name))
        except (TypeError, ValueError) as error:
            return _Item(index, name, None, ReadError(str(error), 65, name))
    return None


def _send(worker: Worker, item: _Item, choices: Mapping[str, Any]) -> None:
    if item.shown is not None:
        item.ticket = worker.ask({"name": item.name, **item.shown.request, **choices}, item.shown.size)


def _result(item: _Item) -> Tuple[Optional[Report], Optional[ReadError]]:
    """What became of an image. Raises WorkerCrashed if the program ended before it answered."""
    if item.error is not None or item.ticket is None or item.shown is None:
        return None, item.error
    answer = item.ticket.wait()
    if "error" in answer:
        return None, ReadError(answer["error"]["message"], answer["error"]["status"], item.name)
    # The bytes of a picture that was sent are let go: a list of a thousand reports shall not keep a thousand pictures.
    return Report.of(answer["examination"], item.shown.source if "path" in item.shown.request else None), None


def _read_alone(reader: Reader, ahead: Deque[_Item], choices: Mapping[str, Any], retries: int, crash: WorkerCrashed) -> None:
    """After a crash: settles each image that had no answer, one at a time, so that one that crashes it cannot take others along."""
    if crash.status == 130:
        raise crash
    for item in ahead:
        if item.ticket is None or item.shown is None:
            continue
        for attempt in range(retries + 1):
            try:
                item.ticket.wait()
                break
            except WorkerCrashed as failed:
                if attempt == retries:
                    item.error = WorkerCrashed(failed.message, failed.status, item.name)
                    break
            _send(reader._running(), item, choices)


def _guarded(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip("'").startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value
