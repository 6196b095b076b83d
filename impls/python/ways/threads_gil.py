"""threads_gil.py: the same threads with a task that holds the GIL, as Python code does."""
from pvqpeer import run_numbered_holding_gil
from ways import threads


class Way(threads.Way):
    function = staticmethod(run_numbered_holding_gil)
