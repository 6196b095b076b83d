"""pool.py: Pool, with the methods of multiprocessing.Pool."""
import threading
import warnings
import weakref

from . import core, progress as bars
from .core import FULL, ONE, STAR

RUN, CLOSE, TERMINATE = "RUN", "CLOSE", "TERMINATE"


class AsyncResult:
    """What apply_async() returns: a result to come."""

    def __init__(self, pool, callback, error_callback):
        self._pool, self._callback, self._error_callback = pool, callback, error_callback
        self._event = threading.Event()

    def _set(self, failed, value):
        self._failed, self._value = failed, value
        callback = self._error_callback if failed else self._callback
        self._callback = self._error_callback = None
        self._pool._pending.pop(self, None)
        try:
            if callback is not None:
                callback(value)
        finally:
            self._event.set()
            self._pool = None

    def ready(self):
        return self._event.is_set()

    def successful(self):
        if not self.ready():
            raise ValueError(f"{self!r} not ready")
        return not self._failed

    def wait(self, timeout=None):
        self._event.wait(timeout)

    def get(self, timeout=None):
        if not self._event.wait(timeout):
            import multiprocessing
            raise multiprocessing.TimeoutError
        if self._failed:
            raise self._value
        return self._value


class MapResult(AsyncResult):
    """What map_async() returns: a list to come."""

    def __init__(self, pool, callback, error_callback, return_exceptions):
        super().__init__(pool, callback, error_callback)
        self._return_exceptions = return_exceptions

    def _end(self, job, error=None):
        if error is not None:
            self._set(True, error)
            return
        results, first = job.results()
        if first is None or self._return_exceptions:
            self._set(False, results)
        else:
            self._set(True, results[first])


class Pool:
    """Processes that run functions, with the methods of multiprocessing.Pool.

    A worker that dies costs its item only, which raises WorkerLost. What multiprocessing.Pool does not have:
    retries: how often an item is run again whose worker died (0: each is begun once at most)
    item_timeout: seconds after which an item is given up with ItemTimeout
    memory_limit: bytes that a worker may use beyond what it begins with. An item that needs more raises MemoryLimit
    recycle_memory: bytes beyond what it begins with, after which a worker is replaced (None: half of memory_limit)
    worker_exit: called last in each worker that is not killed
    backtrace: a worker that crashes prints its stack on stderr
    window: items in flight or waiting to be taken from imap() at most
    """

    def __init__(self, processes=None, initializer=None, initargs=(), maxtasksperchild=None, *, retries=0,
                 item_timeout=None, memory_limit=None, recycle_memory=None, worker_exit=None, backtrace=False, window=None):
        if processes is None:
            processes = core.cpus()
        if processes < 1:
            raise ValueError("Number of processes must be at least 1")
        if maxtasksperchild is not None and (not isinstance(maxtasksperchild, int) or maxtasksperchild <= 0):
            raise ValueError("maxtasksperchild must be a positive int or None")
        self._state = TERMINATE  # where the next line raises
        self._core = core.Core(processes, maxtasksperchild, initializer=initializer, initargs=initargs,
                               worker_exit=worker_exit, retries=retries, item_timeout=item_timeout,
                               memory_limit=memory_limit, recycle_memory=recycle_memory, backtrace=backtrace)
        self._window = window or self._core.engine.window
        self._iterators = weakref.WeakSet()
        self._pending = {}  # results to come, which keep the pool alive no longer than needed
        self._state = RUN

    def __repr__(self):
        return f"<pvqpool.Pool state={self._state} pool_size={self._core.workers}>"

    def __del__(self, warn=warnings.warn):
        if getattr(self, "_state", TERMINATE) == RUN and self._core.started:
            warn(f"unclosed running pool {self!r}", ResourceWarning, source=self)
            self.terminate()

    def __reduce__(self):
        raise NotImplementedError("pool objects cannot be passed between processes or pickled")

    def _check_running(self):
        if self._state != RUN:
            raise ValueError("Pool not running")

    # ---- results at once ----

    def apply(self, func, args=(), kwds={}):
        """func(*args, **kwds), in a worker."""
        self._check_running()
        return self._core.call(func, args, kwds)

    def map(self, func, iterable, chunksize=None, *, return_exceptions=False, progress=False):
        """[func(x) for x in iterable]. The first exception is raised when all items are done; or, with
        return_exceptions, exceptions stand in the list, in the place of their items' results. progress: shows on stderr
        how many are done."""
        return self._map(func, ONE, iterable, chunksize, return_exceptions, progress)

    def starmap(self, func, iterable, chunksize=None, *, return_exceptions=False, progress=False):
        """The same, of func(*x)."""
        return self._map(func, STAR, iterable, chunksize, return_exceptions, progress)

    def _map(self, func, mode, iterable, chunksize, return_exceptions, progress):
        job = self._job(func, mode, iterable, chunksize, True, 0)
        if progress:
            bars.run(job, self._core.engine, bars.bar(iterable))
        else:
            job.run()
        results, first = job.results()
        if first is None or return_exceptions:
            return results
        try:
            raise results[first]
        finally:
            del results  # which holds the exception, whose traceback holds this frame

    # ---- results as they come ----

    def imap(self, func, iterable, chunksize=1, *, progress=False):
        """An iterator over the results, in the order of the items, each as soon as its turn comes. The iterable is read by
        the thread that iterates, no further ahead than `window` items."""
        return self._imap(func, iterable, chunksize, True, progress)

    def imap_unordered(self, func, iterable, chunksize=1, *, progress=False):
        """The same, each as soon as it is there."""
        return self._imap(func, iterable, chunksize, False, progress)

    def _imap(self, func, iterable, chunksize, ordered, progress):
        if chunksize < 1:
            raise ValueError(f"Chunksize must be 1+, not {chunksize:n}")
        job = self._job(func, ONE, iterable, chunksize, ordered, self._window)
        self._iterators.add(job)
        if isinstance(iterable, (list, tuple, range)):
            job.step()  # they have their items at once; another iterable may wait for something
        return bars.Watched(job, bars.bar(iterable)) if progress else job

    def _job(self, func, mode, iterable, chunksize, ordered, limit):
        self._check_running()
        if not callable(func):
            raise TypeError(f"{func!r} is not callable")
        if chunksize is not None and chunksize < 0:
            raise ValueError("chunksize must not be negative")
        return self._core.job(func, mode, iterable, ordered, limit, self)

    # ---- results later ----

    def apply_async(self, func, args=(), kwds={}, callback=None, error_callback=None):
        """The same as apply(), as an AsyncResult. The callbacks run in a thread of the pool."""
        self._check_running()
        result = AsyncResult(self, callback, error_callback)
        self._pending[result] = None
        self._core.post(core.Call(func, args, kwds, lambda: True, result._set))
        return result

    def map_async(self, func, iterable, chunksize=None, callback=None, error_callback=None, *,
                  return_exceptions=False):
        """The same as map(), as an AsyncResult."""
        return self._map_async(func, ONE, iterable, chunksize, callback, error_callback, return_exceptions)

    def starmap_async(self, func, iterable, chunksize=None, callback=None, error_callback=None, *,
                      return_exceptions=False):
        """The same as starmap(), as an AsyncResult."""
        return self._map_async(func, STAR, iterable, chunksize, callback, error_callback, return_exceptions)

    def _map_async(self, func, mode, iterable, chunksize, callback, error_callback, return_exceptions):
        self._check_running()
        if not hasattr(iterable, "__len__"):
            iterable = list(iterable)
        job = self._job(func, mode, iterable, chunksize, True, 0)
        result = MapResult(self, callback, error_callback, return_exceptions)
        self._pending[result] = None
        self._core.watch(job, result._end)
        return result

    # ---- the end ----

    def close(self):
        """There will be no more calls; join() waits for those that there are."""
        if self._state == RUN:
            self._state = CLOSE

    def terminate(self):
        """Ends the workers now, whatever they do."""
        self._state = TERMINATE
        self._core.terminate()

    def join(self):
        """Waits until all is done and the workers have ended. Iterators then hold all their results."""
        if self._state == RUN:
            raise ValueError("Pool is still running")
        if self._state == CLOSE:
            for job in list(self._iterators):
                job.run()
            self._core.close()
            self._state = TERMINATE

    def __enter__(self):
        self._check_running()
        return self

    def __exit__(self, *error):
        self.terminate()

    def stats(self):
        """What happened: deaths, items lost and retried, and for each worker its items and seconds."""
        return self._core.engine.stats()
