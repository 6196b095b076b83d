#!/usr/bin/env python3
"""kills.py: kills workers of a busy pool at random moments, and checks that each kill costs one item at most, and that all others
arrive once and as they should.

    kills.py [KILLS [WORKERS [SEED]]]    1000 kills, 4 workers; needs pvqpool on the PYTHONPATH
"""
import os
import random
import signal
import sys

import pvqpool

SIZES = 0, 100, 3000, 100_000  # within a slot of the pool, and beyond it
PERIOD = 40                    # results between two kills, on average


def value(number):
    return number.to_bytes(8, "little") * (SIZES[number % len(SIZES)] // 8)


def work(pair):
    number, sent = pair
    return number, os.getpid(), sent == value(number), value(number)


def parent(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rpartition(")")[2].split()[1])


def kill(pid):
    """Kills a worker: a grandchild of ours. Whether it was there."""
    try:
        handle = os.pidfd_open(pid)  # from here on the number cannot come to stand for another process
    except ProcessLookupError:
        return False
    try:
        if parent(parent(pid)) != os.getpid():
            return False
        signal.pidfd_send_signal(handle, signal.SIGKILL)
        return True
    except (ProcessLookupError, FileNotFoundError):
        return False
    finally:
        os.close(handle)


def run(kills, workers, seed):
    """(items, items lost). Raises AssertionError."""
    chance, seen, killed, got, lost, sent = random.Random(seed), set(), set(), set(), set(), 0

    def items():
        nonlocal sent
        while len(killed) < kills:
            yield sent, value(sent)
            sent += 1

    with pvqpool.Pool(workers) as pool:
        results = pool.imap_unordered(work, items())

        def is_new(number):
            return number not in got and number not in lost

        while True:
            try:
                number, pid, arrived, result = next(results)
            except StopIteration:
                break
            except pvqpool.WorkerLost as error:
                assert error.exitcode == -signal.SIGKILL and error.attempts == 1, error
                assert is_new(error.item), f"item {error.item} came twice"
                lost.add(error.item)
                continue
            assert arrived and result == value(number), f"item {number} is damaged"
            assert is_new(number), f"item {number} came twice"
            got.add(number)
            seen.add(pid)
            if len(killed) < kills and chance.randrange(PERIOD) == 0:
                victim = chance.choice(sorted(seen - killed) or [pid])
                seen.discard(victim)
                if victim not in killed and kill(victim):
                    killed.add(victim)
        assert got | lost == set(range(sent)), f"{sent - len(got | lost)} items are missing"
        assert len(lost) <= kills, f"{len(lost)} items were lost by {kills} kills"
        assert pool.map(abs, range(-1000, 0)) == list(range(1000, 0, -1))
        assert pool.stats()["lost"] == len(lost)
    return sent, len(lost)


if __name__ == "__main__":
    wanted = [int(word) for word in sys.argv[1:]]
    kills, workers, seed = wanted + [1000, 4, random.randrange(2**32)][len(wanted):]
    print(f"kills.py {kills} {workers} {seed}: ", end="", flush=True)
    sent, lost = run(kills, workers, seed)
    print(f"{kills} kills, {sent} items, {lost} lost, all others right")
