"""pvqpool_pool.py: pvqpool's Pool.map: a list in, a list out; exceptions stand in the list."""
from pvqpeer import run
from ways import pvqpool_imap


class Way(pvqpool_imap.Way):
    def map(self, inputs, count, put):
        for item, result in enumerate(self.pool.map(run, inputs, return_exceptions=True)):
            put(item, result)
