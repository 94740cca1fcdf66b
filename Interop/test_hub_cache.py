"""One model cache for our program and for the hub's own tool: what either leaves, the other reads, and nobody breaks it."""

import json
import pathlib
import shutil
import stat
import subprocess
import time

import pytest

import hub_cache


@pytest.fixture(scope="module")
def tool():
    """The environment with huggingface_hub and hf-xet in the versions that are pinned."""
    return hub_cache.environment()


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    """A hub on this machine."""
    with hub_cache.hub(tmp_path_factory.mktemp("hub") / "log") as address:
        yield address


@pytest.fixture
def desk(tmp_path, endpoint, tool):
    """A desk of this test's own; give it a behaviour of the hub, and variables."""
    return lambda behaviour="plain", **settings: hub_cache.Desk(tmp_path, endpoint, tool, behaviour, **settings)


LINKS = pytest.mark.parametrize("settings", [{}, {"HF_HUB_DISABLE_SYMLINKS": "1"}], ids=["links", "no links"])


@LINKS
def test_what_their_tool_fetched_is_ours(desk, settings):
    """Listed, verified, not fetched again, and removed without a trace that would worry their tool."""
    desk = desk(**settings)
    paths = desk.download()
    before = desk.fetched()
    assert before == 2
    assert [line.split()[1] for line in desk.ours("models").splitlines() if line.startswith("tiny ")] == ["here"]
    assert desk.ours("models", "pull", "tiny").splitlines()[:2] == paths
    assert desk.fetched() == before
    assert desk.ours("models", "verify", "tiny").splitlines()[-1] == "All of these match their digests."
    assert "606 kB freed" in desk.ours("models", "remove", "tiny")
    assert desk.scan() == {"repositories": [], "warnings": [], "bytes": 0, "unfinished": 0}


@LINKS
def test_what_we_fetched_is_theirs(desk, settings):
    """Found by their tool without and with the network, which fetches nothing, and scanned without a warning."""
    desk = desk(**settings)
    ours = desk.ours("models", "pull", "tiny").splitlines()[:2]
    before = desk.fetched()
    assert desk.download() == ours
    assert desk.fetched() == before
    found = desk.scan()
    assert found == {"repositories": [desk.repository], "warnings": [], "bytes": 600_002, "unfinished": 0}
    for lock in pathlib.Path(desk.cache, ".locks").rglob("*.lock"):
        assert stat.S_IMODE(lock.stat().st_mode) == 0o664, lock


def test_a_cache_copied_without_its_links_is_a_cache(desk):
    """`cp -rL`, as on a NAS: listed, verified, not fetched again, removed with the blobs that nothing leads to."""
    desk = desk()
    desk.download()
    copy = desk.cache.with_name("copy")
    shutil.copytree(desk.cache, copy, symlinks=False)
    shutil.rmtree(desk.cache)
    copy.rename(desk.cache)
    before = desk.fetched()
    desk.ours("models", "pull", "tiny")
    assert desk.fetched() == before
    assert desk.ours("models", "verify", "tiny").splitlines()[-1] == "All of these match their digests."
    assert "1.21 MB freed" in desk.ours("models", "remove", "tiny")
    assert desk.scan()["warnings"] == []


def test_what_came_by_xet_is_verified_and_freed(desk):
    """Their cache-wide store: the SHA-256 is that of the file, and the last who needs the bytes frees them."""
    desk = desk()
    paths = desk.download()
    desk.share(paths)
    assert pathlib.Path(paths[0]).resolve().parent.parent == desk.cache / "blobs"
    before = desk.fetched()
    assert desk.ours("models", "pull", "tiny").splitlines()[:2] == paths
    assert desk.fetched() == before
    assert desk.ours("models", "verify", "tiny").splitlines()[-1] == "All of these match their digests."
    assert "606 kB freed" in desk.ours("models", "remove", "tiny")
    assert desk.scan() == {"repositories": [], "warnings": [], "bytes": 0, "unfinished": 0}


def test_their_pruning_leaves_a_running_pull_alone(desk):
    """`hf cache prune` while we fetch: every byte that came stays, and the pull ends well."""
    desk = desk("holdfirst")
    with desk.start("models", "pull", "tiny") as pull:
        deadline = time.monotonic() + 60
        while not list(desk.cache.glob("*/blobs/*.part")) or desk.fetched() == 0:
            assert time.monotonic() < deadline and pull.poll() is None
            time.sleep(0.05)
        swept = subprocess.run(
            [desk.tool / "bin/hf", "cache", "prune", "--yes"], env=desk.variables, capture_output=True, text=True, timeout=60)
        assert swept.returncode == 0, swept.stderr
        assert list(desk.cache.glob("*/blobs/*.part"))
        desk.release()
        _, errors = pull.communicate(timeout=60)
    assert pull.returncode == 0, errors
    assert desk.scan()["warnings"] == []


@pytest.mark.parametrize("settings", [
    {}, {"HF_TOKEN": "one", "HUGGING_FACE_HUB_TOKEN": "two"}, {"HUGGING_FACE_HUB_TOKEN": "two"},
    {"HF_TOKEN": "", "HUGGING_FACE_HUB_TOKEN": "two"}, {"HF_TOKEN": " ", "HUGGING_FACE_HUB_TOKEN": "two"},
    {"HF_TOKEN": "one", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}, {"TRANSFORMERS_OFFLINE": "yes"},
    {"HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "1"}, {"HF_HUB_OFFLINE": "", "TRANSFORMERS_OFFLINE": "1"},
    {"HF_HUB_OFFLINE": "On"}, {"HF_HOME": "$PLACE/hf"}, {"HF_HOME": "~/hf"}, {"HF_HUB_CACHE": "${PLACE}/$NOBODY"},
    {"HUGGINGFACE_HUB_CACHE": "$PLACE/old"}, {"HUGGINGFACE_HUB_CACHE": "/a", "HF_HUB_CACHE": "/b"},
    {"HF_TOKEN_PATH": "$PLACE/token"}, {"HF_ENDPOINT": "https://mirror.example//"}, {"HF_HUB_DISABLE_SYMLINKS": "1"},
], ids=lambda settings: " ".join(settings) or "none")
def test_variables_mean_what_they_mean_to_their_tool(desk, tmp_path, settings):
    """Cache, endpoint, offline and links as huggingface_hub has them, and whether a token is sent."""
    (tmp_path / "token").write_text("from-file\n")
    (tmp_path / "hf").mkdir()
    desk = desk(**{"PLACE": str(tmp_path), "HOME": str(tmp_path), **settings})
    theirs = desk.theirs("""
import json
from huggingface_hub import constants
from huggingface_hub.utils._headers import get_token_to_send
print(json.dumps({"hub": constants.ENDPOINT, "cache": constants.HF_HUB_CACHE,
    "offline": "yes" if constants.HF_HUB_OFFLINE else "no", "links": "no" if constants.HF_HUB_DISABLE_SYMLINKS else "yes",
    "token": "none" if get_token_to_send(None) is None else "set, not shown"}))""")
    printed = (line.split("  (")[0] for line in desk.ours("config").splitlines())
    ours = dict((part.strip() for part in line.split(" ", 1)) for line in printed if not line.startswith("#"))
    assert {key: ours[key] for key in theirs} == theirs, json.dumps(theirs)
