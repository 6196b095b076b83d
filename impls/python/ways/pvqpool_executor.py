"""pvqpool_executor.py: pvqpool's Executor.map: as concurrent.futures has it, the first exception ends it."""
import errno

import pvqpeer
import pvqpool


class Way:
    def tune(self, chunk):
        return 0  # the pool chooses, whatever the chunksize

    def start(self, workers, chunk):
        pvqpeer.workers_are_bound = True
        self.executor = pvqpool.Executor(workers)
        list(self.executor.map(pvqpeer.ready, [0] * workers))  # the first call forks all processes

    def map(self, inputs, count, put):
        try:
            for item, result in enumerate(self.executor.map(pvqpeer.run, inputs)):
                put(item, result)
        except pvqpool.WorkerLost as error:
            raise OSError(errno.EOWNERDEAD, str(error)) from None

    def stop(self, failed):
        self.executor.shutdown(wait=True, cancel_futures=failed)
