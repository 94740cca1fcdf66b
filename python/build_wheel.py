"""Puts the program, its libraries and the embedded model into the wheel, and names the platform that they run on.

DERMGEMMA_STAGED is a folder as `scripts/dist.sh --into` lays it out; `make wheel` sets it.
"""

import os
import pathlib
import platform
import re
import shutil

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

GLIBC = "2_35"
"""scripts/distribution/stage.py sees to it; Interop/test_python_package.py has auditwheel check it."""


def libraries(folder):
    """The program and its libraries by the name that the loader asks for: a wheel has no links."""
    files = {path.name: path for path in sorted(folder.iterdir()) if path.is_file() and not path.is_symlink()}
    for link in folder.iterdir():
        # Of libllama.so, .so.0 and .so.0.5.0, .so.0 is the one.
        if link.is_symlink() and link.is_file() and re.search(r"\.so\.\d+$", link.name):
            del files[link.resolve().name]
            files[link.name] = link.resolve()
    return files


class ProgramHook(BuildHookInterface):
    """Adds what is not Python."""

    def initialize(self, version, build_data):
        """Runs before the wheel is written."""
        if version == "editable":
            return
        staged = os.environ.get("DERMGEMMA_STAGED")
        if not staged:
            raise RuntimeError("build the wheel with 'make wheel'; DERMGEMMA_STAGED names no program")
        folder, documents = pathlib.Path(staged, "lib/dermgemma"), pathlib.Path(staged, "share/doc/dermgemma")
        build_data["tag"] = f"py3-none-manylinux_{GLIBC}_{platform.machine()}"
        build_data["pure_python"] = False
        included = build_data["force_include"]
        for name, path in libraries(folder).items():
            included[str(path)] = f"dermgemma/_program/{name}"
        for path in sorted(pathlib.Path(staged, "share/dermgemma/Models").rglob("*")):
            if path.is_file():
                included[str(path)] = f"dermgemma/_program/{path.relative_to(pathlib.Path(staged, 'share/dermgemma'))}"
        for path in [documents / "LICENSE", *sorted((documents / "third-party").iterdir())]:
            included[str(path)] = f"dermgemma/_program/licenses/{path.name}"
        shutil.copy2(documents / "sbom.cdx.json", pathlib.Path(staged, "dermgemma.cdx.json"))
        build_data["sbom_files"].append(str(pathlib.Path(staged, "dermgemma.cdx.json")))
