"""The reader: one process of the program for as long as it is needed, and a fresh one after a crash."""

from __future__ import annotations

import os
import signal
import threading
import time
import weakref
from types import TracebackType
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Type, Union

from . import _program
from ._worker import Info, Ticket, Worker
from .errors import ReadError, StartError
from .pictures import Picture, picture
from .readings import Readings
from .results import Report

Path = Union[str, "os.PathLike[str]"]

# How often the program is started if something kills it before its model is loaded.
STARTS = 3


class Reader:
    """Reads dermoscopic images. For research; never to diagnose a person.

        with dermgemma.Reader(protocol="seed") as reader:
            report = reader.read("lesion.jpg")
            frame = reader.read_many(paths).to_pandas()

    Threads may share a reader. A forked process gets a program of its own at its first call, and a pickled reader is its
    settings. The same image, weights, protocol and seed give the same answers.
    """

    def __init__(
        self, *, protocol: Path = "seed", seed: int = 0, model: Optional[Path] = None, mmproj: Optional[Path] = None,
        parallel: Optional[int] = None, threads: Optional[int] = None, device: Optional[str] = None, precision: Optional[str] = None,
        lora: Sequence[Union[Path, Tuple[Path, float]]] = (), endpoint: Optional[str] = None, allow_remote: bool = False,
        frame: Optional[int] = None, keep_demographics: bool = False, pseudonym_key: Optional[Path] = None,
        program: Optional[Path] = None,
    ) -> None:
        """Settings are those of ``dermgemma worker --help``. The program starts with the first call, or with ``with``.

        protocol: seed, extended, direct, or the path of a protocol document. seed: of the random numbers. model, mmproj:
        GGUF files, or a model's name; the embedded model without. parallel: images read at once. threads: processors.
        device: auto, cpu or gpu. precision: of the image's encoder, f32 or bf16. lora: adapters, each a GGUF file or a file and its scale. endpoint: a server that has the
        model (docs/MODELS.md); its key is taken from the environment. allow_remote: pictures may go to another machine. frame: of a DICOM file with several. keep_demographics, pseudonym_key: see docs/DICOM.md.
        program: another program than the wheel's own.
        """
        if isinstance(seed, bool) or not 0 <= seed < 1 << 64:
            raise ValueError("seed is a number from 0 to 2**64 - 1")
        options = {
            "protocol": protocol, "seed": seed, "model": model, "mmproj": mmproj, "parallel": parallel, "threads": threads,
            "device": device, "precision": precision, "endpoint": endpoint, "frame": frame, "pseudonym-key": pseudonym_key}
        self._arguments = [word for name, value in options.items() if value is not None
                           for word in (f"--{name}", os.fspath(value) if isinstance(value, os.PathLike) else str(value))]
        for one in lora:
            path, scale = one if isinstance(one, tuple) else (one, 1.0)
            self._arguments += ["--lora", f"{os.fspath(path)}={scale!r}"]
        if allow_remote:
            self._arguments.append("--allow-remote")
        if keep_demographics:
            self._arguments.append("--keep-demographics")
        self._program = program
        self._set_up()

    def _set_up(self) -> None:
        self._lock = threading.Lock()
        self._worker: Optional[Worker] = None
        self._weights: Optional[List[Optional[str]]] = None
        self._starts = 0
        _readers.add(self)

    def __getstate__(self) -> Dict[str, Any]:
        return {"_arguments": self._arguments, "_program": self._program}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._set_up()

    def __enter__(self) -> Reader:
        self._running()
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the program. A later call starts it again."""
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.close()

    @property
    def info(self) -> Info:
        """What the program says of itself: version, protocols, model with digests, how many images it reads at once."""
        return self._running().info

    @property
    def version(self) -> str:
        """The program's version."""
        return self.info.version

    @property
    def pid(self) -> Optional[int]:
        """The program's process, if it runs."""
        worker = self._worker
        return worker.pid if worker is not None and worker.is_running else None

    @property
    def starts(self) -> int:
        """How often the program was started; more than once after a crash."""
        return self._starts

    def read(
        self, image: Any, *, name: Optional[str] = None, protocol: Optional[str] = None, seed: Optional[int] = None
    ) -> Report:
        """Reads one image: a path, an image file's bytes, a PIL image, or a NumPy array of 8-bit RGB values.

        name: what the report calls it. protocol, seed: others than the reader's, for this image.

        Raises ReadError if the image cannot be read, WorkerCrashed (a ReadError) if the program ended meanwhile, StartError
        if it does not start, TypeError and ValueError for an object that is no picture. Ctrl-C cancels the reading.
        """
        shown = picture(image, name)
        return self._answer({**shown.request, **_choices(protocol, seed)}, shown.name, shown)

    def describe(
        self, observations: Mapping[str, str], description: str = "", *, name: Optional[str] = None,
        protocol: Optional[str] = None, seed: Optional[int] = None,
    ) -> Report:
        """Phase 3 alone: classifies by words, without an image.

        observations: Phase 1's answers by question, such as {"Architecture": "round", "Network": "yes", …}. description:
        Phase 2's text. Raises ReadError, for example if a question of the protocol is missing.
        """
        request: Dict[str, Any] = {"observations": dict(observations), "description": description, **_choices(protocol, seed)}
        if name:
            request["name"] = name
        return self._answer(request, name or "words", None)

    def read_many(
        self, images: Iterable[Any], *, protocol: Optional[str] = None, seed: Optional[int] = None, retries: int = 2,
        progress: Optional[bool] = None,
    ) -> Readings:
        """Reads images as they are asked for, and gives one Outcome for each, in their order.

            for outcome in reader.read_many(paths): …
            reader.read_many(paths).to_pandas()

        images: any iterable of what ``read`` takes. It is consumed a few images ahead of the results, never as a whole.
        retries: if the program crashes, the images that it had in hand are read again in a fresh one, each alone and at most
        this often. One that crashes it every time gets a WorkerCrashed as its error; the others are not affected.
        progress: a bar; None shows it in notebooks and terminals.

        An image that cannot be read is an Outcome with an error. Raises StartError if the program does not start.
        """
        if isinstance(images, (str, bytes, os.PathLike)):
            raise TypeError("read_many takes several images; for a folder: sorted(pathlib.Path(folder).glob('*.jpg'))")
        if retries < 0:
            raise ValueError("retries is 0 or more")
        return Readings(self, images, _choices(protocol, seed), retries, progress)

    def _answer(self, request: Mapping[str, Any], name: str, shown: Optional[Picture]) -> Report:
        worker = self._running()
        ticket = worker.ask(request)
        try:
            return _report(ticket, name, None if shown is None else shown.source)
        except BaseException:
            worker.cancel([ticket])
            raise

    def _running(self) -> Worker:
        """The program; a fresh one if there is none or if it ended. One that is killed before its model is loaded is started
        again, as one that is killed later is. Raises StartError."""
        with self._lock:
            if self._worker is not None and self._worker.is_running:
                return self._worker
            self._worker = None
            worker = self._start()
            weights = [worker.info.weights_sha256, worker.info.projector_sha256, worker.info.version]
            if self._weights not in (None, weights):
                worker.close()
                raise StartError("the model's files or the program changed since this reader began; make a new Reader")
            self._weights, self._worker = weights, worker
            self._starts += 1
            return worker

    def _start(self) -> Worker:
        program = _program.find(self._program)
        for attempt in range(1, STARTS):
            try:
                return Worker(program, self._arguments)
            except StartError as error:
                if error.status != -signal.SIGKILL:
                    raise
            # What memory runs out for may end meanwhile.
            time.sleep(attempt / 2)
        return Worker(program, self._arguments)

    def _leave_to_parent(self) -> None:
        """In a forked child: the parent's program stays the parent's."""
        worker, self._worker = self._worker, None
        self._lock = threading.Lock()
        if worker is not None:
            worker.abandon()


def _choices(protocol: Optional[str], seed: Optional[int]) -> Dict[str, Any]:
    if seed is not None and (isinstance(seed, bool) or not 0 <= seed < 1 << 64):
        raise ValueError("seed is a number from 0 to 2**64 - 1")
    return {key: value for key, value in (("protocol", protocol), ("seed", seed)) if value is not None}


def _report(ticket: Ticket, name: str, source: Any) -> Report:
    """The report that a ticket waits for. Raises ReadError."""
    answer = ticket.wait()
    if "error" in answer:
        raise ReadError(answer["error"]["message"], answer["error"]["status"], name)
    return Report.of(answer["examination"], source)


def _after_fork() -> None:
    for reader in list(_readers):
        reader._leave_to_parent()


_readers: "weakref.WeakSet[Reader]" = weakref.WeakSet()
os.register_at_fork(after_in_child=_after_fork)
