"""hooks.py: what the extension asks Python for: the beginning of a worker, and exceptions on their way home."""
import faulthandler
import gc
import itertools
import os
import pickle
import signal
import sys
import traceback

from . import _native, errors


over = False  # the interpreter ends


def _state(name):
    """A module's state, where the program has loaded it."""
    return sys.modules.get(name)


class _Out:
    """Mixed into the type of a worker's stdout: tells when something is written, because a worker ends by _exit()."""

    def write(self, text):
        _native.dirty()
        return super().write(text)


def _watched(stream):
    """The same stream, which is written out after each item that wrote to it."""
    try:
        stream.reconfigure(line_buffering=True)  # for those who hold it already
        kind = type("Stdout", (_Out, type(stream)), {})
        watched = kind(stream.buffer, stream.encoding, stream.errors, line_buffering=True)
        watched.first = stream  # which else closes the file when nobody holds it
        return watched
    except (AttributeError, TypeError, ValueError):
        return stream  # not a file: a test has replaced it, or it is closed


def _no_flush():
    pass


def _ignore(number, frame):
    """Unlike SIG_IGN, programs that a worker starts do not inherit it."""


class Hooks:
    """number of a worker -> its beginning; and back home, bytes -> exceptions."""

    def __init__(self, initializer, initargs, worker_exit, memory_limit, backtrace):
        self.initializer, self.initargs, self.worker_exit = initializer, initargs, worker_exit
        self.memory_limit, self.backtrace = memory_limit, backtrace

    # ---- in a worker ----

    def begin(self, number):
        """Runs first in each worker. Returns what writes out its buffers."""
        gc.freeze()  # what it inherits: its garbage collector would write to each object, and so copy the page
        self._signals()
        self._stdin()
        self._processes(number)
        if self.backtrace:
            faulthandler.disable()  # of the program, whose handlers are gone
            faulthandler.enable(2)
        flush = _no_flush
        if sys.stdout is not None:
            sys.stdout = _watched(sys.stdout)
            flush = sys.stdout.flush
        if self.initializer is not None:
            self.initializer(*self.initargs)
            flush()
        return flush

    @staticmethod
    def _signals():
        """The pool's server gave all signals their default action; the program's own handlers come back. Ctrl-C is the
        program's affair alone: it reaches all processes of a terminal."""
        signal.set_wakeup_fd(-1)
        for number in signal.valid_signals():
            handler = _ignore if number == signal.SIGINT else signal.getsignal(number)
            if handler not in (None, signal.SIG_DFL):
                signal.signal(number, handler)

    @staticmethod
    def _stdin():
        """The program alone reads its input."""
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        if nothing != 0:
            os.close(nothing)
        if sys.stdin is not None:
            sys.stdin = open(0, closefd=False)

    @staticmethod
    def _processes(number):
        """What multiprocessing would have done, had it forked this process."""
        process, util = _state("multiprocessing.process"), _state("multiprocessing.util")
        if process is not None:
            parent = process._current_process
            process._current_process = me = process.BaseProcess(name=f"PvqPoolWorker-{number + 1}")
            me._parent_pid, me._parent_name = None, parent.name
            process._children = set()
            process._process_counter = itertools.count(1)
        if util is not None:
            util._finalizer_registry.clear()
            util._run_after_forkers()

    def end(self, number):
        """Runs last in a worker that ends orderly, as multiprocessing has it: its queues are written out."""
        util = _state("multiprocessing.util")
        for function in self.worker_exit, util and util._exit_function:
            if function is not None:
                try:
                    function()
                except BaseException:
                    traceback.print_exc()

    def report(self, error):
        """An exception as bytes: pickled only if it unpickles, for some do not."""
        try:
            text = "".join(traceback.format_exception(error))
        except Exception:  # its own __str__ raises
            text = "".join(traceback.format_tb(error.__traceback__))
        try:
            message = str(error)
        except Exception:
            message = "(its text raises an exception)"
        try:
            pickled = pickle.dumps(error, 5)
            if type(pickle.loads(pickled)) is not type(error):
                pickled = None
        except Exception:
            pickled = None
        kind = type(error)
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        return pickle.dumps((pickled, name, message, text), 5)

    def no_result(self, result, error):
        """The function returned what cannot be pickled."""
        from multiprocessing.pool import MaybeEncodingError
        raise MaybeEncodingError(error, result) from error

    # ---- in the program ----

    def restore(self, report, item=None):
        """The exception of a report; where it cannot be had, one that tells of it."""
        if report is None:
            if self.memory_limit is not None:
                return errors.MemoryLimit(item, self.memory_limit)
            return errors.RemoteError("an exception", "its worker could not tell which, for want of memory")
        pickled, name, message, text = pickle.loads(report)
        error = None
        if pickled is not None:
            try:
                error = pickle.loads(pickled)
            except Exception:
                pass  # this process lacks what the worker's has
        if not isinstance(error, BaseException):
            error = errors.RemoteError(name, message)
        elif self.memory_limit is not None and isinstance(error, MemoryError):
            error = errors.MemoryLimit(item, self.memory_limit)
        error.__cause__ = errors.RemoteTraceback(text)
        return error

    def lost(self, status, wstatus, attempts, item):
        """The exception of an item that has no result."""
        if status == errors.DIED:
            return errors.WorkerLost(item, errors.exit_code(wstatus), attempts)
        if status == errors.OVERDUE:
            return errors.ItemTimeout(item, errors.exit_code(wstatus), attempts)
        if status == errors.CANCELLED:
            return errors.ItemCancelled(f"item {item} was cancelled")
        return OSError(-status, os.strerror(-status))

    def broken(self, message, report):
        """Why nothing goes any more; report: the exception of an initializer."""
        if over:
            return SystemExit()  # to daemon threads, which end with the program, and have nothing to say about that
        error = errors.BrokenPool(message)
        if report is not None:
            error = errors.BrokenPool("the initializer of a worker failed")
            error.__cause__ = self.restore(report)
        return error


def flush_streams():
    """Or a worker would write once more what waits in the program's buffers."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, ValueError, OSError):
            pass
