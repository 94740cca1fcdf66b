"""The reference over stock libraries, in a process of its own: llama-cpp-python finds its libraries when it is imported.

    stock.py FOLDER JSON        FOLDER: `scripts/llama-server.sh --stock`; JSON: what run.py's `stock_reference` asks

Prints milliseconds an image, as JSON.
"""

import argparse
import json
import os
import pathlib
import sys

os.environ["LLAMA_CPP_LIB_PATH"] = os.environ["MTMD_CPP_LIB"] = sys.argv[1]
import run  # noqa: E402


def main() -> None:
    asked = json.loads(sys.argv[2])
    args = argparse.Namespace(model=asked["model"], mmproj=asked["mmproj"], warm_ups=asked["warm_ups"])
    work = json.loads(pathlib.Path(asked["work"]).read_text("utf-8"))
    print(json.dumps(run.reference(args, pathlib.Path(asked["folder"]), work, asked["images"], asked["threads"])))


if __name__ == "__main__":
    main()
