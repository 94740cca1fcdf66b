"""The Model Context Protocol with the official SDK's clients, of both generations, over both transports."""

import base64
import json
import shutil
import subprocess

import pytest

import dicom_files
import program
import server

TOOLS = ["read_lesion", "ask", "explain", "compare", "list_images", "history", "validation_summary"]
NOTICE = "For research; not a diagnosis."
CLIENTS = [("2.3", "auto", "2026-07-28"), ("2.3", "legacy", "2025-11-25"), ("1.30", "session", "2025-11-25")]


@pytest.fixture(scope="module")
def folder(phantoms, tmp_path_factory):
    """Images, and a validation of them."""
    folder = tmp_path_factory.mktemp("mcp")
    program.run("phantoms", "--count", 3, "--seed", 5, "--out", folder / "images")
    shutil.move(folder / "images/labels.csv", folder / "labels.csv")
    (folder / "images/attributes.csv").unlink()
    program.run("validate", "all", "--threads", program.THREADS, "--protocol", "direct", "--images", folder / "images",
                "--labels", folder / "labels.csv", "--out", folder / "data/first")
    return folder


def environment(generation: str) -> str:
    return subprocess.run(
        [program.ROOT / "scripts/python-environment.sh", "mcp-" + generation, f"Interop/mcp-{generation}-requirements.txt", "--no-deps"],
        check=True, capture_output=True, text=True).stdout.strip()


def conversation(generation: str, mode: str, target: object, folder) -> dict:
    images = sorted((folder / "images").glob("*.png"))
    done = subprocess.run(
        [environment(generation) + "/bin/python", program.ROOT / "Interop/mcp_client.py", mode,
         target if isinstance(target, str) else json.dumps(target), *images], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def check(said: dict, revision: str, folder) -> None:
    assert said["revision"] == revision and said["tools"] == TOOLS
    for title in ["read", "inline", "ask", "explain", "compare", "list_images", "history", "validation_summary"]:
        result = said[title]
        assert not result.get("isError"), (title, result["content"][0])
        text = result["content"][0]["text"]
        assert json.loads(text) == result["structuredContent"] and text.count(NOTICE) == 1, title
    expected = json.loads(program.run(
        "analyze", sorted((folder / "images").glob("*.png"))[0], "--json", "--seed", 3, "--threads", program.THREADS))
    for title in ["read", "inline"]:
        found = said[title]["structuredContent"]
        assert found["code"] == expected["diagnosis"]["code"] and found["probabilities"] == expected["diagnosis"]["probabilities"]
        assert found["observations"] == {name: one["value"] for name, one in expected["observations"].items()}
        assert found["description"] == expected["description"]["cleaned"]
    assert [block["type"] for block in said["read"]["content"]] == ["text", "image", "resource_link", "resource_link"]
    done = [one[0] for one in said["progress"]]
    assert done == sorted(set(done)) and said["progress"][-1][2] == "Phase 3: classification"
    assert said["validation_summary"]["structuredContent"]["examined"] == 3
    assert len(said["history"]["structuredContent"]["examinations"]) >= 2
    for title, reason in [("unknown image", "no_such_image"), ("unknown argument", "bad_arguments"), ("unknown tool", "no_such_tool")]:
        assert said[title]["isError"] and json.loads(said[title]["content"][0]["text"])["error"]["reason"] == reason
    assert said["resource"] == ["image/jpeg"] and said["cancelled"] and said["after"] == 3


@pytest.mark.parametrize("generation, mode, revision", CLIENTS)
def test_a_client_lists_and_calls_every_tool_over_standard_input(generation, mode, revision, folder, tmp_path):
    command = [str(program.BINARY), "mcp", "--threads", str(program.THREADS), "--images", str(folder / "images"), "--data",
               str(folder / "data"), "--records", str(tmp_path / "records.sqlite")]
    check(conversation(generation, mode, command, folder), revision, folder)


@pytest.mark.parametrize("generation, mode, revision", CLIENTS)
def test_a_client_lists_and_calls_every_tool_over_http(generation, mode, revision, folder, tmp_path):
    shutil.copytree(folder / "data", tmp_path / "data")
    with server.serving(tmp_path, "--images", folder / "images") as running:
        check(conversation(generation, mode, running.address + "/mcp", folder), revision, folder)


def test_standard_output_has_nothing_but_the_protocol(folder):
    """Whatever comes in, each line that goes out is a message; broken weights are said on standard error alone."""
    hello = '{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-11-25"}}\n'
    read = '{"jsonrpc": "2.0", "id": %d, "method": "tools/call", "params": {"name": "read_lesion", "arguments": {"image": "%s"}}}\n'
    name = sorted((folder / "images").glob("*.png"))[0].name
    lines = hello + "lesion\n" + read % (2, "none") + read % (3, name)
    done = subprocess.run([program.BINARY, "mcp", "--images", folder / "images"], input=lines, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["jsonrpc"] for one in messages} == {"2.0"}
    assert sorted(str(one["id"]) for one in messages) == ["1", "2", "3", "None"]
    broken = folder / "broken.gguf"
    broken.write_bytes(b"GGUF")
    done = subprocess.run([program.BINARY, "mcp", "--model", broken, "--mmproj", broken], input=hello, capture_output=True, text=True, timeout=120)
    assert done.returncode == 78 and broken.name in done.stderr
    assert all(json.loads(line) for line in done.stdout.splitlines())


def test_a_frame_of_a_dicom_file_is_chosen(folder, tmp_path):
    """By name and inline, over both transports; without a choice the number of frames is told."""
    images = tmp_path / "images"
    images.mkdir()
    case = next(case for case in dicom_files.several_frames() if case.frame == 3)
    dicom_files.write(case, images / "three.dcm")
    inline = base64.b64encode((images / "three.dcm").read_bytes()).decode()
    calls = [("read_lesion", arguments) for arguments in (
        {"image": "three.dcm"}, {"image": "three.dcm", "frame": 4}, {"image": "three.dcm", "frame": 3}, {"image_base64": inline, "frame": 3},
        {"image_base64": inline}, {"image": "three.dcm", "frame": 1})] + [("ask", {"prompt": "What?", "image": "three.dcm", "frame": 2})]
    messages = [{"jsonrpc": "2.0", "id": place, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
                for place, (tool, arguments) in enumerate(calls, 1)]
    hello = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {"protocolVersion": "2025-11-25"}}
    done = subprocess.run(
        [program.BINARY, "mcp", "--threads", str(program.THREADS), "--images", images], capture_output=True, text=True, timeout=120,
        input="".join(json.dumps(message) + "\n" for message in [hello, *messages]), check=True)
    by_line = {said["id"]: said["result"] for said in map(json.loads, done.stdout.splitlines())}
    with server.serving(tmp_path, "--images", images) as running:
        by_http = {message["id"]: json.loads(running.ask("/mcp", "POST", message)[2])["result"] for message in messages}
    expected = json.loads(program.run("analyze", images / "three.dcm", "--frame", 3, "--json", "--threads", program.THREADS))
    for results in (by_line, by_http):
        for place, reason in ((1, "frame_needed"), (2, "no_such_frame"), (5, "frame_needed")):
            error = json.loads(results[place]["content"][0]["text"])["error"]
            assert results[place]["isError"] and error["reason"] == reason and "3" in error["message"] and "--frame" not in error["message"]
        for place in (3, 4):
            read = json.loads(results[place]["content"][0]["text"])
            assert read["probabilities"] == expected["diagnosis"]["probabilities"]
        shown = [[block["data"] for block in results[place]["content"] if block["type"] == "image"][0] for place in (3, 4, 6)]
        assert shown[0] == shown[1] != shown[2] and json.loads(results[7]["content"][0]["text"])["answer"]
