"""What runs in this process, counted by kind, so that what a fault leaves behind is seen."""

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
"""Threads of pools, which start when they are first needed and stay; how many there are is bounded."""

SERVING: Final = frozenset({"RequestHandler.start", "RequestHandler._handle_request"})
"""Tasks of the loopback Discord, for connections that REST keeps open and requests that it never answers."""

FOLDER_OF_FILES: Final = "/dev/fd"


class Census(Counter[str]):
    """How many there are of each thread, task, socket and engine slot, by a name without numbers."""


def census(scene: Scene, slots: int) -> Census:
    """Count what runs now; `slots` are those that the engine has given away."""
    found = Census()
    for thread in threading.enumerate():
        if not (POOLS.match(thread.name) or POOLS.match(type(thread).__name__)):
            found[f"thread {_plain(thread.name)}"] += 1
    for task in asyncio.all_tasks():
        name = getattr(task.get_coro(), "__qualname__", "unknown")
        if name not in SERVING:
            found[f"task {name}"] += 1
    found["socket udp"] = _udp_sockets()
    found["socket voice gateway"] = scene.voice.connections
    found["socket gateway"] = scene.here.gateway.connections
    found["slot of the engine"] = slots
    return found


def _plain(name: str) -> str:
    return re.sub(r"0x[0-9a-f]+|\d+", "#", name)


def _udp_sockets() -> int:
    """Open ones of this process, whoever holds them."""
    count = 0
    for file in os.listdir(FOLDER_OF_FILES) if os.path.isdir(FOLDER_OF_FILES) else []:
        with contextlib.suppress(OSError):  # that of the listing itself is closed by now
            if stat.S_ISSOCK(os.fstat(int(file)).st_mode):
                with socket.socket(fileno=os.dup(int(file))) as opened:
                    count += opened.family == socket.AF_INET and opened.type == socket.SOCK_DGRAM
    return count
