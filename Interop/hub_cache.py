"""The hub's own tool, run by its own environment, and a hub on this machine for both sides."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import urllib.request

import program


def environment() -> pathlib.Path:
    """The folder of the environment that huggingface_hub is in; made once."""
    made = subprocess.run(
        [program.ROOT / "scripts/python-environment.sh", "hub", "Interop/hub-requirements.txt", "--no-deps"],
        check=True, capture_output=True, text=True)
    return pathlib.Path(made.stdout.split()[-1])


@contextlib.contextmanager
def hub(log: pathlib.Path):
    """The stand-in of the Swift tests; gives its address."""
    log.touch()
    with log.open("w") as errors, subprocess.Popen(
        [sys.executable, program.ROOT / "Tests/Support/TestServers/server.py", log],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True) as server:
        yield "http://127.0.0.1:" + server.stdout.readline().split()[0]
        server.stdin.close()


class Desk:
    """One cache, one model of two files on the stand-in, and both programs with the same settings."""

    def __init__(self, folder: pathlib.Path, endpoint: str, tool: pathlib.Path, behaviour: str = "plain", **settings: str):
        self.endpoint, self.tool, self.repository = endpoint, tool, f"tests/{behaviour}.{folder.name}"
        self.cache = folder / "hf/hub"
        entry = {"name": "tiny", "repository": self.repository, "weights": {"file": "tiny.gguf"},
                 "projector": {"file": "tiny-mmproj.gguf"}}
        (folder / "config.json").write_text(json.dumps({"models": [entry]}))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING", "TRANSFORMERS"))}
        self.variables = {
            **kept, "HF_ENDPOINT": endpoint, "HF_HOME": str(folder / "hf"), "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_UPDATE_CHECK": "1", "DERMGEMMA_CONFIG": str(folder / "config.json"), **settings}

    def start(self, *arguments: str) -> subprocess.Popen:
        """Our program, going on by itself."""
        return subprocess.Popen([program.BINARY, *arguments], env=self.variables, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def ours(self, *arguments: str) -> str:
        """What our program prints; it must end well."""
        with self.start(*arguments) as process:
            output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        return output

    def theirs(self, code: str) -> object:
        """What a few lines of Python print as JSON, with huggingface_hub at hand."""
        done = subprocess.run([self.tool / "bin/python", "-W", "error::UserWarning", "-c", code], env=self.variables,
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def fetched(self) -> int:
        """How often the storage was asked for this model's bytes."""
        with urllib.request.urlopen(self.endpoint + "/log", timeout=10) as answer:
            return sum(one["role"] == "storage" and self.repository in one["path"] for one in json.load(answer))

    def release(self) -> None:
        """Lets held bytes go on."""
        urllib.request.urlopen(f"{self.endpoint}/release/{self.repository}", timeout=10).close()

    def download(self) -> list[str]:
        """Has their tool fetch both files; their paths."""
        return self.theirs(f"""
import json
from huggingface_hub import hf_hub_download
print(json.dumps([hf_hub_download({self.repository!r}, name) for name in ("tiny.gguf", "tiny-mmproj.gguf")]))""")

    def scan(self) -> dict:
        """What their tool says of the cache."""
        return self.theirs("""
import json
from huggingface_hub import scan_cache_dir
found = scan_cache_dir()
print(json.dumps({"repositories": sorted(repo.repo_id for repo in found.repos), "warnings": list(map(str, found.warnings)),
    "bytes": found.size_on_disk, "unfinished": len(found.incomplete_files)}))""")

    def share(self, paths: list[str]) -> None:
        """Has their tool put what it fetched into the cache-wide store, as it does with what comes by Xet."""
        self.theirs(f"""
import hashlib, json, os, pathlib
from huggingface_hub.utils import _shared_blobs as shared
for path in map(pathlib.Path, {paths!r}):
    blob = os.path.abspath(path.parent / os.readlink(path))
    assert shared.publish_blob_to_shared_store(
        blob_path=blob, xet_hash=hashlib.sha256(blob.encode()).hexdigest(), cache_dir={str(self.cache)!r},
        expected_size=os.path.getsize(blob))
print("null")""")
