"""pvqpeer.py: the strategy contract (impls/impl.h) and the tasks, for ways that are written in Python.

A way is a class with tune(chunk), which returns the chunk that is in force where this one was asked for, start(workers,
chunk), map(items, put) and stop(failed); who has one worker only needs no tune(). The driver's own code calls it, through
libpvqpeer.so, so that the clock, the checks and the row are the same as for every other strategy, and what a worker runs
is the same compiled task: only the dispatch differs.
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

# The library lies in the folder above the peers. In a worker that is a fresh interpreter, sys.argv is another's.
LIBRARY = os.environ.setdefault("PVQPEER_LIBRARY", os.path.join(
    os.path.dirname(os.path.dirname(os.path.abspath(sys.argv[0]))), "libpvqpeer.so"))

UNORDERED, ORDERED = range(2)
CALL, POINTER_, INHERIT, PIPE, SHM, MESSAGE = range(6)
CALLER_WORKS, REUSABLE, SURVIVES_CRASH, STREAMS = 1, 2, 4, 8
LINGERS, ONE_WORKER = 64, 128


class Opts(ctypes.Structure):
    """The first members of struct pvq_opts; the rest is not for us."""
    _fields_ = [("workers", c_uint), ("chunk", c_uint), ("window", c_uint)]


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
    """The functions of benches/peer.h with their types."""
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


# CDLL lets other threads of the interpreter run during a call; PyDLL does not, as Python code would not.
library = bind(ctypes.CDLL(LIBRARY))
holding_gil = bind(ctypes.PyDLL(LIBRARY))


class TaskError(Exception):
    """What a task that fails raises; both survive the way back from another process."""

    def __init__(self, number, item=None):
        super().__init__(number, item)
        self.number, self.item = number, item

    def __str__(self):
        return "the task failed"


# ---- in a worker ----

_load = None  # inherited by a fork; a fresh interpreter builds it anew
_local = threading.local()
_pid = os.getpid()
_PR_SET_PDEATHSIG = 1


def _die_with(parent):
    """A worker's life is its parent's, even if that is killed; cf. impls/child.c."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, c_ulong(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(1)  # the parent died before the line above took effect


def _after_fork(_):
    global _pid
    parent, _pid = _pid, os.getpid()
    _die_with(parent)


# Not os.register_at_fork(): loky forks its resource tracker too, which must outlive all others to clean up after them.
register_after_fork(library, _after_fork)


def _words(argv):
    return (c_char_p * len(argv))(*(word.encode() for word in argv))


def _load_here():
    global _load
    if _load is None:
        _die_with(int(os.environ["PVQPEER_PARENT"]))
        argv = json.loads(os.environ["PVQPEER_WORDS"])
        _load = library.pvq_peer_load(len(argv), _words(argv))
        if not _load:
            raise RuntimeError("cannot build the load in a worker")
    return _load


def _buffer(size):
    """An address with that much room, aligned to 16; each thread's own, made once."""
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
    """For ways whose workers come into being with their first task: start() gives them this one. Returns who took it,
    after some time in which others can take theirs."""
    _load_here()
    time.sleep(seconds)
    return os.getpid()


def run(data):
    """The task: bytes in, bytes out."""
    return _run(library, data)


def _numbered(function, item):
    number, data = item
    try:
        return number, function(data)
    except TaskError as error:
        raise TaskError(error.number, number) from None


def run_numbered(item):
    """The same for (number, bytes): for results that come in any order."""
    return _numbered(run, item)


def run_numbered_holding_gil(item):
    """Like code that is written in Python: no other thread of the interpreter runs meanwhile."""
    return _numbered(lambda data: _run(holding_gil, data), item)


# ---- in the parent ----

class Peer:
    """A way, dressed as a strategy."""

    def __init__(self, way):
        self.way, self.failed, self.opened = way, False, None

    def guarded(self, error, function, *arguments):
        """No exception may leave a callback."""
        try:
            function(*arguments)
            return 0
        except Exception as problem:  # whatever it is: the driver is told
            self.failed = True
            number = getattr(problem, "errno", None) or getattr(problem, "number", errno.ECANCELED)
            text = " ".join(f"{type(problem).__name__}: {problem}".split())[:120]
            return library.pvq_peer_fail(error, -number, text.encode())

    def tune(self, _load, opts):
        """None has a window: all items are given out at once, or joblib decides."""
        opts.contents.chunk = self.way.tune(opts.contents.chunk)
        opts.contents.window = 0

    def start(self, _self, load, opts, error):
        global _load
        _load = load
        self.load, self.items = load, library.pvq_peer_items(load)
        return self.guarded(error, lambda: self.way.start(
            library.pvq_peer_workers(opts), library.pvq_peer_chunk(opts)))

    def inputs(self):
        buffer = ctypes.create_string_buffer(library.pvq_peer_max_in(self.load) + 1)
        for item in range(self.items):
            yield ctypes.string_at(buffer, library.pvq_peer_input(self.load, item, buffer))

    def map(self, _self, sink, error):
        def put(item, result):
            if isinstance(result, TaskError):
                code = library.pvq_peer_put(sink, item, None, 0, -result.number)
            else:
                code = library.pvq_peer_put(sink, item, result, len(result), 0)
            if code < 0:
                raise OSError(-code, f"result of item {item} refused")
        return self.guarded(error, self.way.map, self.inputs(), self.items, put)

    def stop(self, _self, error):
        return self.guarded(error, self.way.stop, self.failed)


def main(argv, table, chosen):
    """Describes the table of (name, summary, order, in_via, out_via, flags, unavailable, version), or runs a trial of
    the one that is chosen: a function that makes its way, and is called for the trial alone."""
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
