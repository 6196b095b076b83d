"""serial.py: one item after the other in the interpreter: what it and ctypes cost an item."""
from pvqpeer import TaskError, run


class Way:
    def start(self, workers, chunk):
        pass

    def map(self, inputs, count, put):
        for item, data in enumerate(inputs):
            try:
                put(item, run(data))
            except TaskError as error:
                put(item, error)

    def stop(self, failed):
        pass
