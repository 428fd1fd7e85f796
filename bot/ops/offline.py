"""`python -m bot compose`: from words to a file, with no Discord at all."""

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
from bot.config.engine_factory import engine_of

if TYPE_CHECKING:
    from audio.engine import Engine, EngineInfo
    from audio.piece import Piece
    from audio.units import Pcm
    from bot.config.settings import Settings

FORMAT_OF: Final = {".flac": "flac", ".opus": "opus", ".ogg": "opus", ".mp3": "mp3"}
"""What a file is to be, by its suffix."""

NO_LIMIT: Final = sys.maxsize
"""Bytes: a file that is not posted may be as large as it gets."""

_BAR: Final = "{desc} {percentage:3.0f}% {bar} {n:.1f} of {total:.1f} s{postfix}"


def checked_out(path: Path) -> Path:
    """`path`, when a track can be written there; its folder is made. Raises TrackError with a sentence."""
    if path.is_dir():
        raise TrackError(f"{path} is a folder: name a file in it.")
    if path.suffix.lower() not in FORMAT_OF:
        raise TrackError(
            f"{path.name} has a suffix that Busker does not write: {', '.join(FORMAT_OF)} will do."
        )
    _check_folder(path.parent)
    return path


def _check_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Permissions alone do not tell: a disk can be mounted read-only.
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = error.strerror or str(error)
        raise TrackError(f"{folder} cannot be written to ({why}): name another place.") from error


async def compose(settings: Settings, piece: Piece, out: Path | None, *, picture: bool) -> None:
    """Compose `piece`, show how far it is on standard error, and print the file's path and what made it.

    With no `out` it gets a new name in the folder of tracks. Raises EngineError or TrackError.
    """
    if out is None:
        _check_folder(settings.tracks.folder)
    print("Loading the model …", file=sys.stderr, flush=True)
    async with engine_of(settings) as engine:
        info = engine.info
        print(f"{info.checkpoint} on {info.device}.", file=sys.stderr, flush=True)
        made, took_seconds = await _composed(engine, piece)
    if out is None:
        path = _kept(made, piece, info, settings, picture=picture)
    else:
        path = _written(made, piece, info, out, picture=picture)
    factor = piece.seconds / took_seconds
    print(f"{path}: {piece.seconds:g} s, seed {piece.seed}, made at {factor:.2f} times real time.")


async def _composed(engine: Engine, piece: Piece) -> tuple[Pcm, float]:
    """The whole sound, and how many seconds it took."""
    made: list[Pcm] = []
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
            made.append(chunk.engine_pcm)
            speed = sum(part.shape[1] for part in made) / rate / (time.perf_counter() - start)
            bar.set_postfix_str(f"{speed:.2f} × real time", refresh=False)
            bar.update(chunk.engine_pcm.shape[1])
    return np.concatenate(made, axis=1), time.perf_counter() - start


def _kept(made: Pcm, piece: Piece, info: EngineInfo, settings: Settings, *, picture: bool) -> Path:
    """Write the track under a new name into the folder of tracks."""
    track = write_track(
        made, piece, info, settings.tracks.folder, NO_LIMIT, formats=settings.tracks.formats[:1]
    )
    if not picture:
        track.picture.unlink()
    return track.path


def _written(made: Pcm, piece: Piece, info: EngineInfo, out: Path, *, picture: bool) -> Path:
    """Write the track as `out`, over what was there, which is whole until the new one is."""
    form = FORMAT_OF[out.suffix.lower()]
    try:
        with tempfile.TemporaryDirectory(prefix=".busker-", dir=out.parent) as folder:
            track: Track = write_track(made, piece, info, Path(folder), NO_LIMIT, formats=[form])
            if picture:
                track.picture.replace(out.with_suffix(PICTURE_SUFFIX))
            return track.path.replace(out)
    except OSError as error:
        why = error.strerror or str(error)
        raise TrackError(f"The track could not be written to {out}: {why}.") from error
