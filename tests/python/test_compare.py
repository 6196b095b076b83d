"""test_compare.py: tests python3 -m pvqpool.compare: what it runs, what it checks, and its verdict on given times."""
import os
import subprocess
import sys
import tempfile
import unittest

from programs import PATIENCE, Test
from pvqpool import compare, report

FUNCTIONS = """
import os, time
def ten(x): return int(x) * 10
def other(x): return os.getpid()
def dies(x): os._exit(3)
def leaves(x): open("ran", "w").close()
def speaks(x): print("talk"); return x
def waits(x): time.sleep(0.02); return x
items = [1, 2, 3]
def more(): return iter(range(8))
"""


class Program(Test):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with open(os.path.join(self.folder, "mine.py"), "w") as file:
            file.write(FUNCTIONS)
        with open(os.path.join(self.folder, "lines"), "w") as file:
            file.write("1\n2\n3\n")

    def compare(self, *arguments, status=(0, 3), **environment):
        """3: there were too few blocks, on a machine that has other things to do."""
        done = subprocess.run([sys.executable, "-m", "pvqpool.compare", *arguments], cwd=self.folder, text=True,
                              env={**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, filter(None, sys.path))),
                                   **environment},
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE)
        self.assertIn(done.returncode, status, done.stdout + done.stderr)
        return done.stdout or done.stderr

    def test_all_ways_are_measured_and_one_is_to_be_pasted(self):
        out = self.compare("mine:ten", "--items", "range(40)", "--budget", "4s", "--workers", "2")
        for name in ("serial", "threads", "Process + Queue", "Pool.map", "Pool.imap, chunksize 1",
                     "ProcessPoolExecutor.map, chunksize 1", "pvqpool.Pool.imap_unordered", "pvqpool.Executor.map"):
            self.assertRegex(out, rf"(?m)^{name.replace('+', '.').replace('.', '[.+]')} +[0-9.]+ (s|ms|us) ")
        self.assertIn("Why:", out)
        self.assertIn("results = ", out.splitlines()[-1])

    def test_why(self):
        out = self.compare("mine:waits", "--items", "range(8)", "--budget", "2s", "--workers", "2")
        self.assertRegex(out, "(?m)^- It computes for [0-9]% of that time, waits for a CPU for .*%, and for something else for .*%[.]$")
        self.assertRegex(out, "(?m)^- An item takes .* in serial; the longest of 8 .* times the mean[.]$")
        self.assertRegex(out, "(?m)^- To pickle and unpickle it takes .*, its result ")
        self.assertRegex(out, "(?m)^- Threads: ")

    @unittest.skipUnless(report.program(), "no program pvq")
    def test_the_suites_report(self):
        pvq = os.path.abspath(report.program())
        path = os.path.join(self.folder, "report.html")
        self.compare("mine:ten", "--items", "range(40)", "--budget", "3s", "--workers", "2", "--html", path, PVQ=pvq)
        with open(path) as file:
            page = file.read()
        self.assertIn("<!DOCTYPE html>", page[:20])
        for text in "mine:ten", "python_pool_imap_unordered", "python_pvqpool_pool", "pvqpool.Executor.map", "CPython 3.":
            self.assertIn(text, page)
        self.assertNotIn("could not be read", page)

    def test_a_report_needs_the_suites_program(self):
        self.assertIn("needs the program pvq", self.compare("mine:ten", "--items", "range(3)", "--html", "x", status=(2,),
                                                            PVQ="/nowhere/pvq"))

    def test_a_way_that_fails_is_in_the_report(self):
        table = {"serial": compare.ways(3, 2)["serial"], "threads": compare.ways(3, 2)["threads"]}
        said = {"seconds": 3e-9, "start": 1e-9, "map": 2e-9, "stop": 0, "memory": 7}
        rows = list(report._rows("mine:ten", 3, 2, table, {"serial": [said] * 2}, {"threads": {"error": "lost"}, "serial": {}}))
        self.assertEqual([(row["impl"], row["block"], row["status"], row["map_ns"], row["reason"]) for row in rows],
                         [("serial", 0, "ok", 2, ""), ("serial", 1, "ok", 2, ""), ("python_threads", 0, "error", 0, "lost")])

    def test_items(self):
        for items, count in ("lines", 3), ("mine:items", 3), ("mine:more", 8), ("range(2, 9, 3)", 3):
            self.assertIn(f"mine:ten on {count} items", self.compare("mine:ten", "--items", items, "--dry-run"))

    def test_a_dry_run_runs_nothing(self):
        self.compare("mine:leaves", "--items", "range(3)", "--dry-run")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "ran")))

    def test_what_the_function_prints_is_not_in_the_way(self):
        self.assertNotIn("talk", self.compare("mine:speaks", "--items", "range(3)", "--budget", "2", "--workers", "1"))

    def test_other_results_are_told(self):
        self.assertIn("other results than in serial",
                      self.compare("mine:other", "--items", "range(3)", "--budget", "2", "--workers", "2"))

    def test_a_function_that_ends_its_process(self):
        self.assertIn("nothing finished", self.compare("mine:dies", "--items", "range(3)", status=(1,)))

    def test_wrong_usage(self):
        for arguments in ((), ("mine:ten",), ("mine:ten", "--items", "range(3)", "--budget", "long"),
                          ("mine", "--items", "range(3)"), ("mine:ten", "--items", "range(0)"),
                          ("mine:ten", "--items", "range(3)", "--workers", "0")):
            self.compare(*arguments, status=(2,))


class Verdicts(Test):
    def said(self, **medians):
        """Of 20 blocks, each a little slower than the one before; with these medians."""
        return compare.verdict({name: [median * (1 + i / 1000) for i in range(20)] for name, median in medians.items()})

    def test_run_in_parallel(self):
        best, sentence = self.said(serial=2, a=1, b=3)
        self.assertEqual(best, "a")
        self.assertRegex(sentence, r"^Run in parallel: a is 2\.00x faster than serial \(.*\)\.$")

    def test_keep_serial(self):
        self.assertEqual(self.said(serial=1, a=2, b=3), ("serial", "Keep serial: it is faster than every other way."))

    def test_a_tie(self):
        self.assertRegex(self.said(serial=3, a=1, b=1.001)[1], r"2 tie: a, b\.$")

    def test_inconclusive(self):
        self.assertEqual(self.said(serial=1.001, a=1)[1], "Inconclusive against serial: a has the best median.")

    def test_too_few_blocks(self):
        self.assertRegex(compare.verdict({"serial": [2.0] * 3, "a": [1.0] * 3})[1], "^Too few blocks")


if __name__ == "__main__":
    unittest.main()
