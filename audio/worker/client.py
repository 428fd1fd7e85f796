"""The engine on this machine: a supervised worker process that composes, and the threads of its pipe.

    event loop ── Compose, Steer ──▶ thread ──▶ pipe ──▶ worker process
        ▲                                                     │
        └── call_soon_threadsafe ◀── thread ◀── pipe: chunks, heartbeats, lines for the log

A worker that dies, hangs or sends what has no place here is replaced. A piece depends on nothing but itself,
so the new worker composes the pieces that were in progress again from their start, and the sound that was
delivered already is dropped. A piece without end fails if that would take too long.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from audio.engine import Chunk, EngineInfo, Pace
from audio.errors import EngineBusy, EngineError, EngineLost
from audio.files.recording import check_recordings
from audio.piece import HORIZON_SECONDS, LENGTH_SECONDS, Piece, PromptChange
from audio.prompts.hearing import Vocabulary
from audio.worker.messages import (
    DTYPES,
    Begun,
    Cancel,
    Compose,
    Delivery,
    Failed,
    Hold,
    LogLine,
    Order,
    PromptChanged,
    Ready,
    ReportPlayhead,
    Steer,
    WorkerMessage,
)
from audio.worker.process import WorkerExit, WorkerProcess
from audio.worker.wire import WireError
from words.text import Text

_log = logging.getLogger(__name__)

MAX_DEATHS: Final = 3
"""Deaths of workers after which a piece that has a slot is given up, or the start of a worker."""


MAX_UNPLAYED_SECONDS: Final = 300.0
"""Sound without end that a worker may deliver ahead of a reported playhead [s]: ten times the longest
`Piece.lead`."""


class LocalEngine:
    """Composes in a worker process on this machine. All methods belong to one event loop.

    `checkpoint` is a folder, a hub name (pinned by `revision`), or `seeded:` and the folder of a small random
    checkpoint that is made if it does not exist. `device` is auto, cpu, cuda or mps. `threads` compute
    on a CPU; 0 chooses by the processor and the checkpoint. Up to `slots` pieces are composed at once,
    fewer if the device is too slow for them, and `waiting` more are queued. `longest` is the length of the
    longest piece [s], for which memory is reserved in every slot. `dtype` is the data type of the decoder's
    matrices, "auto" or one of `DTYPES`. A worker that sends nothing for `hang_seconds` is replaced.
    `cache_folder` keeps what a start measures and packs. `adapter`, a folder or a hub name (pinned by
    `adapter_revision`), is merged into the checkpoint.
    """

    def __init__(
        self,
        checkpoint: str,
        *,
        revision: str | None = None,
        device: str = "auto",
        threads: int = 0,
        slots: int = 1,
        waiting: int = 16,
        longest: float = LENGTH_SECONDS[1],
        dtype: str = "auto",
        hang_seconds: float = 30.0,
        cache_folder: Path | None = None,
        adapter: str | None = None,
        adapter_revision: str | None = None,
    ) -> None:
        self._order = Order(
            checkpoint,
            revision,
            device,
            threads,
            slots,
            longest,
            dtype,
            cache_folder,
            adapter=adapter,
            adapter_revision=adapter_revision,
        )
        self._waiting = waiting
        self._hang_seconds = hang_seconds
        self._info: EngineInfo | None = None
        self._vocabulary = Vocabulary()
        self._started: asyncio.Future[EngineInfo] | None = None
        self._worker: WorkerProcess | None = None
        self._failed_starts = 0
        self._keys = itertools.count(1)
        self._streams: dict[int, LocalStream] = {}
        """Pieces that are not completely delivered, by key."""

    @property
    def info(self) -> EngineInfo:
        if self._info is None:
            raise EngineError("The engine has not started yet; wait until it has loaded its checkpoint.")
        return self._info

    @property
    def vocabulary(self) -> Vocabulary:
        return self._vocabulary

    @property
    def healthy(self) -> bool:
        return self._info is not None and self._worker is not None

    @property
    def worker_pid(self) -> int | None:
        """Process id of the present worker; None before the start and after the end."""
        return None if self._worker is None else self._worker.pid

    async def start(self) -> None:
        """Load and warm up. Raises CheckpointError, or EngineError if the process cannot run."""
        if self._started is not None:
            raise EngineError("The engine has been started before; make a new one.")
        self._started = asyncio.get_running_loop().create_future()
        self._start_worker()
        try:
            self._info = await self._started
            await asyncio.to_thread(self._load_vocabulary)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        self._fail_all(EngineError(Text("engine-closed")))
        self._info = None
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.end()

    def _load_vocabulary(self) -> None:
        try:
            self._vocabulary.load()
        except Exception:
            _log.exception("The tokenizer cannot be read here: nobody is told what the model hears.")
            self._vocabulary = Vocabulary()

    @asynccontextmanager
    async def open(self, piece: Piece) -> AsyncIterator[LocalStream]:
        """Compose `piece`, or queue it for a slot. Leaving the block frees the slot before the next step.

        Raises EngineBusy if the queue is full, RecordingError if a file of the piece has changed, and
        EngineError if the engine does not run.
        """
        await check_recordings(piece.recordings)  # here: in the worker it would delay every other piece
        if self._info is None:
            raise EngineError(Text("engine-not-running"))
        if len(self._streams) >= self._info.realtime_streams + self._waiting:
            raise EngineBusy(f"{len(self._streams)} pieces are being made or waiting; try again later.")
        if self._worker is None:  # the last workers died while loading; the cause may be gone
            self._start_worker()
        if self._worker is None:
            raise EngineLost(Text("engine-not-running"))
        key = next(self._keys)
        stream = LocalStream(key, piece, self._info, self._send)
        self._streams[key] = stream
        self._submit(stream)
        try:
            yield stream
        finally:
            if self._streams.pop(key, None) is not None:
                self._send(Cancel(key))
            self._submit_next_quarantined()

    def _submit(self, stream: LocalStream) -> None:
        """Let the worker compose a piece from its start."""
        for message in stream.restart():
            self._send(message)

    def _submit_next_quarantined(self) -> None:
        """Submit one quarantined piece at a time: the one that kills workers then takes no other with it."""
        quarantined = [stream for stream in self._streams.values() if stream.quarantined]
        if quarantined and not any(stream.submitted for stream in quarantined):
            self._submit(quarantined[0])

    def _send(self, message: WorkerMessage) -> None:
        """Send to a worker that is ready; all pieces are submitted to one that loads when it is ready."""
        if self._worker is not None and self._worker.ready:
            self._worker.send(message)

    def _start_worker(self) -> None:
        try:
            self._worker = WorkerProcess(self._order, self._hang_seconds, self._on_message)
        except (OSError, EOFError) as error:
            _log.exception("The engine's process could not be started")
            self._fail_all(EngineLost(f"The engine's process could not be started: {error}."))

    def _on_message(self, worker: WorkerProcess, message: object) -> None:
        """Handle a message of a worker; called in the event loop, in the order of sending.

        Raises WireError for one that makes no sense now.
        """
        match message:
            case Begun(key) if key in self._streams:
                self._streams[key].has_slot = True
            case PromptChanged(key, change) if key in self._streams:
                self._streams[key].on_prompt_changed(change)
            case Delivery(key, result, speed) if key in self._streams:
                if self._streams[key].deliver(result, speed):
                    del self._streams[key]
                self._submit_next_quarantined()
            case LogLine():
                _write_log(message)
            case Ready() | Failed() if worker.ready:
                raise WireError("a second start")
            case Ready(info, calibration, vocabulary) if worker is self._worker:
                worker.ready = True
                dtype = info.dtype if info.dtype in DTYPES else self._order.dtype  # "auto" is decided once
                self._order = replace(self._order, calibration=calibration, dtype=dtype)
                if self._info is None:  # a worker that replaces another has the same
                    self._vocabulary = vocabulary
                self._failed_starts = 0
                if self._started is not None and not self._started.done():
                    self._started.set_result(info)
                for stream in self._streams.values():
                    if not stream.quarantined:
                        self._submit(stream)
                self._submit_next_quarantined()
            case Failed(error) if worker is self._worker:
                self._worker = None
                self._fail_all(error)
            case WorkerExit() if worker is self._worker:
                self._on_worker_exit(worker, message)

    def _on_worker_exit(self, worker: WorkerProcess, end: WorkerExit) -> None:
        """Replace a worker that has died, and give up pieces or the start after MAX_DEATHS."""
        how = end.fault or f"ended with code {end.exitcode}"
        _log.error("The engine's process %s %s; %d pieces wait.", worker.pid, how, len(self._streams))
        self._worker = None
        for stream in self._streams.values():
            stream.submitted = False
        if worker.ready:
            for key, stream in [entry for entry in self._streams.items() if entry[1].has_slot]:
                stream.deaths += 1
                if stream.deaths >= MAX_DEATHS or stream.is_too_long_to_restart:
                    stream.deliver(EngineLost(Text("engine-died", deaths=stream.deaths)))
                    del self._streams[key]
        else:
            self._failed_starts += 1
            if self._info is None or self._failed_starts >= MAX_DEATHS:
                self._failed_starts = 0
                sentence = f"The engine's process {how} while it was loading; there may be too little memory."
                self._fail_all(EngineLost(sentence))
                return
        self._start_worker()

    def _fail_all(self, error: EngineError) -> None:
        if self._started is not None and not self._started.done():
            self._started.set_exception(error)
        for stream in self._streams.values():
            stream.deliver(error)
        self._streams.clear()


class LocalStream:
    """A piece that is being composed or waits for a slot; lives in the event loop."""

    def __init__(
        self, key: int, piece: Piece, info: EngineInfo, send: Callable[[WorkerMessage], None]
    ) -> None:
        self.piece = piece
        """The piece with the prompt changes so far, so that another worker composes the same."""
        self.pace = Pace(info.speed, epoch=0)
        self.has_slot = False
        """True if it has a slot of the present worker."""
        self.deaths = 0
        """Workers that died while it had a slot, since the last new sound."""
        self.submitted = False
        """True if the present worker knows of it."""
        self._key = key
        self._send = send
        self._sample_rate = info.sample_rate
        self._channels = info.channels
        self._playhead: list[ReportPlayhead | Hold] = []
        """The last messages about playback, to repeat to another worker."""
        self._playback_start: float | None = None
        """The time [s] at which playback began, by the last report; None if there is none."""
        self._unanswered: list[Steer] = []
        """Messages that no worker has answered yet, oldest first."""
        self._results: asyncio.Queue[Chunk | EngineError] = asyncio.Queue()
        self._ended = False
        self._delivered = 0
        """Samples delivered, those of several workers counted once."""
        self._samples_to_drop = 0
        """Samples of the present worker that an earlier one has delivered."""

    @property
    def quarantined(self) -> bool:
        """True if one more death would give it up. Such pieces are composed one at a time."""
        return self.deaths == MAX_DEATHS - 1

    @property
    def is_too_long_to_restart(self) -> bool:
        """True for a piece without end that may be hours from its start."""
        return self.piece.endless and self._delivered > HORIZON_SECONDS * self._sample_rate

    def report_playhead(self, position: float | None) -> None:
        """See `Stream.report_playhead`."""
        self._playhead = [ReportPlayhead(self._key, position)]
        self._playback_start = None if position is None else time.monotonic() - position
        if not self._ended:
            self._send(self._playhead[-1])

    def hold(self) -> None:
        """See `Stream.hold`."""
        self._playhead = [*self._playhead[:1], Hold(self._key)]
        if not self._ended:
            self._send(self._playhead[-1])

    def steer(self, prompt: str, blend_seconds: float = 0.0, earliest: float = 0.0) -> None:
        """See `Stream.steer`."""
        if self._ended:
            raise EngineError(Text("engine-composed-already"))
        self._unanswered.append(Steer(self._key, prompt, blend_seconds, earliest))
        self._send(self._unanswered[-1])

    def on_prompt_changed(self, change: PromptChange | None) -> None:
        """Record the worker's answer to the oldest unanswered Steer."""
        if not self._unanswered or (change is not None and change.prompt != self._unanswered[0].prompt):
            raise WireError("an answer to no question")
        del self._unanswered[0]
        if change is not None:
            self.piece = self.piece.steered(change)

    def restart(self) -> list[WorkerMessage]:
        """Expect the piece from its start; returns the messages that submit it to a worker."""
        self.submitted, self.has_slot = True, False
        self._samples_to_drop = self._delivered
        self.pace = Pace(self.pace.speed, self.pace.epoch + 1)
        # Sound that the dead worker delivered before it could answer must stay as it was.
        delivered = self._delivered / self._sample_rate
        steers = [replace(steer, earliest=max(steer.earliest, delivered)) for steer in self._unanswered]
        return [Compose(self._key, self.piece), *self._playhead, *steers]

    def deliver(self, result: Chunk | EngineError, speed: float | None = None) -> bool:
        """Queue a result for the consumer and note the new speed; returns True if it is the last one."""
        if speed is not None:
            self.pace = self.pace._replace(speed=speed)
        if isinstance(result, EngineError):
            self._ended = True
            self._results.put_nowait(result)
            return True
        if len(result.pcm) != self._channels:
            raise WireError("a chunk with other channels")
        pcm = result.pcm[:, self._samples_to_drop :]
        self._samples_to_drop -= result.pcm.shape[1] - pcm.shape[1]
        if self._delivered + pcm.shape[1] > self._max_samples():
            raise WireError("more sound than the piece has")
        self._delivered += pcm.shape[1]
        if pcm.size:
            self.deaths = 0
        if pcm.size or result.last:
            self._results.put_nowait(Chunk(pcm, result.last))
        self._ended = result.last
        return result.last

    def _max_samples(self) -> float:
        """Return how many samples a worker can have delivered by now if it does what it is told."""
        seconds = self.piece.seconds
        if self.piece.endless and self._playback_start is not None:
            seconds = time.monotonic() - self._playback_start + MAX_UNPLAYED_SECONDS
        return seconds * self._sample_rate + 1  # against rounding

    async def __aiter__(self) -> AsyncIterator[Chunk]:
        last = False
        while not last:
            result = await self._results.get()
            if isinstance(result, EngineError):
                raise result
            last = result.last
            yield result


def _write_log(line: LogLine) -> None:
    """Log a line of a worker under its name there; only existing loggers are used, which are few."""
    name = line.logger
    while name and not isinstance(logging.root.manager.loggerDict.get(name), logging.Logger):
        name = name.rpartition(".")[0]
    logger = logging.getLogger(name)
    if logger.isEnabledFor(line.level):
        logger.handle(logger.makeRecord(line.logger, line.level, "", 0, line.text, (), None))
