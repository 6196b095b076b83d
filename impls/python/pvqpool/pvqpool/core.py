"""core.py: what Pool and Executor share: the engine, functions on their way to workers, and the thread for results that
nobody waits for."""
import atexit
import collections
import os
import pickle
import threading
import types
import weakref

from . import _native, hooks

ONE, STAR, FULL = 0, 1, 2  # how a worker calls the function: native_mode in native.h
INHERITED, WITHIN = (0, 0), (1, 0)
CACHED = 64        # functions whose pickle is kept
DEPTH = 2          # calls for each worker that are beyond recall: so few that the others can be cancelled
IDLE_LOOK = 0.01   # seconds between two looks at a job that its consumer drives
PLAIN = (types.FunctionType, types.BuiltinFunctionType, type)  # pickled by name: never stale

_cores = weakref.WeakSet()


def _no_function():
    return None


def weakly(function):
    """The function again, without keeping it alive: its last call may be over."""
    try:
        return weakref.ref(function)
    except TypeError:
        return _no_function


def cpus():
    return len(os.sched_getaffinity(0))


class Results(_native.Job):
    """An iterator over results. `next` is also a method, with a time limit."""
    __slots__ = ("owner", "__weakref__")

    def next(self, timeout=None):
        if timeout is not None and not self.wait(timeout):
            import multiprocessing
            raise multiprocessing.TimeoutError
        return self.__next__()


class Call:
    """One call that is waited for by a future: done(failed, value) tells its end."""
    __slots__ = ("function", "args", "kwargs", "begin", "done")

    def __init__(self, function, args, kwargs, begin, done):
        self.function, self.args, self.kwargs, self.begin, self.done = function, args, kwargs, begin, done


class Core:
    def __init__(self, workers, recycle, *, initializer, initargs, worker_exit, retries, item_timeout, memory_limit,
                 recycle_memory, backtrace):
        for name, value in ("initializer", initializer), ("worker_exit", worker_exit):
            if value is not None and not callable(value):
                raise TypeError(f"{name} must be a callable")
        for name, value in ("memory_limit", memory_limit), ("recycle_memory", recycle_memory):
            if value is not None and value <= 0:
                raise ValueError(f"{name} must be a number of bytes above 0, or None")
        if recycle_memory is None:
            recycle_memory = (memory_limit or 0) // 2
        self.workers = workers
        self.engine = _native.Engine(
            hooks.Hooks(initializer, initargs, worker_exit, memory_limit, backtrace), workers, retries=retries,
            recycle=recycle or 0, item_timeout=item_timeout or 0, recycle_memory=recycle_memory,
            max_memory=memory_limit or 0, backtrace=backtrace)
        self.started = False
        self.lock = threading.RLock()
        self.news = threading.Condition(self.lock)
        self.inherited = _no_function       # () -> the function that workers have inherited, if it is still there
        self.known = {}                     # id of a function -> (itself, its place)
        self.calls = None                   # the job of all single calls
        self.waiting = collections.deque()  # those that can be recalled
        self.running = {}                   # number -> Call
        self.most = DEPTH * workers + 1     # of these
        self.jobs = {}                      # Results that the thread drives -> what to do at the end
        self.thread = None
        self.stopping = False
        _cores.add(self)

    # ---- the engine, and functions ----

    def start(self, function=None):
        """Forks the workers, unless they are there; they inherit the function."""
        with self.lock:
            if self.started:
                return False
            self.started = True
            self.inherited = weakly(function)
            hooks.flush_streams()
            self.calls = _native.Job(self.engine, WITHIN, FULL)
            self.engine.start(function)  # Ctrl-C may end this, with the workers there
            return True

    def place(self, function):
        """(where workers find the function, whether it is there for this once)."""
        if self.start(function):
            return INHERITED, False
        plain = isinstance(function, PLAIN)
        if plain and function is self.inherited():
            return INHERITED, False
        known = self.known.get(id(function))
        if known is not None:
            return known[1], False
        try:
            place = self.engine.function(pickle.dumps(function, 5))
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            if function is self.inherited():
                return INHERITED, False
            error.add_note(f"pvqpool: workers cannot be sent the function {function!r}. They inherit only the one of the "
                           "first call; make a new pool for this one, or define it by name in a module")
            raise
        if plain and len(self.known) < CACHED:
            self.known[id(function)] = (function, place)
            return place, False
        return place, True

    def job(self, function, mode, items, ordered, limit, owner=None):
        place, once = self.place(function)
        job = Results(self.engine, place, mode, items, ordered, limit, once)
        job.owner = owner
        return job

    def call(self, function, args, kwargs):
        """One call, in the calling thread."""
        place, value = self.bundle(function, args, kwargs)
        job = _native.Job(self.engine, place, FULL)
        while self.engine.room == 0:
            if self.engine.collect() == 0:
                self.engine.wait()
        job.submit(place, FULL, value)
        return next(job)

    def bundle(self, function, args, kwargs):
        """A function that may change is pickled anew with each call; as is one that is not used again."""
        args, kwargs = tuple(args), dict(kwargs) or None
        if self.started and not isinstance(function, PLAIN) and function is not self.inherited():
            return WITHIN, (function, args, kwargs)
        place, once = self.place(function)
        return (WITHIN, (function, args, kwargs)) if once else (place, (args, kwargs))

    # ---- the thread ----

    def post(self, call):
        """Runs a call as soon as a worker is free for it."""
        with self.lock:
            self.waiting.append(call)
            if len(self.running) < self.most:  # else the thread sees to it when one of those is done
                self.start(call.function)
                self.fill()
                self.wake()

    def watch(self, job, done):
        """Drives a job to its end in the background, then calls done()."""
        with self.lock:
            self.jobs[job] = done
            self.wake()
        job.step()

    def wake(self):
        if self.thread is None:
            self.thread = threading.Thread(target=self.drive, name="pvqpool", daemon=True)
            self.thread.start()
        self.news.notify_all()

    def fill(self):
        """Gives calls to workers, no more than are soon begun. With the lock held."""
        sent = False
        while self.waiting and len(self.running) < self.most and self.engine.room:
            call = self.waiting.popleft()
            if not call.begin():
                continue
            try:
                place, value = self.bundle(call.function, call.args, call.kwargs)
                number = self.calls.submit(place, FULL, value)
            except Exception as error:
                call.done(True, error)
                continue
            self.running[number] = call
            sent = True
        if sent:
            self.engine.flush()

    def idle(self):
        return not self.waiting and not self.running and not self.jobs

    def drive(self):
        seen = {}
        while True:
            with self.lock:
                while self.idle() and not self.stopping:
                    self.news.notify_all()  # to whoever waits for the end of all
                    self.news.wait()
                if self.stopping:
                    return
            try:
                self.turn(seen)
            except BaseException as error:
                self.give_up(error)

    def turn(self, seen):
        """Gives results that are there to those who want them; sleeps if there are none."""
        got = self.engine.collect()
        with self.lock:
            landed = [(self.running.pop(number), failed, value) for number, failed, value in self.calls.landed()]
            self.fill()
            jobs = list(self.jobs.items())
        for call, failed, value in landed:
            call.done(failed, value)
        del landed
        own = bool(self.running)
        for job, done in jobs:
            if not job.done and seen.get(job) != job.taken:
                seen[job] = job.taken  # its consumer drives it
                continue
            own = True
            got += job.step()
            if job.done:
                seen.pop(job, None)
                self.jobs.pop(job, None)
                done(job)
        if got == 0 and (own or not jobs):
            self.engine.wait()
        elif got == 0:
            self.engine.wait(IDLE_LOOK)

    def give_up(self, error):
        """Nothing goes any more: all who wait are told why."""
        with self.lock:
            calls = list(self.running.values()) + [call for call in self.waiting if call.begin()]
            jobs = list(self.jobs.items())
            self.running.clear()
            self.waiting.clear()
            self.jobs.clear()
        for call in calls:
            call.done(True, error)
        for job, done in jobs:
            done(job, error)

    # ---- the end ----

    def settle(self):
        """Waits until nothing runs in the background."""
        with self.lock:
            while self.thread is not None and not self.idle() and not self.stopping:
                self.news.wait(0.1)

    def stop_thread(self):
        with self.lock:
            self.stopping = True
            thread = self.thread
            self.news.notify_all()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def close(self):
        """Ends the workers once all that was asked for is done."""
        self.settle()
        self.stop_thread()
        self.engine.close()
        _cores.discard(self)

    def terminate(self):
        """Ends the workers now."""
        self.stopping = True
        self.engine.terminate()
        self.stop_thread()
        self.give_up(self.engine.failure)
        _cores.discard(self)


def _abandon_all():
    """In a child of the program: its parent's pools are not its own, and their threads are not there."""
    for core in list(_cores):
        core.lock = threading.RLock()
        core.news = threading.Condition(core.lock)
        core.thread = None
        core.running.clear()
        core.waiting.clear()
        core.jobs.clear()


os.register_at_fork(after_in_child=_abandon_all)


@atexit.register
def _end_all():
    hooks.over = True
    for core in list(_cores):
        if core.started and core.engine.running:
            core.terminate()
