#!/usr/bin/python3
"""python.py: CPython's own ways of running tasks in parallel, as peers of pvq; one file each in ways/.

needs: python3 python3-joblib
"""
import importlib
import importlib.util
import platform
import sys

import pvqpeer
from pvqpeer import CALL, LINGERS, ONE_WORKER, ORDERED, PIPE, POINTER_, REUSABLE, STREAMS, UNORDERED

# name, summary, order of results, how parameters and how results travel, flags
WAYS = (
    ("python_serial", "CPython: a for loop", ORDERED, CALL, CALL, REUSABLE | STREAMS | ONE_WORKER),
    ("python_process_queue", "CPython: Process and Queue, by hand", UNORDERED, PIPE, PIPE,
     REUSABLE | STREAMS),
    ("python_pool_map", "CPython: Pool.map", ORDERED, PIPE, PIPE, REUSABLE),
    ("python_pool_imap", "CPython: Pool.imap", ORDERED, PIPE, PIPE, REUSABLE | STREAMS),
    ("python_pool_imap_unordered", "CPython: Pool.imap_unordered", UNORDERED, PIPE, PIPE,
     REUSABLE | STREAMS),
    ("python_threads", "CPython: ThreadPool.imap_unordered, the task lets go of the GIL", UNORDERED,
     POINTER_, POINTER_, REUSABLE | STREAMS | LINGERS),
    ("python_threads_gil", "CPython: ThreadPool.imap_unordered, the task holds the GIL", UNORDERED,
     POINTER_, POINTER_, REUSABLE | STREAMS | LINGERS),
    ("python_executor", "CPython: ProcessPoolExecutor.map", ORDERED, PIPE, PIPE, REUSABLE | STREAMS),
    ("python_joblib", "joblib: Parallel, on loky's processes; one worker: in the caller", ORDERED, PIPE, PIPE, REUSABLE),
)


def unavailable(name):
    """What a way lacks, looked for without importing it."""
    if name == "python_joblib" and importlib.util.find_spec("joblib") is None:
        return "install python3-joblib"
    return None


def version(name):
    """Of what a way is built on."""
    said = "CPython " + platform.python_version()
    if name == "python_joblib" and not unavailable(name):
        said += ", joblib " + importlib.import_module("importlib.metadata").version("joblib")
    return said


def chosen(argv):
    """The way of a trial; None: it is no trial."""
    for word in argv[2:]:
        if word.startswith("--impl="):
            stem = word.split("=", 1)[1].split("~")[0].removeprefix("python_")
            return lambda: importlib.import_module("ways." + stem).Way()
    return None


if __name__ == "__main__":
    describe = sys.argv[1:] == ["describe"]
    table = [way + ((unavailable(way[0]), version(way[0])) if describe else (None, "")) for way in WAYS]
    sys.exit(pvqpeer.main(sys.argv, table, chosen(sys.argv)))
