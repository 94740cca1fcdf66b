"""The process behind a reader: crashes, kills, threads, forks, Ctrl-C, ends."""

import multiprocessing
import os
import pathlib
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import dermgemma

KILLS = 20


def gone(pid: int) -> bool:
    """Whether a process ends within ten seconds; one that only its parent has not looked after yet counts as ended."""
    for _ in range(100):
        try:
            state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def test_killed_again_and_again_nothing_is_lost_and_nothing_is_twice(phantoms, reader):
    expected = [reader.read(path) for path in phantoms]
    images = [phantoms[index % len(phantoms)] for index in range(120)]
    killed, stop = [], threading.Event()

    def kill() -> None:
        while len(killed) < KILLS and not stop.wait(0.25):
            pid = reader.pid
            if pid is not None and pid not in killed:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                killed.append(pid)

    killer = threading.Thread(target=kill)
    seen = []
    outcomes = reader.read_many((image for image in _until(images, killed)), retries=1000)
    killer.start()
    try:
        for outcome in outcomes:
            seen.append(outcome)
    finally:
        stop.set()
        killer.join()
    assert len(killed) >= KILLS and reader.starts > KILLS / 2
    assert [outcome.index for outcome in seen] == list(range(len(seen))) and len(seen) >= len(images)
    for outcome in seen:
        assert outcome.get() == expected[outcome.index % len(phantoms)]


def _until(images, killed):
    """The images, over and over until enough was killed; always whole rounds."""
    yield from images
    while len(killed) < KILLS:
        yield from images[:12]
    yield from images[:12]


def test_a_crash_is_one_exception_and_the_next_call_has_a_fresh_process(phantoms, reader):
    first = reader.pid
    failures = []

    def read() -> None:
        try:
            # Large enough to be under way when the signal comes.
            for _ in range(200):
                reader.read(phantoms[0])
        except dermgemma.WorkerCrashed as crash:
            failures.append(crash)

    thread = threading.Thread(target=read)
    thread.start()
    time.sleep(0.3)
    os.kill(first, signal.SIGKILL)
    thread.join()
    assert len(failures) == 1 and failures[0].status == 70 and "SIGKILL" in str(failures[0])
    assert reader.read(phantoms[0]).code and reader.pid != first and reader.starts == 2


@pytest.mark.parametrize("retries", [0, 1])
def test_a_picture_that_kills_the_program_takes_no_other_along(phantoms, tmp_path, retries):
    stand_in = tmp_path / "dermgemma"
    stand_in.write_text(f"#!/bin/sh\nexec {sys.executable} {pathlib.Path(__file__).with_name('stand_in.py')} \"$@\"\n")
    stand_in.chmod(0o755)
    killer = tmp_path / "killer.png"
    killer.write_bytes(phantoms[0].read_bytes())
    images = [*phantoms[:3], killer, *phantoms[3:6]]
    with dermgemma.Reader(program=stand_in, threads=1, parallel=1) as reader:
        outcomes = list(reader.read_many(images, retries=retries))
        assert [outcome.index for outcome in outcomes] == list(range(7))
        crash = outcomes[3].error
        assert isinstance(crash, dermgemma.WorkerCrashed) and crash.status == 70 and "a fault was planted" in crash.message
        if retries:
            assert [outcome.ok for outcome in outcomes] == [True] * 3 + [False] + [True] * 3
        else:
            # Without another try, all that was in hand has the crash for an error; nothing is missing.
            assert all(outcome.ok or isinstance(outcome.error, dermgemma.WorkerCrashed) for outcome in outcomes)
        assert reader.read(phantoms[0]).code


@pytest.mark.parametrize("kills", [2, 3])
def test_a_program_that_is_killed_as_it_starts_is_started_again(phantoms, tmp_path, kills):
    count = tmp_path / "starts"
    count.write_text("")
    program = tmp_path / "dermgemma"
    program.write_text(f"""#!/bin/sh
echo start >> {count}
if [ $(wc -l < {count}) -le {kills} ]; then kill -KILL $$; fi
exec {sys.executable} -m dermgemma "$@"
""")
    program.chmod(0o755)
    with_it = dermgemma.Reader(program=program, threads=1, parallel=1)
    if kills == 2:
        with with_it as reader:
            assert reader.read(phantoms[0]).code and reader.starts == 1
    else:
        with pytest.raises(dermgemma.StartError) as raised:
            with_it.read(phantoms[0])
        assert raised.value.status == -signal.SIGKILL and "SIGKILL" in str(raised.value)
    assert count.read_text().split() == ["start"] * 3


def test_threads_share_a_reader(phantoms, reader):
    expected = {path: reader.read(path) for path in phantoms[:4]}
    found = []

    def read(path: pathlib.Path) -> None:
        found.append((path, reader.read(path)))
        found.extend((path, outcome.get()) for outcome in reader.read_many([path, path]))

    threads = [threading.Thread(target=read, args=(path,)) for path in list(expected) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 24 and all(report == expected[path] for path, report in found) and reader.starts == 1


def _read_in_child(reader: dermgemma.Reader, path: pathlib.Path, answers) -> None:
    answers.put((reader.pid, reader.read(path), reader.pid, reader.starts))
    reader.close()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_another_process_has_a_program_of_its_own(phantoms, reader, method):
    report, mine = reader.read(phantoms[0]), reader.pid
    context = multiprocessing.get_context(method)
    answers = context.Queue()
    # Under way while the process forks: its end in the child must be nobody's.
    readings = reader.read_many(phantoms)
    next(readings)
    children = [context.Process(target=_read_in_child, args=(reader, phantoms[0], answers)) for _ in range(2)]
    for child in children:
        child.start()
    told = [answers.get(timeout=120) for _ in children]
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0]
    assert all(before is None and theirs == report and pid not in (None, mine) for before, theirs, pid, _ in told)
    assert len(list(readings)) == len(phantoms) - 1 and reader.pid == mine and reader.starts == 1


def test_a_forked_child_does_not_keep_the_program_alive(phantoms, tmp_path):
    script = textwrap.dedent("""
        import os, sys, time, dermgemma
        reader = dermgemma.Reader(threads=1)
        reader.read(sys.argv[1])
        print(reader.pid, flush=True)
        child = os.fork()
        if child == 0:
            os.close(1)
            time.sleep(60)
            os._exit(0)
        print(child, flush=True)
        os.kill(os.getpid(), 9)
    """)
    done = subprocess.run([sys.executable, "-c", script, str(phantoms[0])], stdout=subprocess.PIPE, text=True, timeout=120)
    program, child = map(int, done.stdout.split())
    try:
        assert done.returncode == -9 and gone(program)
    finally:
        os.kill(child, signal.SIGKILL)


def test_ctrl_c_cancels_and_leaves_a_reader_that_reads(phantoms, tmp_path):
    script = textwrap.dedent("""
        import itertools, sys, dermgemma
        with dermgemma.Reader(threads=1, parallel=1) as reader:
            try:
                for outcome in reader.read_many(itertools.repeat(sys.argv[1])):
                    if outcome.index == 2:
                        print("ready", flush=True)
            except KeyboardInterrupt:
                pid = reader.pid
                assert reader.read(sys.argv[1]).code and reader.pid == pid and reader.starts == 1
                print("interrupted", pid, flush=True)
    """)
    with subprocess.Popen([sys.executable, "-c", script, str(phantoms[0])], stdout=subprocess.PIPE, text=True,
                          start_new_session=True) as process:
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, signal.SIGINT)
        word, pid = process.stdout.readline().split()
        assert word == "interrupted" and process.wait(60) == 0 and gone(int(pid))


def test_leaving_the_block_ends_the_process_and_a_later_call_starts_it_again(phantoms):
    with dermgemma.Reader(threads=1) as reader:
        pid = reader.pid
        assert pid is not None
    assert gone(pid) and reader.pid is None
    assert reader.read(phantoms[0]).code and reader.starts == 2
    pid = reader.pid
    del reader
    assert gone(pid), "a reader that is forgotten ends its process"


def test_a_closed_reader_tells_who_waits(phantoms):
    reader = dermgemma.Reader(threads=1, parallel=1)
    readings = reader.read_many(phantoms)
    next(readings)
    reader.close()
    with pytest.raises(dermgemma.ReadError, match="closed") as caught:
        list(readings)
    assert caught.value.status == 130


def test_a_pickled_reader_is_its_settings(phantoms, shared_reader):
    copy = pickle.loads(pickle.dumps(dermgemma.Reader(protocol="direct", threads=1)))
    with copy:
        assert copy.read(phantoms[0]).protocol.id == "direct"


def test_libraries_of_others_do_not_come_first(phantoms, tmp_path, monkeypatch):
    (tmp_path / "libvips.so.42").write_bytes(b"no library")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    with dermgemma.Reader(threads=1) as reader:
        assert reader.read(phantoms[0]).code
