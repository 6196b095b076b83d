"""joblib.py: joblib.Parallel on its default backend, loky. Workers are fresh interpreters and build the task's load
themselves. joblib chooses the size of batches unless a chunk is asked for."""
import os
import sys

from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor

from pvqpeer import SECONDS, meet, ready, run


class Way:
    def tune(self, chunk):
        return chunk  # 0: joblib chooses

    def start(self, workers, chunk):
        # A fresh interpreter finds pvqpeer there.
        os.environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        self.parallel = Parallel(n_jobs=workers, batch_size=chunk or "auto")
        meet(workers, lambda n: Parallel(n, batch_size=1)(delayed(ready)(SECONDS) for _ in range(n)))

    def map(self, inputs, count, put):
        # A list, in the order of the items; the first exception is raised here.
        for item, result in enumerate(self.parallel(delayed(run)(data) for data in inputs)):
            put(item, result)

    def stop(self, failed):
        get_reusable_executor(reuse=True).shutdown(wait=True, kill_workers=failed)  # reuse=True: the executor in use, not a new one
