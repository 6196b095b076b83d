"""compare.py: which way for my function? Runs it on its items in every usual way, and says which is fastest here.

    python3 -m pvqpool.compare MODULE:FUNCTION --items 'range(1000)'|FILE|MODULE:ITERABLE [--budget 30s] [--workers N]

The function is run many times on each item: what it does besides returning a result happens as often. --dry-run shows what
would run. --html FILE has the suite's program pvq write its report of the same measurements.
"""
import argparse
import ast
import concurrent.futures
import contextlib
import hashlib
import importlib
import importlib.util
import itertools
import json
import math
import multiprocessing
import os
import pickle
import random
import resource
import select
import signal
import sys
import time
import typing

import pvqpool

from . import _native, core, report

BLOCKS_MAX = 30   # more change little
BLOCKS_GOAL = 20  # the budget should hold as many: fewer items are taken instead
HOPELESS = 3      # a way that takes so many times as long as the fastest is measured once
PATIENCE = 20     # a run that takes so many times as long as in serial, and 10 s, is given up
PILOT_S = 2       # how long to look at single items
SAMPLE = 64       # of them, to pickle


# ---- the ways ----

class Way(typing.NamedTuple):
    """A way is opened for a function, which starts its workers, and is then a function of the items."""
    open: typing.Callable
    paste: list             # the code to paste
    impl: str               # its name in the suite
    chunk: int = 0
    order: str = "ordered"
    via: str = "pipe"       # how items travel
    survives: bool = False  # a killed worker costs its item only


@contextlib.contextmanager
def serial(function, workers):
    yield lambda items: list(map(function, items))


@contextlib.contextmanager
def threads(function, workers):
    with concurrent.futures.ThreadPoolExecutor(workers) as executor:
        yield lambda items: list(executor.map(function, items))


def _take(function, tasks, results):
    for task in iter(tasks.get, None):
        results.put(function(task[0]))


@contextlib.contextmanager
def process_queue(function, workers):
    tasks, results = multiprocessing.Queue(), multiprocessing.Queue()
    processes = [multiprocessing.Process(target=_take, args=(function, tasks, results)) for _ in range(workers)]
    for process in processes:
        process.start()

    def run(items):
        for item in items:
            tasks.put((item,))
        return [results.get() for _ in items]

    yield run
    for _ in processes:
        tasks.put(None)
    for process in processes:
        process.join()


def of_pool(pool, method, chunksize=None):
    @contextlib.contextmanager
    def way(function, workers):
        with pool(workers) as made:
            made.map(function, [])  # pvqpool's workers start with the first call
            yield lambda items: list(getattr(made, method)(function, items, *([chunksize] if chunksize else [])))
            made.close()
            made.join()
    return way


def of_executor(executor, chunksize=1):
    @contextlib.contextmanager
    def way(function, workers):
        with executor(workers) as made:
            made.submit(int).result()  # the workers start with the first call
            yield lambda items: list(made.map(function, items, chunksize=chunksize))
    return way


@contextlib.contextmanager
def joblib(function, workers):
    from joblib import Parallel, delayed
    with Parallel(n_jobs=workers) as parallel:
        parallel(delayed(int)() for _ in range(workers))  # likewise
        yield lambda items: parallel(delayed(function)(item) for item in items)


def ways(count, workers):
    """name -> Way"""
    pool, executor = multiprocessing.Pool, concurrent.futures.ProcessPoolExecutor
    large = max(1, count // (4 * workers))
    chunks = sorted({1, min(10, count), large})
    found = {
        "serial": Way(serial, ["results = [function(item) for item in items]"], "serial", via="call"),
        "threads": Way(threads, ["from concurrent.futures import ThreadPoolExecutor",
                                 f"with ThreadPoolExecutor({workers}) as executor:",
                                 "    results = list(executor.map(function, items))"], "python_threads", via="pointer"),
        "Process + Queue": Way(process_queue, ["# Process and Queue, by hand: see the tutorial"], "python_process_queue",
                               order="unordered"),
        "Pool.map": Way(of_pool(pool, "map"), _paste("multiprocessing", workers, "pool.map(function, items)"),
                        "python_pool_map"),
    }
    for name in "imap", "imap_unordered":
        for chunk in chunks:
            found[f"Pool.{name}, chunksize {chunk}"] = Way(
                of_pool(pool, name, chunk),
                _paste("multiprocessing", workers, f"list(pool.{name}(function, items, chunksize={chunk}))"),
                f"python_pool_{name}", chunk, "ordered" if name == "imap" else "unordered")
    for chunk in sorted({1, large}):
        found[f"ProcessPoolExecutor.map, chunksize {chunk}"] = Way(
            of_executor(executor, chunk),
            ["from concurrent.futures import ProcessPoolExecutor", f"with ProcessPoolExecutor({workers}) as executor:",
             f"    results = list(executor.map(function, items, chunksize={chunk}))"], "python_executor", chunk)
    if importlib.util.find_spec("joblib"):
        found["joblib"] = Way(joblib, [
            "from joblib import Parallel, delayed",
            f"results = Parallel(n_jobs={workers})(delayed(function)(item) for item in items)"], "python_joblib")
    for name in "map", "imap", "imap_unordered":
        call = f"pool.{name}(function, items)"
        found[f"pvqpool.Pool.{name}"] = Way(
            of_pool(pvqpool.Pool, name), _paste("pvqpool", workers, call if name == "map" else f"list({call})"),
            f"python_pvqpool_{'pool' if name == 'map' else name}",
            order="unordered" if name == "imap_unordered" else "ordered", via="shm", survives=True)
    found["pvqpool.Executor.map"] = Way(of_executor(pvqpool.Executor), [
        "from pvqpool import Executor", f"with Executor({workers}) as executor:",
        "    results = list(executor.map(function, items))"], "python_pvqpool_executor", via="shm", survives=True)
    return found


def _paste(module, workers, call):
    return [f"from {module} import Pool", f"with Pool({workers}) as pool:", f"    results = {call}"]


# ---- one run, in a process of its own ----

def digest(results):
    """The same for the same results in any order. A pickle may tell apart what only was made apart, so results that came by a
    pickle are compared with ones that made the same journey."""
    total = 0
    for result in results:
        pickled = pickle.dumps(pickle.loads(pickle.dumps(result, 5)), 5)
        total += int.from_bytes(hashlib.blake2b(pickled, digest_size=8).digest(), "little")
    return total % 2**64


def trial(way, function, items, workers):
    at = [time.perf_counter()]
    with way.open(function, workers) as run:
        at.append(time.perf_counter())
        results = run(items)
        at.append(time.perf_counter())
    at.append(time.perf_counter())
    start, map_, stop = (after - before for before, after in itertools.pairwise(at))
    memory = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"seconds": at[3] - at[0], "start": start, "map": map_, "stop": stop, "memory": memory,
            "count": len(results), "digest": digest(results)}


def on_cpu():
    """Seconds that this thread has run, and that it was ready to run and had no CPU."""
    with open("/proc/thread-self/schedstat") as schedstat:
        run, ready = schedstat.read().split()[:2]
        return int(run) / 1e9, int(ready) / 1e9


def examine(function, items):
    """What single items take, for PILOT_S at most."""
    each, results, busy, began = [], [], on_cpu(), time.perf_counter()
    for item in items:
        start = time.perf_counter()
        result = function(item)
        each.append(time.perf_counter() - start)
        if len(results) < SAMPLE:
            results.append(result)
        if start - began > PILOT_S:
            break
    took = time.perf_counter() - began
    run, ready = (now - then for now, then in zip(on_cpu(), busy))
    said = {"count": len(each), "mean": sum(each) / len(each), "longest": max(each),
            "runs": run / took, "ready": ready / took}
    try:
        said.update(there=pickling(items[:SAMPLE]), back=pickling(results))
    except Exception as error:
        said["unpickled"] = f"{type(error).__name__}: {error}"
    return said


def pickling(values):
    began = time.perf_counter()
    for value in values:
        pickle.loads(pickle.dumps(value, 5))
    return (time.perf_counter() - began) / len(values)


def apart(limit, function, *arguments):
    """What the function returns in a process of its own, a dictionary; or why it did not, in its "error"."""
    there, here = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what the user's function prints is not in the report
        try:
            said = function(*arguments)
        except BaseException as error:
            said = {"error": f"{type(error).__name__}: {error}"[:200]}
        os.write(here, json.dumps(said).encode())
        os._exit(0)
    os.close(here)
    try:
        ready = select.select([there], [], [], limit)[0]
        said = os.read(there, select.PIPE_BUF) if ready else b""
    finally:
        os.close(there)
        for target in (-child, child):  # all that it has started; or itself, not yet with a group of its own
            try:
                os.kill(target, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        os.waitpid(child, 0)
    if said:
        return json.loads(said)
    return {"error": f"not done after {limit:.0f} s" if not ready else "its process died"}


# ---- what is asked for ----

def named(spec):
    module, _, name = spec.partition(":")
    if not name:
        raise ValueError(f"'{spec}' is not MODULE:NAME")
    sys.path.insert(0, os.getcwd())
    thing = importlib.import_module(module)
    for part in name.split("."):
        thing = getattr(thing, part)
    return thing


def items_of(spec):
    """range(…), the lines of a file, or what a module holds or a function of it returns."""
    if spec.startswith("range(") and spec.endswith(")"):
        arguments = ast.literal_eval(f"({spec[6:-1]},)")
        return list(range(*arguments))
    if os.path.exists(spec):
        with open(spec) as file:
            return file.read().splitlines()
    thing = named(spec)
    return list(thing() if callable(thing) else thing)


def seconds(text):
    try:
        return float(text.removesuffix("s"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of seconds") from None


# ---- measuring ----

def measure(function, items, table, workers, budget):
    """(what was measured of each way that is left, one a block; first runs of all, with the memory and what went wrong)."""
    limit = 10 + PATIENCE * budget
    first, began = {}, time.monotonic()
    for name, way in table.items():
        first[name] = apart(limit, trial, way, function, items, workers)
        if name == "serial" and "seconds" in first[name]:
            limit = 10 + PATIENCE * first[name]["seconds"]
    right = first["serial"].get("digest")
    done = {name: said for name, said in first.items() if "seconds" in said}
    for said in done.values():
        if said["digest"] != right or said["count"] != len(items):
            said["error"] = "other results than in serial"
    best = min((said["seconds"] for said in done.values() if "error" not in said), default=0)
    blocks = {name: [] for name, said in done.items()
              if "error" not in said and (said["seconds"] < HOPELESS * best or name == "serial")}
    order, generator = list(blocks), random.Random(1)
    while order and len(blocks[order[0]]) < BLOCKS_MAX and time.monotonic() - began < budget:
        generator.shuffle(order)
        block = {name: apart(limit, trial, table[name], function, items, workers) for name in order}
        if any("error" in said for said in block.values()):
            for name, said in block.items():
                if "error" in said:
                    first[name]["error"] = said["error"]
                    blocks.pop(name)
            order = list(blocks)
            continue
        for name, said in block.items():
            blocks[name].append(said)
            first[name]["memory"] = max(first[name]["memory"], said["memory"])
    if order and not blocks[order[0]]:
        blocks = {name: [first[name]] for name in order}
    return blocks, first


# ---- the report ----

def human(s):
    for unit, name in (1, "s"), (1e-3, "ms"):
        if s >= unit:
            return f"{s / unit:.3g} {name}"
    return f"{s * 1e6:.3g} us"


def factor(ratio):
    return f"{1 / ratio:.2f}x faster" if ratio < 1 else f"{ratio:.2f}x slower"


def contest(a, b, statements):
    """(ratio, low, high, verdict) of two ways' times, block by block; statements: how many are read together."""
    ratio, low, high, what, _ = _native.compare(a, b, max(1, statements))
    return ratio, low, high, "too few blocks" if math.isnan(low) else what


def verdict(times):
    """(the way with the best median, the sentence)."""
    medians = {name: _native.estimate(own)[0] for name, own in times.items()}
    best = min(medians, key=medians.get)
    against = {name: contest(times[best], own, len(times) - 1) for name, own in times.items() if name != best}
    beside = [name for name, (*_, what) in against.items() if what != "faster"]
    if any(what == "too few blocks" for *_, what in against.values()):
        return best, f"Too few blocks: {best} has the best median. A larger --budget gives more blocks."
    if best == "serial" and not beside:
        return best, "Keep serial: it is faster than every other way."
    if best == "serial":
        return best, f"Inconclusive against serial: {', '.join(beside)}."
    if "serial" in beside:
        return best, f"Inconclusive against serial: {best} has the best median."
    ratio, low, high, _ = against["serial"]
    tie = f" {1 + len(beside)} tie: {', '.join([best, *beside])}." if beside else ""
    return best, f"Run in parallel: {best} is {factor(ratio)} than serial (0.95 interval of the ratio: {low:.3f} to {high:.3f}).{tie}"


def print_table(table, times, first):
    width = max(map(len, table))
    took = {name: _native.estimate(times[name])[0] if name in times else said.get("seconds", math.inf)
            for name, said in first.items()}
    print(f"{'way':{width}}  {'time':>9}  {'against serial':>28}  {'memory':>9}  a crash costs")
    for name in sorted(table, key=lambda name: ("error" in first[name], took[name])):
        if "error" in first[name]:
            print(f"{name:{width}}  {first[name]['error']}")
            continue
        against = "measured once" if name not in times else ""
        if name in times and name != "serial":
            ratio, low, high, what = contest(times[name], times["serial"], len(times) - 1)
            against = f"{factor(ratio)} [{low:.2f}, {high:.2f}]" if what in ("faster", "slower") else what
        print(f"{name:{width}}  {human(took[name]):>9}  {against:>28}  {first[name]['memory'] / 1024:>5.0f} MiB  "
              f"{'its item' if table[name].survives else 'the call'}")
    print("(memory: of the largest process)")


def print_reasons(said, times):
    print("\nWhy:")
    print(f"- An item takes {human(said['mean'])} in serial; the longest of {said['count']} {human(said['longest'])}, "
          f"{said['longest'] / said['mean']:.1f} times the mean.")
    print(f"- It computes for {said['runs']:.0%} of that time, waits for a CPU for {said['ready']:.0%}, and for something else for "
          f"{max(0, 1 - said['runs'] - said['ready']):.0%}.")
    if "unpickled" in said:
        print(f"- It, or its result, does not pickle: {said['unpickled']}")
    else:
        print(f"- To pickle and unpickle it takes {human(said['there'])}, its result {human(said['back'])}.")
    if "threads" in times and "serial" in times:
        ratio, _, _, what = contest(times["threads"], times["serial"], 1)
        print("- Threads: " + {"faster": f"{factor(ratio)} than serial: the function waits, or lets go of the GIL.",
                               "slower": f"{factor(ratio)} than serial: the function holds the GIL."}.get(
                                   what, f"{what} against serial."))


def arguments():
    parser = argparse.ArgumentParser(prog="python3 -m pvqpool.compare", allow_abbrev=False,
                                     description="Which way for my function? Runs it on its items in every usual way.")
    parser.add_argument("function", metavar="MODULE:FUNCTION")
    parser.add_argument("--items", required=True, metavar="ITEMS", help="'range(N)', a file of lines, or MODULE:ITERABLE")
    parser.add_argument("--budget", type=seconds, default=30, help="about how long to measure (30s)")
    parser.add_argument("--workers", type=int, default=core.cpus(), help="one for each CPU")
    parser.add_argument("--html", metavar="FILE", help="write the suite's report of it; needs the program pvq")
    parser.add_argument("--dry-run", action="store_true", help="show what would run")
    return parser, parser.parse_args()


def main():
    parser, wish = arguments()
    try:
        function, items = named(wish.function), items_of(wish.items)
    except (ValueError, ImportError, AttributeError, SyntaxError) as error:
        parser.error(str(error))
    if not items:
        parser.error("there are no items")
    if wish.workers < 1:
        parser.error("--workers must be at least 1")
    if wish.html and not report.program():
        parser.error("--html needs the program pvq of the suite, on the PATH or named by the variable PVQ")
    if wish.dry_run:
        print(f"{wish.function} on {len(items)} items, {wish.workers} workers; as often as the budget holds, up to "
              f"{BLOCKS_MAX + 1} times each:")
        print("\n".join(ways(len(items), wish.workers)))
        return 0
    said = apart(10 + PATIENCE * wish.budget, examine, function, items)
    if "error" in said:
        print(f"compare: nothing finished; serial: {said['error']}", file=sys.stderr)
        return 1
    # So many items that the budget holds enough blocks, if every way took as long as serial.
    fits = int(wish.budget / (BLOCKS_GOAL + 1) / len(ways(len(items), wish.workers)) / (said["mean"] + 1e-9))
    count = max(min(len(items), fits), min(len(items), 4 * wish.workers))
    table = ways(count, wish.workers)
    blocks, first = measure(function, items[:count], table, wish.workers, wish.budget)
    times = {name: [said["seconds"] for said in own] for name, own in blocks.items()}
    if "serial" not in times:
        print(f"compare: nothing to compare with; serial: {first['serial'].get('error')}", file=sys.stderr)
        return 1
    best, sentence = verdict(times)
    print(f"{wish.function} on {count} of {len(items)} items, {wish.workers} workers, {len(times['serial'])} blocks\n\n"
          f"{sentence}\n")
    print_table(table, times, first)
    print_reasons(said, times)
    print("\n" + "\n".join(table[best].paste))
    if wish.html:
        sys.stdout.flush()
        if not report.make(wish.html, wish.function, count, wish.workers, table, blocks, first):
            return 1
    return 3 if sentence.startswith("Too few") else 0


if __name__ == "__main__":
    sys.exit(main())
