"""programs.py: what the tests share: functions that workers run, and programs of their own."""
import os
import signal
import subprocess
import sys
import time
import unittest

PATIENCE = 60  # seconds for what takes a moment, on a machine that has other things to do


def times_ten(x):
    return x * 10


def identity(x):
    return x


def pid(_=None):
    return os.getpid()


def kill_if_five(x):
    if x == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return x


def kill_once(path):
    """Dies the first time."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return "second"
    os.kill(os.getpid(), signal.SIGKILL)


def raise_if_odd(x):
    if x % 2:
        raise ValueError(f"{x} is odd")
    return x


def until_there(path):
    """Waits for a file."""
    until = time.monotonic() + PATIENCE
    while not os.path.exists(path):
        if time.monotonic() > until:
            raise TimeoutError(path)
        time.sleep(0.001)
    return True


def for_ever(_=None):
    while True:
        time.sleep(1)


class TwoArguments(Exception):
    """Pickles, and does not unpickle: its __init__ takes what `args` does not hold."""

    def __init__(self, one, two):
        super().__init__(one + two)


def raise_two_arguments(_):
    raise TwoArguments("of ", "two")


def return_lambda(_):
    return lambda: None


def exit_with(status):
    os._exit(status)


def program(code, *arguments, group=False, **options):
    """Starts a Python program that finds this folder and the package."""
    head = "import os, sys, time, signal, threading\nimport pvqpool\nfrom programs import *\n"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([os.path.dirname(os.path.abspath(__file__)), *sys.path])}
    return subprocess.Popen([sys.executable, "-c", head + code, *arguments], env=environment, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            start_new_session=group, **options)


def group_is_empty(group):
    """Waits until no process of the group is left."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


class Test(unittest.TestCase):
    maxDiff = None

    def output_of(self, code, *arguments, status=0):
        """Runs a program to its end. Its output; nothing of it may be left running."""
        process = program(code, *arguments, group=True)
        out, errors = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, status, errors)
        self.assertTrue(group_is_empty(process.pid))
        return out
