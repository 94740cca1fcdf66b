"""One process of ``dermgemma worker``: requests in, answers out, each found by its id."""

from __future__ import annotations

import collections
import dataclasses
import json
import os
import pathlib
import queue
import signal
import subprocess
import threading
import weakref
from typing import Any, Dict, List, Mapping, Optional

from . import _program
from .errors import StartError, WorkerCrashed

SCHEMA = "dermgemma-worker/1"


@dataclasses.dataclass(frozen=True)
class Info:
    """What the program says of itself."""

    schema: str
    version: str
    protocol: str
    protocols: List[str]
    model: str
    weights_sha256: Optional[str]
    projector_sha256: Optional[str]
    engine: str
    parallel: int
    """Images that are read at once."""
    ahead: int
    """Images that it takes before their answers are written."""

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Info:
        """From the worker's answer. Keys that this version does not know are ignored."""
        return cls(**{field.name: data.get(field.name) for field in dataclasses.fields(cls)})  # type: ignore[arg-type]


class Ticket:
    """A request under way. ``wait`` gives its answer."""

    def __init__(self, number: int, size: int) -> None:
        self.number = number
        self.size = size
        self._done = threading.Event()
        self._answer: Optional[Mapping[str, Any]] = None
        self._crash: Optional[WorkerCrashed] = None

    @property
    def is_done(self) -> bool:
        """Whether ``wait`` would not wait."""
        return self._done.is_set()

    def wait(self) -> Mapping[str, Any]:
        """The answer. Raises WorkerCrashed if the process ended without one."""
        # With a limit, because a wait without one does not let Ctrl-C in everywhere.
        while not self._done.wait(3600):
            pass
        if self._crash is not None:
            raise self._crash
        assert self._answer is not None
        return self._answer

    def _settle(self, answer: Optional[Mapping[str, Any]], crash: Optional[WorkerCrashed]) -> None:
        self._answer, self._crash = answer, crash
        self._done.set()


class Worker:
    """A running process. Any thread may use it. Only the process that made it may: see ``abandon``."""

    def __init__(self, program: pathlib.Path, arguments: List[str]) -> None:
        """Starts the process and waits until its model is loaded. Raises StartError if that fails."""
        self._lock = threading.Lock()
        self._tickets: Dict[int, Ticket] = {}
        self._next = 0
        self._ended = False
        self._closed = False
        self._complaints: "collections.deque[str]" = collections.deque(maxlen=20)
        try:
            # In a group of its own: Ctrl-C in a terminal or notebook is for Python, which then cancels what it asked for.
            self._process = subprocess.Popen(
                [str(program), "worker", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                bufsize=0, env=_program.environment(program), start_new_session=True)
        except OSError as error:
            raise StartError(f"{program} cannot be started: {error.strerror}") from None
        self._outbox: "queue.SimpleQueue[Optional[bytes]]" = queue.SimpleQueue()
        # Threads hold the parts, not the worker, so that one that is forgotten ends its process.
        self._threads = [
            threading.Thread(target=target, args=args, daemon=True, name=f"dermgemma-{name}") for name, target, args in (
                ("write", _write, (self._process, self._outbox)), ("complaints", _complaints, (self._process, self._complaints)),
                ("read", _read, (weakref.ref(self), self._process)))]
        for thread in self._threads:
            thread.start()
        self._finalizer = weakref.finalize(self, _end, self._process, self._outbox, os.getpid())
        try:
            answer = self.ask({"info": True}).wait()
        except WorkerCrashed as crash:
            raise StartError(self._last_words() or str(crash), self.status) from None
        except BaseException:
            self.close()
            raise
        self.info = Info.of(answer["info"])
        if self.info.schema != SCHEMA:
            self.close()
            raise StartError(f"{program} speaks {self.info.schema}, this package {SCHEMA}")

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def status(self) -> Optional[int]:
        """The process's exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    @property
    def is_running(self) -> bool:
        """Whether it takes requests."""
        return not self._ended

    def ask(self, request: Mapping[str, Any], size: int = 0) -> Ticket:
        """Sends a request, without waiting. An ended process's ticket raises WorkerCrashed."""
        with self._lock:
            ticket = Ticket(self._next, size)
            self._next += 1
            if self._ended:
                ticket._settle(None, self._crash())
                return ticket
            self._tickets[ticket.number] = ticket
            self._outbox.put(json.dumps({"id": ticket.number, **request}).encode("ascii") + b"\n")
        return ticket

    def cancel(self, tickets: List[Ticket]) -> None:
        """Ends requests that are under way; nobody waits for their answers."""
        with self._lock:
            for ticket in tickets:
                if not self._ended and not ticket.is_done:
                    self._outbox.put(json.dumps({"cancel": ticket.number}).encode("ascii") + b"\n")

    def close(self) -> None:
        """Ends the process. What is under way is not answered."""
        self._closed = True
        self._finalizer()
        self._settle_all()

    def abandon(self) -> None:
        """In a forked child: lets go of the parent's process without a word to it."""
        self._finalizer.detach()
        self._ended = True
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    pass
        # The child is not its parent, so subprocess shall not look after it.
        self._process.returncode = 0
        for ticket in self._tickets.values():
            # A new event: some thread of the parent may have held the old one's lock.
            ticket._done = threading.Event()
            ticket._settle(None, WorkerCrashed("asked before the process forked", 70))

    def _crash(self) -> WorkerCrashed:
        if self._closed:
            return WorkerCrashed("the reader was closed", 130)
        status, words = self.status, self._last_words()
        if status is not None and status < 0:
            try:
                how = f"was ended by {signal.Signals(-status).name}"
            except ValueError:
                how = f"was ended by signal {-status}"
            if -status == signal.SIGKILL:
                how += ", as the system does when memory runs out"
        else:
            how = f"ended with status {status}" if status is not None else "ended"
        return WorkerCrashed(f"the program {how}" + (f": {words}" if words and (status or 0) >= 0 else ""), 70)

    def _last_words(self) -> str:
        said = [line for line in self._complaints if line.startswith("dermgemma: ")] or list(self._complaints)
        return said[-1].removeprefix("dermgemma: ") if said else ""

    def _settle_all(self) -> None:
        with self._lock:
            self._ended = True
            tickets, self._tickets = self._tickets, {}
            crash = self._crash()
        for ticket in tickets.values():
            ticket._settle(None, crash)

    def _take(self, line: bytes) -> None:
        answer = json.loads(line)
        if "cancelled" in answer:
            return
        with self._lock:
            ticket = self._tickets.pop(answer["id"], None)
        if ticket is not None:
            ticket._settle(answer, None)


def _write(process: "subprocess.Popen[bytes]", outbox: "queue.SimpleQueue[Optional[bytes]]") -> None:
    assert process.stdin is not None
    try:
        while (line := outbox.get()) is not None:
            view = memoryview(line)
            while view:
                view = view[process.stdin.write(view) or 0:]
    except (OSError, ValueError):
        pass  # It ended; the reading thread says so.
    finally:
        try:
            process.stdin.close()
        except OSError:
            pass


def _complaints(process: "subprocess.Popen[bytes]", kept: "collections.deque[str]") -> None:
    assert process.stderr is not None
    with open(process.stderr.fileno(), "rb", closefd=False) as lines:
        for line in lines:
            if text := line.decode("utf-8", "replace").strip():
                kept.append(text)


def _read(worker: "weakref.ref[Worker]", process: "subprocess.Popen[bytes]") -> None:
    assert process.stdout is not None
    try:
        with open(process.stdout.fileno(), "rb", buffering=1 << 20, closefd=False) as lines:
            for line in lines:
                target = worker()
                if target is None:
                    return
                target._take(line)
                del target
    except (OSError, ValueError):
        # A line that is cut off, by a process that was killed as it wrote; or no line of a worker's. Either way it is over.
        process.kill()
    process.wait()
    if (target := worker()) is not None:
        target._threads[1].join(2)
        target._settle_all()


def _end(process: "subprocess.Popen[bytes]", outbox: "queue.SimpleQueue[Optional[bytes]]", owner: int) -> None:
    """Ends a process: at once, since nobody wants what it still reads."""
    if os.getpid() != owner:
        return
    outbox.put(None)
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
