"""errors.py: what can happen to an item, and to a pool."""
import os
import signal
from concurrent.futures import BrokenExecutor

DIED, OVERDUE, CANCELLED = 1, 2, 3  # as in pool.h


def _an_item(number):
    return "an item" if number is None else f"item {number}"


class WorkerLost(Exception):
    """The worker that ran an item died with it. Only this item is lost.

    item: its number in the iterable, from 0; None: it was submitted by itself
    exitcode: how the last worker that ran it ended: its exit status, or -signal
    attempts: how often the item was begun
    """

    def __init__(self, item, exitcode, attempts):
        super().__init__(item, exitcode, attempts)
        self.item, self.exitcode, self.attempts = item, exitcode, attempts

    def _how(self):
        if self.exitcode >= 0:
            return f"its worker ended with exit status {self.exitcode}"
        try:
            return f"its worker was killed by {signal.Signals(-self.exitcode).name}"
        except ValueError:
            return f"its worker was killed by signal {-self.exitcode}"

    def __str__(self):
        often = f" ({self.attempts} attempts)" if self.attempts > 1 else ""
        return f"{_an_item(self.item)} was lost: {self._how()}{often}"


class ItemTimeout(WorkerLost, TimeoutError):
    """An item ran for longer than item_timeout: its worker was killed, and replaced."""

    def _how(self):
        return "it ran for longer than item_timeout"


class MemoryLimit(MemoryError):
    """An item raised MemoryError in a worker whose memory is bounded.

    item: its number in the iterable, from 0; None: it was submitted by itself
    limit: bytes that its worker may use beyond what it begins with
    """

    def __init__(self, item, limit):
        super().__init__(item, limit)
        self.item, self.limit = item, limit

    def __str__(self):
        return f"{_an_item(self.item)} raised MemoryError: its worker may use {self.limit} bytes"


class ItemCancelled(Exception):
    """An item was cancelled before it was run."""


class BrokenPool(BrokenExecutor):
    """No worker can be started, or the pool was terminated: nothing goes any more."""


class RemoteTraceback(Exception):
    """The cause of an exception that a worker raised: where it did."""

    def __init__(self, text):
        super().__init__(text)
        self.tb = text

    def __str__(self):
        return f'\n"""\n{self.tb}"""'


class RemoteError(Exception):
    """Stands for an exception that does not pickle, or does not unpickle; name: that of its type."""

    def __init__(self, name, message):
        super().__init__(name, message)
        self.name, self.message = name, message

    def __str__(self):
        return f"{self.name}: {self.message}"


def exit_code(wstatus):
    return os.waitstatus_to_exitcode(wstatus)
