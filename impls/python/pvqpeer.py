"""pvqpeer.py: the strategy contract (impls/impl.h) and the tasks, for ways written in Python.

A way is a class with these methods: tune(chunk) gets the chunk asked for and returns the one in force; start(workers,
chunk); map(inputs, count, put); stop(failed). A way with a single worker needs no tune(). The driver's own code calls
them through libpvqpeer.so. So the clock, the checks and the row are the same as for every other strategy, and workers
run the same compiled task: only the dispatch differs.
"""
import ctypes
import errno
import json
import os
import signal
import sys
import threading
import time
from ctypes import (CFUNCTYPE, POINTER, c_char_p, c_int, c_size_t, c_ssize_t, c_uint, c_uint64,
                    c_ulong, c_void_p)
from multiprocessing.util import register_after_fork

# The library is in the folder above the peers. The variable is for workers that are fresh interpreters: their sys.argv
# is not ours.
LIBRARY = os.environ.setdefault("PVQPEER_LIBRARY", os.path.join(
    os.path.dirname(os.path.dirname(os.path.abspath(sys.argv[0]))), "libpvqpeer.so"))

UNORDERED, ORDERED = range(2)
CALL, POINTER_, INHERIT, PIPE, SHM, MESSAGE = range(6)
CALLER_WORKS, REUSABLE, SURVIVES_CRASH, STREAMS = 1, 2, 4, 8
LINGERS, ONE_WORKER = 64, 128


class Care(ctypes.Structure):
    """struct pvq_care: what to do about workers that die, for ways with SURVIVES_CRASH."""
    _fields_ = [("attempts", c_uint), ("recycle", c_uint64), ("item_timeout_ms", c_uint64)]

    def retries(self):
        return self.attempts - 1 if self.attempts else 1


class Opts(ctypes.Structure):
    """The first members of struct pvq_opts. We need no others."""
    _fields_ = [("workers", c_uint), ("chunk", c_uint), ("window", c_uint), ("care", Care)]


TUNE = CFUNCTYPE(None, c_void_p, POINTER(Opts))
START = CFUNCTYPE(c_int, POINTER(c_void_p), c_void_p, c_void_p, c_void_p)
MAP = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p)
STOP = CFUNCTYPE(c_int, c_void_p, c_void_p)


class Impl(ctypes.Structure):
    """struct pvq_impl, field by field."""
    _fields_ = [("name", c_char_p), ("summary", c_char_p), ("order", c_int), ("in_via", c_int),
                ("out_via", c_int), ("flags", c_uint), ("unsupported", c_void_p), ("tune", TUNE),
                ("start", START), ("map", MAP), ("stop", STOP), ("version", c_char_p),
                ("program", c_char_p), ("unavailable", c_char_p)]


def bind(library):
    """Declares the types of the functions in benches/trial/peer.h."""
    for name, result, *arguments in (
            ("items", c_uint64, c_void_p), ("max_in", c_size_t, c_void_p),
            ("max_out", c_size_t, c_void_p), ("workers", c_uint, c_void_p), ("chunk", c_uint, c_void_p),
            ("input", c_size_t, c_void_p, c_uint64, c_void_p),
            ("run", c_ssize_t, c_void_p, c_char_p, c_size_t, c_void_p),
            ("put", c_int, c_void_p, c_uint64, c_char_p, c_size_t, c_int),
            ("fail", c_int, c_void_p, c_int, c_char_p),
            ("load", c_void_p, c_int, POINTER(c_char_p)),
            ("main", c_int, c_int, POINTER(c_char_p), POINTER(POINTER(Impl)))):
        function = getattr(library, "pvq_peer_" + name)
        function.restype, function.argtypes = result, arguments
    return library


# CDLL releases the GIL during a call. PyDLL holds it, as Python code does.
library = bind(ctypes.CDLL(LIBRARY))
holding_gil = bind(ctypes.PyDLL(LIBRARY))


class TaskError(Exception):
    """Raised by a task that fails. Number and item survive the way back from another process."""

    def __init__(self, number, item=None):
        super().__init__(number, item)
        self.number, self.item = number, item

    def __str__(self):
        return "the task failed"


# ---- in a worker ----

_load = None  # a forked worker inherits it; a fresh interpreter builds it
_local = threading.local()
_pid = os.getpid()
workers_are_bound = False  # a way sets it where its pool ends them with the program
_PR_SET_PDEATHSIG = 1


def _die_with(parent):
    """Makes this worker die with its parent, even if that is killed (see impls/child.c)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, c_ulong(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(1)  # the parent died before the line above took effect


def _after_fork(_):
    global _pid
    parent, _pid = _pid, os.getpid()
    if not workers_are_bound and parent != _pid:  # a forkserver's child calls this although it has loaded us itself
        _die_with(parent)


# Not os.register_at_fork(): loky forks its resource tracker too, which must outlive all others to clean up.
register_after_fork(library, _after_fork)


def _words(argv):
    return (c_char_p * len(argv))(*(word.encode() for word in argv))


def load_address():
    return _load


def adopt(address):
    """Takes the load of another interpreter of this process. A function that only stores a global variable would be run there
    without its module."""
    sys.modules["pvqpeer"]._load = address


def _load_here():
    global _load
    if _load is None:
        _die_with(int(os.environ["PVQPEER_PARENT"] or os.getppid()))
        argv = json.loads(os.environ["PVQPEER_WORDS"])
        _load = library.pvq_peer_load(len(argv), _words(argv))
        if not _load:
            raise RuntimeError("cannot build the load in a worker")
    return _load


def _buffer(size):
    """Returns an address with that much room, aligned to 16. Each thread has its own buffer, made once."""
    if getattr(_local, "size", -1) < size:
        _local.memory = ctypes.create_string_buffer(size + 80)
        _local.size = size
        _local.address = (ctypes.addressof(_local.memory) + 15) // 16 * 16
    return _local.address


def _run(lib, data):
    load = _load_here()
    out = _buffer(lib.pvq_peer_max_out(load))
    length = lib.pvq_peer_run(load, data, len(data), out)
    if length < 0:
        raise TaskError(-length)
    return ctypes.string_at(out, length)


def ready(seconds=0):
    """A first task, for ways whose workers start with one: start() submits it. It waits for a while, so that other workers
    can take theirs, and returns a number of the worker's own."""
    _load_here()
    time.sleep(seconds)
    return threading.get_native_id()


ROUNDS, SECONDS = 2000, 0.005  # how often, and how long, to wait for interpreters to start


def meet(workers, ask):
    """Waits until every worker has run a task; ask(n) has n of them run ready(SECONDS), and returns their results.
    Workers start with the first tasks, and the first one up may take them all; so it repeats until each was seen."""
    seen = set()
    for _ in range(ROUNDS):
        seen.update(ask(workers))
        if len(seen) >= workers:
            return
    raise RuntimeError(f"{len(seen)} of {workers} workers started")


def run(data):
    """Runs the task: bytes in, bytes out."""
    return _run(library, data)


def _numbered(function, item):
    number, data = item
    try:
        return number, function(data)
    except TaskError as error:
        raise TaskError(error.number, number) from None


def run_numbered(item):
    """The same for (number, bytes), where results come in any order."""
    return _numbered(run, item)


def run_numbered_holding_gil(item):
    """The same with the GIL held, as Python code does: no other thread of the interpreter runs meanwhile."""
    return _numbered(lambda data: _run(holding_gil, data), item)


# ---- in the parent ----

def number_of(error):
    """The errno of an item that has no result."""
    if isinstance(error, TaskError):
        return error.number
    if isinstance(error, TimeoutError):
        return errno.ETIMEDOUT
    return errno.EOWNERDEAD  # pvqpool.WorkerLost


class Peer:
    """A way as a strategy: the hooks of impls/impl.h."""

    def __init__(self, way):
        self.way, self.failed, self.opened = way, False, None

    def guarded(self, error, function, *arguments):
        """Calls function and reports its exception, if any. No exception may leave a callback."""
        try:
            function(*arguments)
            return 0
        except Exception as problem:  # of any kind: report it to the driver
            self.failed = True
            number = getattr(problem, "errno", None) or getattr(problem, "number", errno.ECANCELED)
            text = " ".join(f"{type(problem).__name__}: {problem}".split())[:120]
            return library.pvq_peer_fail(error, -number, text.encode())

    def tune(self, _load, opts):
        """No way has a window: it submits all items at once, or joblib decides."""
        opts.contents.chunk = self.way.tune(opts.contents.chunk)
        opts.contents.window = 0

    def start(self, _self, load, opts, error):
        global _load
        _load = load
        self.load, self.items = load, library.pvq_peer_items(load)
        self.way.care = ctypes.cast(opts, POINTER(Opts)).contents.care
        return self.guarded(error, lambda: self.way.start(
            library.pvq_peer_workers(opts), library.pvq_peer_chunk(opts)))

    def inputs(self):
        buffer = ctypes.create_string_buffer(library.pvq_peer_max_in(self.load) + 1)
        for item in range(self.items):
            yield ctypes.string_at(buffer, library.pvq_peer_input(self.load, item, buffer))

    def map(self, _self, sink, error):
        def put(item, result):
            if isinstance(result, Exception):
                code = library.pvq_peer_put(sink, item, None, 0, -number_of(result))
            else:
                code = library.pvq_peer_put(sink, item, result, len(result), 0)
            if code < 0:
                raise OSError(-code, f"result of item {item} refused")
        return self.guarded(error, self.way.map, self.inputs(), self.items, put)

    def stop(self, _self, error):
        return self.guarded(error, self.way.stop, self.failed)


def main(argv, table, chosen):
    """Describes the table of (name, summary, order, in_via, out_via, flags, unavailable, version), or runs a trial.

    chosen is None, or a function that makes the way of the trial. It is called only for a trial."""
    os.environ.update(PVQPEER_WORDS=json.dumps(argv), PVQPEER_PARENT=str(os.getpid()))
    peer = Peer(chosen()) if chosen else None
    impls = []
    for name, summary, order, in_via, out_via, flags, unavailable, version in table:
        impl = Impl(name.encode(), summary.encode(), order, in_via, out_via, flags, None)
        impl.version = version.encode()
        impl.unavailable = unavailable.encode() if unavailable else None
        if peer:
            impl.start, impl.map, impl.stop = START(peer.start), MAP(peer.map), STOP(peer.stop)
            if not flags & ONE_WORKER:
                impl.tune = TUNE(peer.tune)
        impls.append(impl)
    pointers = (POINTER(Impl) * (len(impls) + 1))(*(ctypes.pointer(impl) for impl in impls))
    return library.pvq_peer_main(len(argv), _words(argv), pointers)
