"""Where the program is, and what it is started with."""

from __future__ import annotations

import os
import pathlib
from typing import Dict, Optional

from .errors import StartError

FOLDER = pathlib.Path(__file__).resolve().parent / "_program"
"""The program, its libraries and the embedded model, as the wheel carries them."""


def find(program: "Optional[str | os.PathLike[str]]" = None) -> pathlib.Path:
    """The program: the given one, that of ``DERMGEMMA_PROGRAM``, or the wheel's own.

    Raises StartError if it is not there.
    """
    chosen = program or os.environ.get("DERMGEMMA_PROGRAM")
    path = pathlib.Path(chosen) if chosen else FOLDER / "dermgemma"
    if not path.is_file():
        raise StartError(f"The program is not at {path}. Install a wheel that 'make wheel' built, or set DERMGEMMA_PROGRAM.")
    return path.absolute()


def environment(program: pathlib.Path) -> Dict[str, str]:
    """The process's environment, with the libraries beside the program before those of any LD_LIBRARY_PATH.

    conda, Spark and CUDA images set that variable; another libvips there would come before the wheel's.
    """
    variables = dict(os.environ)
    if variables.get("LD_LIBRARY_PATH"):
        variables["LD_LIBRARY_PATH"] = f"{program.resolve().parent}:{variables['LD_LIBRARY_PATH']}"
    return variables
