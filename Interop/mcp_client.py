"""A client of the official SDK, run in an environment of its own by test_mcp.py: calls every tool and prints what came.

    mcp_client.py MODE TARGET IMAGE…      MODE: auto, legacy (SDK 2), session (SDK 1); TARGET: an address, or a command line as JSON

The SDK checks each result against the tool's outputSchema. A picture is sent, a call is cancelled, progress is heard.
"""

import asyncio
import base64
import contextlib
import json
import pathlib
import sys
from importlib.metadata import version

import anyio

OLD = version("mcp").startswith("1.")


@contextlib.asynccontextmanager
async def connected(mode, target):
    """A session, or SDK 2's client, over standard input and output or HTTP; with the revision that was agreed on."""
    from mcp import ClientSession, StdioServerParameters

    if not OLD:
        from mcp.client.client import Client

        server = target if isinstance(target, str) else StdioServerParameters(command=target[0], args=target[1:])
        async with Client(server, mode=mode) as client:
            yield client, client.protocol_version
        return
    if isinstance(target, str):
        from mcp.client.streamable_http import streamablehttp_client as connection

        opened = connection(target)
    else:
        from mcp.client.stdio import stdio_client

        opened = stdio_client(StdioServerParameters(command=target[0], args=target[1:]))
    async with opened as streams, ClientSession(streams[0], streams[1]) as session:
        yield session, (await session.initialize()).protocolVersion


def plain(value):
    """A result by the names that are on the wire."""
    return value.model_dump(mode="json", by_alias=True, exclude_none=True)


async def converse(mode, target, images):
    heard = []

    async def progress(done, total, message):
        heard.append([done, total, message])

    async with connected(mode, target) as (client, revision):
        said = {"sdk": version("mcp"), "revision": revision}
        said["tools"] = [tool["name"] for tool in plain(await client.list_tools())["tools"]]
        names = [pathlib.Path(image).name for image in images]
        picture = base64.b64encode(pathlib.Path(images[0]).read_bytes()).decode()
        read = plain(await client.call_tool("read_lesion", {"image": names[0], "seed": 3}, progress_callback=progress))
        calls = {
            "inline": ("read_lesion", {"image_base64": picture, "picture": False, "seed": 3}),
            "ask": ("ask", {"prompt": "Which colors do you see?", "image": names[0], "max_tokens": 8}),
            "explain": ("explain", {"observations": read["structuredContent"]["observations"],
                                    "description": read["structuredContent"]["description"]}),
            "compare": ("compare", {"images": names[:2]}), "list_images": ("list_images", {"limit": 2}),
            "history": ("history", {"limit": 5}), "validation_summary": ("validation_summary", {}),
            "unknown image": ("read_lesion", {"image": "none.png"}), "unknown argument": ("ask", {"colour": "x"}),
            "unknown tool": ("diagnose", {}),
        }
        said["read"], said["progress"] = read, heard
        for title, (tool, arguments) in calls.items():
            said[title] = plain(await client.call_tool(tool, arguments))
        said["resources"] = plain(await client.list_resources())["resources"]
        uri = said["resources"][0]["uri"]
        said["resource"] = [one.get("mimeType") for one in plain(await client.read_resource(uri))["contents"]]
        # Cancelled almost at once; the conversation goes on.
        with anyio.move_on_after(0.01) as scope:
            await client.call_tool("compare", {"images": names[:2], "seed": 77})
        said["cancelled"] = scope.cancelled_caught
        if OLD:
            # This generation does not tell the server by itself.
            from mcp import types

            given_up = types.CancelledNotificationParams(requestId=client._request_id - 1)
            await client.send_notification(types.ClientNotification(types.CancelledNotification(params=given_up)))
        said["after"] = len(plain(await client.call_tool("list_images", {}))["structuredContent"]["images"])
    return said


if __name__ == "__main__":
    where = sys.argv[2]
    print(json.dumps(asyncio.run(converse(sys.argv[1], where if where.startswith("http") else json.loads(where), sys.argv[3:]))))
