"""What can go wrong, as exceptions. All of them are ``DermGemmaError``."""

from __future__ import annotations

from typing import Optional, Tuple


class DermGemmaError(Exception):
    """Anything that this package raises on purpose."""


class StartError(DermGemmaError):
    """The program did not start: wrong settings, or weights that are missing or broken.

    ``status`` is its exit status (64 or 66 wrong settings, 78 weights), negative for a signal, None if it never ran.
    """

    def __init__(self, message: str, status: Optional[int] = None) -> None:
        super().__init__(message)
        self.status = status

    def __reduce__(self) -> Tuple[object, ...]:
        return (type(self), (str(self), self.status))


class ReadError(DermGemmaError):
    """One image was not read. Others are not affected.

    ``status`` is the exit status that the command line would have: 64 an invalid request, 65 an unusable image, 66 a
    missing file, 130 cancelled, 70 the program ended while it read the image (``WorkerCrashed``).
    """

    def __init__(self, message: str, status: int, name: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.name = name

    def __reduce__(self) -> Tuple[object, ...]:
        return (type(self), (self.message, self.status, self.name))


class WorkerCrashed(ReadError):
    """The program ended while it read this image, by a signal or a fault. The next call starts a fresh one."""


class IncompleteError(DermGemmaError):
    """A run on a cluster gave fewer rows, more rows or other rows than it was given images. Do not use its results."""
