"""A track that was kept, read back as the sound that Discord plays."""

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
    """The sound of a file as `read_pcm` has it, at the level of the voice channel: never louder than it is
    in the file, so that its peaks stay where they are. Some 4 ms of work a second of sound."""
    pcm = floats(read_pcm(path, seconds))
    decibels = min(0.0, CHANNEL_LUFS - integrated(pcm))
    return sixteen_bits(pcm * np.float32(10 ** (decibels / 20)))


def read_track(path: Path, piece: Piece) -> Track:
    """The track of `piece` in a file that `write_track` wrote. Decodes it: see `read_pcm`."""
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
    """The first `seconds` of the sound of a file, shaped (samples, 2) at 48 kHz; silence where it is shorter.

    Of a FLAC file these are the very samples that were written. Some 2 ms of work a second of sound. Raises
    TrackError when the file is gone or is no track.
    """
    wanted = samples_of(seconds)
    containers = ",".join(each.container for each in FORMATS.values())
    sound = np.zeros((wanted, CHANNELS), np.int16)
    have = 0
    try:
        with av.open(str(path), options={"format_whitelist": containers}) as file:
            resampler = av.AudioResampler("s16", "stereo", SAMPLE_RATE)
            for frame in file.decode(audio=0):
                for part in resampler.resample(frame):
                    pcm = part.to_ndarray().reshape(-1, CHANNELS)[: wanted - have]
                    sound[have : have + len(pcm)] = pcm
                    have += len(pcm)
                if have == wanted:  # a file may hold hours: nobody asked for more
                    break
    except (av.FFmpegError, OSError, LookupError) as error:
        raise TrackError(Text("track-gone", file=path.name)) from error
    if not have:  # FFmpeg skips what it cannot make sense of
        raise TrackError(Text("track-gone", file=path.name))
    return sound
