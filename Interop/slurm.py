"""A Slurm cluster on this machine: munged, slurmctld and two slurmd, on loopback, without systemd, in a folder."""

import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol"]


def missing() -> list[str]:
    """The programs of Slurm that are not installed."""
    path = os.environ.get("PATH", "") + ":/usr/sbin"
    return [name for name in PROGRAMS if shutil.which(name, path=path) is None]


def _port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Cluster:
    """Two nodes, n1 and n2, with one processor each."""

    def __init__(self):
        # pytest's own folders are private, and munged wants its socket to be reachable by everyone.
        self.folder = folder = pathlib.Path(tempfile.mkdtemp(prefix="slurm-"))
        folder.chmod(0o711)
        (folder / "state").mkdir()
        (folder / "key").write_bytes(os.urandom(128))
        (folder / "key").chmod(0o600)
        host = socket.gethostname().split(".")[0]
        nodes = "\n".join(
            f"NodeName=n{number} NodeHostname={host} NodeAddr=127.0.0.1 Port={_port()} CPUs=1 RealMemory=2000"
            for number in (1, 2))
        (folder / "slurm.conf").write_text(f"""\
ClusterName=c
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={_port()}
SlurmUser=root
AuthInfo=socket={folder}/munge.sock
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/ctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/ctld.log
SlurmdLogFile={folder}/slurmd-%n.log
SlurmdTimeout=15
KillWait=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
{nodes}
PartitionName=p Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
""", "utf-8")
        self.environment = os.environ | {
            "SLURM_CONF": str(folder / "slurm.conf"), "PATH": os.environ.get("PATH", "") + ":/usr/sbin"}
        self.processes: dict[str, subprocess.Popen] = {}
        try:
            self.start("munged", "munged", "--foreground", "--socket", folder / "munge.sock", "--key-file", folder / "key",
                       "--pid-file", folder / "munged.pid", "--log-file", folder / "munged.log", "--seed-file",
                       folder / "munge.seed")
            self.wait(lambda: (folder / "munge.sock").exists())
            self.start("ctld", "slurmctld", "-D")
            self.start("n1", "slurmd", "-D", "-N", "n1")
            self.start("n2", "slurmd", "-D", "-N", "n2")
            self.wait(lambda: self.out("sinfo", "-h", "-o", "%T %D").split() == ["idle", "2"])
        except BaseException:
            self.close()
            raise

    def start(self, name: str, *words: object) -> None:
        with open(self.folder / f"{name}.out", "ab") as out:
            self.processes[name] = subprocess.Popen(
                list(map(str, words)), stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=self.environment)

    def node(self, number: int) -> None:
        """Starts a node again."""
        self.start(f"n{number}", "slurmd", "-D", "-N", f"n{number}")

    def out(self, *words: object) -> str:
        return subprocess.run(list(map(str, words)), capture_output=True, text=True, env=self.environment).stdout

    def wait(self, until, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < deadline, self.out("squeue") + self.out("sinfo")
            time.sleep(0.2)

    def jobs(self) -> list[str]:
        """What waits or runs: `number_task state`."""
        return self.out("squeue", "-h", "-r", "-o", "%i %T").splitlines()

    def hasten(self) -> None:
        """Ends the two minutes that a requeued job waits."""
        for line in self.jobs():
            number, state = line.split()
            if state == "PENDING":
                self.out("scontrol", "update", f"JobId={number}", "StartTime=now")

    def close(self) -> None:
        self.out("scancel", "--me", "--signal=KILL")
        self.out("scancel", "--me")
        for name in ["n1", "n2", "ctld", "munged"]:
            if process := self.processes.get(name):
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
