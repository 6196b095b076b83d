"""threads_free.py: the same threads on a free-threaded CPython, with a task that does not let go of the GIL that is not there."""
import sys

from ways import threads_gil


class Way(threads_gil.Way):
    def start(self, workers, chunk):
        if sys._is_gil_enabled():
            raise RuntimeError("the GIL is enabled")
        super().start(workers, chunk)
