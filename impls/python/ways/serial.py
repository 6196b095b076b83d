"""serial.py: one item after another in the interpreter: its cost per item, and that of ctypes."""
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
