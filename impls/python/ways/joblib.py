"""joblib.py: joblib.Parallel on its default backend, loky. Workers are fresh interpreters and build the task's load
themselves. joblib chooses the size of batches unless a chunk is asked for."""
import os
import sys

from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor

from pvqpeer import ready, run

ROUNDS, SECONDS = 2000, 0.005  # how often, and how long, to wait for interpreters to start


class Way:
    def tune(self, chunk):
        return chunk  # 0: joblib chooses

    def start(self, workers, chunk):
        # A fresh interpreter finds pvqpeer there.
        os.environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        self.parallel = Parallel(n_jobs=workers, batch_size=chunk or "auto")
        self.meet(workers)

    def meet(self, workers):
        """Waits until every process has run a task. Processes start with the first tasks, and the first one up may take
        them all; so repeat until each was seen."""
        seen = set()
        for _ in range(ROUNDS):
            seen.update(Parallel(workers, batch_size=1)(delayed(ready)(SECONDS) for _ in range(workers)))
            if len(seen) >= workers:
                return
        raise RuntimeError(f"{len(seen)} of {workers} processes started")

    def map(self, inputs, count, put):
        # A list, in the order of the items; the first exception is raised here.
        for item, result in enumerate(self.parallel(delayed(run)(data) for data in inputs)):
            put(item, result)

    def stop(self, failed):
        get_reusable_executor(reuse=True).shutdown(wait=True, kill_workers=failed)  # reuse=True: the executor in use, not a new one
