"""The worker's contract (docs/WORKER.md): its answers, and clients that misbehave."""

import base64
import json
import os
import pathlib
import signal
import subprocess
import threading
import time

import pytest

import program

jsonschema = pytest.importorskip("jsonschema")

SCHEMA = json.loads((program.ROOT / "docs/worker.schema.json").read_text("utf-8"))
WORDS = [program.BINARY, "worker", "--threads", program.THREADS, "--parallel", 2]


def valid(value: object, kind: str) -> None:
    jsonschema.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}).validate(value)


def answers(lines: list[object], *arguments: object) -> list[dict]:
    """What the worker answers to requests, or raw bytes; each answer is valid."""
    text = b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)
    done = subprocess.run([*map(str, [*WORDS, *arguments])], input=text, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for one in found:
        valid(one, "answer")
    return sorted(found, key=lambda one: one["line"])


def timeless(examination: dict) -> dict:
    return {key: value for key, value in examination.items() if key not in ("timings", "counts", "report")}


def test_a_worker_reads_as_analyze_does(phantoms):
    path = str(phantoms[0])
    expected = {
        (protocol, seed): json.loads(program.run(
            "analyze", path, "--json", "--threads", program.THREADS, "--protocol", protocol, "--seed", seed))
        for protocol, seed in [("seed", 0), ("extended", 0), ("direct", 0), ("seed", 9)]}
    one = expected["seed", 0]
    requests = [
        {"id": "path", "path": path},
        {"id": 2, "image": base64.b64encode(phantoms[0].read_bytes()).decode(), "name": phantoms[0].name},
        {"id": "extended", "path": path, "protocol": "extended"},
        {"id": "direct", "path": path, "protocol": "direct"},
        {"id": "nine", "path": path, "seed": 9},
        {"id": "words", "observations": {name: said["raw"] for name, said in one["observations"].items()},
         "description": one["description"]["raw"], "schema": "dermgemma-worker/1"},
        {"id": "info", "info": True},
    ]
    for request in requests:
        valid(request, "request")
    found = answers(requests)
    assert [said["id"] for said in found] == [request["id"] for request in requests]
    read = [timeless(said["examination"]) for said in found[:6]]
    for place, key in enumerate([("seed", 0), ("seed", 0), ("extended", 0), ("direct", 0), ("seed", 9)]):
        assert read[place] == timeless(expected[key]), key
    assert read[5]["observations"] == one["observations"] and read[5]["diagnosis"]["code"] in ("MEL", "NV", "BCC", "BKL")
    information = found[6]["info"]
    assert information["parallel"] == 2 and information["protocols"] == ["direct", "extended", "seed"]
    assert information["weights_sha256"] == one["model"]["weights_sha256"]


def test_hostile_lines_are_answered_and_harm_nobody(phantoms, tmp_path):
    path = str(phantoms[0])
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    lines: list[tuple[object, int | None, object]] = [
        (b"not JSON", 64, None), (b"[1, 2]", 64, None), (b"\xff\xfe", 64, None), (b'{"id": "cut", "path": ', 64, None),
        ({"id": "unknown", "path": path, "colour": 1}, 64, "unknown"), ({"path": path}, 64, None),
        ({"id": "nothing"}, 64, "nothing"), ({"id": "both", "path": path, "image": ""}, 64, "both"),
        ({"id": "missing", "path": str(tmp_path / "none.jpg")}, 66, "missing"),
        ({"id": "broken", "path": str(broken)}, 65, "broken"), ({"id": "base", "image": "***"}, 64, "base"),
        ({"id": "empty", "image": ""}, 65, "empty"), ({"id": "seed", "path": path, "seed": -1}, 64, "seed"),
        ({"id": 1.5, "path": path}, 64, None), ({"id": "x" * 600, "path": path}, 64, None),
        ({"id": "protocol", "path": path, "protocol": "none"}, 64, "protocol"),
        ({"id": "schema", "path": path, "schema": "dermgemma-worker/9"}, 64, "schema"),
        ({"id": "words", "observations": {"Taste": "sweet"}}, 64, "words"),
        ({"id": "few", "observations": {"Network": "yes"}, "description": "x"}, 64, "few"),
        (b"[" * 100_000, 64, None), ({"id": "folder", "path": str(tmp_path)}, 66, "folder"),
        (b'{"id": "zero", "path": "a\\u0000b"}', 66, "zero"),
        ({"cancel": "nobody"}, None, None), ({"id": "good", "path": path}, None, "good"),
    ]
    found = answers([line for line, _, _ in lines])
    assert len(found) == len(lines)
    for said, (line, status, name) in zip(found, lines):
        assert said["id"] == name, (line, said)
        if status is None:
            assert said.get("cancelled") is False or "examination" in said, said
        else:
            assert said["error"]["status"] == status and "\n" not in said["error"]["message"], (line, said)


def test_a_line_without_end_is_left_out(phantoms):
    huge = b'{"id": "huge", "image": "' + b"A" * (100 << 20) + b'"}'
    found = answers([huge, b"", {"id": "good", "path": str(phantoms[0])}])
    assert [said["id"] for said in found] == [None, "good"] and found[0]["error"]["message"].endswith("96 MiB")
    done = subprocess.run([*map(str, WORDS)], input=huge, capture_output=True)
    assert done.returncode == 0 and b"96 MiB" in done.stdout


class Conversation:
    """A client that reads when it likes."""

    def __init__(self, *arguments: object):
        self.process = subprocess.Popen(
            [*map(str, [*WORDS, *arguments])], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def say(self, *requests: dict) -> None:
        self.process.stdin.write(b"".join(json.dumps(request).encode() + b"\n" for request in requests))
        self.process.stdin.flush()

    def hear(self) -> dict:
        said = json.loads(self.process.stdout.readline())
        valid(said, "answer")
        return said

    def end(self) -> int:
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.wait(60)


def test_an_id_is_used_once_at_a_time_and_what_is_cancelled_ends(phantoms):
    talk = Conversation()
    path = str(phantoms[0])
    # More than are read at once: the last of them waits.
    talk.say(*({"id": number, "path": path, "seed": number} for number in range(8)),
             {"id": 7, "path": path}, {"id": "stop", "cancel": 7}, {"id": "again", "cancel": "none"})
    found = [talk.hear() for _ in range(11)]
    by_line = {said["line"]: said for said in found}
    assert by_line[9]["id"] == 7 and "under way" in by_line[9]["error"]["message"]
    assert by_line[10] == {"id": "stop", "line": 10, "cancelled": True}
    assert by_line[8]["error"] == {"status": 130, "message": "cancelled"}
    assert by_line[11]["cancelled"] is False
    assert all("examination" in by_line[line] for line in range(1, 8))
    talk.say({"id": 7, "path": path})
    assert "examination" in talk.hear(), "an id is free again"
    assert talk.end() == 0


def test_who_sends_without_reading_waits_and_memory_stays_bounded(phantoms):
    talk = Conversation()
    image = base64.b64encode(phantoms[0].read_bytes() + bytes(1 << 20)).decode()
    count, sent = 60, []

    def send() -> None:
        for number in range(count):
            talk.say({"id": number, "image": image})
            sent.append(number)

    sender = threading.Thread(target=send)
    sender.start()
    talk.hear()
    # The answers' pipe is full or the worker has taken as many as it may: the sender stands.
    deadline, before = time.monotonic() + 60, -1
    while len(sent) != before and time.monotonic() < deadline:
        before = len(sent)
        time.sleep(3)
    assert before < count, "everything was taken without an answer being read"
    status = pathlib.Path(f"/proc/{talk.process.pid}/status").read_text("utf-8")
    resident = int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
    assert resident < 1 << 20, f"{resident} KiB"
    rest = [talk.hear() for _ in range(count - 1)]
    sender.join()
    assert all("examination" in said for said in rest)
    assert talk.end() == 0


def test_a_client_that_dies_takes_its_worker_with_it(phantoms):
    request = json.dumps({"id": 1, "path": str(phantoms[0])})
    # A shell between us and the worker: both pipes end when it is killed.
    reader, writer = os.pipe()
    with subprocess.Popen([*map(str, WORDS)], stdin=reader, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as worker:
        os.close(reader)
        os.write(writer, ((request + "\n") * 1).encode())
        assert "examination" in json.loads(worker.stdout.readline())
        for number in range(2, 9):
            os.write(writer, (json.dumps({"id": number, "path": str(phantoms[0]), "seed": number}) + "\n").encode())
        worker.stdout.close()
        # The input stays open: what ends the worker is that nobody reads.
        assert worker.wait(60) == 74, worker.stderr.read().decode()
        os.close(writer)
    talk = Conversation()
    talk.say({"id": 1, "path": str(phantoms[0])})
    talk.hear()
    talk.process.send_signal(signal.SIGTERM)
    assert talk.process.wait(60) == 130
    assert talk.process.stderr.read().decode() == "dermgemma: interrupted\n"


def test_broken_weights_end_the_worker_before_it_takes_a_line(tmp_path):
    (tmp_path / "none.gguf").write_bytes(b"GGUF")
    done = subprocess.run(
        [program.BINARY, "worker", "--model", tmp_path / "none.gguf", "--mmproj", tmp_path / "none.gguf"],
        input=b'{"id": 1, "path": "x"}\n', capture_output=True)
    assert done.returncode == 78 and done.stdout == b"" and done.stderr.count(b"\n") == 1
