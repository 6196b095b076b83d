"""pool_imap.py: Pool.imap: results in the order of the items, each as soon as its turn comes."""
from multiprocessing import get_context

from pvqpeer import TaskError, run


class Way:
    errors = TaskError  # what an item ends in, alone

    def tune(self, chunk):
        return chunk or 1

    def start(self, workers, chunk):
        self.pool = get_context("fork").Pool(workers)
        self.chunk = chunk

    def results(self, inputs):
        return self.pool.imap(run, inputs, self.chunk)

    def map(self, inputs, count, put):
        results = self.results(inputs)
        for item in range(count):
            try:
                result = next(results)
            except self.errors as error:  # the iterator continues after it
                result = error
            put(item, result)

    def stop(self, failed):
        if failed:
            self.pool.terminate()
        else:
            self.pool.close()
        self.pool.join()
