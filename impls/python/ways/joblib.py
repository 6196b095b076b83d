"""joblib.py: joblib.Parallel on its default backend, loky: fresh interpreters, which build the task's load anew, and
batches whose size joblib finds by itself unless one is asked for."""
import os
import sys

from joblib import Parallel, delayed
from joblib.externals.loky import get_reusable_executor

from pvqpeer import ready, run

ROUNDS, SECONDS = 2000, 0.005  # for interpreters to come up in


class Way:
    def tune(self, chunk):
        return chunk  # 0: joblib finds one

    def start(self, workers, chunk):
        # What a fresh interpreter needs to find pvqpeer.
        os.environ["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        self.parallel = Parallel(n_jobs=workers, batch_size=chunk or "auto")
        self.meet(workers)

    def meet(self, workers):
        """Its processes come with the first tasks, and the first that is up can take them all: until each was seen."""
        seen = set()
        for _ in range(ROUNDS):
            seen.update(Parallel(workers, batch_size=1)(delayed(ready)(SECONDS) for _ in range(workers)))
            if len(seen) >= workers:
                return
        raise RuntimeError(f"{len(seen)} of {workers} processes came up")

    def map(self, inputs, count, put):
        # A list, in the order of the items; the first exception is raised here.
        for item, result in enumerate(self.parallel(delayed(run)(data) for data in inputs)):
            put(item, result)

    def stop(self, failed):
        get_reusable_executor(reuse=True).shutdown(wait=True, kill_workers=failed)  # reuse: the one at work
