"""Lays out what is installed: the program, the libraries that it needs, the embedded model, and what belongs to them.

    stage.py BUILD FOLDER LLAMA-LICENCE

BUILD is the folder of the built program. FOLDER is made; it may lie anywhere later, since everything is found from the
program's own place.
"""

import pathlib
import re
import shutil
import subprocess
import sys

import elf
import inventory

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OLDEST_GLIBC = (2, 35)
"""Ubuntu 22.04's, which CUDA's images are made of."""


def main() -> None:
    build, folder, llama_license = map(pathlib.Path, sys.argv[1:])
    home = folder / "lib/dermgemma"
    home.mkdir(parents=True)
    program = home / "dermgemma"
    shutil.copy2(build / "dermgemma", program)
    # The CUDA backend, where it was built, stays behind: it needs CUDA's own libraries and a driver, which are the host's.
    backends = sorted(path for path in build.glob("*.so*") if path.name != "libggml-cuda.so")
    for path in backends:
        shutil.copy2(path, home / path.name, follow_symlinks=False)
    subprocess.run(["strip", "--strip-unneeded", program], check=True)

    origins = lay_libraries(build, home, backends)
    for name in ["dermgemma-small"]:
        target = folder / "share/dermgemma/Models" / name
        target.mkdir(parents=True)
        for path in sorted((ROOT / "Models" / name).iterdir()):
            if path.is_file():
                shutil.copy2(path, target)
    (folder / "bin").mkdir()
    (folder / "bin/dermgemma").symlink_to("../lib/dermgemma/dermgemma")
    # The program looks for what it shares below the folder above its own: lib/share would be nobody's place.
    (home / "Models").symlink_to("../../share/dermgemma/Models")
    lay_documents(folder, program)
    inventory.write(folder, origins, llama_license)


def lay_libraries(build: pathlib.Path, home: pathlib.Path, backends: list[pathlib.Path]) -> dict[str, pathlib.Path]:
    """Copies the libraries that are not the host's. Returns where each came from, by its name."""
    wanted: dict[str, pathlib.Path] = {}
    for path in [build / "dermgemma", *backends]:
        wanted |= elf.closure(path)
    origins = {}
    for name, path in sorted(wanted.items()):
        if (home / name).exists():
            continue
        copy = home / name
        shutil.copy2(path, copy)
        copy.chmod(0o644)
        subprocess.run(["patchelf", "--set-rpath", "$ORIGIN", copy], check=True)
        origins[name] = path
        mend(copy, home)
    return origins


def mend(copy: pathlib.Path, home: pathlib.Path) -> None:
    """Makes a library that asks for a newer glibc do with an older one, where that can be done; else stops."""
    for version in sorted(elf.needed_versions(copy).get("libc.so.6", ())):
        if elf.newest({version}, "GLIBC_") <= OLDEST_GLIBC:
            continue
        # First the name of the helper, because that moves tables about.
        subprocess.run(["patchelf", "--add-needed", "libdermgemma-compat.so", copy], check=True)
        names = elf.loosen(copy, version)
        if set(names) - {"arc4random_buf"}:
            raise RuntimeError(f"{copy.name} needs {', '.join(names)} of {version}; packaging/compat.c lacks it")
        helper = home / "libdermgemma-compat.so"
        if not helper.exists():
            source = ROOT / "packaging/compat.c"
            subprocess.run(["gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", helper, source], check=True)


def lay_documents(folder: pathlib.Path, program: pathlib.Path) -> None:
    """What people and shells read; written by the program itself where it can."""
    written = {
        "man": "share/man/man1/dermgemma.1",
        "bash": "share/bash-completion/completions/dermgemma",
        "zsh": "share/zsh/site-functions/_dermgemma",
        "fish": "share/fish/vendor_completions.d/dermgemma.fish",
    }
    for sort, name in written.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        told = subprocess.run([program, "completions", sort], capture_output=True, text=True, check=True)
        target.write_text(told.stdout, "utf-8")
    units = folder / "lib/systemd/system"
    units.mkdir(parents=True)
    shutil.copy2(ROOT / "packaging/dermgemma.service", units)
    documents = folder / "share/doc/dermgemma"
    documents.mkdir(parents=True)
    for name in ["README.md", "LICENSE", "CHANGELOG.md", "SECURITY.md"]:
        shutil.copy2(ROOT / name, documents)
    shutil.copytree(ROOT / "docs", documents / "docs")
    # The page's texts are for reading here; what leads back into the sources has nothing to lead to.
    text = (documents / "README.md").read_text("utf-8")
    (documents / "README.md").write_text(re.sub(r"\.build/release/dermgemma", "dermgemma", text), "utf-8")


if __name__ == "__main__":
    main()
