#!/usr/bin/python3
"""tutorial.py: the tutorial's own program: four tasks on four processes. Each task sleeps for two seconds and returns its
parameter times ten. One after another they take eight seconds; in parallel, two.

    tutorial.py serial|process_queue|imap|imap_unordered [--seconds 2] [--tasks 4] [--workers 4]
"""
import argparse
import time
from multiprocessing import Pool, Process, Queue


def task(parameter, seconds):
    time.sleep(seconds)
    return parameter * 10


def star(arguments):
    """For Pool.imap, which passes a single argument. Returns the parameter with the result, to tell whose it is."""
    return arguments[0], task(*arguments)


def serial(jobs, workers):
    for job in jobs:
        yield star(job)


# ---- managed by hand: Process and Queue ----

def work(jobs, results):
    for job in iter(jobs.get, None):  # until None
        results.put(star(job))


def process_queue(jobs, workers):
    todo, results = Queue(), Queue()
    processes = [Process(target=work, args=(todo, results)) for _ in range(workers)]
    for process in processes:
        process.start()
    for job in jobs:
        todo.put(job)
    for _ in processes:
        todo.put(None)
    for _ in jobs:
        yield results.get()
    for process in processes:
        process.join()


# ---- with a pool ----

def imap(jobs, workers):
    with Pool(workers) as pool:
        yield from pool.imap(star, jobs)


def imap_unordered(jobs, workers):
    with Pool(workers) as pool:
        yield from pool.imap_unordered(star, jobs)


def main():
    ways = {way.__name__: way for way in (serial, process_queue, imap, imap_unordered)}
    parser = argparse.ArgumentParser(description="Four tasks that sleep, on four processes.")
    parser.add_argument("way", choices=ways)
    parser.add_argument("--seconds", type=float, default=2, help="how long a task sleeps")
    parser.add_argument("--tasks", type=int, default=4)
    parser.add_argument("--workers", type=int, default=4)
    wish = parser.parse_args()
    jobs = [(parameter, wish.seconds) for parameter in range(1, wish.tasks + 1)]
    began = time.monotonic()
    for parameter, result in ways[wish.way](jobs, wish.workers):
        print(f"{parameter} -> {result}", flush=True)
    print(f"{wish.way}: {wish.tasks} tasks, {wish.workers} workers: {time.monotonic() - began:.2f} s")


if __name__ == "__main__":
    main()
