"""threads.py: ThreadPool.imap_unordered: the same pool with threads. The task is compiled code, and ctypes releases the
GIL while it runs. So threads run at the same time."""
from multiprocessing.pool import ThreadPool

from ways import pool_imap_unordered


class Way(pool_imap_unordered.Way):
    def make_pool(self, workers):
        return ThreadPool(workers)
