"""A progress bar of the standard library: in a notebook HTML, in a terminal one line, elsewhere nothing."""

from __future__ import annotations

import sys
import time
from typing import Any, Optional


class Progress:
    """Shows how far a run is, at most five times a second."""

    def __init__(self, total: Optional[int], shown: Optional[bool] = None) -> None:
        """``shown`` None: where somebody may watch. ``total`` None: not known."""
        self.total = total
        self.done = 0
        self.failed = 0
        self._began = time.monotonic()
        self._drawn = 0.0
        self._handle: Any = None
        shell = _notebook()
        self._is_notebook = shell is not None and shown is not False
        self._is_terminal = not self._is_notebook and (sys.stderr.isatty() if shown is None else shown)

    def step(self, ok: bool) -> None:
        """One image more is done."""
        self.done += 1
        self.failed += not ok
        now = time.monotonic()
        if now - self._drawn >= 0.2 or self.done == self.total:
            self._drawn = now
            self._draw()

    def close(self) -> None:
        """Shows the last state."""
        if self.done:
            self._draw()
            if self._is_terminal:
                print(file=sys.stderr)

    @property
    def text(self) -> str:
        """How far it is, in words."""
        seconds = max(time.monotonic() - self._began, 1e-9)
        words = f"{self.done}" + (f" of {self.total}" if self.total is not None else "") + " images"
        if self.failed:
            words += f", {self.failed} failed"
        words += f", {self.done / seconds:.1f} per second"
        if self.total and self.done and self.done < self.total:
            left = int(seconds / self.done * (self.total - self.done))
            words += f", {left // 3600}:{left // 60 % 60:02d}:{left % 60:02d} left"
        return words

    def _draw(self) -> None:
        if self._is_notebook:
            import IPython.display

            shown: Any = IPython.display
            extent = f' max="{self.total}" value="{self.done}"' if self.total else ""
            html = shown.HTML(f'<progress{extent} aria-label="images read"></progress> {self.text}')
            if self._handle is None:
                self._handle = shown.display(html, display_id=True)
            else:
                self._handle.update(html)
        elif self._is_terminal:
            print(f"\r\x1b[K{self.text}", end="", file=sys.stderr, flush=True)


def _notebook() -> Any:
    """The shell of the notebook that this runs in, if it does; IPython is not imported for the question."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None
    return shell if shell is not None and type(shell).__name__ == "ZMQInteractiveShell" else None
