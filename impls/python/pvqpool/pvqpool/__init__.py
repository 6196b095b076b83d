"""pvqpool: Pool and Executor on worker processes that share memory. A worker that dies costs its item, and nothing hangs."""
from . import _native

_native.check_interpreter()

from .errors import (  # noqa: E402
    BrokenPool, ItemCancelled, ItemTimeout, MemoryLimit, RemoteError, RemoteTraceback, WorkerLost)
from .executor import Executor  # noqa: E402
from .pool import AsyncResult, MapResult, Pool  # noqa: E402

__all__ = ["AsyncResult", "BrokenPool", "Executor", "ItemCancelled", "ItemTimeout", "MapResult", "MemoryLimit", "Pool",
           "RemoteError", "RemoteTraceback", "WorkerLost"]
