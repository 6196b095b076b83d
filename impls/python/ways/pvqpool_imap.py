"""pvqpool_imap.py: pvqpool's Pool.imap: results in the order of the items, each as soon as its turn comes."""
import pvqpeer
import pvqpool
from pvqpeer import TaskError
from ways import pool_imap


class Way(pool_imap.Way):
    errors = TaskError, pvqpool.WorkerLost

    def tune(self, chunk):
        return 0  # the pool chooses, whatever the chunksize

    def start(self, workers, chunk):
        pvqpeer.workers_are_bound = True
        self.pool = pvqpool.Pool(workers, maxtasksperchild=self.care.recycle or None, retries=self.care.retries(),
                                 item_timeout=self.care.item_timeout_ms / 1000)
        self.pool.map(pvqpeer.ready, [0] * workers)  # the first call forks all processes
        self.chunk = 1  # has no effect
