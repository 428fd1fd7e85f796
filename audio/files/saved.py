"""Saved tracks, read back as sound or as a Track."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

import av
import numpy as np

from audio.dsp.level import CHANNEL_LUFS
from audio.dsp.loudness import Meter, gated, loudness_of
from audio.errors import RecordingError
from audio.files.picture import alt_text
from audio.files.recording import SUFFIX, opened
from audio.files.track import FORMATS, PICTURE_SUFFIX, Track, TrackError
from audio.piece import Piece
from audio.units import CHANNELS, SAMPLE_RATE, Pcm16, floats, samples_of, sixteen_bits
from words.text import Text

BLOCK_SECONDS: Final = 5
"""Seconds of sound that are filtered at once."""


def read_for_playback(path: Path, seconds: float) -> Pcm16:
    """Return the sound of a file as `read_pcm` does, at the level of the voice channel.

    It is never louder than in the file, so that its peaks stay under the ceiling. Takes some 4 ms per second
    of sound. Raises TrackError.
    """
    pcm = read_pcm(path, seconds)
    decibels = min(0.0, CHANNEL_LUFS - loudness(pcm))
    gain = np.float32(10 ** (decibels / 20))
    for block in blocks(pcm):
        block[:] = sixteen_bits(floats(block) * gain)
    return pcm


def loudness(pcm: Pcm16) -> float:
    """Return the integrated loudness [LUFS] of sound shaped (samples, 2); −inf for silence."""
    meter = Meter(CHANNELS)
    loud = gated(np.concatenate([meter.push(floats(block)) for block in blocks(pcm)] or [np.zeros(0)]))
    return loudness_of(float(loud.mean())) if len(loud) else -np.inf


def blocks(pcm: Pcm16) -> Iterator[Pcm16]:
    """Yield views of BLOCK_SECONDS each: in float64, as filters compute, ten minutes at once take 460 MB."""
    for begin in range(0, len(pcm), BLOCK_SECONDS * SAMPLE_RATE):
        yield pcm[begin : begin + BLOCK_SECONDS * SAMPLE_RATE]


def read_track(path: Path, piece: Piece) -> Track:
    """Return the track of `piece` from a file that `write_track` wrote, by decoding it; see `read_pcm`."""
    pcm = read_pcm(path, piece.seconds)
    return Track(
        piece=piece,
        path=path,
        picture=path.with_suffix(PICTURE_SUFFIX),
        alt_text=alt_text(pcm, piece),
        format=next(name for name, form in FORMATS.items() if form.suffix == path.suffix),
        size=path.stat().st_size,
        seconds=len(pcm) / SAMPLE_RATE,
    )


def read_pcm(path: Path, seconds: float) -> Pcm16:
    """Return the first `seconds` of a file, shaped (samples, 2) at 48 kHz, padded with silence.

    From a FLAC file or a recording these are exactly the samples that were written. Takes some 2 ms per
    second of sound. Raises TrackError if the file is missing or neither a track nor a recording.
    """
    sound = np.zeros((samples_of(seconds), CHANNELS), np.int16)
    if not _fill(sound, path):  # FFmpeg skips what it cannot decode
        raise TrackError(Text("track-gone", file=path.name))
    return sound


def read_all(path: Path, max_seconds: float) -> Pcm16:
    """Return all sound of a file as `read_pcm` does, or its first `max_seconds`. Raises TrackError."""
    most = samples_of(max_seconds)
    if path.suffix == SUFFIX:
        with _track_errors(path):
            return next(_from_recording(path))[:most]
    sound = np.empty((most, CHANNELS), np.int16)  # takes memory where it is filled
    return sound[: _fill(sound, path)]


def _fill(sound: Pcm16, path: Path) -> int:
    """Copy the beginning of a file into `sound`; returns the samples copied. Raises TrackError."""
    filled = 0
    with _track_errors(path):
        for part in _from_recording(path) if path.suffix == SUFFIX else _from_track(path):
            part = part[: len(sound) - filled]
            sound[filled : filled + len(part)] = part
            filled += len(part)
            if filled == len(sound):  # the file may hold hours
                break
    return filled


@contextmanager
def _track_errors(path: Path) -> Iterator[None]:
    """Turn whatever FFmpeg, the disk and a file of another kind raise into a TrackError."""
    try:
        yield
    except (av.FFmpegError, OSError, LookupError, ValueError, AttributeError, RecordingError) as error:
        raise TrackError(Text("track-gone", file=path.name)) from error


def _from_recording(path: Path) -> Iterator[Pcm16]:
    """Yield the sound of a recording. Raises RecordingError, or ValueError if it is not for playback."""
    sound = opened(path)
    if sound.rate != SAMPLE_RATE or sound.samples.shape[1] != CHANNELS or sound.samples.dtype != np.int16:
        raise ValueError("a recording for the engine")
    yield cast("Pcm16", sound.samples)


def _from_track(path: Path) -> Iterator[Pcm16]:
    """Yield the sound of a track that Busker wrote. Nothing else is decoded here: see `audio/media/`."""
    form = next((form for form in FORMATS.values() if form.suffix == path.suffix), None)
    if form is None:
        raise ValueError("not the suffix of a track")
    with av.open(
        str(path),
        options={"format_whitelist": form.container, "codec_whitelist": form.decoders},
        metadata_errors="replace",
    ) as file:
        stream = file.streams.audio[0]
        if stream.codec_context.name not in form.decoders.split(","):
            raise ValueError("not the codec of a track")
        resampler = av.AudioResampler("s16", "stereo", SAMPLE_RATE)
        for frame in file.decode(stream):
            for part in resampler.resample(frame):
                yield cast("Pcm16", part.to_ndarray().reshape(-1, CHANNELS))
