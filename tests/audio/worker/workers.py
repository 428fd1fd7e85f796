"""Workers that do as they are named, in place of the engine's own: `order.checkpoint` is a folder for their
notes.
"""

from __future__ import annotations

import os
import threading
import time
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

INFO = EngineInfo("stand-in", "1", "MIT", "cpu", 32_000, 1, 4.0)
CHUNK_SAMPLES = 16_000


def lives(order: Order) -> int:
    """Which life of a worker this is, counted from 1."""
    folder = Path(order.checkpoint)
    life = len(list(folder.glob("life-*"))) + 1
    (folder / f"life-{life}").touch()
    return life


def deliver(pipe: Connection, compose: Compose, chunks: int, size: int = CHUNK_SAMPLES) -> None:
    """The first `chunks` chunks of a piece that counts its samples."""
    samples = int(compose.piece.seconds * 32_000)
    pipe.send(Begun(compose.key))
    for start in range(0, samples, size)[:chunks]:
        stop = min(start + size, samples)
        pcm = np.arange(start, stop, dtype=np.float32)[None] / np.float32(samples)
        pipe.send(Delivery(compose.key, Chunk(pcm, last=stop == samples)))


def obey(pipe: Connection, order: Order) -> None:
    """Compose what is asked for, at once."""
    pipe.send(Ready(INFO))
    while not isinstance(message := pipe.recv(), End):
        if isinstance(message, Compose):
            deliver(pipe, message, 1000)


def die_twice(pipe: Connection, order: Order) -> None:
    """Die over the first piece twice, each time after another number of samples; then obey."""
    life = lives(order)
    if life > 2:
        obey(pipe, order)
        return
    pipe.send(Ready(INFO))
    deliver(pipe, pipe.recv(), chunks=1, size=CHUNK_SAMPLES - 100 * life)
    os._exit(7)


def die_over_a_curse(pipe: Connection, order: Order) -> None:
    """Die after the first chunk of a piece that is called so."""
    pipe.send(Ready(INFO))
    while not isinstance(message := pipe.recv(), End):
        if isinstance(message, Compose):
            deliver(pipe, message, chunks=1 if message.piece.prompt == "curse" else 1000)
            if message.piece.prompt == "curse":
                os._exit(7)


def die_over_a_curse_beside_others(pipe: Connection, order: Order) -> None:
    """Let all pieces have slots, and die if one among them is called so; else deliver them."""
    pipe.send(Ready(INFO))
    playing: list[Compose] = []
    while not isinstance(message := pipe.recv(), End):
        if isinstance(message, Compose):
            pipe.send(Begun(message.key))
            playing.append(message)
            if message.piece.prompt == "curse":
                os._exit(7)
        if not pipe.poll(0.2):  # nobody else comes
            for compose in playing:
                deliver(pipe, compose, chunks=1000)
            playing.clear()


def die_while_another_waits(pipe: Connection, order: Order) -> None:
    """Die over a piece that is called “curse” while another one waits, three times; then obey."""
    if lives(order) > 3:
        obey(pipe, order)
        return
    pipe.send(Ready(INFO))
    for asked in (pipe.recv(), pipe.recv()):
        if asked.piece.prompt == "curse":
            deliver(pipe, asked, chunks=1)
    os._exit(7)


def repeat_positions(pipe: Connection, order: Order) -> None:
    """Deliver a chunk for each thing heard of a piece: its only sample is the position."""
    pipe.send(Ready(INFO))
    compose = pipe.recv()
    while isinstance(message := pipe.recv(), ReportPlayhead):
        assert message.key == compose.key
        last = message.position == 2.0
        pipe.send(Delivery(compose.key, Chunk(np.full((1, 1), message.position, np.float32), last)))
        if last and lives(order) == 1:
            os._exit(7)


def hold_and_die(pipe: Connection, order: Order) -> None:
    """Die when told to hold; in a second life make nothing until told that the listeners are back."""
    pipe.send(Ready(INFO))
    compose = pipe.recv()
    told = [pipe.recv(), pipe.recv()]
    assert told == [ReportPlayhead(compose.key, 0.5), Hold(compose.key)]
    if lives(order) == 1:
        os._exit(7)
    assert pipe.recv() == ReportPlayhead(compose.key, 0.75)
    deliver(pipe, compose, 1000)
    pipe.recv()


def die_measured(pipe: Connection, order: Order) -> None:
    """Measure, die in mid-piece, and obey in a second life if one need not measure again."""
    if order.calibration is None:
        pipe.send(Ready(INFO, Calibration(4.0, 1, 3.0)))
        deliver(pipe, pipe.recv(), chunks=1)
        os._exit(7)
    assert order.calibration == Calibration(4.0, 1, 3.0)
    obey(pipe, order)


def turn_and_die(pipe: Connection, order: Order) -> None:
    """Take the first turn and die before the second; then tell in samples what one was asked for."""
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


def hang_once(pipe: Connection, order: Order) -> None:
    """Deliver a chunk and say no more; then, in a second life, obey."""
    if lives(order) > 1:
        obey(pipe, order)
        return
    pipe.send(Ready(INFO))
    deliver(pipe, pipe.recv(), chunks=1)
    threading.Event().wait()


def beat(pipe: Connection, order: Order) -> None:
    """Say for a second that one lives, then deliver."""
    pipe.send(Ready(INFO))
    compose = pipe.recv()
    for _ in range(10):
        time.sleep(0.1)  # a process of its own: no clock of the test reaches it
        pipe.send(Heartbeat())
    deliver(pipe, compose, 1000)
    pipe.recv()


def come_back_late(pipe: Connection, order: Order) -> None:
    """Die in mid-piece, then three times while loading; then obey."""
    life = lives(order)
    if life == 1:
        pipe.send(Ready(INFO))
        deliver(pipe, pipe.recv(), chunks=1)
    if life <= 4:
        os._exit(9)
    obey(pipe, order)


def load_for_ever(pipe: Connection, order: Order) -> None:
    threading.Event().wait()
