"""A Track: a finished piece as a file that says how it was made, and its picture."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple, cast

import av

from audio.dsp.mastering import master
from audio.engine import EngineInfo
from audio.errors import BuskerError
from audio.files.picture import alt_text, draw
from audio.piece import Piece, PromptChange
from audio.units import SAMPLE_RATE, Pcm, Pcm16
from words.text import Text

ARTIST: Final = "Busker"
AUTOMATIC: Final = "auto"
"""How the tag `interval` says that it was left to Busker."""

PICTURE_SUFFIX: Final = ".png"
NAME_LENGTH: Final = 48
"""Letters of the prompt in a file's name."""


class _Format(NamedTuple):
    suffix: str
    container: str
    codec: str
    bit_rate: int | None


FORMATS: Final[Mapping[str, _Format]] = {
    "flac": _Format(".flac", "flac", "flac", None),
    "opus": _Format(".ogg", "ogg", "libopus", 160_000),
    "mp3": _Format(".mp3", "mp3", "libmp3lame", 192_000),
}
"""From the best on: lossless; not told from it by ear; what plays everywhere. Each keeps free tags (WAV does
not). Opus bears the suffix that Discord has a player for."""

_RECORDINGS: Final[Sequence[str]] = ("continues", "melody")
_NUMBERED: Final = ("seconds", "seed", "top_k", "temperature")
_AUTOMATIC: Final = ("interval", "guidance")
"""Numbers that may be left to the engine."""


class TrackError(BuskerError):
    """A track cannot be written, or a file is no track of Busker's."""


@dataclass(frozen=True, slots=True)
class Track:
    """A finished piece on disk."""

    piece: Piece
    path: Path
    picture: Path
    """A PNG beside it, with the same name."""
    alt_text: Text
    """What the picture shows, in words."""
    format: str
    """A key of FORMATS."""
    size: int
    """Bytes of the sound file."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file says about its making: the same Piece and checkpoint make the same sound again."""

    piece: Piece
    checkpoint: str
    revision: str
    licence: str
    recordings: Mapping[str, str]
    """What was heard beside the prompts, "continues" or "melody", by the digest of its file; `piece` lacks
    it."""


def write_track(
    made: Pcm,
    piece: Piece,
    info: EngineInfo,
    folder: Path,
    limit: int,
    formats: Sequence[str] = tuple(FORMATS),
) -> Track:
    """Write the whole of `piece`, as the engine of `info` made it, shaped (channels, samples), into `folder`.

    It is mastered first: a file is as loud as other music, whatever it was in the voice channel.

    The first of `formats` that takes no more than `limit` bytes is taken, found by encoding, not by guessing;
    the last one where none does, so that nothing is lost; its `size` tells.
    The name is made here, of letters and digits of the prompt and the seed, and is never one that is taken.
    Both files appear whole or not at all, the picture first. This computes for a second or so and shares
    nothing, so that another process can run it. Raises TrackError when the disk refuses, EngineError when
    `made` is no sound.
    """
    pcm = master(made, info.sample_rate, piece.seconds)
    tags = _tags(piece, info)
    for name in formats:
        sound = encode_file(pcm, FORMATS[name], tags)
        if len(sound) <= limit:
            break
    suffix = FORMATS[name].suffix
    try:
        stored = _stored(folder, _stem(piece), {PICTURE_SUFFIX: draw(pcm, piece), suffix: sound})
    except OSError as error:
        raise TrackError(Text("track-not-saved", why=error.strerror or str(error))) from error
    return Track(
        piece=piece,
        path=stored[suffix],
        picture=stored[PICTURE_SUFFIX],
        alt_text=alt_text(pcm, piece),
        format=name,
        size=len(sound),
        seconds=len(pcm) / SAMPLE_RATE,
    )


def read_tags(path: Path) -> Origin:
    """What the file at `path` says about its making; its sound is not decoded.

    The file may come from anyone: have `piece_of` judge the Piece before it is made again. Raises TrackError
    when the file cannot be read or was not written by `write_track`.
    """
    containers = ",".join(each.container for each in FORMATS.values())
    try:
        with av.open(str(path), options={"format_whitelist": containers}) as file:
            written = {**file.metadata, **file.streams.audio[0].metadata}  # Ogg keeps tags with the stream
        tags = {key.lower(): text for key, text in written.items()}
        seconds, seed, top_k, temperature = (tags[key] for key in _NUMBERED)
        interval, guidance = (None if tags[key] == AUTOMATIC else float(tags[key]) for key in _AUTOMATIC)
        piece = Piece(
            prompt=tags["prompt"],
            seconds=float(seconds),
            seed=int(seed),
            interval=interval,
            guidance=guidance,
            top_k=int(top_k),
            temperature=float(temperature),
            prelude=float(tags.get("prelude", 0.0)),
            excerpt=float(tags["excerpt"]) if "excerpt" in tags else None,
            prompt_changes=tuple(
                PromptChange(str(prompt), int(step), int(blend))
                for prompt, step, blend in json.loads(tags.get("turns", "[]"))
            ),
        )
        recordings = {role: tags[role] for role in _RECORDINGS if role in tags}
        return Origin(piece, tags["checkpoint"], tags["revision"], tags["licence"], recordings)
    except (av.FFmpegError, OSError, LookupError, ValueError, TypeError, RecursionError) as error:
        raise TrackError(Text("track-not-ours", file=path.name)) from error


def _tags(piece: Piece, info: EngineInfo) -> dict[str, str]:
    return {
        "title": piece.prompt,
        "artist": ARTIST,
        "prompt": piece.prompt,
        **{key: repr(getattr(piece, key)) for key in _NUMBERED},
        **{key: AUTOMATIC if (number := getattr(piece, key)) is None else repr(number) for key in _AUTOMATIC},
        "checkpoint": info.checkpoint,
        "revision": info.revision,
        "licence": info.licence,
        **({"prelude": repr(piece.prelude)} if piece.prelude else {}),
        **({"excerpt": repr(piece.excerpt)} if piece.excerpt is not None else {}),
        **(
            {"turns": json.dumps([astuple(change) for change in changes])}
            if (changes := piece.prompt_changes)
            else {}
        ),
        **{role: heard.digest for role in _RECORDINGS if (heard := getattr(piece, role)) is not None},
    }


def encode_file(pcm: Pcm16, form: _Format, tags: Mapping[str, str]) -> bytes:
    """The whole file. The same sound and tags make the same bytes ("bitexact": no random serial numbers)."""
    file = io.BytesIO()
    with av.open(file, "w", format=form.container, options={"fflags": "+bitexact"}) as container:
        container.metadata.update(tags)
        stream = cast(av.AudioStream, container.add_stream(form.codec, SAMPLE_RATE, layout="stereo"))
        if form.bit_rate is not None:
            stream.bit_rate = form.bit_rate
        # One second at a time, since the encoder copies what it is given.
        for begin in range(0, len(pcm), SAMPLE_RATE):
            second = pcm[begin : begin + SAMPLE_RATE]
            frame = av.AudioFrame.from_ndarray(second.reshape(1, -1), format="s16", layout="stereo")
            frame.sample_rate = SAMPLE_RATE
            frame.pts = begin
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _stem(piece: Piece) -> str:
    plain = unicodedata.normalize("NFKD", piece.prompt).encode("ascii", "ignore").decode().lower()
    words = "-".join(re.findall("[a-z0-9]+", plain))[:NAME_LENGTH].strip("-")
    return f"{words or 'piece'}-{piece.seed}"


def _stored(folder: Path, stem: str, files: Mapping[str, bytes]) -> dict[str, Path]:
    """Put `files`, by suffix and in order, into `folder` under a free name; that name's paths by suffix."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _numbered(stem):
        claim = folder / f".{name}.part"
        try:
            claim.mkdir()
        except FileExistsError:  # another process is writing under this name
            continue
        try:
            if any((folder / f"{name}{suffix}").exists() for suffix in _suffixes()):
                continue
            for suffix, data in files.items():
                with (claim / suffix).open("xb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            return {suffix: (claim / suffix).replace(folder / f"{name}{suffix}") for suffix in files}
        finally:
            shutil.rmtree(claim, ignore_errors=True)
    raise AssertionError("numbers do not end")


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    for number in count(2):
        yield f"{stem}-{number}"


def _suffixes() -> list[str]:
    return [PICTURE_SUFFIX, *(form.suffix for form in FORMATS.values())]
