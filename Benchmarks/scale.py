#!/usr/bin/env python3
"""Simulates a run of shards over many GPUs whose processes and nodes die: time, cost, and what deaths cost.

    python3 Benchmarks/scale.py
    python3 Benchmarks/scale.py --gpus 64 --images 10000000 --shard 2000 --seconds 0.5

Every number that decides is an option, with its default in docs/SCALE.md: measured where it says so, assumed elsewhere. A GPU takes
the next shard when it is free. A process that dies is started again by shard.sh and goes on where its records end; a node that
dies comes back after Slurm has noticed and waited, and its shard goes on elsewhere. "Anew" is the same run if a shard that
died began from its first image: what resuming saves. Averages of several simulations, which are the same each time.
"""

import argparse
import heapq
import math
import random


def simulate(options: argparse.Namespace, gpus: int, resumes: bool, dice: random.Random) -> dict[str, float]:
    """One run, in seconds: its length, what all GPUs were busy, and how often something died."""
    count = max(1, math.ceil(options.images / options.shard))
    waiting = [options.images // count + (place < options.images % count) for place in range(count)]
    waiting.reverse()
    rate = 1 / (options.process_hours * 3600) + 1 / (options.node_hours * 3600)
    free = [(0.0, gpu) for gpu in range(gpus)]
    late: list[tuple[float, float]] = []
    deaths, busy, end = 0, 0.0, 0.0
    while waiting or late:
        now, gpu = heapq.heappop(free)
        # A shard whose node died comes back after a wait; new ones go first, as in Slurm's queue.
        if waiting:
            images = float(waiting.pop())
        else:
            ready, images = heapq.heappop(late)
            now = max(now, ready)
        left, size = images, images
        while True:
            work = options.start + left * options.seconds
            until = dice.expovariate(rate)
            if until >= work:
                now, busy, end = now + work, busy + work, max(end, now + work)
                heapq.heappush(free, (now, gpu))
                break
            deaths += 1
            busy += until
            now += until
            # Images in progress are read again.
            done = max(0, math.floor((until - options.start) / options.seconds) - options.at_once) if resumes else 0
            left = max(left - done, 0) if resumes else size
            if dice.random() < (1 / (options.node_hours * 3600)) / rate:
                heapq.heappush(late, (now + options.notice + options.requeue, left))
                heapq.heappush(free, (now + options.notice + options.requeue, gpu))
                break
    return {"hours": end / 3600, "busy": busy / 3600, "deaths": deaths}


def mean(options: argparse.Namespace, gpus: int, resumes: bool) -> dict[str, float]:
    found = [simulate(options, gpus, resumes, random.Random(f"{gpus} {number}")) for number in range(options.repeats)]
    return {key: sum(one[key] for one in found) / len(found) for key in found[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=400_000)
    parser.add_argument("--shard", type=int, default=1000, help="images of a shard")
    parser.add_argument("--gpus", default="1,8,64", help="numbers of GPUs, each with a worker of its own")
    parser.add_argument("--seconds", type=float, default=1.0, help="of a GPU, an image")
    parser.add_argument("--at-once", type=int, default=8, help="images in progress in a worker")
    parser.add_argument("--start", type=float, default=20.0, help="seconds until a process reads its first image")
    parser.add_argument("--process-hours", type=float, default=200.0, help="GPU hours to the death of a process")
    parser.add_argument("--node-hours", type=float, default=1000.0, help="GPU hours to the loss of a node")
    parser.add_argument("--notice", type=float, default=300.0, help="seconds until Slurm takes a node for lost")
    parser.add_argument("--requeue", type=float, default=121.0, help="seconds that a requeued task waits")
    parser.add_argument("--price", type=float, default=3.0, help="of a GPU hour, idle ones of the run included")
    parser.add_argument("--repeats", type=int, default=20)
    options = parser.parse_args()
    shards = max(1, math.ceil(options.images / options.shard))
    print(f"{options.images:,} images in {shards:,} shards of {options.shard:,}, {options.seconds} s of a GPU an image")
    print(f"{'GPUs':>5}{'hours':>9}{'images/h':>11}{'price':>9}{'busy':>7}{'deaths':>8}{'lost':>8}{'lost anew':>11}")
    for gpus in map(int, options.gpus.split(",")):
        found, anew = mean(options, gpus, True), mean(options, gpus, False)
        needed = (options.images * options.seconds + shards * options.start) / 3600
        print(f"{gpus:5}{found['hours']:9.1f}{options.images / found['hours']:11,.0f}{found['hours'] * gpus * options.price:9,.0f}"
              f"{found['busy'] / (found['hours'] * gpus):7.1%}{found['deaths']:8.1f}{found['busy'] / needed - 1:8.2%}"
              f"{anew['busy'] / needed - 1:11.2%}")


if __name__ == "__main__":
    main()
