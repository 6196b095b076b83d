"""joblib.py: joblib.Parallel on its default backend, loky: fresh interpreters, which build the task's load anew, and
batches whose size joblib finds by itself unless one is asked for."""
import os
import sys

from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor

from pvqpeer import ready, run


class Way:
    def start(self, workers, chunk):
        # What a fresh interpreter needs to find pvqpeer.
        os.environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        self.parallel = Parallel(n_jobs=workers, batch_size=chunk or "auto")
        self.parallel(delayed(ready)() for _ in range(workers))  # its processes come with the first tasks

    def map(self, inputs, count, put):
        # A list, in the order of the items; the first exception is raised here.
        for item, result in enumerate(self.parallel(delayed(run)(data) for data in inputs)):
            put(item, result)

    def stop(self, failed):
        get_reusable_executor().shutdown(wait=True, kill_workers=failed)
