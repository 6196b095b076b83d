#!/usr/bin/python3
"""python.py: the ways in which Python runs tasks in parallel, as peers of pvq. Each is a file in ways/.

needs: python3 python3-joblib python3-pebble
"""
import functools
import glob
import importlib
import importlib.util
import json
import os
import platform
import subprocess
import sys
import sysconfig

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
    ("python_threads_free", "CPython without a GIL: ThreadPool.imap_unordered", UNORDERED, POINTER_, POINTER_,
     REUSABLE | STREAMS | LINGERS),
    ("python_interpreters", "CPython: InterpreterPoolExecutor.map", ORDERED, SHM, SHM, REUSABLE | STREAMS),
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

# Ways that need another interpreter than the distribution's, and what they need of it.
NEEDS = {"python_interpreters": "CPython 3.14 or later", "python_threads_free": "a free-threaded CPython, 3.13 or later"}


def features():
    """(the version of this interpreter, the ways of NEEDS that it has)."""
    free = sys.version_info >= (3, 13) and sysconfig.get_config_var("Py_GIL_DISABLED")
    return platform.python_version(), [name for name, there in (
        ("python_interpreters", sys.version_info >= (3, 14) and not free), ("python_threads_free", free)) if there]


@functools.cache
def interpreters():
    """way of NEEDS -> (version, path) of the first interpreter that has it, of this one, those that PVQ_PYTHONS names and the
    distribution's later ones."""
    found = {name: (features()[0], sys.executable) for name in features()[1]}
    for path in [*os.environ.get("PVQ_PYTHONS", "").split(), *sorted(glob.glob("/usr/bin/python3.1[4-9]"))]:
        try:
            said = subprocess.run([path, os.path.realpath(__file__), "features"], stdout=subprocess.PIPE, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            continue  # the tests of the package say what is wrong with it
        has, ways = json.loads(said)
        for name in ways:
            found.setdefault(name, (has, path))
    return found


def unavailable(name):
    """Returns what a way lacks, or None. Looks for it without importing it."""
    if name in NEEDS and name not in interpreters():
        return "name " + NEEDS[name] + " in PVQ_PYTHONS"
    package = PACKAGES.get(name)
    if package and importlib.util.find_spec(package) is None:
        return "install python3-" + package
    if name.startswith("python_pvqpool"):
        found = importlib.util.find_spec("pvqpool")
        if found is None or found.origin is None:  # without an origin it is the folder of its sources
            return "install libpython3-dev, then make python"
    return None


def version(name):
    """Returns the versions of the interpreter and of the packages that a way uses."""
    said = "CPython " + interpreters().get(name, features())[0]
    package = PACKAGES.get(name)
    if package and not unavailable(name):
        said += f", {package} " + importlib.import_module("importlib.metadata").version(package)
    return said


def change_interpreter(name):
    """Begins again with the interpreter that the way needs. Its sub-interpreters find our modules by PYTHONPATH."""
    here = os.path.dirname(os.path.realpath(__file__))
    if name in NEEDS and name in interpreters() and os.environ.get("PYTHONPATH") != here:
        path = interpreters()[name][1]
        os.execve(path, [path, *sys.argv], {**os.environ, "PYTHONPATH": here})


def chosen(argv):
    """Returns a function that makes the trial's way; None if this is no trial."""
    for word in argv[2:]:
        if word.startswith("--impl="):
            name = word.split("=", 1)[1].split("~")[0]
            change_interpreter(name)
            stem = name.removeprefix("python_")
            return lambda: importlib.import_module("ways." + stem).Way()
    return None


if __name__ == "__main__":
    if sys.argv[1:] == ["features"]:
        print(json.dumps(features()))
        sys.exit(0)
    describe = sys.argv[1:] == ["describe"]
    table = [way + ((unavailable(way[0]), version(way[0])) if describe else (None, "")) for way in WAYS]
    sys.exit(pvqpeer.main(sys.argv, table, chosen(sys.argv)))
