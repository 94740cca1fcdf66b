"""A real PostgreSQL server for tests: Debian's, in a temporary folder, on a socket and on a port of loopback."""

import contextlib
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

OWNER = 65534
"""The server refuses to run as root."""


def programs() -> pathlib.Path | None:
    """Where the newest server's programs are; None where none is installed."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else None


class Server:
    """A running server; its administrator is `postgres`, and `dermgemma` owns the database `dermgemma`."""

    def __init__(self, folder: pathlib.Path, settings: tuple[str, ...] = ()):
        self.folder = folder
        self.data = folder / "data"
        self.settings = settings
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            self.port = listener.getsockname()[1]
        self.process: subprocess.Popen | None = None
        folder.chmod(0o755)
        if os.geteuid() == 0:
            os.chown(folder, OWNER, OWNER)
        subprocess.run(
            self.as_owner(programs() / "initdb", "-D", self.data, "-U", "postgres", "-A", "scram-sha-256", "--no-sync",
                          "-E", "UTF8", "--locale", "C", "--pwfile", self.written("secret", "administrator")),
            check=True, stdout=subprocess.DEVNULL, cwd=folder)
        self.start()
        self.psql("CREATE ROLE dermgemma LOGIN PASSWORD 'correct horse'")
        self.psql("CREATE DATABASE dermgemma OWNER dermgemma TEMPLATE template0 ENCODING 'UTF8'")

    def written(self, name: str, text: str) -> pathlib.Path:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(path, OWNER, OWNER)
        return path

    @staticmethod
    def as_owner(*words: object) -> list[str]:
        prefix = ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups"] if os.geteuid() == 0 else []
        return [*prefix, *map(str, words)]

    def start(self) -> None:
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.as_owner(programs() / "postgres", "-D", self.data, "-p", self.port, "-k", self.folder,
                              "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=100",
                              *(word for setting in self.settings for word in ("-c", setting))),
                stdout=log, stderr=log, cwd=self.folder)
        for _ in range(600):
            if subprocess.run([programs() / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError((self.folder / "server.log").read_text()[-2000:])

    def stop(self, how: int) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def psql(self, sql: str, database: str = "postgres", user: str = "postgres", password: str = "administrator") -> str:
        done = subprocess.run(
            [programs() / "psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(self.port), "-U", user,
             "-d", database, "-c", sql], capture_output=True, text=True, env={"PGPASSWORD": password, "PATH": "/usr/bin:/bin"})
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def service(self, folder: pathlib.Path) -> dict[str, str]:
        """A service file and a password file as docs/RECORDS.md has users write them, as environment variables."""
        services, passwords = folder / "pg_service.conf", folder / "pgpass"
        services.write_text(f"[dermgemma]\nhost=127.0.0.1\nport={self.port}\ndbname=dermgemma\nuser=dermgemma\n")
        passwords.write_text(f"127.0.0.1:{self.port}:dermgemma:dermgemma:correct horse\n")
        passwords.chmod(0o600)
        return {"PGSERVICEFILE": str(services), "PGPASSFILE": str(passwords)}


@contextlib.contextmanager
def server(*settings: str):
    """A server that is gone afterwards."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="dermgemma-pg-", dir="/tmp"))
    running = None
    try:
        running = Server(folder, settings)
        yield running
    finally:
        if running is not None:
            running.stop(3)
        shutil.rmtree(folder, ignore_errors=True)
