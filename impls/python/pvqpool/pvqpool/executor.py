"""executor.py: Executor, a concurrent.futures.Executor."""
import concurrent.futures
import functools
import threading
import time
import weakref

from . import core
from .core import ONE, STAR

_executors = weakref.WeakSet()


def _settle(future, failed, value):
    if failed:
        future.set_exception(value)
    else:
        future.set_result(value)


class Executor(concurrent.futures.Executor):
    """Processes that run functions, with the methods of concurrent.futures.ProcessPoolExecutor.

    A worker that dies costs its call only, whose future raises WorkerLost. The arguments from retries on
    are those of Pool.
    """

    def __init__(self, max_workers=None, *, initializer=None, initargs=(), max_tasks_per_child=None, retries=0,
                 item_timeout=None, memory_limit=None, recycle_memory=None, worker_exit=None, backtrace=False):
        if max_workers is None:
            max_workers = core.cpus()
        if max_workers <= 0:
            raise ValueError("max_workers must be greater than 0")
        if max_tasks_per_child is not None:
            if not isinstance(max_tasks_per_child, int):
                raise TypeError("max_tasks_per_child must be an integer")
            if max_tasks_per_child <= 0:
                raise ValueError("max_tasks_per_child must be >= 1")
        self._core = core.Core(max_workers, max_tasks_per_child, initializer=initializer, initargs=initargs,
                               worker_exit=worker_exit, retries=retries, item_timeout=item_timeout,
                               memory_limit=memory_limit, recycle_memory=recycle_memory, backtrace=backtrace)
        self._max_workers = max_workers
        self._iterators = weakref.WeakSet()
        self._down = False
        _executors.add(self)

    def _check(self):
        if self._core.engine.failure is not None and not self._down:
            raise self._core.engine.failure
        if _finished:
            raise RuntimeError("cannot schedule new futures after interpreter shutdown")
        if self._down:
            raise RuntimeError("cannot schedule new futures after shutdown")

    def submit(self, fn, /, *args, **kwargs):
        future = concurrent.futures.Future()
        call = core.Call(fn, args, kwargs, future.set_running_or_notify_cancel, functools.partial(_settle, future))
        with self._core.lock:
            self._check()
            self._core.post(call)
        return future

    def map(self, fn, *iterables, timeout=None, chunksize=1, buffersize=None):
        """Results in order. The iterables are read at once; with buffersize, no further than that ahead of the results."""
        if chunksize < 1:
            raise ValueError("chunksize must be >= 1.")
        if buffersize is not None:
            if not isinstance(buffersize, int):
                raise TypeError("buffersize must be an integer or None")
            if buffersize < 1:
                raise ValueError("buffersize must be None or > 0")
        until = None if timeout is None else time.monotonic() + timeout
        items, mode = (iterables[0], ONE) if len(iterables) == 1 else (zip(*iterables), STAR)
        with self._core.lock:
            self._check()
            if buffersize is None:
                job = self._core.job(fn, mode, list(items), True, 0)
                self._core.watch(job, lambda job, error=None: None)
            else:
                job = self._core.job(fn, mode, items, True, buffersize)
                job.step()
        self._iterators.add(job)
        return self._results(job, until)

    @staticmethod
    def _results(job, until):
        try:
            if until is None:
                yield from job
                return
            while True:
                if not job.wait(until - time.monotonic()):
                    raise TimeoutError
                try:
                    result = next(job)
                except StopIteration:
                    return
                yield result
        finally:
            job.cancel()

    def shutdown(self, wait=True, *, cancel_futures=False):
        with self._core.lock:
            first, self._down = not self._down, True
            if cancel_futures:
                waiting, self._core.waiting = list(self._core.waiting), type(self._core.waiting)()
                for call in waiting:
                    call.begin.__self__.cancel()
                    call.begin()
                for job in list(self._iterators):
                    job.cancel()
        if not self._core.started:
            return
        if wait:
            self._core.close()
        elif first:
            thread = threading.Thread(target=self._core.close, name="pvqpool shutdown", daemon=True)
            _endings.add(thread)
            thread.start()

    def __del__(self):
        if not getattr(self, "_down", True):
            self.shutdown(wait=False)

    def stats(self):
        """What happened: deaths, items lost and retried, and for each worker its items and seconds."""
        return self._core.engine.stats()


_finished = False
_endings = weakref.WeakSet()  # threads that end executors which nobody waits for


def _finish():
    """Before the interpreter ends: all that was asked for is done."""
    global _finished
    _finished = True
    for executor in list(_executors):
        executor.shutdown()
    for thread in list(_endings):
        thread.join()


# Before non-daemon threads are waited for, one of which may wait for a future: as concurrent.futures does it.
threading._register_atexit(_finish)
