#!/usr/bin/env bash
# One would guess: `hf cache prune`, which offers to remove "incomplete downloads", removes what broken downloads left; one
# that is running holds a lock in .locks/ (it is there), so prune leaves it or waits.
# What happens: prune does not look at the lock. It deletes the partial file under the running download, says "Deleted 1
# incomplete download(s)" and ends with 0. The download goes on to its last byte, then fails with FileNotFoundError, and
# nothing of it is kept.
# Version: huggingface_hub 2.4.0, without Xet, from a server of this script on the loopback interface.
# Why it matters: in a cache that a group shares, one person's tidying costs the other the last hour of a 4 GB download,
# at its very end. Prune only when nobody pulls; a tool that downloads into this cache should not name its partial
# file blobs/*.incomplete.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check huggingface_hub==2.4.0
cat >"$work/hub.py" <<'PY'
import hashlib, http.server, pathlib, sys, time

work = pathlib.Path(sys.argv[1])
weights = b"GGUF" + bytes(range(256)) * 4096
digest = hashlib.sha256(weights).hexdigest()


class Hub(http.server.BaseHTTPRequestHandler):
    """One repository with one file, whose second half waits until the file `go` is there."""

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        if not self.path.endswith("/resolve/main/w.gguf"):
            return self.send_error(404)
        self.send_response(200)
        for name, value in {"X-Repo-Commit": "a" * 40, "ETag": f'"{digest}"', "X-Linked-Etag": f'"{digest}"',
                            "X-Linked-Size": len(weights), "Content-Length": len(weights)}.items():
            self.send_header(name, str(value))
        self.end_headers()

    def do_GET(self):
        self.do_HEAD()
        if not self.path.endswith("/resolve/main/w.gguf"):
            return
        self.wfile.write(weights[: len(weights) // 2])
        self.wfile.flush()
        for _ in range(600):
            if (work / "go").exists():
                break
            time.sleep(0.1)
        self.wfile.write(weights[len(weights) // 2:])
        (work / "sent").touch()


hub = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
(work / "port.part").write_text(str(hub.server_address[1]))
(work / "port.part").rename(work / "port")
hub.serve_forever()
PY
"$work/venv/bin/python" "$work/hub.py" "$work" &
server=$!
until [ -e "$work/port" ]; do sleep 0.2; done
export HF_HOME=$work/home HF_HUB_DISABLE_XET=1 HF_HUB_DISABLE_TELEMETRY=1 NO_COLOR=1
HF_ENDPOINT=http://127.0.0.1:$(cat "$work/port")
export HF_ENDPOINT
hf=$work/venv/bin/hf
"$hf" download org/tiny w.gguf >"$work/download.log" 2>&1 &
download=$!
for _ in $(seq 300); do compgen -G "$work/home/hub/*/blobs/*.incomplete" >/dev/null && break; sleep 0.2; done
lock=$(find "$work/home/hub/.locks" -name '*.lock' | wc -l)
prune=0
"$hf" cache prune --yes >"$work/prune.log" 2>&1 || prune=$?
touch "$work/go"
ended=0
wait "$download" || ended=$?
sent=no
[ ! -e "$work/sent" ] || sent=yes
kept=$(find "$work/home/hub" -path '*/blobs/*' -type f | wc -l)
version=$("$work/venv/bin/python" -c 'import huggingface_hub; print(huggingface_hub.__version__)')
seen="version $version; locks held $lock; prune ended $prune, deleted $(grep -c 'Deleted 1 incomplete' "$work/prune.log" || true); all bytes sent $sent; \
download ended $ended, $(grep -om1 '^FileNotFoundError' "$work/download.log" || echo no FileNotFoundError); files kept $kept"
expected="version 2.4.0; locks held 1; prune ended 0, deleted 1; all bytes sent yes; download ended 1, FileNotFoundError; files kept 0"
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: was $expected" >&2
  exit 1
fi
