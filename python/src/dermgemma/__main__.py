"""The command ``dermgemma``: the program itself, with all its commands."""

import os
import sys

from . import _program
from .errors import StartError


def main() -> None:
    """Becomes the program."""
    try:
        program = _program.find()
    except StartError as error:
        sys.exit(f"dermgemma: {error}")
    os.execve(program, [str(program), *sys.argv[1:]], _program.environment(program))


if __name__ == "__main__":
    main()
