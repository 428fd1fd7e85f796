"""The engine on this machine: a supervised process that composes, and a thread that brings its sound in.

    event loop ── Compose, Steer ──▶ pipe ──▶ worker process
        ▲                                          │
        └── call_soon_threadsafe ◀── thread ◀── pipe: Chunks, beats, log records

A worker that dies or hangs is replaced. A piece depends on nothing but itself, so the new worker makes what
was begun again from its start, and the sound that was delivered already is dropped. A piece without end fails
where that would take too long.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from audio.engine import Chunk, EngineInfo, Pace
from audio.errors import EngineBusy, EngineError, EngineLost
from audio.piece import HORIZON_SECONDS, LENGTH_SECONDS, Piece, PromptChange
from audio.worker.messages import (
    Begun,
    Cancel,
    Compose,
    Delivery,
    Failed,
    Hold,
    Order,
    PromptChanged,
    Ready,
    ReportPlayhead,
    Steer,
    WorkerMessage,
)
from audio.worker.process import Ended, WorkerProcess
from words.text import Text

_log = logging.getLogger(__name__)

MAX_DEATHS: Final = 3
"""How many workers may die over one piece, or before they are ready, until it is given up."""


class LocalEngine:
    """Composes in a process of its own on this machine. All methods belong to one event loop.

    `checkpoint` is a folder, a hub name (pinned by `revision`), or `seeded:` and the folder of a small random
    one that is made when absent. `device` is auto, cpu, cuda or mps. `threads` are the worker's: one is
    fastest beside other work on few cores. Up to `slots` pieces are made at once, fewer where the device
    would be too slow for them; `waiting` more may stand in line. `longest` is the length in seconds of the
    longest piece; memory is reserved for it in every slot. `dtype` is what the decoder's matrices are held
    in: auto, float32, bfloat16, float16 or int8. A worker that says nothing for `hang_seconds` is replaced.
    What is measured at the start is kept in the file `calibrations`.
    """

    def __init__(
        self,
        checkpoint: str,
        *,
        revision: str | None = None,
        device: str = "auto",
        threads: int = 1,
        slots: int = 1,
        waiting: int = 16,
        longest: float = LENGTH_SECONDS[1],
        dtype: str = "auto",
        hang_seconds: float = 30.0,
        calibrations: Path | None = None,
    ) -> None:
        self._order = Order(checkpoint, revision, device, threads, slots, longest, dtype, calibrations)
        self._waiting = waiting
        self._hang_seconds = hang_seconds
        self._info: EngineInfo | None = None
        self._begun: asyncio.Future[EngineInfo] | None = None
        self._worker: WorkerProcess | None = None
        self._failed_starts = 0
        self._keys = itertools.count(1)
        self._streams: dict[int, LocalStream] = {}
        """Pieces that are not wholly delivered."""

    @property
    def info(self) -> EngineInfo:
        if self._info is None:
            raise EngineError("The engine has not started yet; wait until it has loaded its checkpoint.")
        return self._info

    @property
    def healthy(self) -> bool:
        return self._info is not None and self._worker is not None

    @property
    def worker_pid(self) -> int | None:
        """The process that composes; another one after a restart, none before the start and after the end."""
        return None if self._worker is None else self._worker.pid

    async def start(self) -> None:
        """Load and warm up. Raises CheckpointError, or EngineError when the process itself cannot live."""
        if self._begun is not None:
            raise EngineError("The engine has been started before; make a new one.")
        self._begun = asyncio.get_running_loop().create_future()
        self._replace()
        try:
            self._info = await self._begun
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        self._fail_all(EngineError(Text("engine-closed")))
        self._info = None
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.end()

    @asynccontextmanager
    async def open(self, piece: Piece) -> AsyncIterator[LocalStream]:
        """Begin to make `piece`, or to wait for a slot. Leaving frees the slot before the next step."""
        if self._info is None:
            raise EngineError(Text("engine-not-running"))
        if len(self._streams) >= self._info.listeners + self._waiting:
            raise EngineBusy(f"{len(self._streams)} pieces are being made or waiting; ask again in a while.")
        if self._worker is None:  # the last ones died while loading; the cause may have gone
            self._replace()
        if self._worker is None:
            raise EngineLost(Text("engine-not-running"))
        key = next(self._keys)
        stream = LocalStream(key, piece, self._info, self._say)
        self._streams[key] = stream
        self._ask(stream)
        try:
            yield stream
        finally:
            if self._streams.pop(key, None) is not None:
                self._say(Cancel(key))
            self._ask_next_suspect()

    def _ask(self, stream: LocalStream) -> None:
        """Ask the worker for a piece from its start."""
        for message in stream.begin_again():
            self._say(message)

    def _ask_next_suspect(self) -> None:
        """Of the pieces that may be what workers die over one at a time is made: so the one is found, and the
        others are not given up with it."""
        suspects = [stream for stream in self._streams.values() if stream.suspect]
        if suspects and not any(stream.asked for stream in suspects):
            self._ask(suspects[0])

    def _say(self, message: WorkerMessage) -> None:
        """Tell the worker; one that is loading will be asked for everything when it is ready."""
        if self._worker is not None and self._worker.ready:
            self._worker.send(message)

    def _replace(self) -> None:
        try:
            self._worker = WorkerProcess(self._order, self._hang_seconds, self._hear)
        except (OSError, EOFError) as error:
            _log.exception("The engine's process could not be started")
            self._fail_all(EngineLost(f"The engine's process could not be started: {error}."))

    def _hear(self, worker: WorkerProcess, message: object) -> None:
        """Act on a message of a worker; called in the event loop, in the order in which they were sent."""
        match message:
            case Begun(key) if key in self._streams:
                self._streams[key].begun = True
            case PromptChanged(key, turn) if key in self._streams:
                self._streams[key].turned(turn)
            case Delivery(key, result, speed) if key in self._streams:
                if self._streams[key].deliver(result, speed):
                    del self._streams[key]
                self._ask_next_suspect()
            case logging.LogRecord() as record:
                logger = logging.getLogger(record.name)
                if logger.isEnabledFor(record.levelno):
                    logger.handle(record)
            case Ready(info, calibration) if worker is self._worker:
                worker.ready = True
                self._order = replace(self._order, calibration=calibration)
                self._failed_starts = 0
                if self._begun is not None and not self._begun.done():
                    self._begun.set_result(info)
                for stream in self._streams.values():
                    if not stream.suspect:
                        self._ask(stream)
                self._ask_next_suspect()
            case Failed(error) if worker is self._worker:
                self._worker = None
                self._fail_all(error)
            case Ended() if worker is self._worker:
                self._on_worker_exit(worker, message)

    def _on_worker_exit(self, worker: WorkerProcess, end: Ended) -> None:
        """Replace a worker that has died, unless it is one too many."""
        how = "stopped answering" if end.hung else f"ended with code {end.exitcode}"
        _log.error("The engine's process %s %s; %d pieces wait.", worker.pid, how, len(self._streams))
        self._worker = None
        for stream in self._streams.values():
            stream.asked = False
        if worker.ready:
            for key, stream in [entry for entry in self._streams.items() if entry[1].begun]:
                stream.deaths += 1
                if stream.deaths >= MAX_DEATHS or stream.is_far_on:
                    stream.deliver(EngineLost(Text("engine-died", deaths=stream.deaths)))
                    del self._streams[key]
        else:
            self._failed_starts += 1
            if self._info is None or self._failed_starts >= MAX_DEATHS:
                self._failed_starts = 0
                sentence = f"The engine's process {how} while it was loading; there may be too little memory."
                self._fail_all(EngineLost(sentence))
                return
        self._replace()

    def _fail_all(self, error: EngineError) -> None:
        if self._begun is not None and not self._begun.done():
            self._begun.set_exception(error)
        for stream in self._streams.values():
            stream.deliver(error)
        self._streams.clear()


class LocalStream:
    """A piece in the making; lives in the event loop."""

    def __init__(
        self, key: int, piece: Piece, info: EngineInfo, say: Callable[[WorkerMessage], None]
    ) -> None:
        self.piece = piece
        """With the turns that a worker has taken; another worker makes the same of it."""
        self.pace = Pace(info.speed, life=0)
        self.begun = False
        """Whether it has a slot of the present worker."""
        self.deaths = 0
        """Workers that died over it and of which nothing new came."""
        self.asked = False
        """Whether the present worker knows of it."""
        self._key = key
        self._say = say
        self._sample_rate = info.sample_rate
        self._listeners: list[ReportPlayhead | Hold] = []
        """What was said of the listeners last."""
        self._steering: list[Steer] = []
        """What no worker has answered yet."""
        self._arrived: asyncio.Queue[Chunk | EngineError] = asyncio.Queue()
        self._ended = False
        self._delivered = 0
        """Samples that arrived, over all workers once."""
        self._dropping = 0
        """Samples still to drop, because a worker before this one delivered them."""

    @property
    def suspect(self) -> bool:
        """Whether it is likely that workers die over it."""
        return self.deaths == MAX_DEATHS - 1

    @property
    def is_far_on(self) -> bool:
        """Whether it may be hours from its start, and cannot be made again from there."""
        return self.piece.endless and self._delivered > HORIZON_SECONDS * self._sample_rate

    def report_playhead(self, position: float | None) -> None:
        """See `Stream.report_playhead`."""
        self._listeners = [ReportPlayhead(self._key, position)]
        if not self._ended:
            self._say(self._listeners[-1])

    def hold(self) -> None:
        """See `Stream.hold`."""
        self._listeners = [*self._listeners[:1], Hold(self._key)]
        if not self._ended:
            self._say(self._listeners[-1])

    def steer(self, prompt: str, blend_seconds: float = 0.0, earliest: float = 0.0) -> None:
        """See `Stream.steer`."""
        if self._ended:
            raise EngineError(Text("engine-composed-already"))
        self._steering.append(Steer(self._key, prompt, blend_seconds, earliest))
        self._say(self._steering[-1])

    def turned(self, turn: PromptChange | None) -> None:
        """The worker has answered the first that was not answered yet."""
        del self._steering[0]
        if turn is not None:
            self.piece = self.piece.steered(turn)

    def begin_again(self) -> list[WorkerMessage]:
        """Expect the piece from its start; what a worker must be told for it."""
        self.asked, self.begun = True, False
        self._dropping = self._delivered
        self.pace = Pace(self.pace.speed, self.pace.life + 1)
        # What the dead worker delivered before it could answer stays as it was.
        delivered = self._delivered / self._sample_rate
        steering = [replace(steer, earliest=max(steer.earliest, delivered)) for steer in self._steering]
        return [Compose(self._key, self.piece), *self._listeners, *steering]

    def deliver(self, result: Chunk | EngineError, speed: float | None = None) -> bool:
        """Take what was made, and at which speed more will be; says whether it is the end."""
        if speed is not None:
            self.pace = self.pace._replace(speed=speed)
        if isinstance(result, EngineError):
            self._ended = True
            self._arrived.put_nowait(result)
            return True
        pcm = result.pcm[:, self._dropping :]
        self._dropping -= result.pcm.shape[1] - pcm.shape[1]
        self._delivered += pcm.shape[1]
        if pcm.size:
            self.deaths = 0
        if pcm.size or result.last:
            self._arrived.put_nowait(Chunk(pcm, result.last))
        self._ended = result.last
        return result.last

    async def __aiter__(self) -> AsyncIterator[Chunk]:
        last = False
        while not last:
            result = await self._arrived.get()
            if isinstance(result, EngineError):
                raise result
            last = result.last
            yield result
