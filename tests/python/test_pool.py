"""test_pool.py: pvqpool.Pool as multiprocessing.Pool, and what it adds."""
import io
import itertools
import multiprocessing
import os
import pickle
import sys
import tempfile
import threading
import unittest

import kills
import pvqpool
from programs import (PATIENCE, Test, exit_with, for_ever, identity, kill_if_five, kill_once, pid, program, raise_if_odd,
                      raise_two_arguments, return_lambda, times_ten, until_there)


class Buffers:
    """Pickles with buffers beside the pickle, as an array of NumPy does."""

    def __init__(self, *parts):
        self.parts = parts

    def __reduce_ex__(self, protocol):
        return Buffers, tuple(pickle.PickleBuffer(part) for part in self.parts)


def grow(buffers):
    for part in buffers.parts:
        part[0] = 1  # what arrives can be written to
    return Buffers(*(bytearray(part) * 2 for part in buffers.parts))


def allocate(size):
    return len(bytearray(size))


_kept = []


def keep(size):
    _kept.append(b"x" * size)
    return os.getpid()


def value_of(_):
    return _value


def set_value(value):
    global _value
    _value = value


def no_start():
    raise RuntimeError("no start")


class Methods(Test):
    def setUp(self):
        self.pool = pvqpool.Pool(2)
        self.addCleanup(self.pool.terminate)

    def test_map(self):
        self.assertEqual(self.pool.map(times_ten, range(100)), [10 * x for x in range(100)])
        self.assertEqual(self.pool.map(times_ten, iter([1, 2]), chunksize=7), [10, 20])
        self.assertEqual(self.pool.map(times_ten, []), [])

    def test_starmap(self):
        self.assertEqual(self.pool.starmap(pow, [(2, 3), [3, 4]]), [8, 81])

    def test_apply(self):
        self.assertEqual(self.pool.apply(divmod, (7, 3)), (2, 1))
        self.assertEqual(self.pool.apply(int, ("ff",), {"base": 16}), 255)
        with self.assertRaisesRegex(ValueError, "3 is odd"):
            self.pool.apply(raise_if_odd, (3,))

    def test_imap(self):
        self.assertEqual(list(self.pool.imap(times_ten, iter(range(5000)))), [10 * x for x in range(5000)])
        results = self.pool.imap(times_ten, [1])
        self.assertEqual(results.next(timeout=PATIENCE), 10)
        self.assertRaises(StopIteration, results.next)

    def test_imap_unordered(self):
        results = self.pool.imap_unordered(times_ten, range(5000), chunksize=3)
        self.assertEqual(sorted(results), [10 * x for x in range(5000)])

    def test_imap_goes_on_after_an_exception(self):
        for imap in self.pool.imap, self.pool.imap_unordered:
            results, got, errors = imap(raise_if_odd, range(10)), [], 0
            while True:
                try:
                    got.append(next(results))
                except StopIteration:
                    break
                except ValueError:
                    errors += 1
            self.assertEqual((sorted(got), errors), ([0, 2, 4, 6, 8], 5))

    def test_next_waits_no_longer_than_it_should(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "there")
            results = self.pool.imap(until_there, [path])
            self.assertRaises(multiprocessing.TimeoutError, results.next, 0.01)
            open(path, "w").close()
            self.assertTrue(results.next())

    def test_async(self):
        got, errors = [], []
        one = self.pool.apply_async(times_ten, (4,), callback=got.append)
        many = self.pool.map_async(times_ten, range(9), callback=got.append)
        star = self.pool.starmap_async(pow, [(2, 3)], callback=got.append)
        bad = self.pool.apply_async(raise_if_odd, (1,), error_callback=errors.append)
        self.assertEqual(one.get(PATIENCE), 40)
        self.assertEqual(many.get(PATIENCE), [10 * x for x in range(9)])
        self.assertEqual(star.get(PATIENCE), [8])
        self.assertRaisesRegex(ValueError, "1 is odd", bad.get, PATIENCE)
        self.assertTrue(one.ready() and one.successful() and not bad.successful())
        self.assertEqual(sorted(map(str, got)), sorted(map(str, [40, [10 * x for x in range(9)], [8]])))
        self.assertEqual(len(errors), 1)

    def test_many_calls_at_a_time(self):
        results = [self.pool.apply_async(times_ten, (i,)) for i in range(1000)]
        self.assertEqual([result.get(PATIENCE) for result in results], [10 * i for i in range(1000)])

    def test_get_waits_no_longer_than_it_should(self):
        result = self.pool.apply_async(for_ever)
        self.assertRaises(ValueError, result.successful)
        self.assertRaises(multiprocessing.TimeoutError, result.get, 0.01)

    def test_a_callback_may_use_the_pool(self):
        second = []
        done = threading.Event()

        def first(value):
            second.append(self.pool.apply_async(times_ten, (value,), callback=lambda _: done.set()))

        self.pool.apply_async(times_ten, (1,), callback=first)
        self.assertTrue(done.wait(PATIENCE))
        self.assertEqual(second[0].get(PATIENCE), 100)

    def test_several_maps_at_a_time(self):
        one, two = self.pool.imap(times_ten, itertools.count()), self.pool.imap_unordered(identity, range(3000))
        self.assertEqual([next(one) for _ in range(10)], [10 * x for x in range(10)])
        self.assertEqual(self.pool.map(identity, range(100)), list(range(100)))
        self.assertEqual(sorted(two), list(range(3000)))
        self.assertEqual(next(one), 100)

    def test_one_imap_feeds_another(self):
        for _ in range(3):
            inner = self.pool.imap_unordered(times_ten, iter(range(5000)))
            self.assertEqual(sum(self.pool.imap(times_ten, inner)), 100 * sum(range(5000)))

    def test_several_threads(self):
        wrong = []

        def use(i):
            for _ in range(20):
                if self.pool.map(identity, range(i, i + 300)) != list(range(i, i + 300)):
                    wrong.append(i)

        threads = [threading.Thread(target=use, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
            self.assertFalse(thread.is_alive())
        self.assertEqual(wrong, [])

    def test_wrong_arguments(self):
        self.assertRaises(ValueError, pvqpool.Pool, 0)
        self.assertRaises(TypeError, pvqpool.Pool, 1, 7)
        self.assertRaises(ValueError, pvqpool.Pool, 1, maxtasksperchild=0)
        self.assertRaises(ValueError, pvqpool.Pool, 1, memory_limit=0)
        self.assertRaises(TypeError, pvqpool.Pool, 1, worker_exit=7)
        self.assertRaises(ValueError, self.pool.imap, identity, [], 0)
        self.assertRaises(TypeError, self.pool.map, None, [1])
        self.assertRaises(TypeError, self.pool.map, identity, 7)
        self.assertRaises(NotImplementedError, pickle.dumps, self.pool)


class Progress(Test):
    """In a program whose stderr is no terminal, with tqdm out of sight: the last line says how many."""

    def shown(self, call):
        process = program(f"""
sys.modules["tqdm.auto"] = sys.modules["tqdm"] = None
with pvqpool.Pool(2) as pool:
    {call}
""")
        return process.communicate(timeout=PATIENCE)[1].splitlines()[-1]

    def test_a_line_says_how_many(self):
        self.assertRegex(self.shown("pool.map(identity, range(100), progress=True)"), r"^100 of 100 items, .* a second$")
        self.assertRegex(self.shown("list(pool.imap(identity, iter(range(100)), progress=True))"), r"^100 items, ")
        self.assertRegex(self.shown("results = pool.imap_unordered(identity, range(100), progress=True)\n"
                                    "    next(results), results.next(timeout=60)\n    del results"), r"^2 of 100 items, ")

    def test_tqdm_where_it_is_installed(self):
        process = program("""
import types
class tqdm:
    def __init__(self, total):
        print("total", total)
        self.done = 0
    def update(self, n):
        self.done += n
    def close(self):
        print("closed at", self.done)
sys.modules["tqdm"] = types.ModuleType("tqdm")
sys.modules["tqdm.auto"] = types.ModuleType("tqdm.auto")
sys.modules["tqdm.auto"].tqdm = tqdm
with pvqpool.Pool(2) as pool:
    pool.map(identity, range(100), progress=True)
    list(pool.imap(identity, iter(range(7)), progress=True))
""")
        out, errors = process.communicate(timeout=PATIENCE)
        self.assertEqual(out, "total 100\nclosed at 100\ntotal None\nclosed at 7\n", errors)

    def test_results_are_the_same(self):
        stderr, sys.stderr = sys.stderr, io.StringIO()
        try:
            with pvqpool.Pool(2) as pool:
                self.assertEqual(pool.map(times_ten, range(1000), progress=True), [10 * x for x in range(1000)])
                results = pool.imap(raise_if_odd, range(3), progress=True)
                self.assertEqual(next(results), 0)
                self.assertRaises(ValueError, next, results)
                self.assertEqual(list(results), [2])
                slow = pool.imap(for_ever, [1], progress=True)
                self.assertRaises(multiprocessing.TimeoutError, slow.next, timeout=0.01)
                slow.close()
        finally:
            sys.stderr = stderr


class Values(Test):
    def test_there_and_back(self):
        nothing = object()
        values = [None, True, False, 0, -1, 2**62, -2**63, 2**63, 2**200, 0.5, float("inf"), "", "text", "\ud800", "é" * 700,
                  b"", b"bytes", bytearray(b"array"), (1, "a"), [None], {"a": {1}}, 3j, range(3), int, len]
        for size in 900, 970, 991, 992, 993, 1008, 1024, 4096, 70000, 262140, 262144, 262145, 3 << 20:
            values += [b"x" * size, bytearray(size), "y" * size, ("z" * size,)]
        with pvqpool.Pool(2) as pool:
            for value, got in itertools.zip_longest(values, pool.imap(identity, values), fillvalue=nothing):
                self.assertIs(type(got), type(value))
                self.assertEqual(got, value)

    def test_tuples(self):
        deep = ()
        for _ in range(200):
            deep = deep,
        values = [(), (1, 0, True, False, None), (0.5, "é", b"\0", 2**63 - 1, -2**63), ("a", ("b", ((), 2))), (2**63,), ("\ud800",),
                  ([1], 2), (b"x" * 400, "y" * 400), (b"x" * 600, "y" * 600), (b"x" * 300, (b"y" * 300, b"z" * 400)), ("x",) * 500,
                  deep, (1, deep)]
        with pvqpool.Pool(2) as pool:
            self.assertEqual(list(map(repr, pool.map(identity, values))), list(map(repr, values)))
            for size in range(960, 1000):  # about that of a slot
                self.assertEqual(pool.map(identity, [(b"x" * size,), (b"x" * size, 1)]), [(b"x" * size,), (b"x" * size, 1)])
            twice = bytearray(b"twice")
            one, other = pool.apply(identity, ((twice, twice),))
            self.assertIs(one, other)

    def test_little_address_space(self):
        """The memory for values that are larger than a slot does not fit."""
        self.assertEqual(self.output_of("""
import resource
resource.setrlimit(resource.RLIMIT_AS, (800 << 20, 800 << 20))
values = [b"x" * 5000, "y" * 5000, ["z" * 5000], bytearray(1 << 20)]
with pvqpool.Pool(2) as pool:
    print(pool.map(identity, values) == values)
"""), "True\n")

    def test_buffers_travel_beside_the_pickle(self):
        for sizes in (3,), (0, 5), (100, 2000), (1 << 20, 1, 1 << 16):
            with pvqpool.Pool(2) as pool:
                for got in pool.imap(grow, [Buffers(*(bytearray(max(size, 1)) for size in sizes))] * 20):
                    for part, size in zip(got.parts, sizes):
                        self.assertEqual(part, (b"\1" + bytes(max(size, 1) - 1)) * 2)

    def test_large_values_leave_room_for_many(self):
        big = os.urandom(1 << 20)
        with pvqpool.Pool(2) as pool:
            self.assertGreater(pool._core.engine.window, 1000)
            self.assertTrue(all(got == big for got in pool.imap_unordered(identity, itertools.repeat(big, 100))))

    def test_an_item_that_does_not_pickle_costs_itself(self):
        with pvqpool.Pool(2) as pool:
            got = pool.map(identity, [1, lambda: None, 3], return_exceptions=True)
            self.assertEqual(got[::2], [1, 3])
            self.assertIn("lambda", str(got[1]))
            self.assertRaises(Exception, pool.apply, identity, (lambda: None,))

    def test_a_result_that_does_not_pickle(self):
        from multiprocessing.pool import MaybeEncodingError
        with pvqpool.Pool(2) as pool:
            with self.assertRaisesRegex(MaybeEncodingError, "lambda"):
                pool.map(return_lambda, [1])
            self.assertEqual(pool.map(identity, [1]), [1])


class Functions(Test):
    def test_a_lambda_of_the_first_call_is_inherited(self):
        factor = 3
        with pvqpool.Pool(2) as pool:
            f = lambda x: x * factor
            self.assertEqual(pool.map(f, range(5)), [0, 3, 6, 9, 12])
            self.assertEqual(pool.map(identity, range(5)), [0, 1, 2, 3, 4])
            self.assertEqual(list(pool.imap(f, [1])), [3])
            self.assertEqual(pool.apply(f, (2,)), 6)

    def test_another_lambda_is_named(self):
        with pvqpool.Pool(2) as pool:
            pool.map(identity, [1])
            with self.assertRaises(Exception) as caught:
                pool.map(lambda x: x, [1])
            self.assertIn("test_another_lambda_is_named", "".join(caught.exception.__notes__))
            self.assertRaises(Exception, pool.apply_async(lambda: 1).get, PATIENCE)
            self.assertEqual(pool.map(identity, [1]), [1])

    def test_an_object_that_changes_is_sent_as_it_is(self):
        class_ = Counter
        with pvqpool.Pool(1) as pool:
            counter = class_()
            for i in range(5):
                counter.n = i
                self.assertEqual(pool.apply(counter, (1,)), i + 1)
                self.assertEqual(pool.map(counter, [1, 2]), [i + 1, i + 2])

    def test_many_functions(self):
        import functools
        with pvqpool.Pool(2) as pool:
            for i in range(200):
                self.assertEqual(pool.map(functools.partial(pow, i), [2]), [i * i])

    def test_a_function_that_workers_do_not_have(self):
        with pvqpool.Pool(1) as pool:
            pool.map(identity, [1])
            exec("def late(x): return x", globals())
            with self.assertRaisesRegex(AttributeError, "late"):
                pool.map(globals()["late"], [1])


class Counter:
    def __call__(self, x):
        return x + self.n


class Failures(Test):
    def test_a_killed_worker_costs_its_item(self):
        with pvqpool.Pool(2) as pool:
            got = pool.map(kill_if_five, range(10000), return_exceptions=True)
            lost = got.pop(5)
            self.assertEqual(got, [x for x in range(10000) if x != 5])
            self.assertIsInstance(lost, pvqpool.WorkerLost)
            self.assertEqual((lost.item, lost.exitcode, lost.attempts), (5, -9, 1))
            self.assertIn("item 5 was lost: its worker was killed by SIGKILL", str(lost))
            self.assertEqual(str(pickle.loads(pickle.dumps(lost))), str(lost))
            with self.assertRaises(pvqpool.WorkerLost):
                pool.map(kill_if_five, range(10))
            results = pool.imap_unordered(kill_if_five, range(10))
            got = []
            while len(got) < 9:
                try:
                    got.append(next(results))
                except pvqpool.WorkerLost:
                    pass
            self.assertEqual(sorted(got), [0, 1, 2, 3, 4, 6, 7, 8, 9])
            with self.assertRaises(pvqpool.WorkerLost) as caught:
                pool.apply_async(exit_with, (3,)).get(PATIENCE)
            self.assertEqual(caught.exception.exitcode, 3)
            self.assertEqual(pool.stats()["lost"], 4)

    def test_retries(self):
        with tempfile.TemporaryDirectory() as folder, pvqpool.Pool(2, retries=1) as pool:
            self.assertEqual(pool.apply(kill_once, (os.path.join(folder, "file"),)), "second")
            with self.assertRaises(pvqpool.WorkerLost) as caught:
                pool.map(kill_if_five, range(10))
            self.assertEqual(caught.exception.attempts, 2)

    def test_a_thousand_kills_under_load(self):
        with pvqpool.Pool(4) as pool:
            got = pool.map(kill_every_hundredth, range(100000), return_exceptions=True)
            for i, value in enumerate(got):
                if i % 100 == 99:
                    self.assertIsInstance(value, pvqpool.WorkerLost)
                else:
                    self.assertEqual(value, i)
            self.assertEqual(pool.stats()["lost"], 1000)

    def test_workers_killed_at_random_moments(self):
        """kills.py has the whole: a thousand."""
        sent, lost = kills.run(50, 3, 1)
        self.assertGreater(sent, lost)

    def test_an_item_that_takes_too_long(self):
        with pvqpool.Pool(2, item_timeout=1) as pool:
            got = pool.map(for_ever_if_five, range(100), return_exceptions=True)
            self.assertIsInstance(got.pop(5), pvqpool.ItemTimeout)
            self.assertEqual(got, [x for x in range(100) if x != 5])

    def test_memory_limit(self):
        with pvqpool.Pool(1, memory_limit=64 << 20) as pool:
            got = pool.map(allocate, [1 << 20, 256 << 20, 2 << 20], return_exceptions=True)
            self.assertEqual(got[::2], [1 << 20, 2 << 20])
            self.assertIsInstance(got[1], pvqpool.MemoryLimit)
            self.assertIsInstance(got[1], MemoryError)
            self.assertEqual((got[1].item, got[1].limit), (1, 64 << 20))
            self.assertIn("item 1 raised MemoryError", str(got[1]))
            self.assertIn("in allocate", str(got[1].__cause__))
            self.assertRaises(pvqpool.MemoryLimit, pool.apply, allocate, (256 << 20,))
            self.assertEqual(pool.stats()["deaths"], 0)

    def test_an_idle_worker_that_has_grown_is_replaced(self):
        for limits in {"recycle_memory": 32 << 20}, {"memory_limit": 128 << 20}:
            with pvqpool.Pool(1, **limits) as pool:
                first = pool.apply(pid)
                self.assertEqual(pool.apply(keep, (80 << 20,)), first)
                self.assertNotEqual(pool.apply(pid), first)
                stats = pool.stats()
                self.assertEqual((stats["recycled"], stats["deaths"], stats["lost"]), (1, 0, 0))

    def test_a_worker_that_crashes_says_where(self):
        process = program("""
import ctypes
def crash():
    ctypes.string_at(0)
with pvqpool.Pool(1, backtrace=True) as pool:
    try:
        pool.apply(crash)
    except pvqpool.WorkerLost as error:
        print(error)
""")
        out, errors = process.communicate(timeout=PATIENCE)
        self.assertEqual(out, "an item was lost: its worker was killed by SIGSEGV\n")
        self.assertIn("Segmentation fault", errors)
        self.assertIn(" in crash", errors)

    def test_the_remote_traceback(self):
        with pvqpool.Pool(1) as pool:
            with self.assertRaises(ValueError) as caught:
                pool.map(raise_if_odd, [1])
            cause = caught.exception.__cause__
            self.assertIsInstance(cause, pvqpool.RemoteTraceback)
            self.assertIn("in raise_if_odd", str(cause))

    def test_an_exception_that_does_not_unpickle(self):
        with pvqpool.Pool(1) as pool:
            with self.assertRaisesRegex(pvqpool.RemoteError, "TwoArguments: of two") as caught:
                pool.map(raise_two_arguments, [1])
            self.assertIn("raise_two_arguments", str(caught.exception.__cause__))

    def test_an_exception_in_the_iterable(self):
        def items():
            yield 1
            yield 2
            raise KeyError("in the iterable")

        with pvqpool.Pool(2) as pool:
            for imap in pool.imap, pool.imap_unordered:
                results = imap(times_ten, items())
                self.assertEqual(sorted([next(results), next(results)]), [10, 20])
                self.assertRaises(KeyError, next, results)
                self.assertRaises(StopIteration, next, results)
            self.assertRaises(KeyError, pool.map, times_ten, items())
            self.assertEqual(pool.map(times_ten, [1]), [10])

    def test_an_initializer_that_fails(self):
        with pvqpool.Pool(2, no_start) as pool:
            with self.assertRaises(pvqpool.BrokenPool) as caught:
                pool.map(identity, range(10))
            self.assertIn("no start", str(caught.exception.__cause__))
            self.assertRaises(pvqpool.BrokenPool, pool.apply_async(identity, (1,)).get, PATIENCE)


def kill_every_hundredth(x):
    if x % 100 == 99:
        os.kill(os.getpid(), 9)
    return x


def for_ever_if_five(x):
    return for_ever() if x == 5 else x


class Life(Test):
    def test_initializer_and_maxtasksperchild(self):
        with pvqpool.Pool(1, set_value, ("set",), 10) as pool:
            self.assertEqual(pool.map(value_of, range(5)), ["set"] * 5)
            self.assertGreaterEqual(len(set(pool.map(pid, range(40)))), 4)
            self.assertEqual(pool.map(value_of, range(5)), ["set"] * 5)

    def test_worker_exit(self):
        """In every worker that is not killed: in one that is replaced as well, and after an exception of it."""
        with tempfile.TemporaryDirectory() as folder:
            def leave():
                open(os.path.join(folder, str(os.getpid())), "x").close()
                raise ValueError("goes to stderr")

            stderr, sys.stderr = sys.stderr, open(os.devnull, "w")
            try:
                pool = pvqpool.Pool(2, worker_exit=leave, maxtasksperchild=5)
                workers = {str(worker) for worker in pool.map(pid, range(20))}
                pool.close()
                pool.join()
            finally:
                sys.stderr.close()
                sys.stderr = stderr
            self.assertGreaterEqual(len(workers), 4)
            self.assertLessEqual(workers, set(os.listdir(folder)))

    def test_close_and_join(self):
        pool = pvqpool.Pool(2)
        pool.map(identity, [1])
        results = pool.imap(times_ten, iter(range(10000)))
        later = pool.map_async(times_ten, range(100))
        self.assertRaises(ValueError, pool.join)
        pool.close()
        self.assertRaises(ValueError, pool.map, identity, [1])
        self.assertRaises(ValueError, pool.apply_async, identity, (1,))
        pool.join()
        self.assertEqual(list(results), [10 * x for x in range(10000)])
        self.assertEqual(later.get(PATIENCE), [10 * x for x in range(100)])

    def test_terminate_ends_what_runs(self):
        pool = pvqpool.Pool(2)
        worker = pool.apply(pid)
        results = [pool.apply_async(for_ever) for _ in range(10)]
        iterator = pool.imap(for_ever, range(10))
        pool.terminate()
        pool.join()
        self.assertRaises(ProcessLookupError, os.kill, worker, 0)
        for result in results:
            self.assertRaises(pvqpool.BrokenPool, result.get, PATIENCE)
        self.assertRaises(pvqpool.BrokenPool, next, iterator)

    def test_a_pool_that_was_never_used(self):
        pool = pvqpool.Pool(2)
        pool.close()
        pool.join()
        with pvqpool.Pool(2):
            pass

    def test_an_unclosed_pool_warns_and_ends(self):
        pool = pvqpool.Pool(1)
        worker = pool.apply(pid)
        with self.assertWarns(ResourceWarning):
            del pool
        self.assertRaises(ProcessLookupError, os.kill, worker, 0)

    def test_a_generator_is_read_a_window_ahead(self):
        read = 0

        def items():
            nonlocal read
            for read in itertools.count(1):
                yield read

        with pvqpool.Pool(2, window=100) as pool:
            results = pool.imap_unordered(identity, items())
            for taken in range(1, 1001):
                next(results)
                self.assertLessEqual(read, taken + 100)
            del results  # left half-way
            self.assertEqual(pool.map(identity, range(10)), list(range(10)))

    def test_few_large_results_wait_to_be_taken(self):
        read = 0

        def sizes():
            nonlocal read
            while True:
                read += 1
                yield 8 << 20

        with pvqpool.Pool(2) as pool:
            results = pool.imap(bytes, sizes())
            for taken in range(1, 51):
                next(results)
                self.assertLessEqual(read - taken, 16)

    def test_results_left_behind_are_cancelled(self):
        with tempfile.TemporaryDirectory() as folder, pvqpool.Pool(1) as pool:
            path = os.path.join(folder, "there")
            results = pool.imap(until_there, [path] * 500)
            other = pool.imap(identity, [1])
            del results
            open(path, "w").close()
            self.assertEqual(next(other), 1)
            self.assertGreater(pool.stats()["cancelled"], 0)

    def test_stats(self):
        with pvqpool.Pool(2) as pool:
            pool.map(identity, range(1000))
            pool.map(identity, range(1000))
            stats = pool.stats()
            self.assertEqual(len(stats["workers"]), 2)
            self.assertGreaterEqual(sum(worker["items"] for worker in stats["workers"]), 1000)
            self.assertEqual(stats["deaths"], 0)

    def test_memory_stays_flat(self):
        def resident():
            with open("/proc/self/statm") as statm:
                return int(statm.read().split()[1]) * 4096

        with pvqpool.Pool(2) as pool:
            for _ in range(50):
                pool.map(times_ten, range(1000))
            before = resident()
            for _ in range(1000):
                pool.map(times_ten, range(1000))
            self.assertLess(resident() - before, 8 << 20)


if __name__ == "__main__":
    unittest.main()
