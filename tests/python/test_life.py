"""test_life.py: what surrounds a pool: signals, threads, forks, the end of the program; each a pitfall of such pools."""
import os
import signal
import subprocess
import sys
import tempfile
import unittest

import pvqpool
from programs import PATIENCE, Test, group_is_empty, identity, program


class Signals(Test):
    def interrupted(self, number, code):
        """Sends a signal to a whole program once its workers are busy, as a terminal does. Its status and output."""
        with tempfile.TemporaryDirectory() as folder:
            process = program(code, folder, group=True)
            while len(os.listdir(folder)) < 2:
                self.assertIsNone(process.poll(), "it has ended")
            os.killpg(process.pid, number)
            out, errors = process.communicate(timeout=PATIENCE)
            self.assertTrue(group_is_empty(process.pid))
            return process.returncode, out, errors, sorted(os.listdir(folder))

    CODE = """
def begin(i):
    with open(f"{sys.argv[1]}/{i}-{os.getpid()}", "x"):
        for_ever()
with pvqpool.Pool(2, retries=5) as pool:
    try:
        %s
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        raise
"""

    def test_ctrl_c_ends_a_call_at_once_and_no_item_is_run_again(self):
        for call in ("pool.map(begin, range(100))", "list(pool.imap(begin, range(100)))",
                     "next(pool.imap_unordered(begin, iter(range(100))))", "pool.map_async(begin, range(100)).get()",
                     "[pool.apply_async(begin, (i,)) for i in range(2)][0].get()"):
            status, out, errors, begun = self.interrupted(signal.SIGINT, self.CODE % call)
            self.assertEqual((status, out), (-signal.SIGINT, "interrupted\n"), errors)
            self.assertEqual([name.split("-")[0] for name in begun], ["0", "1"])

    def test_ctrl_c_in_a_loop_that_never_sleeps(self):
        process = program("""
def items():
    print("reading", flush=True)
    while True:
        yield 1
with pvqpool.Pool(1) as pool:
    pool.map(identity, items())
""", group=True)
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, -signal.SIGINT)
        self.assertTrue(group_is_empty(process.pid))

    def test_ctrl_c_while_the_workers_start(self):
        """It comes from the worker, which sends one. It is not lost, and the pool may be used on."""
        out = self.output_of("""
for _ in range(20):
    with pvqpool.Pool(1, initializer=os.kill, initargs=(os.getpid(), signal.SIGINT)) as pool:
        try:
            while True:
                pool.map(identity, [0])
        except KeyboardInterrupt:
            print("interrupted")
        assert pool.map(identity, [1]) == [1]
        assert pool.apply_async(identity, (2,)).get() == 2
""")
        self.assertEqual(out, "interrupted\n" * 20)

    def test_a_program_that_is_killed_leaves_nothing(self):
        for number in signal.SIGTERM, signal.SIGKILL:
            with tempfile.TemporaryDirectory() as folder:
                process = program(self.CODE % "pool.map(begin, range(100))", folder, group=True)
                while len(os.listdir(folder)) < 2:
                    self.assertIsNone(process.poll())
                process.send_signal(number)
                process.communicate(timeout=PATIENCE)
                self.assertTrue(group_is_empty(process.pid))

    def test_the_programs_handlers_hold_in_workers(self):
        out = self.output_of("""
got = []
def send(number):
    got.clear()
    os.kill(os.getpid(), number)
    return got
signal.signal(signal.SIGUSR1, lambda number, frame: got.append("handled"))
with pvqpool.Pool(1) as pool:
    print(pool.map(send, [signal.SIGUSR1, signal.SIGPIPE, signal.SIGINT]))
""")
        self.assertEqual(out, "[['handled'], [], []]\n")


class Threads(Test):
    def test_other_threads_run_while_the_caller_sleeps(self):
        """Each item waits for a file that a thread of the program makes."""
        for call in "pool.map(until_there, paths)", "list(pool.imap(until_there, paths))", "pool.apply(until_there, paths[:1])":
            out = self.output_of(f"""
import tempfile
folder = tempfile.mkdtemp()
paths = [f"{{folder}}/{{i}}" for i in range(4)]
def work():
    for path in paths:
        time.sleep(0.001)
        open(path, "w").close()
with pvqpool.Pool(2) as pool:
    pool.map(identity, [1])
    threading.Thread(target=work).start()
    print({call})
import shutil
shutil.rmtree(folder)
""")
            self.assertIn("True", out)

    def test_locks_that_another_thread_holds_at_the_fork(self):
        self.output_of("""
import logging
logging.basicConfig(stream=sys.stderr)
held, over = threading.Event(), threading.Event()
def hold():
    logging.root.handlers[0].acquire()
    held.set()
    over.wait()
    logging.root.handlers[0].release()
def log(x):
    logging.warning("from a worker")
    return x
thread = threading.Thread(target=hold)
thread.start()
held.wait()
with pvqpool.Pool(2) as pool:
    assert pool.map(log, range(10)) == list(range(10))
over.set()
thread.join()
""")

    def test_threads_that_a_function_leaves_in_its_worker_go_on(self):
        out = self.output_of("""
done = threading.Event()
def is_done():
    return done.is_set()
def start(_):
    def work():
        time.sleep(0.01)  # the item is over by then
        done.set()
    threading.Thread(target=work, daemon=True).start()
with pvqpool.Pool(1) as pool:
    pool.apply(start, (1,))
    while not pool.apply(is_done):
        time.sleep(0.001)
    print("done")
""")
        self.assertEqual(out, "done\n")

    def test_a_daemon_thread_in_a_call_does_not_hold_up_the_end(self):
        process = program("""
pool = pvqpool.Pool(1)
pool.apply(identity, (1,))
threading.Thread(target=pool.map, args=(for_ever, [1]), daemon=True).start()
for call in pool.apply_async(for_ever), pool.map_async(for_ever, [1]):
    threading.Thread(target=call.get, daemon=True).start()
""", group=True)
        out, errors = process.communicate(timeout=PATIENCE)
        self.assertEqual((process.returncode, out, errors), (0, "", ""))
        self.assertTrue(group_is_empty(process.pid))


class Forks(Test):
    def test_a_child_of_the_program_lets_the_pool_be(self):
        out = self.output_of("""
pool = pvqpool.Pool(2)
assert pool.map(identity, range(10)) == list(range(10))
results = pool.imap(identity, range(5000))
next(results)
child = os.fork()
if child == 0:
    try:
        pool.map(identity, [1])
    except RuntimeError as error:
        print(error, flush=True)
    del results
    with pvqpool.Pool(1) as own:
        assert own.map(identity, [7]) == [7]
    sys.exit(5)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5
assert list(results) == list(range(1, 5000))
assert pool.map(identity, range(10)) == list(range(10))
pool.terminate()
""")
        self.assertEqual(out, "this pool belongs to the process that made it, not to its children\n")

    def test_a_child_ends_while_its_parent_waits_for_futures(self):
        self.output_of("""
executor = pvqpool.Executor(1)
futures = [executor.submit(until_there, f"/proc/{os.getpid()}") for _ in range(2000)]
child = os.fork()
if child == 0:
    sys.exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert all(future.result() for future in futures)
""")

    def test_a_pool_outlives_the_thread_that_used_it_first(self):
        self.output_of("""
pool = pvqpool.Pool(2)
thread = threading.Thread(target=pool.map, args=(identity, range(100)))
thread.start()
thread.join()
assert pool.map(times_ten, range(100)) == [10 * x for x in range(100)]
""")

    def test_a_pool_in_a_worker(self):
        out = self.output_of("""
def nested(x):
    with pvqpool.Pool(2) as pool:
        return pool.map(times_ten, range(x))
with pvqpool.Pool(2) as pool:
    print(pool.map(nested, [1, 2, 3]))
""")
        self.assertEqual(out, "[[0], [0, 10], [0, 10, 20]]\n")

    def test_a_function_that_forks_and_returns_twice(self):
        out = self.output_of("""
def twice(x):
    child = os.fork()
    if child:
        os.waitpid(child, 0)
    return x, child == 0
with pvqpool.Pool(2) as pool:
    print(pool.map(twice, range(3)), pool.stats()["deaths"])
""")
        self.assertEqual(out, "[(0, False), (1, False), (2, False)] 0\n")

    def test_a_program_that_a_worker_starts_heeds_ctrl_c(self):
        out = self.output_of("""
import subprocess
def start(_):
    return subprocess.run(["sh", "-c", "kill -INT $$; echo it goes on"]).returncode
with pvqpool.Pool(1) as pool:
    print(pool.map(start, [1]))
""")
        self.assertEqual(out, "[-2]\n")

    def test_a_queue_and_a_lock_of_multiprocessing(self):
        out = self.output_of("""
import multiprocessing
queue, lock = multiprocessing.Queue(), multiprocessing.Lock()
def put(x):
    with lock:
        queue.put((x, multiprocessing.current_process().name.startswith("PvqPoolWorker-")))
pool = pvqpool.Pool(2)
pool.map(put, range(3))
pool.close()
pool.join()  # workers write out their queues before they end
print(sorted(queue.get() for _ in range(3)))
""")
        self.assertEqual(out, "[(0, True), (1, True), (2, True)]\n")


class Ends(Test):
    def test_the_end_of_the_program_without_a_close(self):
        for code in ("pool = pvqpool.Pool(2); pool.map(identity, [1])",
                     "pool = pvqpool.Pool(2); results = pool.imap(for_ever, range(10))",
                     "pool = pvqpool.Pool(2); pool.map_async(for_ever, range(10))",
                     "pool = pvqpool.Pool(2); results = pool.imap(identity, iter(int, 1)); next(results)",
                     "pool = pvqpool.Pool(2); pool.apply_async(for_ever)"):
            self.output_of(code)

    def test_what_workers_print_is_not_lost_and_comes_once(self):
        out = self.output_of("""
print("before", end=" ")
def say(x):
    print(x, end=" ")
    if x == 3:
        sys.stdout.write("written ")
with pvqpool.Pool(1) as pool:
    pool.map(say, range(5))
print("after")
""")
        self.assertEqual(out, "before 0 1 2 3 written 4 after\n")

    def test_workers_do_not_read_the_programs_input(self):
        out = self.output_of("""
def read(_):
    return sys.stdin.read(), os.read(0, 10)
with pvqpool.Pool(1) as pool:
    print(pool.map(read, [1]))
""")
        self.assertEqual(out, "[('', b'')]\n")

    def test_the_heap_that_workers_inherit_is_frozen(self):
        out = self.output_of("""
import gc
with pvqpool.Pool(1) as pool:
    print(pool.apply(gc.get_freeze_count) > 1000)
""")
        self.assertEqual(out, "True\n")

    def test_a_worker_that_collects_garbage_copies_no_inherited_heap(self):
        out = self.output_of("""
import gc
heap = [[str(i)] for i in range(400_000)]
def private():
    with open("/proc/self/smaps_rollup") as rollup:
        return sum(int(line.split()[1]) for line in rollup if line.startswith("Private_Dirty:"))
def collect(_):
    before = private()
    gc.collect()
    return private() - before
with pvqpool.Pool(1) as pool:
    print(pool.map(collect, [1])[0] < 4096)
""")
        self.assertEqual(out, "True\n")

    def test_sub_interpreters_are_told(self):
        code = "import _xxsubinterpreters as s; i = s.create(); s.run_string(i, 'import pvqpool')"
        if sys.version_info >= (3, 13):
            code = "import _interpreters as s; i = s.create('legacy'); print(s.run_string(i, 'import pvqpool'), file=sys.stderr)"
        process = program(code)
        errors = process.communicate(timeout=PATIENCE)[1]
        self.assertRegex(errors, "sub-?interpreters")

    def test_free_threaded_builds_are_told(self):
        """Where there is none, an interpreter that says it is one."""
        backend = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impls/python/pvqpool")
        process = program("import sysconfig; sysconfig.get_config_vars()['Py_GIL_DISABLED'] = 1; sys.path.insert(0, sys.argv[1]); "
                          "import backend; backend.compile_to('nowhere')", backend)
        errors = process.communicate(timeout=PATIENCE)[1]
        self.assertEqual((process.returncode, errors),
                         (1, "pvqpool needs an interpreter with the GIL: this one is free-threaded\n"))

    def test_the_tutorials_program_with_one_line_changed(self):
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../impls/python/tutorial.py")
        with open(path) as file:
            text = file.read()
        changed = text.replace("from multiprocessing import Pool, Process, Queue\n",
                               "from multiprocessing import Process, Queue\nfrom pvqpool import Pool\n")
        self.assertNotEqual(changed, text)
        with tempfile.TemporaryDirectory() as folder:
            program = os.path.join(folder, "tutorial.py")
            with open(program, "w") as file:
                file.write(changed)
            for way in "imap", "imap_unordered":
                out = subprocess.run([sys.executable, program, way, "--seconds", "0.02"], check=True, text=True,
                                     env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                                     stdout=subprocess.PIPE, timeout=PATIENCE).stdout.splitlines()
                self.assertEqual(sorted(out[:4]), ["1 -> 10", "2 -> 20", "3 -> 30", "4 -> 40"])


if __name__ == "__main__":
    unittest.main()
