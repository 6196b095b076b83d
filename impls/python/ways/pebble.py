"""pebble.py: ProcessPool.map of pebble: results in order; a worker that dies costs its chunk."""
from multiprocessing import get_context

from pebble import ProcessExpired, ProcessPool

from pvqpeer import TaskError, run
from ways import pool_imap


class Way(pool_imap.Way):
    errors = TaskError, ProcessExpired

    def start(self, workers, chunk):
        self.pool = ProcessPool(workers, context=get_context("fork"))
        self.pool.map(abs, [0]).result()  # the first call makes it fork all processes
        self.chunk = chunk

    def results(self, inputs):
        return self.pool.map(run, inputs, chunksize=self.chunk).result()

    def stop(self, failed):
        if failed:
            self.pool.stop()
        else:
            self.pool.close()
        self.pool.join()
