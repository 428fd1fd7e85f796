"""Saved tracks, read back as sound or as a Track."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from audio.dsp.level import CHANNEL_LUFS
from audio.dsp.loudness import integrated
from audio.files.picture import alt_text
from audio.files.track import FORMATS, PICTURE_SUFFIX, Track, TrackError
from audio.piece import Piece
from audio.units import CHANNELS, SAMPLE_RATE, Pcm16, floats, samples_of, sixteen_bits
from words.text import Text


def read_for_playback(path: Path, seconds: float) -> Pcm16:
    """Return the sound of a file as `read_pcm` does, at the level of the voice channel.

    It is never louder than in the file, so that its peaks stay under the ceiling. Takes some 4 ms per second
    of sound. Raises TrackError.
    """
    pcm = floats(read_pcm(path, seconds))
    decibels = min(0.0, CHANNEL_LUFS - integrated(pcm))
    return sixteen_bits(pcm * np.float32(10 ** (decibels / 20)))


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

    From a FLAC file these are exactly the samples that were written. Takes some 2 ms per second of sound.
    Raises TrackError if the file is missing or not a track.
    """
    wanted = samples_of(seconds)
    containers = ",".join(each.container for each in FORMATS.values())
    sound = np.zeros((wanted, CHANNELS), np.int16)
    decoded = 0
    try:
        with av.open(str(path), options={"format_whitelist": containers}) as file:
            resampler = av.AudioResampler("s16", "stereo", SAMPLE_RATE)
            for frame in file.decode(audio=0):
                for part in resampler.resample(frame):
                    pcm = part.to_ndarray().reshape(-1, CHANNELS)[: wanted - decoded]
                    sound[decoded : decoded + len(pcm)] = pcm
                    decoded += len(pcm)
                if decoded == wanted:  # the file may hold hours
                    break
    except (av.FFmpegError, OSError, LookupError) as error:
        raise TrackError(Text("track-gone", file=path.name)) from error
    if not decoded:  # FFmpeg skips what it cannot decode
        raise TrackError(Text("track-gone", file=path.name))
    return sound
