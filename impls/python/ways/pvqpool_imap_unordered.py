"""pvqpool_imap_unordered.py: pvqpool's Pool.imap_unordered: results as they complete, each with its item's number."""
from pvqpeer import run_numbered
from ways import pvqpool_imap


class Way(pvqpool_imap.Way):
    def map(self, inputs, count, put):
        results = self.pool.imap_unordered(run_numbered, enumerate(inputs))
        for _ in range(count):
            try:
                item, result = next(results)
            except self.errors as error:
                item, result = error.item, error
            put(item, result)
