"""progress.py: progress=True: how many items are done, by tqdm where it is installed, else in a plain line."""
import sys
import time

EVERY = 0.2  # seconds between two lines, on a terminal
SELDOM = 5   # elsewhere


class Line:
    """What is needed of tqdm's protocol: update(), close()."""

    def __init__(self, total=None):
        self.total, self.done, self.told = total, 0, 0
        self.began = self.last = time.monotonic()
        self.terminal = sys.stderr.isatty()

    def update(self, n=1):
        self.done += n
        now = time.monotonic()
        if now - self.last > (EVERY if self.terminal else SELDOM):
            self.last = now
            self.tell()

    def tell(self):
        of = "" if self.total is None else f" of {self.total}"
        rate = self.done / (time.monotonic() - self.began + 1e-9)
        print(f"{chr(13) if self.terminal else ''}{self.done}{of} items, {rate:.3g} a second",
              end="" if self.terminal else "\n", file=sys.stderr, flush=True)

    def close(self):
        self.tell()
        if self.terminal:
            print(file=sys.stderr)


def bar(iterable):
    """A bar for the items of an iterable; their number is known or not."""
    total = len(iterable) if hasattr(iterable, "__len__") else None
    try:
        from tqdm.auto import tqdm
        return tqdm(total=total)
    except ImportError:
        return Line(total)


def run(job, engine, shown):
    """To the end of a job, as its run() does."""
    there = 0
    try:
        while not job.done:
            if job.step() == 0 and not job.done:
                engine.wait()
            shown.update(job.there - there)
            there = job.there
    finally:
        shown.close()


class Watched:
    """An iterator over results that tells how many came."""

    def __init__(self, results, shown):
        self.results, self.shown = results, shown

    def __iter__(self):
        return self

    def __next__(self):
        return self.next()

    def next(self, timeout=None):
        if timeout is not None and not self.results.wait(timeout):
            return self.results.next(0)  # raises
        try:
            return next(self.results)
        except StopIteration:
            self.close()
            raise
        finally:
            if self.shown is not None:
                self.shown.update(1)  # an item that failed is done, too

    def close(self):
        if self.shown is not None:
            shown, self.shown = self.shown, None
            shown.close()

    __del__ = close
