"""Stand-ins for a worker's `main`, each of which does what its name says.

`order.checkpoint` is a folder in which they count their lives.
"""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from audio.calibration import Calibration
from audio.engine import Chunk, EngineInfo
from audio.piece import PromptChange
from audio.worker.messages import (
    Begun,
    Compose,
    Delivery,
    End,
    Heartbeat,
    Hold,
    Order,
    PromptChanged,
    Ready,
    ReportPlayhead,
    Steer,
)
from audio.worker.pipe import MessagePipe
from audio.worker.wire import TO_WORKER

Worker = Callable[[Connection, Order], None]


def on_messages(worker: Callable[[MessagePipe, Order], None]) -> Worker:
    """Give a stand-in what `main` makes of its connection; it can still be pickled by its name."""

    @functools.wraps(worker)
    def main(connection: Connection, order: Order) -> None:
        worker(MessagePipe(connection, TO_WORKER), order)

    return main


INFO = EngineInfo("stand-in", "1", "MIT", "cpu", 32_000, 1, 4.0)
CHUNK_SAMPLES = 16_000


def lives(order: Order) -> int:
    """Return how many workers were started with this order, this one included."""
    folder = Path(order.checkpoint)
    life = len(list(folder.glob("life-*"))) + 1
    (folder / f"life-{life}").touch()
    return life


def deliver(pipe: MessagePipe, compose: Compose, chunks: int, size: int = CHUNK_SAMPLES) -> None:
    """Deliver the first `chunks` chunks of a piece; its samples rise from 0 to 1."""
    samples = int(compose.piece.seconds * 32_000)
    pipe.send(Begun(compose.key))
    for start in range(0, samples, size)[:chunks]:
        stop = min(start + size, samples)
        pcm = np.arange(start, stop, dtype=np.float32)[None] / np.float32(samples)
        pipe.send(Delivery(compose.key, Chunk(pcm, last=stop == samples)))


def compose_pieces(pipe: MessagePipe) -> None:
    """Compose every piece at once."""
    pipe.send(Ready(INFO))
    while not isinstance(message := pipe.recv(), End):
        if isinstance(message, Compose):
            deliver(pipe, message, 1000)


@on_messages
def compose_all(pipe: MessagePipe, order: Order) -> None:
    """Compose every piece at once."""
    compose_pieces(pipe)


@on_messages
def die_twice(pipe: MessagePipe, order: Order) -> None:
    """Die twice during the first piece, each time after a different number of samples; then compose all."""
    life = lives(order)
    if life > 2:
        compose_pieces(pipe)
        return
    pipe.send(Ready(INFO))
    deliver(pipe, pipe.recv(), chunks=1, size=CHUNK_SAMPLES - 100 * life)
    os._exit(7)


@on_messages
def die_on_poison(pipe: MessagePipe, order: Order) -> None:
    """Die after the first chunk of a piece with the prompt “poison”."""
    pipe.send(Ready(INFO))
    while not isinstance(message := pipe.recv(), End):
        if isinstance(message, Compose):
            deliver(pipe, message, chunks=1 if message.piece.prompt == "poison" else 1000)
            if message.piece.prompt == "poison":
                os._exit(7)


@on_messages
def die_on_poison_beside_others(pipe: MessagePipe, order: Order) -> None:
    """Give all pieces slots, and die if one of them has the prompt “poison”; else deliver them."""
    pipe.send(Ready(INFO))
    playing: list[Compose] = []
    while not isinstance(message := pipe.recv(), End):
        if isinstance(message, Compose):
            pipe.send(Begun(message.key))
            playing.append(message)
            if message.piece.prompt == "poison":
                os._exit(7)
        if not pipe.poll(0.2):  # no further piece arrives
            for compose in playing:
                deliver(pipe, compose, chunks=1000)
            playing.clear()


@on_messages
def die_while_another_waits(pipe: MessagePipe, order: Order) -> None:
    """Die three times during a piece with the prompt “poison” while another one waits; then compose all."""
    if lives(order) > 3:
        compose_pieces(pipe)
        return
    pipe.send(Ready(INFO))
    for compose in (pipe.recv(), pipe.recv()):
        if compose.piece.prompt == "poison":
            deliver(pipe, compose, chunks=1)
    os._exit(7)


@on_messages
def echo_playheads(pipe: MessagePipe, order: Order) -> None:
    """Deliver a chunk for each ReportPlayhead, with the position as its only sample."""
    pipe.send(Ready(INFO))
    compose = pipe.recv()
    while isinstance(message := pipe.recv(), ReportPlayhead):
        assert message.key == compose.key
        last = message.position == 2.0
        pipe.send(Delivery(compose.key, Chunk(np.full((1, 1), message.position, np.float32), last)))
        if last and lives(order) == 1:
            os._exit(7)


@on_messages
def hold_and_die(pipe: MessagePipe, order: Order) -> None:
    """Die on Hold; in the second life compose nothing until the playhead is reported again."""
    pipe.send(Ready(INFO))
    compose = pipe.recv()
    received = [pipe.recv(), pipe.recv()]
    assert received == [ReportPlayhead(compose.key, 0.5), Hold(compose.key)]
    if lives(order) == 1:
        os._exit(7)
    assert pipe.recv() == ReportPlayhead(compose.key, 0.75)
    deliver(pipe, compose, 1000)
    pipe.recv()


@on_messages
def die_after_measuring(pipe: MessagePipe, order: Order) -> None:
    """Measure and die in mid-piece; in the second life require the calibration and compose all."""
    if order.calibration is None:
        pipe.send(Ready(INFO, Calibration(4.0, 1, 3.0)))
        deliver(pipe, pipe.recv(), chunks=1)
        os._exit(7)
    assert order.calibration == Calibration(4.0, 1, 3.0)
    compose_pieces(pipe)


@on_messages
def change_prompt_and_die(pipe: MessagePipe, order: Order) -> None:
    """Answer the first Steer and die before the second; check in the second life what is sent again."""
    pipe.send(Ready(INFO))
    compose = pipe.recv()
    assert isinstance(compose, Compose)
    if lives(order) == 1:
        deliver(pipe, compose, chunks=1)
        first = pipe.recv()
        assert first == Steer(compose.key, "techno", 1.0)
        pipe.send(PromptChanged(compose.key, PromptChange("techno", 25, 50)))
        pipe.recv()
        os._exit(7)
    again = pipe.recv()
    assert compose.piece.prompt_changes == (PromptChange("techno", 25, 50),)
    assert again == Steer(compose.key, "a harp", 0.0, earliest=CHUNK_SAMPLES / 32_000)
    pipe.send(PromptChanged(compose.key, PromptChange("a harp", 75)))
    deliver(pipe, compose, 1000)
    pipe.recv()


@on_messages
def hang_once(pipe: MessagePipe, order: Order) -> None:
    """Deliver a chunk and hang; in the second life compose all."""
    if lives(order) > 1:
        compose_pieces(pipe)
        return
    pipe.send(Ready(INFO))
    deliver(pipe, pipe.recv(), chunks=1)
    threading.Event().wait()


@on_messages
def send_heartbeats(pipe: MessagePipe, order: Order) -> None:
    """Send heartbeats for a second, then deliver."""
    pipe.send(Ready(INFO))
    compose = pipe.recv()
    for _ in range(10):
        time.sleep(0.1)  # another process, which no virtual clock reaches
        pipe.send(Heartbeat())
    deliver(pipe, compose, 1000)
    pipe.recv()


@on_messages
def fail_to_reload(pipe: MessagePipe, order: Order) -> None:
    """Die in mid-piece, then three times while loading; then compose all."""
    life = lives(order)
    if life == 1:
        pipe.send(Ready(INFO))
        deliver(pipe, pipe.recv(), chunks=1)
    if life <= 4:
        os._exit(9)
    compose_pieces(pipe)


@on_messages
def load_forever(pipe: MessagePipe, order: Order) -> None:
    threading.Event().wait()
