"""The Python package: its wheel, and fresh environments that have it and nothing else."""

import os
import pathlib
import subprocess
import sys

import program

PACKAGE = program.ROOT / "python"


def tools() -> pathlib.Path:
    """The environment that the wheel is built and tested with; made once."""
    return _environment("python-package")


def engines() -> pathlib.Path:
    """The environment that Ray and Spark are in; made once. Raises CalledProcessError where they cannot be installed."""
    return _environment("python-engines")


def _environment(name: str) -> pathlib.Path:
    made = subprocess.run(
        [program.ROOT / "scripts/python-environment.sh", name, f"Interop/{name}-requirements.txt", "--no-deps"],
        check=True, stdout=subprocess.PIPE, text=True)
    return pathlib.Path(made.stdout.split()[-1])


def packages(environment: pathlib.Path) -> pathlib.Path:
    """Where an environment's packages lie."""
    return next(environment.glob("lib/python3*/site-packages"))


def build() -> pathlib.Path:
    """What `make wheel` makes of the program as it was built."""
    made = subprocess.run([program.ROOT / "scripts/wheel.sh"], check=True, stdout=subprocess.PIPE, text=True)
    return pathlib.Path(made.stdout.split()[-1])


class Installed:
    """A fresh environment with the wheel, installed without a network."""

    def __init__(self, folder: pathlib.Path, wheel: pathlib.Path):
        self.python = folder / "bin/python"
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([self.python, "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", wheel],
                       check=True, env=self.variables())

    @staticmethod
    def variables(borrowed: pathlib.Path | None = None) -> dict[str, str]:
        """No path to our sources, and the packages of another environment only if they are asked for."""
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("PYTHON", "PIP_", "DERMGEMMA_", "LLAMA", "MTMD", "VIRTUAL_ENV"))}
        if borrowed is not None:
            kept["PYTHONPATH"] = str(packages(borrowed))
        return kept | {"PYTHONDONTWRITEBYTECODE": "1"}

    def run(self, *arguments: object, borrowed: pathlib.Path | None = None, folder: pathlib.Path | None = None,
            limit: float = 600) -> str:
        """What Python prints. Fails with what it complained of."""
        done = subprocess.run([self.python, *map(str, arguments)], env=self.variables(borrowed), cwd=folder, text=True,
                              capture_output=True, timeout=limit)
        assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
        return done.stdout
