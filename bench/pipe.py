"""`python -m bench.pipe`: what the engine's pipe costs, beside pickling the same messages."""

from __future__ import annotations

import multiprocessing
import pickle
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from statistics import median
from typing import Any, Final

import numpy as np

from audio.engine import Chunk
from audio.piece import Piece
from audio.worker.messages import Compose, Delivery, Heartbeat
from audio.worker.wire import FROM_WORKER, TO_WORKER, Kinds, decode, encode

ROUNDS: Final = 300
"""Messages of a kind, sent both ways in turn; the median is compared."""

RATE: Final = 32_000


def messages() -> dict[str, tuple[Any, Kinds]]:
    """Return the messages to compare, by what they are, with their direction."""
    noise = np.random.default_rng(0).standard_normal((1, 2 * RATE)).astype(np.float32)
    return {
        "heartbeat": (Heartbeat(), FROM_WORKER),
        "chunk of 0.5 s": (Delivery(1, Chunk(noise[:, : RATE // 2], last=False), 5.0), FROM_WORKER),
        "chunk of 2 s": (Delivery(1, Chunk(noise, last=False), 5.0), FROM_WORKER),
        "piece": (Compose(1, Piece("a slow dub with a warm bass", 20.0, 7)), TO_WORKER),
    }


def main() -> None:
    """Print the time of each message from one end of a pipe to the other, pickled and as a frame."""
    print(f"{'message':<16}{'pickle':>10}{'frame':>10}{'ratio':>8}")
    for name, (message, kinds) in messages().items():
        pickled, framed = seconds_of(message, kinds)
        print(f"{name:<16}{pickled * 1e6:>7.0f} µs{framed * 1e6:>7.0f} µs{framed / pickled:>8.2f}")


def seconds_of(message: object, kinds: Kinds, rounds: int = ROUNDS) -> tuple[float, float]:
    """Return the median times [s] of a message through a pipe, pickled and as a frame, taken in turn."""
    ours, theirs = multiprocessing.Pipe()
    pickled, framed = [], []
    try:
        for _ in range(rounds):
            pickled.append(_through(ours, theirs, lambda: pickle.dumps(message), pickle.loads))
            framed.append(_through(ours, theirs, lambda: encode(message), lambda frame: decode(frame, kinds)))
    finally:
        ours.close()
        theirs.close()
    return median(pickled), median(framed)


def _through(
    ours: Connection, theirs: Connection, pack: Callable[[], bytes], unpack: Callable[[bytes], object]
) -> float:
    """Return the time [s] from a message to the same message at the other end."""
    begin = time.perf_counter()
    sender = threading.Thread(target=lambda: ours.send_bytes(pack()))  # a long one fills the pipe
    sender.start()
    unpack(theirs.recv_bytes())
    end = time.perf_counter()
    sender.join()
    return end - begin


if __name__ == "__main__":
    main()
