"""pool_spawn.py: Pool.imap_unordered with the start method spawn: each worker is a fresh interpreter, which imports the program
and builds the task's load itself."""
from multiprocessing import get_context

from pvqpeer import SECONDS, meet, ready
from ways import pool_imap_unordered


class Way(pool_imap_unordered.Way):
    method = "spawn"

    def make_pool(self, workers):
        pool = get_context(self.method).Pool(workers)
        meet(workers, lambda n: pool.map(ready, [SECONDS] * n, 1))
        return pool
