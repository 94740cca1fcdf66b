"""The embedded model's files."""

import hashlib
import json

import program


def test_files_are_those_of_the_checksum_list(embedded_pair, remark):
    """Every listed file has its digest, and both files of the pair are listed."""
    listed = _listed()
    assert set(listed) >= {path.name for path in embedded_pair}
    for name, digest in listed.items():
        assert _digest(program.EMBEDDED / name) == digest, f"{name} is not the listed file"
    sizes = ", ".join(f"{path.name} {path.stat().st_size:,} bytes" for path in embedded_pair)
    remark(f"embedded model: {len(listed)} files as listed; {sizes}")


def test_program_reads_with_the_listed_files(phantoms):
    """What `analyze` says of its weights, without being told any, are the list's digests."""
    listed = _listed()
    line = program.run("analyze", phantoms[0], "--json")
    model = json.loads(line)["model"]
    assert model["weights_sha256"] == listed["dermgemma-small.gguf"]
    assert model["projector_sha256"] == listed["dermgemma-small-mmproj.gguf"]


def _listed() -> dict[str, str]:
    lines = (program.EMBEDDED / "SHA256SUMS").read_text("utf-8").splitlines()
    return {name.lstrip("*"): digest for digest, name in (line.split(maxsplit=1) for line in lines if line)}


def _digest(path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
