#!/usr/bin/env python3
"""cpython.py: CPython's own tests of Pool and ProcessPoolExecutor, run against pvqpool. They are in Debian's package
libpython3.11-testsuite.

    cpython.py [-v]    exit 77: the tests are not installed

LEFT_OUT names those that do not hold, and says why.
"""
import concurrent.futures.process
import importlib
import multiprocessing.pool
import sys
import unittest

import pvqpool

LEFT_OUT = {
    # of Pool
    "test_make_pool": "reads Pool._pool, the list of worker objects",
    "test_pool_worker_lifetime": "reads Pool._pool; test_pool.py tests the replacement of workers",
    "test_resource_warning": "sets Pool._state to a constant of multiprocessing.pool; test_pool.py tests the warning",
    "test_imap_handle_iterable_exception": "expects the results of a chunk to be lost where the iterable raises within it; "
                                           "here all that it gave arrive. test_pool.py tests the rest",
    # of ProcessPoolExecutor
    "test_killed_child": "expects that a killed worker breaks the executor; here it costs its call",
    "test_saturation": "reads Executor._processes",
    "test_max_tasks_per_child": "reads Executor._processes; test_executor.py tests the replacement of workers",
    "test_max_tasks_per_child_defaults_to_spawn_context": "there is no other start method than fork",
    "test_max_tasks_early_shutdown": "passes a start method",
    "test_idle_process_reuse_one": "passes a start method, and reads Executor._processes",
    "test_idle_process_reuse_multiple": "passes a start method, and reads Executor._processes",
    "test_ressources_gced_in_workers": "passes a start method",
    "test_python_finalization_error": "patches threads of CPython's executor",
    "test_force_shutdown_workers": "calls a method of later versions that ends workers",
    "test_force_shutdown_workers_invalid_op": "the same",
    # of the executors' shutdown, in programs that name concurrent.futures
    "test_interpreter_shutdown": "imports the executor from concurrent.futures; test_executor.py tests the same",
    "test_submit_after_interpreter_shutdown": "the same",
    "test_hang_gh83386": "the same",
    "test_hang_gh94440": "passes a start method",
    "test_processes_terminate": "reads Executor._processes",
    "test_context_manager_shutdown": "reads Executor._processes",
    "test_del_shutdown": "reads threads of CPython's executor",
    "test_shutdown_no_wait": "the same",
    "test_shutdown_gh_132969_1": "the same",
    "test_shutdown_gh_132969_2": "the same",
}


def module(*names):
    """The first of these modules that is installed, or None."""
    for name in names:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if not name.startswith(str(error.name)):
                raise
    return None


def without_left_out(base):
    return {name: unittest.skip(LEFT_OUT[name])(lambda self: None) for name in dir(base) if name in LEFT_OUT}


def pool_tests(module):
    """Its own mixture of these classes is made for each start method."""
    multiprocessing.Pool = pvqpool.Pool
    for name in "_TestPool", "_TestPoolWorkerErrors", "_TestPoolWorkerLifetime":
        base = getattr(module, name)
        yield type(name[1:], (base, unittest.TestCase),
                   {"TYPE": "processes", "Pool": staticmethod(pvqpool.Pool), **without_left_out(base)})


class Mixin:
    worker_count = 4
    executor_type = pvqpool.Executor
    executor_kwargs = {}

    def setUp(self):
        super().setUp()
        self.executor = self.executor_type(max_workers=self.worker_count, **self.executor_kwargs)

    def tearDown(self):
        self.executor.shutdown()
        super().tearDown()

    def create_event(self):
        """One that workers can wait for, though they were forked before."""
        manager = multiprocessing.Manager()
        self.addCleanup(manager.shutdown)
        return manager.Event()


def executor_tests(process, executor, shutdown, wait, completed):
    class Initializer(Mixin, unittest.TestCase):
        worker_count = 2
        executor_kwargs = {"initializer": set_status, "initargs": ("initialized",)}

        def test_initializer(self):
            for future in [self.executor.submit(get_status) for _ in range(self.worker_count)]:
                self.assertEqual(future.result(), "initialized")

    yield Initializer
    for base in (process, executor), (shutdown,), (wait,), (completed,):
        yield type(base[0].__name__, (*base, Mixin, unittest.TestCase), without_left_out(base[0]))


def set_status(status):
    global _status
    _status = status


def get_status():
    return _status


def cases():
    multiprocessing.pool.RemoteTraceback = concurrent.futures.process._RemoteTraceback = pvqpool.RemoteTraceback
    pool = module("test._test_multiprocessing")
    if pool:
        yield from pool_tests(pool)
    one = module("test.test_concurrent_futures")
    if one and hasattr(one, "ExecutorTest"):  # up to 3.12: a single file
        yield from executor_tests(one.ProcessPoolExecutorTest, one.ExecutorTest, one.ExecutorShutdownTest, one.WaitTests,
                                  one.AsCompletedTests)
    elif one:
        of = {name: module(f"test.test_concurrent_futures.{name}")
              for name in ("test_process_pool", "executor", "test_shutdown", "test_wait", "test_as_completed")}
        yield from executor_tests(of["test_process_pool"].ProcessPoolExecutorTest, of["executor"].ExecutorTest,
                                  of["test_shutdown"].ExecutorShutdownTest, of["test_wait"].WaitTests,
                                  of["test_as_completed"].AsCompletedTests)


def main():
    suite = unittest.TestSuite()
    for case in cases():
        suite.addTests(unittest.defaultTestLoader.loadTestsFromTestCase(case))
    if not suite.countTestCases():
        print("CPython's tests are not installed: libpython3.11-testsuite")
        return 77
    result = unittest.TextTestRunner(verbosity=2 if "-v" in sys.argv else 1).run(suite)
    return not result.wasSuccessful()


if __name__ == "__main__":
    sys.exit(main())
