"""Two real servers of models, llama-server and llama-cpp-python's own, with the embedded pair."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request

import program

STEM = program.EMBEDDED / "dermgemma-small"
PAIR = STEM.with_suffix(".gguf"), STEM.with_name("dermgemma-small-mmproj.gguf")
LLAMA_SERVER = pathlib.Path(os.environ.get("DERMGEMMA_LLAMA_SERVER") or "/nowhere")
"""Built by `scripts/llama-server.sh`, which takes minutes."""
LOG_LEVEL = "4"
"""Tells of each picture that is encoded. From 10 on, and with -v, each piece of an answer carries the whole request's settings."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Endpoint:
    """A server under way."""

    def __init__(self, process: subprocess.Popen, port: int, log: pathlib.Path):
        self.process, self.port, self.log = process, port, log
        self.url = f"http://127.0.0.1:{port}/v1"

    def wait(self) -> None:
        """Returns when the model is loaded."""
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(self.url + "/models", timeout=5).read()
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        raise AssertionError("the server did not start: " + self.log.read_text("utf-8", "replace")[-2000:])

    def complete(self, content, prefix: str | None = None, **settings) -> dict:
        """The whole answer to a request of ours, greedy, without our program."""
        messages = [{"role": "user", "content": content}]
        more = {}
        if prefix is not None:
            messages.append({"role": "assistant", "content": prefix})
            more = {"add_generation_prompt": False, "continue_final_message": True}
        body = {"messages": messages, "temperature": 0, "repeat_penalty": 1, **more, **settings}
        request = urllib.request.Request(
            self.url + "/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def encodes(self) -> int:
        """Images that llama-server's projector has encoded, by the server's own log."""
        return self.log.read_text("utf-8", "replace").count("encoding mtmd batch")


@contextlib.contextmanager
def serving(command: list, port: int, log: pathlib.Path, **environment: str):
    """A server for as long as the context lasts."""
    with log.open("wb") as errors, subprocess.Popen(
            command, stdout=errors, stderr=errors, env={**os.environ, **environment}) as process:
        endpoint = Endpoint(process, port, log)
        try:
            endpoint.wait()
            yield endpoint
        finally:
            process.terminate()


def llama_server(folder: pathlib.Path, slots: int):
    """llama-server over our build of llama.cpp."""
    port = free_port()
    command = [
        LLAMA_SERVER, "-m", PAIR[0], "--mmproj", PAIR[1], "--port", str(port), "-np", str(slots), "-c", str(2048 * slots),
        "-t", str(program.THREADS), "-tb", str(program.THREADS), "-fa", "off", "--swa-full", "-ngl", "0",
        "--no-mmproj-offload", "--no-kv-unified", "-lv", LOG_LEVEL]
    return serving(command, port, folder / f"llama-server-{slots}.log")


def llama_cpp_python(folder: pathlib.Path):
    """llama-cpp-python's server; the libraries load their CPU backend at run time, which it leaves to whoever built them."""
    port = free_port()
    return serving([sys.executable, __file__, str(port)], port, folder / "llama-cpp-python.log")


def main(port: int) -> None:
    """Serves the pair with llama-cpp-python."""
    import reference  # noqa: F401  loads the CPU backend
    import uvicorn
    from llama_cpp.server.app import create_app
    from llama_cpp.server.settings import ModelSettings, ServerSettings

    model = ModelSettings(
        model=str(PAIR[0]), model_alias="dermgemma-small", clip_model_path=str(PAIR[1]), chat_format="mtmd", n_ctx=2048,
        n_threads=program.THREADS, n_threads_batch=program.THREADS, n_gpu_layers=0, verbose=False)
    app = create_app(server_settings=ServerSettings(), model_settings=[model])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))
