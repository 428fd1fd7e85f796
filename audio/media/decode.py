"""Decodes a foreign sound file within bounds: bytes in, numbers out.

`decode` is pure: it opens nothing, starts nothing, and its memory is in proportion to what is asked for.
FFmpeg may still crash, hang or take memory, so the bot calls it in a process of its own (`client.py`).
"""

from __future__ import annotations

import io
import struct
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, NoReturn, cast

import av
import av.subtitles.codeccontext  # PyAV would import them with the first file that has subtitles, when the
import av.subtitles.stream  # process can no longer open a file
import numpy as np
import numpy.typing as npt

from audio.media.limits import (
    CODECS,
    CONTAINERS,
    MAX_BAD_PACKETS,
    MAX_CHANGES,
    MAX_CHANNELS,
    MAX_FRAME_SAMPLES,
    MAX_PACKETS,
    MAX_RATE,
    MAX_SAMPLES,
    MAX_SECONDS,
    MAX_STREAMS,
    MAX_TAG_CHARS,
    MAX_TAGS,
    MIN_RATE,
    MIN_SECONDS,
    PART_SAMPLES,
    SUFFIXES,
)
from audio.media.mending import mended
from audio.media.wanted import Reason, Refused, Use, Wanted

Samples = npt.NDArray[np.float32] | npt.NDArray[np.int16]
"""Sound shaped (samples, channels), interleaved in memory."""

_MAX_SAMPLE: Final = 4.0
"""Floating-point files may exceed full scale; by more than 12 dB they are damaged."""

_CODECS: Final = frozenset(CODECS.split(","))

_FULL_SCALE: Final = 32_768
"""FFmpeg's scale between 16 bits and floating point, so that 16-bit files pass unchanged."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What was wanted of a file."""

    pcm: Samples
    """Shaped (samples, channels), at the rate and of the type of `Wanted`. Every value is finite."""
    rate: int
    channels: int
    seconds: float
    """Length of the sound that was decoded; `pcm` may be a part of it."""
    bad_packets: int
    """Packets that could not be decoded and were passed over."""
    tags: Mapping[str, str]
    """Tags of the container and of the stream, by names in lower case."""


def decode(
    data: bytes, wanted: Wanted, name: str = "file", opened: Callable[[], None] = lambda: None
) -> Decoded:
    """Return what is wanted of a file whose content is `data`; `name` is its name for people.

    What cannot be decoded is passed over as long as most can. `opened` is called when the container has been
    read and decoding begins. Raises Refused, a RecordingError.
    """
    refuse = _Refuser(name)
    try:
        with _opened(data, name) as file:
            opened()
            tags = _tags(file)
            if wanted.use is Use.TAGS:
                nothing = np.zeros((0, wanted.channels), wanted.dtype)
                return Decoded(nothing, wanted.rate, wanted.channels, 0.0, 0, tags)
            reading = _Reading(refuse, file, _stream(file, refuse))
            kept = _kept(reading, wanted)
    except (av.FFmpegError, OSError, ValueError, LookupError, ArithmeticError) as error:
        raise Refused(Reason.UNREADABLE, name) from error
    except MemoryError as error:
        raise Refused(Reason.TOO_MUCH, name) from error
    reading.judge()
    return Decoded(kept, wanted.rate, wanted.channels, reading.seconds, reading.bad_packets, tags)


def warm_up() -> None:
    """Read a file of silence for every use: what is imported or opened then cannot be afterwards."""
    rate, size = 48_000, 96_000
    head = (b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16, b"data", size)
    silence = struct.pack("<4sI4s4sIHHIIHH4sI", *head) + bytes(size)
    for use in Use:
        decode(silence, Wanted(use, 44_100, 2))


@dataclass(frozen=True, slots=True)
class _Refuser:
    name: str

    def __call__(self, reason: Reason) -> NoReturn:
        raise Refused(reason, self.name)


@dataclass(slots=True)
class _Reading:
    """The decoding of one stream, and what it has cost."""

    refuse: _Refuser
    file: av.container.InputContainer
    stream: av.AudioStream
    seconds: float = 0.0
    samples: int = 0
    """Decoded, over all channels."""
    packets: int = 0
    """Packets read and frames decoded."""
    good_packets: int = 0
    bad_packets: int = 0
    changes: int = 0
    """Changes of rate, channels or type of the samples."""
    broken_off: bool = field(default=False)
    """True if the container ended with an error."""

    def frames(self) -> Iterator[av.AudioFrame]:
        """Yield decoded frames within bounds. Raises Refused beyond them."""
        for packet in self._read_packets():
            try:
                frames = packet.decode()
            except (av.FFmpegError, ValueError):
                self.bad_packets += 1
                if self.bad_packets > MAX_BAD_PACKETS:
                    self.refuse(Reason.DAMAGED)
                continue
            self.good_packets += bool(frames)
            for frame in frames:
                assert isinstance(frame, av.AudioFrame)
                self._count(frame)
                yield frame

    def judge(self) -> None:
        """Raise Refused if too little could be heard."""
        if not self.seconds:
            self.refuse(Reason.UNREADABLE)
        damaged = self.bad_packets or self.broken_off
        if self.seconds < MIN_SECONDS:
            self.refuse(Reason.DAMAGED if damaged else Reason.TOO_SHORT)
        if self.bad_packets > self.good_packets:
            self.refuse(Reason.DAMAGED)

    def _read_packets(self) -> Iterator[av.Packet[av.AudioStream]]:
        packets = self.file.demux(self.stream)
        while True:
            try:
                packet = next(packets, None)
            except (av.FFmpegError, OSError, ValueError):
                self.broken_off = True
                return
            if packet is None:
                return
            self._count_packet()
            yield packet

    def count_change(self) -> None:
        """Count a change of the form of the samples, which costs a filter. Raises Refused."""
        self.changes += 1
        if self.changes > MAX_CHANGES:
            self.refuse(Reason.TOO_MUCH)

    def _count_packet(self) -> None:
        self.packets += 1
        if self.packets > MAX_PACKETS:
            self.refuse(Reason.TOO_MUCH)

    def _count(self, frame: av.AudioFrame) -> None:
        self._count_packet()
        channels = len(frame.layout.channels)
        if not (MIN_RATE <= frame.sample_rate <= MAX_RATE and 1 <= channels <= MAX_CHANNELS):
            self.refuse(Reason.UNREADABLE)
        samples = frame.samples * channels
        self.samples += samples
        if samples > MAX_FRAME_SAMPLES or self.samples > MAX_SAMPLES:
            self.refuse(Reason.TOO_MUCH)
        self.seconds += frame.samples / frame.sample_rate


def _opened(data: bytes, name: str) -> av.container.InputContainer:
    file = io.BytesIO(mended(data))
    suffix = name.rpartition(".")[2].lower()
    # Only a hint: nothing is opened by name.
    file.name = f"sound.{suffix}" if suffix in SUFFIXES.split(",") else "sound"
    return av.open(
        file,
        "r",
        options={
            "format_whitelist": CONTAINERS,
            "codec_whitelist": CODECS,
            "protocol_whitelist": "",
            "max_streams": str(MAX_STREAMS),
        },
        metadata_errors="replace",
        io_open=_open_nothing,
    )


def _open_nothing(url: str, flags: int, options: object) -> NoReturn:
    """Refuse what a container asks FFmpeg to open besides it."""
    raise PermissionError(url)


def _stream(file: av.container.InputContainer, refuse: _Refuser) -> av.AudioStream:
    """Return the stream to hear: FFmpeg's choice, or the first that can be decoded."""
    streams = list(file.streams.audio)
    if not streams:
        refuse(Reason.SILENT)
    best = file.streams.best("audio")
    for stream in sorted(streams, key=lambda stream: stream is not best):
        context = stream.codec_context
        if (
            context is not None
            and context.name in _CODECS
            and (not context.sample_rate or MIN_RATE <= context.sample_rate <= MAX_RATE)
            and context.channels <= MAX_CHANNELS
        ):
            context.thread_count = 1
            return stream
    return refuse(Reason.UNREADABLE)


def _tags(file: av.container.InputContainer) -> dict[str, str]:
    tags: dict[str, str] = {}
    left = MAX_TAG_CHARS
    # Ogg keeps tags with the stream.
    for source in (file.metadata, *(stream.metadata for stream in file.streams.audio[:1])):
        for key, text in source.items():
            left -= len(key) + len(text)
            if left < 0 or len(tags) >= MAX_TAGS:
                break
            tags[key.lower()] = text
    return tags


def _kept(reading: _Reading, wanted: Wanted) -> Samples:
    """Return the samples to keep; decodes no more than they need."""
    most = wanted.max_samples
    if wanted.use is Use.END:
        return _last(_resampled(reading, wanted), most, wanted)
    kept = np.empty((most, wanted.channels), wanted.dtype)  # memory is taken when it is filled
    filled = 0
    for part in _resampled(reading, wanted):
        if wanted.use is Use.WHOLE and filled + len(part) > most:
            reading.refuse(Reason.TOO_LONG)
        part = part[: most - filled]
        kept[filled : filled + len(part)] = _sixteen_bits(part) if wanted.use is Use.WHOLE else part
        filled += len(part)
        if filled == most and wanted.use is Use.BEGINNING:
            break
    return cast("Samples", kept[:filled])


def _last(parts: Iterator[npt.NDArray[np.float32]], most: int, wanted: Wanted) -> Samples:
    held: deque[npt.NDArray[np.float32]] = deque()
    samples = 0
    for part in parts:
        held.append(part)
        samples += len(part)
        while samples - len(held[0]) >= most:
            samples -= len(held.popleft())
    joined = np.concatenate(held) if held else np.zeros((0, wanted.channels), np.float32)
    return joined[max(0, len(joined) - most) :]


_MAX_PLANES: Final = 7
"""PyAV 18 reads beyond the end of a frame's planes if there are eight."""


class _Form(NamedTuple):
    """How the samples of a frame are laid out."""

    format: str
    layout: str
    channels: int
    rate: int

    def frame(self, pcm: npt.NDArray[Any]) -> av.AudioFrame:
        """Return samples as a frame without a timestamp, so that gaps are not filled with silence."""
        interleaved = np.ascontiguousarray(pcm).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(interleaved, format=self.format, layout=self.layout)
        frame.sample_rate = self.rate
        return frame


def _resampled(reading: _Reading, wanted: Wanted) -> Iterator[npt.NDArray[np.float32]]:
    """Yield the sound at the wanted rate and with the wanted channels, shaped (samples, channels).

    Raises Refused if it is longer than MAX_SECONDS.
    """
    resampler: av.AudioResampler | None = None
    before: _Form | None = None
    for form, frame in _parts(reading, wanted):
        if form != before or resampler is None:  # files joined, or a broadcast
            if resampler is not None:
                yield from _arrays(resampler.resample(None), wanted)
            reading.count_change()
            layout = "mono" if form.channels == 1 else "stereo"
            resampler, before = av.AudioResampler("fltp", layout, wanted.rate), form
        yield from _arrays(resampler.resample(frame), wanted)
    if resampler is not None:
        yield from _arrays(resampler.resample(None), wanted)


def _parts(reading: _Reading, wanted: Wanted) -> Iterator[tuple[_Form, av.AudioFrame]]:
    """Yield what is decoded in frames of at most PART_SAMPLES per channel.

    Long frames are split, because they grow by resampling; short ones are joined, because each call of FFmpeg
    takes 10 µs. Raises Refused if the sound is longer than MAX_SECONDS.
    """
    held: list[npt.NDArray[Any]] = []
    samples, before = 0, None
    for frame in reading.frames():
        if reading.seconds > MAX_SECONDS and wanted.use is not Use.BEGINNING:
            reading.refuse(Reason.TOO_LONG)
        planar, channels = frame.format.is_planar, len(frame.layout.channels)
        form = _Form(frame.format.packed.name, frame.layout.name, channels, frame.sample_rate)
        if before is not None and held and (form != before or samples + frame.samples > PART_SAMPLES):
            yield before, before.frame(np.concatenate(held))
            held, samples = [], 0
        before = form
        if planar and channels > _MAX_PLANES:
            frame.pts = None
            yield form._replace(format=frame.format.name), frame
            continue
        pcm = frame.to_ndarray()
        pcm = pcm.T if planar else pcm.reshape(-1, channels)
        if len(pcm) <= PART_SAMPLES:
            held.append(pcm)
            samples += len(pcm)
        else:
            for begin in range(0, len(pcm), PART_SAMPLES):
                yield form, form.frame(pcm[begin : begin + PART_SAMPLES])
    if before is not None and held:
        yield before, before.frame(np.concatenate(held))


def _arrays(frames: list[av.AudioFrame], wanted: Wanted) -> Iterator[npt.NDArray[np.float32]]:
    for frame in frames:
        pcm = np.nan_to_num(frame.to_ndarray(), nan=0.0, posinf=1.0, neginf=-1.0)
        np.clip(pcm, -_MAX_SAMPLE, _MAX_SAMPLE, out=pcm)
        if wanted.channels == 1:
            pcm = pcm.mean(axis=0, keepdims=True)
        elif len(pcm) == 1:
            pcm = np.repeat(pcm, wanted.channels, axis=0)
        yield np.ascontiguousarray(pcm.T)


def _sixteen_bits(pcm: npt.NDArray[np.float32]) -> npt.NDArray[np.int16]:
    scaled = np.rint(pcm * np.float32(_FULL_SCALE))
    whole: npt.NDArray[np.int16] = np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)
    return whole
