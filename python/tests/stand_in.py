"""A program in the real one's place: it passes everything on, but dies when it is asked for an image named killer."""

import subprocess
import sys
import threading


def main() -> None:
    real = subprocess.Popen([sys.executable, "-m", "dermgemma", *sys.argv[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def back() -> None:
        for line in real.stdout:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()

    thread = threading.Thread(target=back, daemon=True)
    thread.start()
    for line in sys.stdin.buffer:
        if b"killer" in line:
            real.kill()
            real.wait()
            thread.join()
            sys.stderr.write("dermgemma: a fault was planted\n")
            sys.stderr.flush()
            sys.exit(70)
        real.stdin.write(line)
        real.stdin.flush()
    real.stdin.close()
    thread.join()


if __name__ == "__main__":
    main()
