"""pool_forkserver.py: Pool.imap_unordered with the start method forkserver: a fresh interpreter forks the workers, each of which
builds the task's load itself."""
import os

from ways import pool_spawn


class Way(pool_spawn.Way):
    method = "forkserver"

    def make_pool(self, workers):
        os.environ["PVQPEER_PARENT"] = ""  # they are children of that interpreter, which ends with us
        return super().make_pool(workers)
