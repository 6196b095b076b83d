"""interpreters.py: InterpreterPoolExecutor.map of CPython 3.14: threads, each with an interpreter and a GIL of its own."""
from concurrent.futures import InterpreterPoolExecutor

import pvqpeer
from pvqpeer import SECONDS, adopt, meet, ready
from ways import executor


class Way(executor.Way):
    def tune(self, chunk):
        return 1  # threads take single items, whatever the chunksize

    def start(self, workers, chunk):
        self.executor = InterpreterPoolExecutor(workers, initializer=adopt, initargs=(pvqpeer.load_address(),))
        self.chunk = chunk
        meet(workers, lambda n: list(self.executor.map(ready, [SECONDS] * n)))
