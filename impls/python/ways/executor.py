"""executor.py: ProcessPoolExecutor.map of concurrent.futures: a future for every chunk of items."""
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from pvqpeer import ready, run


class Way:
    def tune(self, chunk):
        return chunk or 1

    def start(self, workers, chunk):
        self.executor = ProcessPoolExecutor(workers, mp_context=get_context("fork"))
        self.chunk = chunk
        self.executor.submit(ready).result()  # the first task makes it fork all processes

    def map(self, inputs, count, put):
        # The first exception is raised here and ends the results.
        for item, result in enumerate(self.executor.map(run, inputs, chunksize=self.chunk)):
            put(item, result)

    def stop(self, failed):
        self.executor.shutdown(wait=True, cancel_futures=failed)
