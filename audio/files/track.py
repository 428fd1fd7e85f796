"""A Track: a finished piece as a sound file with tags that reproduce it, and a picture."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple, cast

import av

from audio.dsp.mastering import master
from audio.engine import EngineInfo
from audio.errors import BuskerError
from audio.files.picture import alt_text, draw
from audio.piece import MAX_PROMPT_CHANGES, PROMPT_LENGTH, Piece, PromptChange
from audio.units import SAMPLE_RATE, Pcm, Pcm16
from words.text import Text

ARTIST: Final = "Busker"
AUTOMATIC: Final = "auto"
"""Value of a tag for a number that was left to Busker."""

PICTURE_SUFFIX: Final = ".png"
NAME_LENGTH: Final = 48
"""Maximum number of characters of the prompt in a file name."""


class _Format(NamedTuple):
    suffix: str
    container: str
    codec: str
    bit_rate: int | None
    decoders: str
    """FFmpeg's names of decoders for it."""


FORMATS: Final[Mapping[str, _Format]] = {
    "flac": _Format(".flac", "flac", "flac", None, "flac"),
    "opus": _Format(".ogg", "ogg", "libopus", 160_000, "opus,libopus"),
    "mp3": _Format(".mp3", "mp3", "libmp3lame", 192_000, "mp3float,mp3"),
}
"""From the best to the most compatible: lossless; transparent; playable everywhere. All keep custom tags (WAV
does not). Opus has the suffix for which Discord shows a player."""

MAX_TAG_NUMBER: Final = 1e9
"""Largest number in a tag: no radio plays for so many seconds. A larger one is forged, and would not fit into
a sentence."""

MAX_CHANGES_CHARS: Final = MAX_PROMPT_CHANGES * (2 * 12 * PROMPT_LENGTH[1] + 64)
"""Longest list of prompt changes in a tag: two prompts each, and JSON takes up to 12
characters for one, as in \\ud83c\\udfb5."""

_RECORDINGS: Final[Sequence[str]] = ("continues", "melody")
_NUMBERED: Final = ("seconds", "seed", "top_k", "temperature")
_AUTOMATIC: Final = ("interval", "guidance")
"""Numbers that may be automatic."""


class TrackError(BuskerError):
    """A track cannot be written or read, or a file is not a track that Busker wrote."""


@dataclass(frozen=True, slots=True)
class Unsaved:
    """The files of a track that the disk refused."""

    sound: bytes
    picture: bytes
    why: str
    """What the system says, such as "No space left on device"."""


@dataclass(frozen=True, slots=True)
class Track:
    """A finished piece on disk, or in memory where the disk refused it."""

    piece: Piece
    path: Path
    picture: Path
    """A PNG beside it, with the same name."""
    alt_text: Text
    """Description of the picture."""
    format: str
    """A key of FORMATS."""
    size: int
    """Bytes of the sound file."""
    seconds: float
    unsaved: Unsaved | None = None
    """Its files if there are none at `path` and `picture`."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a track as its tags state it: the same Piece and checkpoint reproduce the sound."""

    piece: Piece
    checkpoint: str
    revision: str
    licence: str
    recordings: Mapping[str, str]
    """Digests of the files that the piece was made from, by role ("continues", "melody"); `piece` lacks
    them."""


def write_track(
    pcm: Pcm,
    piece: Piece,
    info: EngineInfo,
    folder: Path,
    limit: int,
    formats: Sequence[str] = tuple(FORMATS),
) -> Track:
    """Write a whole piece as `make_track` does. Raises TrackError also if the disk refuses."""
    track = make_track(pcm, piece, info, folder, limit, formats)
    if track.unsaved is not None:
        raise TrackError(Text("track-not-saved", why=track.unsaved.why))
    return track


def make_track(
    pcm: Pcm,
    piece: Piece,
    info: EngineInfo,
    folder: Path,
    limit: int,
    formats: Sequence[str] = tuple(FORMATS),
) -> Track:
    """Write a whole piece into `folder`, as sound file and picture, or keep them if the disk refuses.

    `pcm` is the sound as the engine made it, shaped (channels, samples). It is mastered, so that a file is as
    loud as other music whatever it was in the voice channel.

    The first of `formats` whose file has at most `limit` bytes is written, or the last one if none fits; the
    `size` of the track tells. The file name consists of letters and digits of the prompt and the seed and is
    always a new one. Both files appear whole or not at all, the picture first. This takes about a second and
    shares no state, so it can run in another process. Raises EngineError if `pcm` is not sound.
    """
    mastered = master(pcm, info.sample_rate, piece.seconds)
    tags = _tags(piece, info)
    for name in formats:
        sound = encode_file(mastered, FORMATS[name], tags)
        if len(sound) <= limit:
            break
    suffix, picture, unsaved = FORMATS[name].suffix, draw(mastered, piece), None
    try:
        paths = _store(folder, _stem(piece), {PICTURE_SUFFIX: picture, suffix: sound})
    except OSError as error:
        paths = {each: folder / f"{_stem(piece)}{each}" for each in (PICTURE_SUFFIX, suffix)}
        unsaved = Unsaved(sound, picture, why=error.strerror or str(error))
    return Track(
        piece=piece,
        path=paths[suffix],
        picture=paths[PICTURE_SUFFIX],
        alt_text=alt_text(mastered, piece),
        format=name,
        size=len(sound),
        seconds=len(mastered) / SAMPLE_RATE,
        unsaved=unsaved,
    )


def read_tags(path: Path) -> Origin:
    """Read the tags of a track that Busker wrote, without decoding its sound. Raises TrackError."""
    containers = ",".join(each.container for each in FORMATS.values())
    try:
        with av.open(str(path), options={"format_whitelist": containers}) as file:
            metadata = {**file.metadata, **file.streams.audio[0].metadata}  # Ogg keeps tags with the stream
    except (av.FFmpegError, OSError, LookupError, ValueError) as error:
        raise TrackError(Text("track-not-ours", file=path.name)) from error
    return origin_of(metadata, path.name)


def origin_of(metadata: Mapping[str, str], name: str) -> Origin:
    """Return the origin that tags state; `name` is the file's, for people.

    The tags may come from anyone: pass the Piece through `checked` before it is composed again. Raises
    TrackError if they are not those that `write_track` writes.
    """
    try:
        tags = {key.lower(): text for key, text in metadata.items()}
        seconds, seed, top_k, temperature = (tags[key] for key in _NUMBERED)
        interval, guidance = (None if tags[key] == AUTOMATIC else _number(tags[key]) for key in _AUTOMATIC)
        piece = Piece(
            prompt=tags["prompt"],
            seconds=_number(seconds),
            seed=int(seed),
            interval=interval,
            guidance=guidance,
            top_k=int(top_k),
            temperature=_number(temperature),
            prelude=_number(tags.get("prelude", "0")),
            excerpt=_number(tags["excerpt"]) if "excerpt" in tags else None,
            prompt_changes=_prompt_changes(tags.get("turns", "[]")),
            translated_from=tags.get("translated_from"),
        )
        recordings = {role: tags[role] for role in _RECORDINGS if role in tags}
        return Origin(piece, tags["checkpoint"], tags["revision"], tags["licence"], recordings)
    except (LookupError, ValueError, TypeError, RecursionError) as error:
        raise TrackError(Text("track-not-ours", file=name)) from error


def _number(text: str) -> float:
    """Parse a number of a tag. Raises ValueError, or TrackError for one that no track has."""
    number = float(text)
    if not abs(number) <= MAX_TAG_NUMBER:  # also for NaN
        raise TrackError(Text("piece-tags"))
    return number


def _prompt_changes(text: str) -> tuple[PromptChange, ...]:
    """Parse a list of rows (see `PromptChange.row`). Raises ValueError or RecursionError."""
    listed = json.loads(text) if len(text) <= MAX_CHANGES_CHARS else None
    if not isinstance(listed, list) or len(listed) > MAX_PROMPT_CHANGES:
        raise ValueError("not a list of prompt changes")
    return tuple(_prompt_change(*change) for change in listed)


def _prompt_change(
    prompt: object, step: object, blend: object, translated_from: object = None
) -> PromptChange:
    if not isinstance(prompt, str) or type(step) is not int or type(blend) is not int:  # a bool is an int
        raise TypeError("not a prompt change")
    if translated_from is not None and not isinstance(translated_from, str):
        raise TypeError("not a prompt change")
    return PromptChange(prompt, step, blend, translated_from)


def _tags(piece: Piece, info: EngineInfo) -> dict[str, str]:
    return {
        "title": piece.typed_prompt,
        "artist": ARTIST,
        "prompt": piece.prompt,
        **({"translated_from": piece.translated_from} if piece.translated_from is not None else {}),
        **{key: repr(getattr(piece, key)) for key in _NUMBERED},
        **{key: AUTOMATIC if (number := getattr(piece, key)) is None else repr(number) for key in _AUTOMATIC},
        "checkpoint": info.checkpoint,
        "revision": info.revision,
        "licence": info.licence,
        **({"prelude": repr(piece.prelude)} if piece.prelude else {}),
        **({"excerpt": repr(piece.excerpt)} if piece.excerpt is not None else {}),
        **(
            {"turns": json.dumps([change.row for change in changes])}
            if (changes := piece.prompt_changes)
            else {}
        ),
        **{role: recording.digest for role in _RECORDINGS if (recording := getattr(piece, role)) is not None},
    }


def encode_file(pcm: Pcm16, form: _Format, tags: Mapping[str, str]) -> bytes:
    """Encode a whole file. The same sound and tags give the same bytes.

    "bitexact" leaves out random serial numbers.
    """
    file = io.BytesIO()
    with av.open(file, "w", format=form.container, options={"fflags": "+bitexact"}) as container:
        container.metadata.update(tags)
        stream = cast(av.AudioStream, container.add_stream(form.codec, SAMPLE_RATE, layout="stereo"))
        if form.bit_rate is not None:
            stream.bit_rate = form.bit_rate
        # One second at a time, since the encoder copies its input.
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


def _store(folder: Path, stem: str, files: Mapping[str, bytes]) -> dict[str, Path]:
    """Write `files` (by suffix, in order) into `folder` under a free name; return their paths by suffix."""
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
