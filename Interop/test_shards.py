"""Shards of a validation, killed and resumed, and merged: the same bytes as one undisturbed run."""

import json
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest

import program
import shards

IMAGES = 12


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> pathlib.Path:
    """Phantoms with every difficulty, and one undisturbed run over them in `whole`."""
    folder = tmp_path_factory.mktemp("shards")
    program.run("phantoms", "--count", IMAGES, "--seed", 21, "--out", folder / "images")
    (folder / "images/attributes.csv").unlink()
    lines = (folder / "images/labels.csv").read_text("utf-8").splitlines()
    (folder / "images/labels.csv").unlink()
    pictures = sorted((folder / "images").iterdir())
    # One without a label, one that always fails, and one picture under two names.
    (folder / "labels.csv").write_text("\n".join(lines[:-1] + ["broken,nv,", "again,nv,", "nothing,mel,"]) + "\n", "utf-8")
    (folder / "images/broken.jpg").write_bytes(b"no picture at all")
    shutil.copy(pictures[0], folder / "images/again.png")
    # Every second image shows the same lesion as its neighbour: shards split them.
    rows = ["image_id,lesion_id,site,sex,age,nest"]
    rows += [f"{one.stem},L{place // 2},trunk,female,{40 + place},N{place // 3}" for place, one in enumerate(pictures)]
    (folder / "metadata.csv").write_text("\n".join(rows) + "\n", "utf-8")
    done = subprocess.run(
        [program.BINARY, *shards.arguments(folder, "whole/out"), "--isic-csv", folder / "whole/out/isic.csv"],
        capture_output=True, text=True)
    assert done.returncode == 65 and "broken.jpg" in done.stderr, done.stderr
    return folder


def shard(folder: pathlib.Path, name: str, index: int, count: int, *more: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        [program.BINARY, *shards.arguments(folder, f"{name}/{index}", "--shard", index, "--of", count, *more)],
        capture_output=True, text=True)


def merge(folder: pathlib.Path, name: str, *more: object) -> subprocess.CompletedProcess:
    parts = sorted((folder / name).iterdir(), reverse=True)
    return subprocess.run([program.BINARY, "merge", *parts, *map(str, more)], capture_output=True, text=True)


def assert_same(folder: pathlib.Path, merged: pathlib.Path) -> None:
    expected, found = shards.written(folder / "whole/out"), shards.written(merged)
    assert found.keys() == expected.keys()
    for name, content in expected.items():
        assert found[name] == content, name


def test_shards_killed_and_resumed_end_in_the_bytes_of_one_run(whole, remark):
    count, kills = 3, 0
    for index in range(count):
        for delay in [0.4, 0.7, 1.0]:
            words = shards.arguments(whole, f"killed/{index}", "--shard", index, "--of", count, "--resume")
            with subprocess.Popen([program.BINARY, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
                time.sleep(delay)
                process.kill()
            kills += process.returncode == -signal.SIGKILL
        done = shard(whole, "killed", index, count, "--resume")
        assert done.returncode == 0, done.stderr
        assert re.search(rf"shard {index} of 3 is done, \d+ of the run's {IMAGES + 2} images", done.stdout), done.stdout
    merged = merge(whole, "killed", "--out", whole / "merged-killed", "--isic-csv", whole / "merged-killed/isic.csv")
    assert merged.returncode == 65, merged.stderr
    assert_same(whole, whole / "merged-killed")
    remark(f"shards: {count} of a run over {IMAGES + 2} images, killed {kills} times, merged to the same bytes")


@pytest.mark.parametrize("count", [1, 2 * IMAGES])
def test_any_number_of_shards_gives_the_same_bytes(whole, count):
    images = 0
    for index in range(count):
        done = shard(whole, f"of-{count}", index, count)
        assert done.returncode == 0, done.stderr
        images += int(re.search(r"is done, (\d+) of", done.stdout).group(1))
    assert images == IMAGES + 2
    out = whole / f"merged-{count}"
    merged = merge(whole, f"of-{count}", "--out", out, "--isic-csv", out / "isic.csv")
    assert merged.returncode == 65, merged.stderr
    assert_same(whole, out)
    again = merge(whole, f"of-{count}", "--out", out)
    assert again.returncode == 64 and "--replace" in again.stderr
    replaced = merge(whole, f"of-{count}", "--out", out, "--replace", "--isic-csv", out / "isic.csv")
    assert replaced.returncode == 65, replaced.stderr
    assert_same(whole, out)


@pytest.mark.parametrize("grouping", ["lesion_id", "folder", "nest"])
def test_lesions_whose_pictures_are_in_several_shards_are_those_of_one_run(whole, grouping, tmp_path):
    """`--group-by` for shards that are done reads nothing again; the merge has the lesions of an undisturbed run."""
    one = tmp_path / "one"
    shutil.copytree(whole / "whole", one)
    for name in ("images", "labels.csv", "metadata.csv"):
        (tmp_path / name).symlink_to(whole / name)
    words = ["--group-by", grouping]
    done = subprocess.run([program.BINARY, *shards.arguments(tmp_path, "one/out", *words, "--resume", "--isic-csv", one / "out/isic.csv")],
                          capture_output=True, text=True)
    assert done.returncode == 65, done.stderr
    for index in range(2):
        assert shard(tmp_path, "two", index, 2, *words).returncode == 0
    merged = merge(tmp_path, "two", "--out", tmp_path / "merged", "--isic-csv", tmp_path / "merged/isic.csv")
    assert merged.returncode == 65, merged.stderr
    expected, found = shards.written(one / "out"), shards.written(tmp_path / "merged")
    assert found.keys() == expected.keys() >= {"lesions.csv", "lesions.json"}
    for name in ("lesions.csv", "lesions.json", "images.csv"):
        assert found[name] == expected[name], name
    several = json.loads(found["lesions.json"])["lesions_of_several_views"]
    assert several == {"lesion_id": IMAGES // 2, "folder": 1, "nest": IMAGES // 3}[grouping]


def test_what_is_not_one_whole_run_is_refused_by_name(whole):
    for index in range(2):
        assert shard(whole, "two", index, 2).returncode == 0
    first, second = whole / "two/0", whole / "two/1"

    def refused(*parts: pathlib.Path) -> str:
        done = subprocess.run(
            [program.BINARY, "merge", *parts, "--out", whole / "refused"], capture_output=True, text=True)
        assert done.returncode == 65 and done.stderr.count("\n") == 1, done.stderr
        assert not (whole / "refused").exists()
        return done.stderr

    assert "of 2 shards, one is missing: 1" in refused(first)
    assert f"shard 1 of 2 is there twice, in {second} and in {second}" in refused(first, second, second)
    assert f"{whole / 'whole/out'} is no shard" in refused(first, whole / "whole/out")
    assert shard(whole, "strange", 1, 2, "--seed", 5).returncode == 0
    assert f"{whole / 'strange/1'} is of another run than {first}: the seed (5, not 0)" in refused(first, whole / "strange/1")
    assert shard(whole, "three", 1, 3).returncode == 0
    assert "the number of shards (3, not 2)" in refused(first, whole / "three/1")
    # Records from which an image is gone.
    shutil.copytree(second, whole / "gap")
    with sqlite3.connect(whole / "gap/records.sqlite") as database:
        database.execute("DELETE FROM examinations WHERE position = (SELECT max(position) FROM examinations)")
    database.close()
    assert "1 of " in (said := refused(first, whole / "gap")) and "continue with --resume" in said
    # A list that names an image of another shard.
    shutil.copytree(second, whole / "foreign")
    lines = (first / "shard.jsonl").read_text("utf-8").splitlines()
    head, *rest = (second / "shard.jsonl").read_text("utf-8").splitlines()
    (whole / "foreign/shard.jsonl").write_text("\n".join([head, *rest[:-1], lines[-1]]) + "\n", "utf-8")
    assert "does not belong to shard 1 of 2" in refused(first, whole / "foreign")
    for broken in ["", "{}", "[1, 2]\n" * len(rest), head.replace('"part"', '"other"') + "\n"]:
        (whole / "foreign/shard.jsonl").write_text(broken, "utf-8")
        assert str(whole / "foreign") in refused(first, whole / "foreign")
    none = subprocess.run(
        [program.BINARY, "merge", first, whole / "none", "--out", whole / "refused"], capture_output=True, text=True)
    assert none.returncode == 66 and "none" in none.stderr


def test_a_shard_is_not_resumed_as_another(whole):
    assert shard(whole, "own", 0, 5).returncode == 0
    words = shards.arguments(whole, "own/0", "--shard", 1, "--of", 5, "--resume")
    other = subprocess.run([program.BINARY, *words], capture_output=True, text=True)
    assert other.returncode == 65 and "it was shard 0 of 5, it is shard 1 of 5" in other.stderr, other.stderr
    unsharded = subprocess.run(
        [program.BINARY, *shards.arguments(whole, "own/0", "--resume")], capture_output=True, text=True)
    assert unsharded.returncode == 65 and "it is the whole run" in unsharded.stderr


def test_order_of_files_changes_no_shard(whole, tmp_path):
    """The same bytes under other names, in another order, fall to the same shards."""
    (tmp_path / "images").mkdir()
    for place, one in enumerate(sorted((whole / "images").iterdir(), reverse=True)):
        shutil.copy(one, tmp_path / f"images/{place}{one.suffix}")
    for name in ["labels.csv", "metadata.csv"]:
        shutil.copy(whole / name, tmp_path / name)

    def digests(folder: pathlib.Path) -> set[str]:
        lines = (folder / "shard.jsonl").read_text("utf-8").splitlines()[1:]
        return {json.loads(line)["sha256"] for line in lines}

    for index in range(2):
        done = shard(tmp_path, "two", index, 2, "--allow-unlabelled")
        assert done.returncode == 0, done.stderr
        assert digests(tmp_path / f"two/{index}") == digests(whole / f"two/{index}")


def test_a_list_of_digests_is_made_once_and_serves_every_shard(whole, tmp_path):
    """Shards with a list end in the same bytes; a changed, a new and a missing image are refused by name."""
    for index in range(2):
        assert shard(whole, "listed", index, 2, "--digests", whole / "digests.txt").returncode == 0
        assert len((whole / "digests.txt").read_text("utf-8").splitlines()) == IMAGES + 3
    merged = merge(whole, "listed", "--out", whole / "merged-listed", "--isic-csv", whole / "merged-listed/isic.csv")
    assert merged.returncode == 65, merged.stderr
    assert_same(whole, whole / "merged-listed")

    shutil.copytree(whole / "images", tmp_path / "images")
    for name in ["labels.csv", "metadata.csv"]:
        shutil.copy(whole / name, tmp_path / name)
    listed = tmp_path / "digests.txt"
    assert shard(tmp_path, "first", 0, 2, "--digests", listed).returncode == 0

    def refused(reason: str) -> None:
        done = shard(tmp_path, "refused", 0, 2, "--digests", listed)
        assert done.returncode == 65 and done.stderr.splitlines()[-1].startswith(f"dermgemma: {reason}"), done.stderr
        assert not (tmp_path / "refused/0/report.html").exists()

    first = sorted((tmp_path / "images").glob("phantom*"))[0]
    content = first.read_bytes()
    first.write_bytes(content[:-1] + b"?")
    refused(f"{first.name}: it has changed since {listed} was made")
    first.unlink()
    refused(f"{first.name}: in {listed}, and no longer there")
    first.write_bytes(content)
    shutil.copy(first, tmp_path / "images/added.png")
    refused(f"added.png: it is not in {listed}")
    (tmp_path / "images/added.png").unlink()
    assert shard(tmp_path, "refused", 0, 2, "--digests", listed).returncode == 0


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_shard_with_a_list_of_digests_asks_the_file_system_for_its_own_images_alone(whole, tmp_path, remark):
    digests = tmp_path / "digests.txt"
    pictures = {path.name for path in (whole / "images").iterdir()}
    touched: dict[int, set[str]] = {}
    # The first one makes the list, and reads every image for it.
    for number, index in enumerate([0, 1, 2, 0]):
        log = tmp_path / f"calls-{number}"
        words = shards.arguments(
            whole, f"traced-{number}/{index}", "--shard", index, "--of", 3, "--digests", digests, "--protocol", "direct")
        done = subprocess.run(
            ["strace", "-f", "-qq", "-e", "trace=%file", "-e", "signal=none", "-o", log, program.BINARY, *words],
            capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        calls = log.read_text("utf-8", errors="replace")
        names = re.findall(re.escape(str(whole / "images")) + r'/([^"/]+)"', calls)
        if number == 0:
            assert set(names) == pictures
            continue
        own = {json.loads(line)["name"]
               for line in (whole / f"traced-{number}/{index}/shard.jsonl").read_text("utf-8").splitlines()[1:]}
        assert set(names) == own and own < pictures, sorted(names)
        touched[index] = own
        assert re.search(rf"digests.txt holds for {len(own)} images? of this shard: ", done.stderr), done.stderr
    assert set.union(*touched.values()) == pictures and sum(map(len, touched.values())) == len(pictures)
    remark(f"files asked for by shards with a list: {[len(touched[index]) for index in range(3)]} of {len(pictures)}, each by one shard")
