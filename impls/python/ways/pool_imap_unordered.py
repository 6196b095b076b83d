"""pool_imap_unordered.py: Pool.imap_unordered: results as they complete, each with its item's number."""
from multiprocessing import get_context

from pvqpeer import TaskError, run_numbered


class Way:
    function = staticmethod(run_numbered)

    def tune(self, chunk):
        return chunk or 1

    def make_pool(self, workers):
        return get_context("fork").Pool(workers)

    def start(self, workers, chunk):
        self.pool = self.make_pool(workers)
        self.chunk = chunk

    def map(self, inputs, count, put):
        results = self.pool.imap_unordered(self.function, enumerate(inputs), self.chunk)
        for _ in range(count):
            try:
                item, result = next(results)
            except TaskError as error:
                item, result = error.item, error
            put(item, result)

    def stop(self, failed):
        if failed:
            self.pool.terminate()
        else:
            self.pool.close()
        self.pool.join()
