#!/usr/bin/env bash
# One would guess: a server of the official MCP SDK that agrees to revision 2025-03-26 keeps that revision: JSON-RPC batches (a
# receiver must take them there), an error for an unknown tool and for a line that is no JSON, arguments checked by the schema.
# What happens, over standard input and output: a batch is never answered, nor is a line that is no JSON; the connection
# goes on. An unknown tool is a *result* with isError. For an integer "7" and true are taken (7 and 1), and an argument that
# the tool does not have is ignored. structuredContent comes although that revision does not know it yet.
# Version: mcp 2.3.0.
# Why it matters: a client that sends a batch of pictures gets no answer; a misspelled option ("temprature") changes nothing
# and tells nobody; a model's "true" for a count runs with 1. Check arguments in the tool; send one request a line.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check mcp==2.3.0 pydantic==2.14.4
cat >"$work/server.py" <<'PY'
from mcp.server import MCPServer

server = MCPServer("lesions")


@server.tool()
def count(lesions: int) -> int:
    return lesions


server.run("stdio")
PY
cd "$work"
"$work/venv/bin/python" - <<'PY'
import json
import select
import subprocess
import sys
from importlib.metadata import version

server = subprocess.Popen([sys.executable, "server.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, bufsize=1)


def answer(message, seconds=60):
    server.stdin.write((message if isinstance(message, str) else json.dumps(message)) + "\n")
    server.stdin.flush()
    ready = select.select([server.stdout], [], [], seconds)[0]
    return json.loads(server.stdout.readline()) if ready else None


def request(number, method, **parameters):
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}


def call(tool, **arguments):
    said = answer(request(9, "tools/call", name=tool, arguments=arguments))
    return "error" if "error" in said else (said["result"]["content"][0]["text"], said["result"]["isError"],
                                            "structuredContent" in said["result"])


agreed = answer(request(1, "initialize", protocolVersion="2025-03-26", capabilities={}, clientInfo={"name": "x", "version": "1"}))
answer({"jsonrpc": "2.0", "method": "notifications/initialized"}, seconds=1)
seen = {
    "version": version("mcp"),
    "revision agreed": agreed["result"]["protocolVersion"],
    "a batch of two": answer([request(2, "ping"), request(3, "tools/list")], seconds=5),
    "a line that is no JSON": answer("lesion", seconds=5),
    "a ping afterwards": answer(request(4, "ping"))["result"],
    "an unknown tool": call("nothing")[:2],
    "lesions=7": call("count", lesions=7),
    'lesions="7"': call("count", lesions="7"),
    "lesions=true": call("count", lesions=True),
    "lesions=7, temprature=0": call("count", lesions=7, temprature=0),
}
server.stdin.close()
server.wait(30)
expected = {
    "version": "2.3.0", "revision agreed": "2025-03-26", "a batch of two": None, "a line that is no JSON": None,
    "a ping afterwards": {}, "an unknown tool": ("Unknown tool: nothing", True), "lesions=7": ("7", False, True),
    'lesions="7"': ("7", False, True), "lesions=true": ("1", False, True), "lesions=7, temprature=0": ("7", False, True),
}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
