"""`audit` from end to end with the embedded model on phantoms: plan, kill, resume, refusal, arms as documents."""

import csv
import json
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import time

import jsonschema
import numpy as np
import pytest

import program

MEGABYTE = 1 << 20
IMAGES = 4
ARMS = ["--arms", "looking,words,chance,chain", "--quick"]
MOST_AN_IMAGE = 8 << 10
"""Bytes of memory for each image more, all arms and doses."""


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audit") / "pictures"
    program.run("phantoms", "--count", IMAGES, "--seed", 13, "--out", folder)
    return folder


def command(phantoms: pathlib.Path, out: pathlib.Path, *more: object) -> list[str]:
    return [
        str(program.BINARY), "audit", "--images", str(phantoms), "--labels", str(phantoms / "labels.csv"), "--out", str(out),
        *ARMS, *map(str, more)]


@pytest.fixture(scope="module")
def undisturbed(phantoms, tmp_path_factory):
    out = tmp_path_factory.mktemp("audit") / "out"
    done = subprocess.run(command(phantoms, out), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return out, done.stdout


def peak(*arguments: object) -> int:
    """The most memory that the program had resident, in bytes, by the kernel's own mark (getrusage would count this process's
    memory too, from before the program was executed)."""
    most = 0
    running = subprocess.Popen([str(program.BINARY), *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while running.poll() is None:
        with open(f"/proc/{running.pid}/status") as status:
            most = max([most, *(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))])
        time.sleep(0.02)
    assert running.returncode == 0, arguments
    return most * 1024


def test_an_audit_takes_at_most_100_mb_more_than_a_validation(tmp_path, remark):
    pictures, labels = tmp_path / "pictures", tmp_path / "pictures/labels.csv"
    program.run("phantoms", "--count", 24, "--seed", 12, "--out", pictures)
    plain = peak("validate", "all", "--images", pictures, "--labels", labels, "--out", tmp_path / "validation")
    audit = peak(
        "audit", "--images", pictures, "--labels", labels, "--arms", "looking", "--quick", "--out", tmp_path / "audit")
    remark(f"24 images: audit {audit // MEGABYTE} MiB, validate {plain // MEGABYTE} MiB")
    assert audit < plain + 100 * MEGABYTE


def full_rows(images: int):
    """As many answers of each image as an audit with every arm and dose has, and as long."""
    names = "Architecture Network Structures Colors Vessels Regression Keratosis".split()
    yield (
        "image,role,arm,dose,seed,lesion,picture,group,truth,code,MEL,NV,BCC,BKL,target,attribute,words,names_structure,flagged,"
        "skin_l,skin_b,raw_MEL,raw_NV,raw_BCC,raw_BKL")
    roles = [*["control"] * 11, *["camera"] * 115, *["null"] * 3, "erased", "lesion_only", "silhouette", "shuffled", "other_image"]
    roles += [*["printed", "neutral"] * 5, *["order"] * 4, *["opinion"] * 4, *["note"] * 20, "swap", *["planted"] * 7]
    roles += [*["untouched"] * 7, *["phantom"] * 3]
    for number in range(images):
        code, word = ("MEL", "yes") if number % 3 == 0 else ("NV", "no")
        for place, role in enumerate(roles):
            shares = [0.1 + 0.8 * (number * 7919 + place * 104729) % 1_000_003 / 1_000_003 / 1.5, 0, 0.1, 0.1]
            shares[1] = 1 - sum(shares)
            written = ",".join(f"{share:.6f}" for share in shares)
            arm = "" if role == "control" else f"{role}_{place // 5 if role == 'camera' else place}"
            dose = place % 5 + 1 if role == "camera" else place % 4 if role == "order" else 0
            seed = place if role == "control" else 0
            words = "; ".join(f"{name}={word if (place + number) % 5 else 'unclear'}" for name in names)
            raw = written if role in ("control", "order") else ",,,"
            yield (
                f"ISIC_{number:07}.jpg,{role},{arm},{dose},{seed},HAM_{number:07},{number:064x},,{code},{code},{written},,,{words},,,"
                f",,{raw}")


def test_an_image_more_takes_little_memory(tmp_path, remark):
    """Answers lie on the disk: of ten times as many images, memory is not ten times as much."""
    peaks, rows = {}, sum(1 for _ in full_rows(1)) - 1
    few, many = (500, 5_000) if os.environ.get("DERMGEMMA_AUDIT_TEST") == "full" else (50, 500)
    for images in (few, many):
        table = tmp_path / f"{images}.csv"
        with open(table, "w") as file:
            file.writelines(f"{row}\n" for row in full_rows(images))
        peaks[images] = peak("audit", "figures", table, "--replicates", 2, "--out", tmp_path / str(images))
        size = table.stat().st_size
        table.unlink()
    each = (peaks[many] - peaks[few]) / (many - few)
    remark(
        f"figures: {peaks[few] // MEGABYTE} MiB for {few} images, {peaks[many] // MEGABYTE} MiB for {many:,}, {each / 1024:.1f} KiB an "
        f"image of {rows} answers ({size / many / 1024:.0f} KiB of table)")
    assert each < MOST_AN_IMAGE


def test_words_chance_and_chain_encode_nothing_beyond_the_controls(undisturbed):
    _, said = undisturbed
    assert "encoded 0 pictures beyond the controls'" in said


def test_every_image_has_every_answer_in_the_long_format(undisturbed):
    out, _ = undisturbed
    with open(out / "audit.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    controls = [row for row in rows if row["role"] == "control"]
    assert len({row["image"] for row in controls}) == IMAGES and len(controls) == 2 * IMAGES
    assert all(row["skin_l"] for row in controls if row["seed"] == "0")
    for role in ("null", "other_image", "erased", "printed", "neutral", "order", "opinion", "swap", "intervention", "untouched"):
        assert {row["image"] for row in rows if row["role"] == role} == {row["image"] for row in controls}, role
    for row in rows:
        values = [float(row[code]) for code in ("MEL", "NV", "BCC", "BKL") if row[code]]
        assert not values or abs(sum(values) - 1) < 1e-4
    said = json.loads((out / "audit.json").read_text("utf-8"))
    arms = {arm["name"]: arm for arm in said["arms"]}
    assert arms["reworded_short"]["status"] == "not_applicable"
    assert arms["diagnosis"]["status"] == "run" and arms["diagnosis"]["sha256"]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_an_audit_that_was_stopped_ends_with_the_same_bytes(phantoms, undisturbed, tmp_path, how):
    out = tmp_path / "out"
    running = subprocess.Popen(command(phantoms, out, "--parallel", 1), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    journal = out / "answers.jsonl"
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and (not journal.exists() or journal.read_bytes().count(b"\n") < 2):
        assert running.poll() is None, running.communicate()
        time.sleep(0.05)
    running.send_signal(how)
    _, complaints = running.communicate(timeout=60)
    assert running.returncode == (130 if how == signal.SIGINT else -signal.SIGKILL)
    assert not (out / "audit.json").exists()
    if how == signal.SIGINT:
        assert b"continue with --resume" in complaints
    else:
        # As a process leaves it that was killed while it wrote.
        journal.write_bytes(journal.read_bytes() + b'{"image":{"_0":{"arms')
    again = subprocess.run(command(phantoms, out, "--resume"), capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert "images were read before" in again.stdout
    assert (out / "audit.csv").read_bytes() == (undisturbed[0] / "audit.csv").read_bytes()
    wrong = subprocess.run(command(phantoms, out, "--resume", "--seed", 5), capture_output=True, text=True)
    assert wrong.returncode == 65 and "the seed changed (it was 0, it is 5)" in wrong.stderr


def timeless(out: pathlib.Path) -> dict[str, object]:
    """What an audit wrote, without times, and without the command line, which names other folders."""
    document = json.loads((out / "audit.json").read_text("utf-8"))
    for key in ("started", "command"):
        document["provenance"].pop(key)
    page = (out / "audit.html").read_text("utf-8")
    page = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "", page)
    page = re.sub(r'<pre class="command">.*?</pre>', "", page, flags=re.S)
    return {"audit.csv": (out / "audit.csv").read_bytes(), "audit.json": document, "audit.html": page}


def test_merged_shards_are_the_bytes_of_one_undisturbed_audit(phantoms, undisturbed, tmp_path):
    parts = [tmp_path / "parts" / str(index) for index in range(2)]
    for index, part in enumerate(parts):
        arguments = command(phantoms, part, "--shard", index, "--of", 2)
        running = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        journal = part / "answers.jsonl"
        while running.poll() is None and (not journal.exists() or journal.read_bytes().count(b"\n") < 2):
            time.sleep(0.05)
        running.kill()
        running.wait()
        done = subprocess.run([*arguments, "--resume"], capture_output=True, text=True)
        assert done.returncode == 0 and f"shard {index} of 2 is done" in done.stdout, done.stderr
        assert not (part / "audit.json").exists()
    gap = subprocess.run([program.BINARY, "merge", parts[1], "--out", tmp_path / "gap"], capture_output=True, text=True)
    assert gap.returncode == 65 and "of 2 shards, one is missing: 0" in gap.stderr
    merged = subprocess.run([program.BINARY, "merge", *parts, "--out", tmp_path / "merged"], capture_output=True, text=True)
    assert merged.returncode == 0, merged.stderr
    expected, found = timeless(undisturbed[0]), timeless(tmp_path / "merged")
    for name, content in expected.items():
        assert found[name] == content, name
    again = subprocess.run([program.BINARY, "merge", *parts, "--out", tmp_path / "merged"], capture_output=True, text=True)
    assert again.returncode == 64 and "an audit is there already" in again.stderr
    budget = subprocess.run(
        command(phantoms, tmp_path / "budget", "--shard", 0, "--of", 2, "--budget", "5m"), capture_output=True, text=True)
    assert budget.returncode == 64 and "--budget goes by what this machine needs" in budget.stderr


def test_each_dose_of_an_arm_is_a_run_of_the_records_and_is_stored_once(phantoms, tmp_path):
    out, records = tmp_path / "out", tmp_path / "audits.sqlite"
    few = [
        str(program.BINARY), "audit", "--images", str(phantoms), "--labels", str(phantoms / "labels.csv"), "--out", str(out),
        "--arms", "words", "--quick", "--records", str(records)]
    subprocess.run(few, check=True, capture_output=True)
    subprocess.run([*few, "--resume"], check=True, capture_output=True)
    with sqlite3.connect(records) as database:
        kinds = database.execute("SELECT kind, count(*), count(DISTINCT kind) FROM runs GROUP BY kind").fetchall()
        each = database.execute("SELECT run, count(*) FROM examinations GROUP BY run").fetchall()
    with open(out / "audit.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    doses = {(row["role"], row["arm"], row["dose"]) for row in rows}
    assert ("audit control", 1, 1) in kinds and len(kinds) == len(doses)
    assert sum(count for _, count in each) == len(rows)
    said = program.run("records", "runs", "--records", records)
    assert said.count("audit printed diagnosis") == len({row["dose"] for row in rows if row["arm"] == "diagnosis"})
    found = program.run("records", "list", "--records", records, "--json", "--limit", 1000)
    assert len(found.splitlines()) == len(rows)


def test_arms_are_documents_that_the_schema_describes():
    schema = json.loads(program.run("audit", "arms", "schema"))
    names = [line.split()[0] for line in program.run("audit", "arms").splitlines() if not line.startswith(" ")]
    assert len(names) == 6
    for name in names:
        jsonschema.validate(json.loads(program.run("audit", "arms", "show", name)), schema)


def test_the_plan_has_a_line_for_each_arm_and_no_two_alike(phantoms):
    said = program.run("audit", "--plan", "--images", phantoms, "--labels", phantoms / "labels.csv", "--quick")
    names = [line[2:].split("  ")[0] for line in said.splitlines() if line.startswith("  ")]
    assert len(names) == len(set(names)) == 85
    assert {"review_Network (planted)", "review_Network (untouched)", "selective_answers", "skin_lightness"} <= set(names)
    assert "nothing to compute" not in said and "computed from answers that are there" in said


def test_true_words_are_taken_from_a_table_and_wrong_ones_refused(phantoms, tmp_path):
    names = sorted(path.name for path in phantoms.glob("*.png"))
    table = tmp_path / "true.csv"
    table.write_text("image,Network\n" + "".join(f"{name},yes\n" for name in names[:2]))
    done = subprocess.run(
        [program.BINARY, "audit", "--plan", "--images", phantoms, "--quick", "--true-words", table], capture_output=True,
        text=True)
    assert done.returncode == 0 and f"{table}: true words of 2 of {IMAGES} images" in done.stderr
    table.write_text(f"image,Network\n{names[0]},yes\n{names[1]},sometimes\n")
    done = subprocess.run(
        [program.BINARY, "audit", "--plan", "--images", phantoms, "--quick", "--true-words", table], capture_output=True,
        text=True)
    assert done.returncode == 65 and f"{table}, line 3: Network is 'sometimes', not one of yes, no" in done.stderr


def test_an_arm_of_one_s_own_is_asked_and_a_wrong_one_refused(phantoms, tmp_path):
    arms = json.loads(program.run("audit", "arms", "show", "camera"))
    arms["id"] = "mine"
    arms["arms"] = [{**arms["arms"][1], "name": "mine", "doses": [{"dose": 1, "quality": 9}], "quick": []}]
    (tmp_path / "mine.json").write_text(json.dumps(arms))
    program.run(
        "audit", "--images", phantoms, "--labels", phantoms / "labels.csv", "--arms", tmp_path / "mine.json", "--out",
        tmp_path / "out", "--images-limit", 2)
    with open(tmp_path / "out/audit.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["role"], row["arm"], row["dose"]) for row in rows] == [("control", "", "0"), ("camera", "mine", "1")] * 2
    arms["arms"][0]["doses"][0]["quality"] = 900
    (tmp_path / "wrong.json").write_text(json.dumps(arms))
    refused = subprocess.run(
        [program.BINARY, "audit", "--plan", "--images", phantoms, "--arms", tmp_path / "wrong.json"], capture_output=True,
        text=True)
    assert refused.returncode == 65
    assert "arms[0].doses[0].quality: 900 is not between 1 and 100" in refused.stderr


@pytest.mark.parametrize("kind", ["tokens", "occlusion"])
def test_a_map_s_areas_are_numpy_s_and_it_is_drawn_only_where_it_may_be(phantoms, tmp_path, kind):
    drawing = tmp_path / "map.png"
    picture = sorted(phantoms.glob("*.png"))[0]
    said = program.run("audit", "map", picture, "--kind", kind, "--protocol", "direct", "--json", "--out", drawing)
    answer = json.loads(said)
    test = answer["deletion"]
    shares = np.array(test["steps"]) / test["steps"][-1]
    areas = [np.trapezoid(curve["probabilities"], shares) for curve in [test["own"], test["centre"], *test["random"]]]
    assert np.allclose(areas, [curve["auc"] for curve in [test["own"], test["centre"], *test["random"]]], rtol=0, atol=1e-9)
    assert abs(np.mean(areas[2:]) - test["random_auc"]) < 1e-9
    assert test["passed"] == (areas[0] < areas[1] and areas[0] < np.mean(areas[2:]))
    flat = max(map(abs, answer["changes"])) < 0.01
    assert answer["flat"] == flat and answer["drawn"] == (test["passed"] and not flat) == drawing.exists()
    # The first block of the map's own order is the one that the code loses most without.
    assert abs(test["own"]["probabilities"][1] - test["own"]["probabilities"][0] - min(answer["changes"])) < 1e-6
    assert answer["counts"]["image_encodes"] == (1 if kind == "tokens" else answer["views"])
    # The same answer again.
    assert program.run("audit", "map", picture, "--kind", kind, "--protocol", "direct", "--json") == said
