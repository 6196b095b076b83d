"""process_queue.py: processes managed by hand, fed and drained through queues: the tutorial's Process + Queue.

    parent ─tasks─> process 0, process 1, … ─results─> parent
"""
from multiprocessing import get_context

from pvqpeer import TaskError, run


def work(tasks, results):
    """Runs in each process until it takes a None from the queue."""
    for item, data in iter(tasks.get, None):
        try:
            results.put((item, run(data)))
        except TaskError as error:
            results.put((item, error))


class Way:
    def tune(self, chunk):
        return 1

    def start(self, workers, chunk):
        context = get_context("fork")
        self.tasks, self.results = context.Queue(), context.Queue()
        self.processes = [context.Process(target=work, args=(self.tasks, self.results))
                          for _ in range(workers)]
        for process in self.processes:
            process.start()

    def map(self, inputs, count, put):
        for item in enumerate(inputs):
            self.tasks.put(item)
        for _ in range(count):
            put(*self.results.get())

    def stop(self, failed):
        for process in self.processes:
            if failed:
                process.terminate()
            else:
                self.tasks.put(None)
        for process in self.processes:
            process.join()
