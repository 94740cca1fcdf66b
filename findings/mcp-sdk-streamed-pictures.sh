#!/usr/bin/env bash
# One would guess: whether a tool's picture arrives does not depend on how the client began the conversation.
# What happens, over Streamable HTTP with the official MCP SDK on both sides and no setting changed: a picture of 800 kB arrives where the client
# begins with server/discover (2026-07-28), and where the server answers with JSON. Where the client begins with initialize
# (2025-11-25), the server answers with a stream, and a picture that is over 1 MiB in base64 (786 kB) is a failed call:
# "Server-sent event exceeded the 1048576 byte limit". The server has done the work and says nothing.
# Version: mcp 2.3.0.
# Why it matters: a dermoscopic photograph at full size works on one assistant and fails on another with the same server. Send pictures
# small (512 pixels are some 50 kB), or a link to them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check mcp==2.3.0 pydantic==2.14.4
cat >"$work/server.py" <<'PY'
import base64
import sys

from mcp.server import MCPServer
from mcp.types import ImageContent

server = MCPServer("lesions")


@server.tool()
def picture(kilobytes: int) -> ImageContent:
    return ImageContent(type="image", mimeType="image/jpeg", data=base64.b64encode(b"\xff" * kilobytes * 1000).decode())


server.run("streamable-http", port=int(sys.argv[1]), json_response=sys.argv[2] == "json")
PY
cd "$work"
"$work/venv/bin/python" - <<'PY'
import asyncio
import socket
import subprocess
import sys
import time
from importlib.metadata import version

from mcp.client.client import Client


async def ask(port, mode, kilobytes):
    async with Client(f"http://127.0.0.1:{port}/mcp", mode=mode) as client:
        try:
            return (await client.call_tool("picture", {"kilobytes": kilobytes})).content[0].type
        except Exception as error:
            return str(error)


def free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


seen = {"version": version("mcp")}
for kind in ("stream", "json"):
    port = free()
    server = subprocess.Popen([sys.executable, "server.py", str(port), kind], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        for mode in ("auto", "legacy"):
            for kilobytes in (700, 800):
                seen[f"{kind}, {mode}, {kilobytes} kB"] = asyncio.run(ask(port, mode, kilobytes))
    finally:
        server.terminate()
        server.wait(30)
refused = "SSE stream failed: Server-sent event exceeded the 1048576 byte limit."
expected = {name: "image" for name in seen} | {"version": "2.3.0", "stream, legacy, 800 kB": refused}
for name, value in seen.items():
    print(f"{name}: {value}")
changed = [f"{name}: was {expected[name]}, is {value}" for name, value in seen.items() if value != expected[name]]
raise SystemExit("changed: " + "; ".join(changed) if changed else 0)
PY
