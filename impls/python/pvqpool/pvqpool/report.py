"""report.py: has the suite's program pvq make its report of a comparison, from a run folder in the suite's format."""
import csv
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

# Those that every raw.csv has, and two that it may have.
COLUMNS = ("impl", "task", "args", "n", "workers", "cores", "chunk", "window", "order", "in_via", "out_via", "block",
           "status", "verified", "start_ns", "first_ns", "map_ns", "stop_ns", "total_ns", "user_ns", "sys_ns",
           "max_rss_kb", "nvcsw", "nivcsw", "cell", "reason")
PEER_COLUMNS = "impl", "summary", "order", "in_via", "out_via", "flags", "unavailable", "version"


def program():
    """The program pvq, or None. `make python` builds the package beside it."""
    named = os.environ.get("PVQ")
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "pvq")
    return shutil.which(named) if named else shutil.which("pvq") or shutil.which(beside)


def _ns(said, part):
    return round(said.get(part, 0) * 1e9)


def _rows(task, count, workers, table, blocks, first):
    """Ways that failed have a row, too, and so do those that were measured once."""
    for cell, (name, way) in enumerate(table.items()):
        for block, said in enumerate(blocks.get(name, [first[name]])):
            error = said.get("error", "")
            yield {"impl": way.impl, "task": task, "n": count, "workers": 1 if name == "serial" else workers,
                   "cores": workers, "chunk": way.chunk, "window": 0, "order": way.order, "in_via": way.via,
                   "out_via": way.via, "block": block, "status": "error" if error else "ok",
                   "verified": "no" if error else "serial", "start_ns": _ns(said, "start"), "map_ns": _ns(said, "map"),
                   "stop_ns": _ns(said, "stop"), "total_ns": _ns(said, "seconds"),
                   "max_rss_kb": said.get("memory", ""), "cell": cell, "reason": error}


def _ways(table):
    """What the report says of each way but serial, which pvq has itself."""
    found = {}
    for name, way in table.items():
        if name != "serial":
            found[way.impl] = {"impl": way.impl, "summary": name.split(",")[0], "order": way.order, "in_via": way.via,
                               "out_via": way.via, "flags": "survives_crash" if way.survives else "",
                               "version": "CPython " + platform.python_version()}
    return found.values()


def _facts():
    """For the manifest; pvq knows the machine's by these names."""
    yield "date", time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    yield "command", shlex.join(["python3", "-m", "pvqpool.compare", *sys.argv[1:]])
    with open("/proc/cpuinfo") as cpuinfo:
        for line in cpuinfo:
            if line.startswith("model name"):
                yield "host_cpu_model", line.split(":", 1)[1]
                break
    yield "host_kernel", "{0.sysname} {0.release} {0.machine}".format(os.uname())
    yield "version_python", "CPython " + platform.python_version()
    yield "ended", "the time was used up"


def _write(folder, name, columns, rows):
    with open(os.path.join(folder, name), "w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def make(path, task, count, workers, table, blocks, first):
    """Writes the report to a file. Whether that went well; if not, pvq has said why."""
    with tempfile.TemporaryDirectory(prefix="pvqpool-") as folder:
        _write(folder, "raw.csv", COLUMNS, _rows(task, count, workers, table, blocks, first))
        _write(folder, "peers.csv", PEER_COLUMNS, _ways(table))
        with open(os.path.join(folder, "manifest.tsv"), "w") as manifest:
            manifest.writelines(f"{key}\t{' '.join(value.split())}\n" for key, value in _facts())
        if subprocess.run([program(), "report", folder], stdout=subprocess.DEVNULL).returncode:
            return False
        shutil.copyfile(os.path.join(folder, "report.html"), path)
    return True
