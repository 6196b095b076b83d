#!/usr/bin/python3
"""python.py: the ways in which Python runs tasks in parallel, as peers of pvq. Each is a file in ways/.

needs: python3 python3-joblib python3-pebble
"""
import importlib
import importlib.util
import os
import platform
import sys

import pvqpeer
from pvqpeer import (CALL, LINGERS, ONE_WORKER, ORDERED, PIPE, POINTER_, REUSABLE, SHM, STREAMS, SURVIVES_CRASH,
                     UNORDERED)

# `make python` builds the package there.
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(pvqpeer.LIBRARY)), "python"))

# name, summary, order of results, how parameters and how results travel, flags
WAYS = (
    ("python_serial", "CPython: a for loop", ORDERED, CALL, CALL, REUSABLE | STREAMS | ONE_WORKER),
    ("python_process_queue", "CPython: Process and Queue, managed by hand", UNORDERED, PIPE, PIPE,
     REUSABLE | STREAMS),
    ("python_pool_map", "CPython: Pool.map", ORDERED, PIPE, PIPE, REUSABLE),
    ("python_pool_imap", "CPython: Pool.imap", ORDERED, PIPE, PIPE, REUSABLE | STREAMS),
    ("python_pool_imap_unordered", "CPython: Pool.imap_unordered", UNORDERED, PIPE, PIPE,
     REUSABLE | STREAMS),
    ("python_pool_spawn", "CPython: Pool.imap_unordered, workers by spawn", UNORDERED, PIPE, PIPE, REUSABLE | STREAMS),
    ("python_pool_forkserver", "CPython: Pool.imap_unordered, workers by forkserver", UNORDERED, PIPE, PIPE,
     REUSABLE | STREAMS),
    ("python_threads", "CPython: ThreadPool.imap_unordered, the task releases the GIL", UNORDERED,
     POINTER_, POINTER_, REUSABLE | STREAMS | LINGERS),
    ("python_threads_gil", "CPython: ThreadPool.imap_unordered, the task holds the GIL", UNORDERED,
     POINTER_, POINTER_, REUSABLE | STREAMS | LINGERS),
    ("python_executor", "CPython: ProcessPoolExecutor.map", ORDERED, PIPE, PIPE, REUSABLE | STREAMS),
    ("python_joblib", "joblib: Parallel, on loky's processes; in the caller if one worker", ORDERED, PIPE, PIPE, REUSABLE),
    ("python_pebble", "pebble: ProcessPool.map", ORDERED, PIPE, PIPE, REUSABLE | STREAMS),
    ("python_pvqpool_pool", "pvqpool: Pool.map", ORDERED, SHM, SHM, REUSABLE | SURVIVES_CRASH),
    ("python_pvqpool_imap", "pvqpool: Pool.imap", ORDERED, SHM, SHM, REUSABLE | STREAMS | SURVIVES_CRASH),
    ("python_pvqpool_imap_unordered", "pvqpool: Pool.imap_unordered", UNORDERED, SHM, SHM,
     REUSABLE | STREAMS | SURVIVES_CRASH),
    ("python_pvqpool_executor", "pvqpool: Executor.map", ORDERED, SHM, SHM, REUSABLE | STREAMS),
)

PACKAGES = {"python_joblib": "joblib", "python_pebble": "pebble"}


def unavailable(name):
    """Returns what a way lacks, or None. Looks for it without importing it."""
    package = PACKAGES.get(name)
    if package and importlib.util.find_spec(package) is None:
        return "install python3-" + package
    if name.startswith("python_pvqpool") and importlib.util.find_spec("pvqpool") is None:
        return "install libpython3-dev, then make python"
    return None


def version(name):
    """Returns the versions of the interpreter and of the packages that a way uses."""
    said = "CPython " + platform.python_version()
    package = PACKAGES.get(name)
    if package and not unavailable(name):
        said += f", {package} " + importlib.import_module("importlib.metadata").version(package)
    return said


def chosen(argv):
    """Returns a function that makes the trial's way; None if this is no trial."""
    for word in argv[2:]:
        if word.startswith("--impl="):
            stem = word.split("=", 1)[1].split("~")[0].removeprefix("python_")
            return lambda: importlib.import_module("ways." + stem).Way()
    return None


if __name__ == "__main__":
    describe = sys.argv[1:] == ["describe"]
    table = [way + ((unavailable(way[0]), version(way[0])) if describe else (None, "")) for way in WAYS]
    sys.exit(pvqpeer.main(sys.argv, table, chosen(sys.argv)))
