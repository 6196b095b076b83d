"""pool_map.py: Pool.map: a list in, a list out. The pool chooses the chunk unless one is asked for."""
from multiprocessing import get_context

from pvqpeer import run


class Way:
    def tune(self, chunk):
        return chunk  # 0: the pool chooses

    def start(self, workers, chunk):
        self.pool = get_context("fork").Pool(workers)
        self.chunk = chunk or None

    def map(self, inputs, count, put):
        # The first exception is raised here; then there are no results at all.
        for item, result in enumerate(self.pool.map(run, inputs, self.chunk)):
            put(item, result)

    def stop(self, failed):
        if failed:
            self.pool.terminate()
        else:
            self.pool.close()
        self.pool.join()
