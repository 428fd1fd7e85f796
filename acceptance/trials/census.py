"""Counts of threads, tasks, sockets and slots in this process, to find what a fault leaves behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import stat
import threading
from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rehearsal.faults.scene import Scene

POOLS: Final = re.compile(r"asyncio_|_ExecutorManagerThread|QueueFeederThread")
"""Threads of pools, which start on first use and stay; their number is bounded."""

SERVING: Final = frozenset({"RequestHandler.start", "RequestHandler._handle_request"})
"""Tasks of the loopback Discord for open REST connections and requests that it never answers."""

FOLDER_OF_FILES: Final = "/dev/fd"
"""Lists the open file descriptors of this process."""


class Census(Counter[str]):
    """Counts of threads, tasks, sockets and engine slots, by a name without numbers."""


def census(scene: Scene, slots: int) -> Census:
    """Count what runs now; `slots` is the number of engine slots in use."""
    results = Census()
    for thread in threading.enumerate():
        if not (POOLS.match(thread.name) or POOLS.match(type(thread).__name__)):
            results[f"thread {_plain(thread.name)}"] += 1
    for task in asyncio.all_tasks():
        name = getattr(task.get_coro(), "__qualname__", "unknown")
        if name not in SERVING:
            results[f"task {name}"] += 1
    results["socket udp"] = _udp_sockets()
    results["socket voice gateway"] = scene.voice.connections
    results["socket gateway"] = scene.here.gateway.connections
    results["slot of the engine"] = slots
    return results


def _plain(name: str) -> str:
    return re.sub(r"0x[0-9a-f]+|\d+", "#", name)


def _udp_sockets() -> int:
    """Return the number of open UDP sockets of this process."""
    count = 0
    for file in os.listdir(FOLDER_OF_FILES) if os.path.isdir(FOLDER_OF_FILES) else []:
        with contextlib.suppress(OSError):  # the descriptor of the listing itself is closed by now
            if stat.S_ISSOCK(os.fstat(int(file)).st_mode):
                with socket.socket(fileno=os.dup(int(file))) as opened:
                    count += opened.family == socket.AF_INET and opened.type == socket.SOCK_DGRAM
    return count
