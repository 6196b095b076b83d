"""test_executor.py: pvqpool.Executor as concurrent.futures.ProcessPoolExecutor."""
import asyncio
import concurrent.futures
import os
import tempfile
import threading
import unittest

import pvqpool
from programs import PATIENCE, Test, exit_with, for_ever, identity, pid, raise_if_odd, times_ten, until_there
from test_pool import no_start, set_value, value_of


class Futures(Test):
    def setUp(self):
        self.executor = pvqpool.Executor(2)
        self.addCleanup(self.executor.shutdown)

    def test_submit(self):
        self.assertEqual(self.executor.submit(pow, 2, 3).result(PATIENCE), 8)
        self.assertEqual(self.executor.submit(int, "ff", base=16).result(PATIENCE), 255)
        futures = [self.executor.submit(times_ten, i) for i in range(2000)]
        self.assertEqual([future.result(PATIENCE) for future in futures], [10 * i for i in range(2000)])

    def test_an_exception(self):
        future = self.executor.submit(raise_if_odd, 1)
        self.assertRaisesRegex(ValueError, "1 is odd", future.result, PATIENCE)
        self.assertIn("in raise_if_odd", str(future.exception().__cause__))

    def test_a_lost_worker_costs_its_call(self):
        futures = [self.executor.submit(exit_with, 9) if i == 5 else self.executor.submit(identity, i)
                   for i in range(20)]
        for i, future in enumerate(futures):
            if i != 5:
                self.assertEqual(future.result(PATIENCE), i)
        with self.assertRaises(pvqpool.WorkerLost) as caught:
            futures[5].result(PATIENCE)
        self.assertEqual((caught.exception.exitcode, caught.exception.item), (9, None))
        self.assertEqual(self.executor.submit(identity, 1).result(PATIENCE), 1)

    def test_what_does_not_pickle_costs_its_call(self):
        self.assertEqual(self.executor.submit(identity, 1).result(PATIENCE), 1)
        self.assertRaises(Exception, self.executor.submit(identity, threading.Lock()).result, PATIENCE)
        self.assertRaises(Exception, self.executor.submit(lambda: 1).result, PATIENCE)
        self.assertEqual(self.executor.submit(identity, 1).result(PATIENCE), 1)

    def test_wait_and_as_completed(self):
        futures = {self.executor.submit(times_ten, i) for i in range(50)}
        done, left = concurrent.futures.wait(futures, PATIENCE)
        self.assertEqual((done, left), (futures, set()))
        more = [self.executor.submit(times_ten, i) for i in range(50)]
        got = [future.result() for future in concurrent.futures.as_completed(more, PATIENCE)]
        self.assertEqual(sorted(got), [10 * i for i in range(50)])

    def test_a_future_that_waits_can_be_cancelled(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "there")
            futures = [self.executor.submit(until_there, path) for _ in range(20)]
            self.assertTrue(futures[-1].cancel())
            open(path, "w").close()
            self.assertTrue(all(future.result(PATIENCE) for future in futures[:-1]))
            self.assertRaises(concurrent.futures.CancelledError, futures[-1].result)

    def test_a_callback_may_submit(self):
        second = concurrent.futures.Future()

        def again(future):
            inner = self.executor.submit(times_ten, future.result())
            inner.add_done_callback(lambda inner: second.set_result(inner.result()))

        self.executor.submit(times_ten, 1).add_done_callback(again)
        self.assertEqual(second.result(PATIENCE), 100)

    def test_asyncio(self):
        async def run():
            loop = asyncio.get_running_loop()
            return await asyncio.gather(*(loop.run_in_executor(self.executor, times_ten, i) for i in range(100)))

        self.assertEqual(asyncio.run(run()), [10 * i for i in range(100)])

    def test_several_threads(self):
        wrong = []

        def use():
            for i in range(200):
                if self.executor.submit(identity, i).result(PATIENCE) != i:
                    wrong.append(i)

        threads = [threading.Thread(target=use) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
            self.assertFalse(thread.is_alive())
        self.assertEqual(wrong, [])


class Maps(Test):
    def setUp(self):
        self.executor = pvqpool.Executor(2)
        self.addCleanup(self.executor.shutdown)

    def test_map(self):
        self.assertEqual(list(self.executor.map(times_ten, range(5000))), [10 * x for x in range(5000)])
        self.assertEqual(list(self.executor.map(pow, [2, 3, 4], [3, 4], chunksize=5)), [8, 81])
        self.assertEqual(list(self.executor.map(times_ten, [])), [])

    def test_the_first_exception_ends_it(self):
        results = self.executor.map(raise_if_odd, range(10))
        self.assertEqual(next(results), 0)
        self.assertRaises(ValueError, next, results)
        self.assertRaises(StopIteration, next, results)

    def test_timeout(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "there")
            results = self.executor.map(until_there, [path], timeout=0.01)
            self.assertRaises(TimeoutError, next, results)
            open(path, "w").close()
        self.assertEqual(list(self.executor.map(identity, [1, 2], timeout=PATIENCE)), [1, 2])

    def test_all_is_done_without_anybody_asking(self):
        with tempfile.TemporaryDirectory() as folder, pvqpool.Executor(2) as executor:
            paths = [os.path.join(folder, str(i)) for i in range(5000)]
            executor.map(os.mkdir, paths)
            executor.shutdown()
            self.assertEqual(len(os.listdir(folder)), 5000)

    def test_buffersize(self):
        read = 0

        def items():
            nonlocal read
            while True:
                read += 1
                yield read

        results = self.executor.map(identity, items(), buffersize=10)
        for taken in range(1, 101):
            self.assertEqual(next(results), taken)
            self.assertLessEqual(read, taken + 10)
        self.assertRaises(ValueError, self.executor.map, identity, [], buffersize=0)
        self.assertRaises(ValueError, self.executor.map, identity, [], chunksize=0)


class Life(Test):
    def test_initializer(self):
        with pvqpool.Executor(1, initializer=set_value, initargs=("set",), max_tasks_per_child=5) as executor:
            self.assertEqual(list(executor.map(value_of, range(20))), ["set"] * 20)
            self.assertGreater(len(set(executor.map(pid, range(20)))), 2)

    def test_an_initializer_that_fails(self):
        executor = pvqpool.Executor(1, initializer=no_start)
        future = executor.submit(identity, 1)
        self.assertRaises(concurrent.futures.BrokenExecutor, future.result, PATIENCE)
        self.assertRaises(concurrent.futures.BrokenExecutor, executor.submit, identity, 1)
        executor.shutdown()

    def test_shutdown_waits(self):
        executor = pvqpool.Executor(2)
        futures = [executor.submit(times_ten, i) for i in range(100)]
        executor.shutdown()
        self.assertTrue(all(future.done() for future in futures))
        self.assertRaisesRegex(RuntimeError, "after shutdown", executor.submit, identity, 1)
        self.assertRaisesRegex(RuntimeError, "after shutdown", executor.map, identity, [1])

    def test_shutdown_without_waiting(self):
        executor = pvqpool.Executor(2)
        futures = [executor.submit(times_ten, i) for i in range(100)]
        executor.shutdown(wait=False)
        self.assertEqual([future.result(PATIENCE) for future in futures], [10 * i for i in range(100)])

    def test_shutdown_cancels(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "there")
            executor = pvqpool.Executor(2)
            futures = [executor.submit(until_there, path) for _ in range(100)]
            executor.shutdown(wait=False, cancel_futures=True)
            open(path, "w").close()
            executor.shutdown()
            self.assertTrue(all(future.done() for future in futures))
            self.assertGreater(sum(future.cancelled() for future in futures), 90)
            self.assertTrue(all(future.cancelled() or future.result() for future in futures))

    def test_an_executor_that_was_never_used(self):
        with pvqpool.Executor(2):
            pass

    def test_wrong_arguments(self):
        self.assertRaises(ValueError, pvqpool.Executor, 0)
        self.assertRaises(TypeError, pvqpool.Executor, 1, initializer=7)
        self.assertRaises(ValueError, pvqpool.Executor, 1, max_tasks_per_child=0)
        self.assertRaises(TypeError, pvqpool.Executor, 1, max_tasks_per_child=1.5)

    def test_an_executor_that_nobody_holds_finishes(self):
        out = self.output_of("futures = [pvqpool.Executor(1).submit(print, i) for i in range(3)]")
        self.assertEqual(sorted(out.split()), ["0", "1", "2"])
        future = pvqpool.Executor(1).submit(times_ten, 1)
        self.assertEqual(future.result(PATIENCE), 10)

    def test_the_program_ends_when_all_is_done(self):
        out = self.output_of("executor = pvqpool.Executor(2)\n"
                             "futures = [executor.submit(print, i) for i in range(100)]")
        self.assertEqual(sorted(map(int, out.split())), list(range(100)))


if __name__ == "__main__":
    unittest.main()
