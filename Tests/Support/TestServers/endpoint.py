"""Plays an OpenAI-compatible server that misbehaves, for the tests.

    python3 endpoint.py [LOG]

Prints its port, then serves until its standard input ends. How it behaves is the first part of the path up to a dot:
`/cut.7/v1/chat/completions` breaks answers off; what follows the dot keeps tests apart. GET /cut.7/log gives the requests
so far as JSON. Its model answers `yes` to what has a picture and `BKL` to what has none, a code being one or two tokens.
"""

import json
import math
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODEL = "stand-in-4b"
TREE = {"": {" MEL": 0.5, " NV": 0.2, " B": 0.25, " yes": 0.05}, " B": {"KL": 0.8, "CC": 0.2}}
guard = threading.Lock()
log = []
counts = {}
outer, inner = {}, {}
"""Locks of the behaviours that compute one answer at a time, as llama-cpp-python's server has them."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """A client that goes away is what many tests do."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def alternatives(written, tokens, mode):
    table = TREE.get(written, {"x": 1.0})
    if mode == "noprefill":
        table = {token.strip(): share for token, share in table.items()}
    top = [{"token": token, "bytes": list(token.encode()), "logprob": math.log(share)}
           for token, share in sorted(table.items(), key=lambda entry: -entry[1])]
    return [{**{**entry, "token": token, "bytes": list(token.encode())}, "top_logprobs": top}
            for token in tokens[:1] for entry in top[:1]]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def reply(self, status, value, kind="application/json", **headers):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(body)

    def place(self):
        parts = self.path.split("/")
        return parts[1], parts[1].split(".")[0], "/" + "/".join(parts[2:])

    def remember(self, body=None):
        whole, mode, path = self.place()
        with guard:
            counts[whole, path] = counts.get((whole, path), 0) + 1
            log.append({"whole": whole, "path": path, "body": body, "headers": dict(self.headers)})
            return mode, path, counts[whole, path]

    def do_GET(self):
        whole, mode, path = self.place()
        if path == "/log":
            with guard:
                return self.reply(200, [entry for entry in log if entry["whole"] == whole])
        mode, path, number = self.remember()
        if path == "/v1/models" and mode != "nomodels":
            if mode == "denied" or mode == "forbidden":
                return self.reply(401 if mode == "denied" else 403, {"error": {"message": "no key"}})
            if mode == "page":
                return self.reply(200, b"<html>a router</html>", "text/html")
            names = {"others": ["a", "b"], "two": [MODEL, "other"]}.get(mode, [MODEL])
            return self.reply(200, {"object": "list", "data": [{"id": name, "owned_by": "x"} for name in names]})
        if path == "/props" and mode in ("blind", "slots", "oneslot"):
            return self.reply(200, {
                "total_slots": 1 if mode == "oneslot" else 4, "build_info": "b1-stand-in",
                "default_generation_settings": {"n_ctx": 4096}, "modalities": {"vision": mode != "blind"}})
        if path == "/openapi.json" and mode == "python":
            return self.reply(200, {"openapi": "3.1.0", "info": {"title": "🦙 llama.cpp Python API", "version": "0.3.36"}})
        return self.reply(404, {"error": {"message": "no such path"}})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        mode, path, number = self.remember(body)
        if mode == "page":
            return self.reply(200, b"<html>a router</html>", "text/html")
        if path != "/v1/chat/completions":
            return self.reply(404, {"error": {"message": "no such path"}})
        probe = not body.get("stream", False)
        if probe:
            return self.whole(body, mode)
        if self.refuse(mode, number, body):
            return None
        if mode in ("interrupts", "python"):
            return self.alone(body, mode, number)
        return self.stream(body, mode, number)

    def alone(self, body, mode, number):
        """One answer at a time, which ends when another request waits."""
        whole = self.place()[0]
        with guard:
            first, second = outer.setdefault(whole, threading.Lock()), inner.setdefault(whole, threading.Lock())
        with first:
            second.acquire()
        try:
            time.sleep(0.02)
            return self.stream(body, mode, number)
        finally:
            second.release()

    # What the model says.

    def answer(self, body, mode):
        content = body["messages"][0]["content"]
        begins = body["messages"][-1]["content"] if body["messages"][-1]["role"] == "assistant" else ""
        written = begins.removeprefix("Answer:") if isinstance(begins, str) else ""
        tokens = [" B", "KL"] if isinstance(content, str) else [" yes"]
        if mode in ("long", "cutlate"):
            tokens = [f" word{number}" for number in range(12)]
        if written:
            tokens = tokens[1:] or ["x"]
        return tokens[:body["max_tokens"]], written, isinstance(content, str)

    def whole(self, body, mode):
        tokens, _, _ = self.answer(body, mode)
        turns = len(body["messages"]) - 1
        prompt = 10 + (turns * (6 if mode == "noprefill" else 1))
        value = {"model": MODEL, "choices": [{"index": 0, "message": {"role": "assistant", "content": "".join(tokens)},
                                              "finish_reason": "length"}]}
        if mode != "nousage":
            value["usage"] = {"prompt_tokens": prompt, "completion_tokens": 1}
        return self.reply(200, value)

    def refuse(self, mode, number, body):
        statuses = {
            "badkey": 401, "gone": 404, "large": 413, "unprocessable": 422, "context": 400, "broken": 500, "loading": 503,
            "teapot": 418}
        once = {"busyonce": 429, "brokenonce": 500, "loadingonce": 503}
        first = sum(1 for entry in log if entry["whole"] == self.place()[0] and entry["body"] and entry["body"].get("stream"))
        if mode in statuses:
            self.reply(statuses[mode], {"error": {"message": f"the {mode} message"}})
        elif mode in once and first == 1:
            self.reply(once[mode], {"error": "later"}, Retry_After="0")
        elif mode == "busy":
            self.reply(429, {"error": {"message": "later"}}, Retry_After="9999")
        elif mode == "echo":
            self.reply(418, {"error": {"message": "you sent " + self.headers.get("Authorization", "nothing")}})
        elif mode == "elsewhere":
            self.reply(307, b"", Location="http://192.0.2.1/v1/chat/completions")
        elif mode == "html":
            self.reply(200, b"<html>a captive portal</html>", "text/html")
        elif mode == "empty":
            self.reply(200, b"")
        elif mode == "refusesscores" and body.get("logprobs"):
            self.reply(400, {"error": {"message": "logprobs are not supported"}})
        elif mode == "notstream":
            self.whole(body, mode)
        elif mode == "slow":
            time.sleep(15)
            return False
        else:
            return False
        return True

    def piece(self, value):
        data = value if isinstance(value, bytes) else b"data: " + json.dumps(value).encode() + b"\n\n"
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def stream(self, body, mode, number):
        tokens, written, isWords = self.answer(body, mode)
        streams = sum(
            1 for entry in log
            if entry["whole"] == self.place()[0] and entry["body"] and entry["body"].get("stream"))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

        def chunk(delta=None, reason=None, scores=None, **more):
            choice = {"index": 0, "delta": delta or {}, "finish_reason": reason}
            if scores is not None:
                choice["logprobs"] = {"content": scores}
            return {"id": "1", "object": "chat.completion.chunk", "model": more.pop("model", MODEL), "choices": [choice], **more}

        if mode == "otherweights":
            self.piece(chunk({"content": " yes"}, model="another-model"))
        if mode == "wrongjson" or (mode == "wrongjsononce" and streams == 1):
            self.piece(b'data: {"choices": [{"delta": {"con\n\n')
        if mode == "list":
            self.piece([1, 2])
        if mode == "nochoices":
            self.piece({"object": "chat.completion.chunk", "text": "yes"})
        if mode == "manychoices":
            self.piece({"choices": [{"index": 0, "delta": {}}, {"index": 1, "delta": {}}]})
        if mode == "tool":
            self.piece(chunk({"tool_calls": [{"index": 0, "function": {"name": "look", "arguments": "{}"}}]}))
        if mode == "number":
            self.piece(chunk({"content": 7}))
        if mode == "inside":
            self.piece({"error": {"message": "out of memory", "code": 500}})
        if mode == "filter":
            self.piece(chunk({}, "content_filter"))
        if mode == "reason":
            self.piece(chunk({}, "because"))
        if mode == "comments":
            self.piece(b": ping\r\n\r\nevent: message\r\nid: 3\r\n")
        if mode == "thinking":
            for word in ("let", " me", " think"):
                self.piece(chunk({"reasoning_content": word}))
        if mode == "endless":
            for _ in range(10_000):
                self.piece(chunk({"content": " yes"}))
        if mode == "huge":
            for _ in range(400):
                self.piece(b": " + b"x" * 1_000_000 + b"\n\n")
        self.piece(chunk({"role": "assistant", "content": None}))
        if (mode == "role" or (mode == "roleonce" and streams == 1)
                or (mode in ("interrupts", "python") and outer[self.place()[0]].locked())):
            self.piece(b"data: [DONE]\n\n")
            self.wfile.write(b"0\r\n\r\n")
            return None
        for place, token in enumerate(tokens):
            scores = None
            if body.get("logprobs") and mode != "noscores":
                begun = written + "".join(tokens[:place])
                scores = alternatives(begun, [token], mode)
                if mode == "fewscores":
                    for entry in scores:
                        entry["top_logprobs"] = entry["top_logprobs"][:1]
            if mode == "hang":
                self.piece(chunk({"content": token}))
                time.sleep(60)
            delta = {"content": token}
            self.piece(chunk(delta, None, scores))
            if mode == "twice":
                for _ in range(3):
                    self.piece(chunk(delta, None, scores))
            if mode == "cut" or (mode == "cutonce" and streams == 1) or (mode == "cutlate" and place == 5 and streams == 1):
                self.close_connection = True
                return self.connection.close()
        if mode == "emptychoice":
            self.piece({"choices": [], "model": MODEL})
        elif mode == "nothing":
            pass
        elif mode != "unfinished":
            self.piece(chunk({}, "length" if mode == "long" else "stop"))
        if mode == "onandon":
            self.piece(chunk({"content": " and no"}))
        if mode != "nousage":
            self.piece({"choices": [], "model": MODEL, "usage": {
                "prompt_tokens": 100, "completion_tokens": len(tokens) + (3 if mode == "thinking" else 0), "prompt_tokens_details": {"cached_tokens": 80}}})
        if mode == "open":
            self.piece(b"data: [DONE]\n\n")
            time.sleep(60)
        if mode not in ("unfinished", "nodone"):
            self.piece(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")
        return None


def main():
    server = Server(("127.0.0.1", 0), Handler)
    if len(sys.argv) > 1:
        sys.stderr = open(sys.argv[1], "w", encoding="utf-8")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    os._exit(0)


main()
