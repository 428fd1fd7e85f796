"""`python -m bot compose`: composes a track to a file, without Discord."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from audio.files.track import PICTURE_SUFFIX, Track, TrackError, write_track
from audio.playout.chain import processed_chunks
from bot.config.engine_factory import running_engine
from bot.ui.hearing import hearing_of

if TYPE_CHECKING:
    from audio.engine import Engine, EngineInfo
    from audio.piece import Piece
    from audio.units import Pcm
    from bot.config.settings import Settings

FORMAT_OF: Final = {".flac": "flac", ".opus": "opus", ".ogg": "opus", ".mp3": "mp3"}
"""Format of a file by its suffix."""

NO_LIMIT: Final = sys.maxsize
"""[bytes]; a file that is not posted may have any size."""

_BAR: Final = "{desc} {percentage:3.0f}% {bar} {n:.1f} of {total:.1f} s{postfix}"


def checked_output_path(path: Path) -> Path:
    """Return `path` if a track can be written there, after creating its folder. Raises TrackError."""
    if path.is_dir():
        raise TrackError(f"{path} is a folder: name a file in it.")
    if path.suffix.lower() not in FORMAT_OF:
        raise TrackError(
            f"{path.name} has a suffix that Busker does not write: use one of {', '.join(FORMAT_OF)}."
        )
    _check_folder(path.parent)
    return path


def _check_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Permissions are not enough: the disk may be mounted read-only.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = error.strerror or str(error)
        raise TrackError(f"{folder} cannot be written to ({why}): name another place.") from error


async def compose(settings: Settings, piece: Piece, out: Path | None, *, picture: bool) -> None:
    """Compose `piece` to `out`, with progress on standard error, then print the path and the speed.

    Without `out`, the track gets a new name in the folder of tracks. Raises EngineError or TrackError.
    """
    if out is None:
        _check_folder(settings.tracks.folder)
    print("Loading the model …", file=sys.stderr, flush=True)
    async with running_engine(settings) as engine:
        info = engine.info
        print(f"{info.checkpoint} on {info.device}.", file=sys.stderr, flush=True)
        for sentence in hearing_of(engine, piece):
            print(sentence, file=sys.stderr, flush=True)
        pcm, took_seconds = await _compose_whole(engine, piece)
    if out is None:
        path = _write_new(pcm, piece, info, settings, picture=picture)
    else:
        path = _write_to(pcm, piece, info, out, picture=picture)
    factor = piece.seconds / took_seconds
    print(f"{path}: {piece.seconds:g} s, seed {piece.seed}, made at {factor:.2f} times real time.")


async def _compose_whole(engine: Engine, piece: Piece) -> tuple[Pcm, float]:
    """Return the engine's PCM, of shape (channels, samples), and the seconds that composing took."""
    chunks: list[Pcm] = []
    rate = engine.info.sample_rate
    start = time.perf_counter()
    bar = tqdm(
        total=round(piece.seconds * rate),
        unit_scale=1 / rate,
        desc="Composing",
        bar_format=_BAR,
        file=sys.stderr,
        mininterval=0.2,
    )
    with bar, logging_redirect_tqdm():
        async for chunk in processed_chunks(engine, piece):
            chunks.append(chunk.engine_pcm)
            speed = sum(part.shape[1] for part in chunks) / rate / (time.perf_counter() - start)
            bar.set_postfix_str(f"{speed:.2f} × real time", refresh=False)
            bar.update(chunk.engine_pcm.shape[1])
    return np.concatenate(chunks, axis=1), time.perf_counter() - start


def _write_new(pcm: Pcm, piece: Piece, info: EngineInfo, settings: Settings, *, picture: bool) -> Path:
    """Write the track to the folder of tracks, under a new name."""
    track = write_track(
        pcm, piece, info, settings.tracks.folder, NO_LIMIT, formats=settings.tracks.formats[:1]
    )
    if not picture:
        track.picture.unlink()
    return track.path


def _write_to(pcm: Pcm, piece: Piece, info: EngineInfo, out: Path, *, picture: bool) -> Path:
    """Write the track to `out`. An existing file is replaced only once the new one is complete."""
    format_name = FORMAT_OF[out.suffix.lower()]
    try:
        with tempfile.TemporaryDirectory(prefix=".busker-", dir=out.parent) as folder:
            track: Track = write_track(pcm, piece, info, Path(folder), NO_LIMIT, formats=[format_name])
            if picture:
                track.picture.replace(out.with_suffix(PICTURE_SUFFIX))
            return track.path.replace(out)
    except OSError as error:
        why = error.strerror or str(error)
        raise TrackError(f"The track could not be written to {out}: {why}.") from error
