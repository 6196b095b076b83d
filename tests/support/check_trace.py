"""check_trace.py: checks a file against the rules of Chrome trace events, as far as pvq uses them, and prints what it holds.

    python3 check_trace.py FILE    one line a track: process TAB track TAB name=slices …; exit 1 and a reason if a rule is broken
"""

import json
import math
import sys

TRACKS = "process_name", "process_sort_index", "thread_name", "thread_sort_index"


def number(event, key):
    value = event[key]
    assert type(value) in (int, float) and math.isfinite(value) and value >= 0, f"{key} of {event}"
    return value


def check_common(event):
    assert isinstance(event, dict), f"not an object: {event}"
    assert event["ph"] in ("X", "M"), f"unknown kind: {event}"
    assert type(event["pid"]) is int and type(event["tid"]) is int, f"ids of {event}"
    assert isinstance(event["name"], str) and event["name"], f"name of {event}"
    assert isinstance(event.get("args", {}), dict), f"args of {event}"


def check_metadata(event, named):
    what, args = event["name"], event["args"]
    assert what in TRACKS, f"unknown metadata: {event}"
    key = what, event["pid"], event["tid"] if what.startswith("thread") else None
    assert key not in named, f"twice: {event}"
    value = args["name" if what.endswith("name") else "sort_index"]
    assert type(value) is (str if what.endswith("name") else int), f"args of {event}"
    named[key] = value


def check_slice(event, open_ends, last):
    """Slices of one track: in the order of time, and each within the one that is open, or behind it. Ends are sums of
    floating-point numbers, as in the readers."""
    begin, end = number(event, "ts"), number(event, "ts") + number(event, "dur")
    assert isinstance(event["cat"], str), f"category of {event}"
    assert begin >= last, f"goes back in time: {event}"
    while open_ends and open_ends[-1] <= begin:
        open_ends.pop()
    assert not open_ends or end <= open_ends[-1], f"overlaps an earlier slice: {event}"
    if end > begin:
        open_ends.append(end)
    return begin


def check(trace):
    assert isinstance(trace, dict) and isinstance(trace["traceEvents"], list), "no object with traceEvents"
    assert trace.get("displayTimeUnit", "ms") in ("ms", "ns"), "displayTimeUnit"
    named, tracks, ends, last = {}, {}, {}, {}
    for event in trace["traceEvents"]:
        check_common(event)
        if event["ph"] == "M":
            check_metadata(event, named)
            continue
        track = event["pid"], event["tid"]
        last[track] = check_slice(event, ends.setdefault(track, []), last.get(track, 0))
        counts = tracks.setdefault(track, {})
        counts[event["name"]] = counts.get(event["name"], 0) + 1
    assert tracks, "no slices"
    assert len({tid for _, tid in tracks}) == len(tracks), "a thread's id is used by two processes"
    for (pid, tid), counts in tracks.items():
        for what in TRACKS:
            assert (what, pid, tid if what.startswith("thread") else None) in named, f"no {what} of {pid}, {tid}"
        print(named["process_name", pid, None], named["thread_name", pid, tid],
              " ".join(f"{name}={count}" for name, count in sorted(counts.items())), sep="\t")


try:
    with open(sys.argv[1], encoding="utf-8") as file:
        check(json.load(file))
except (AssertionError, KeyError, ValueError) as problem:
    sys.exit(f"{sys.argv[1]}: {type(problem).__name__}: {problem}")
