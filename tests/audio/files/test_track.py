from __future__ import annotations

import errno
import json
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from audio.dsp.mastering import TRACK_LUFS, master
from audio.engine import EngineInfo
from audio.errors import BuskerError
from audio.files.track import FORMATS, MAX_CHANGES_CHARS, TrackError, make_track, read_tags, write_track
from audio.piece import MAX_PROMPT_CHANGES, PROMPT_LENGTH, Piece, PromptChange, Recording, checked
from audio.units import SAMPLE_RATE, Pcm, Pcm16, floats, samples_of
from tests.audio.dsp.ebur128 import ebur128

PIECE = Piece(
    "calm lofi with rain", 2.5, seed=2**53 - 1, interval=0.5, guidance=3.3, top_k=50, temperature=0.1
)
INFO = EngineInfo(
    checkpoint="facebook/musicgen-small",
    revision="4c8334b02c6ec4e8664a91979669a501ec497792",
    licence="CC-BY-NC 4.0",
    device="cpu",
    sample_rate=32_000,
    channels=1,
    speed=1.7,
)
NASTY = [
    "piano = forte; a/b\\c | “quotes” 'and' \"more\" # $HOME %s \\n {}",
    "ünïcode ♫ 日本語 ритм إيقاع 🎷 e\u0301",
    "=starts with, and ends with=",
    "TITLE=other\\0ARTIST=nobody",
    "../../etc/passwd",
    "日本語",
    "x" * 300,
]


def sound(seconds: float = PIECE.seconds) -> Pcm:
    """Return engine sound; if it is shorter than the piece, the rest becomes silence."""
    return np.random.default_rng(0).normal(0, 0.1, (1, round(seconds * INFO.sample_rate))).astype(np.float32)


def decoded(path: Path) -> Pcm16:
    with av.open(str(path)) as file:
        frames = [frame.to_ndarray() for frame in file.decode(audio=0)]
        channels = file.streams.audio[0].channels
    together = np.concatenate(frames, axis=1)
    if len(together) == 1:
        together = together.reshape(-1, channels).T
    scale = 32_767 if together.dtype == np.float32 else 1
    pcm: Pcm16 = np.rint(together.T * scale).clip(-32_768, 32_767).astype(np.int16)
    return pcm


def test_flac_decodes_to_exactly_the_mastered_samples(tmp_path: Path) -> None:
    track = write_track(sound(), PIECE, INFO, tmp_path, 10 * 2**20)
    assert track.format == "flac"
    assert np.array_equal(decoded(track.path), master(sound(), INFO.sample_rate, PIECE.seconds))


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_track_is_as_loud_as_other_music_in_every_format(name: str, tmp_path: Path) -> None:
    track = write_track(sound() * np.float32(0.1), PIECE, INFO, tmp_path, 10 * 2**20, [name])
    reading = ebur128(floats(decoded(track.path)))
    assert reading.lufs == pytest.approx(TRACK_LUFS, abs=1.0)
    assert reading.true_peak_db < 0.0


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_track_describes_its_file(name: str, tmp_path: Path) -> None:
    track = write_track(sound(), PIECE, INFO, tmp_path, 10 * 2**20, [name])
    assert (track.piece, track.format, track.seconds) == (PIECE, name, 2.5)
    assert track.size == track.path.stat().st_size
    assert track.picture.read_bytes().startswith(b"\x89PNG")
    assert track.picture.stem == track.path.stem
    assert PIECE.prompt in str(track.alt_text)
    assert len(decoded(track.path)) == pytest.approx(samples_of(2.5), abs=SAMPLE_RATE // 100)


@pytest.mark.parametrize("name", list(FORMATS))
@pytest.mark.parametrize("prompt", NASTY)
def test_the_tags_suffice_to_reproduce_a_piece(name: str, prompt: str, tmp_path: Path) -> None:
    for piece in (
        replace(PIECE, prompt=prompt),
        replace(PIECE, prompt=prompt, interval=None, guidance=None, seed=0),
    ):
        track = write_track(sound(0.1), piece, INFO, tmp_path, 2**20, [name])
        origin = read_tags(track.path)
        assert origin.piece == piece
        assert (origin.checkpoint, origin.revision, origin.licence) == (
            INFO.checkpoint,
            INFO.revision,
            INFO.licence,
        )


@pytest.mark.parametrize("name", list(FORMATS))
def test_the_tags_hold_what_was_typed_beside_its_translation(name: str, tmp_path: Path) -> None:
    changes = (PromptChange("slow", 50, 5, NASTY[1]), PromptChange("fast", 100))
    piece = replace(PIECE, translated_from="ruhiger Lofi mit Regen", prompt_changes=changes)
    track = write_track(sound(0.1), piece, INFO, tmp_path, 2**20, [name])
    assert read_tags(track.path).piece == piece
    assert track.path.stem.startswith("calm-lofi-with-rain")
    assert "ruhiger Lofi mit Regen" in str(track.alt_text)
    with av.open(str(track.path)) as file:
        title = {**file.metadata, **file.streams.audio[0].metadata}
    assert {key.lower(): value for key, value in title.items()}["title"] == "ruhiger Lofi mit Regen"


def test_an_untranslated_track_has_the_tags_that_it_always_had(tmp_path: Path) -> None:
    piece = replace(PIECE, prompt_changes=(PromptChange("fast", 100),))
    track = write_track(sound(0.1), piece, INFO, tmp_path, 2**20, ["flac"])
    with av.open(str(track.path)) as file:
        tags = {key.lower(): value for key, value in file.metadata.items()}
    assert "translated_from" not in tags
    assert tags["turns"] == '[["fast", 100, 0]]'


@pytest.mark.parametrize("name", list(FORMATS))
def test_the_tags_hold_prompt_changes_and_the_digest_of_a_continued_file(name: str, tmp_path: Path) -> None:
    changes = (PromptChange(NASTY[0], 50), PromptChange(NASTY[1], 100, blend=25))
    recording = Recording(tmp_path / "voice.ogg", digest="ab" * 32)
    piece = replace(PIECE, prompt_changes=changes, continues=recording)
    origin = read_tags(write_track(sound(), piece, INFO, tmp_path, 2**30, formats=[name]).path)
    assert origin.piece == replace(PIECE, prompt_changes=changes)
    assert origin.recordings == {"continues": "ab" * 32}


@pytest.mark.parametrize("name", list(FORMATS))
def test_as_many_prompt_changes_as_steering_allows_can_be_read_back(name: str, tmp_path: Path) -> None:
    longest = "\N{MUSICAL SYMBOL G CLEF}" * PROMPT_LENGTH[1]
    changes = tuple(PromptChange(longest, step) for step in range(MAX_PROMPT_CHANGES))
    piece = replace(PIECE, prompt_changes=changes)
    assert (
        read_tags(write_track(sound(0.1), piece, INFO, tmp_path, 2**30, formats=[name]).path).piece == piece
    )


def forged_copy(path: Path, tags: dict[str, str]) -> Path:
    """Copy a track with other tags, without encoding it again."""
    forged = path.with_stem("forged")
    form = next(form for form in FORMATS.values() if form.suffix == path.suffix)
    with av.open(str(path)) as file, av.open(str(forged), "w", format=form.container) as copy:
        source = file.streams.audio[0]
        copy.metadata.update({**file.metadata, **source.metadata, **tags})
        stream = copy.add_stream_from_template(source)
        for packet in file.demux():
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
    return forged


@pytest.mark.parametrize(
    "changes",
    [
        "[[1]]",
        '[["a", "b", 0]]',
        "{}}",
        "[" * 100_000,
        "7",
        "null",
        '{"a": 1}',
        '["abc"]',
        '[["a", 1, [2]]]',
        '[["abc", Infinity, 0]]',
        '[["abc", 1e400, 0]]',
        '[["abc", NaN, 0]]',
        '[["abc", 1.5, 0]]',
        '[["abc", true, 0]]',
        "[[[1], 1, 0]]",
        f'[["abc", {"9" * 5000}, 0]]',
        json.dumps([["abc", 1, 1]] * (MAX_PROMPT_CHANGES + 1)),
        f'["{"a" * MAX_CHANGES_CHARS}", 1, 0]',
    ],
    ids=lambda text: text[:24],
)
def test_forged_prompt_changes_are_refused_with_a_sentence(changes: str, tmp_path: Path) -> None:
    path = write_track(sound(0.1), PIECE, INFO, tmp_path, 2**30, formats=["mp3"]).path
    with pytest.raises(TrackError, match=r"^forged\.mp3 isn't a track by Busker\.$"):
        read_tags(forged_copy(path, {"turns": changes}))


@pytest.mark.parametrize("key", ["seconds", "temperature", "interval", "guidance", "prelude", "excerpt"])
@pytest.mark.parametrize("number", ["inf", "nan", "1e308", "-1e400", "one"])
def test_numbers_that_no_track_has_are_refused_with_a_sentence(key: str, number: str, tmp_path: Path) -> None:
    path = write_track(sound(0.1), PIECE, INFO, tmp_path, 2**30, formats=["flac"]).path
    with pytest.raises(TrackError, match=r"how it was made can't be used\.$|isn't a track by Busker\.$"):
        read_tags(forged_copy(path, {key: number}))


@pytest.mark.parametrize("name", list(FORMATS))
@pytest.mark.parametrize(
    "tags",
    [
        {"seconds": "-1"},
        {"seconds": "601"},
        {"seed": "9" * 4000},
        {"seed": "-1"},
        {"top_k": "0"},
        {"temperature": "0"},
        {"interval": "1e-9"},
        {"prelude": "99"},
        {"excerpt": "-1"},
        {"prompt": "a\x1b[31mb"},
        {"prompt": "<@1> hello"},
        {"prompt": "x" * 5000},
        {"turns": '[["abc", 99999999, 0]]'},
        {"turns": '[["<@1> hello", 1, 0]]'},
    ],
    ids=str,
)
def test_a_piece_that_cannot_be_composed_is_refused_with_a_sentence(
    name: str, tags: dict[str, str], tmp_path: Path
) -> None:
    path = write_track(sound(0.1), PIECE, INFO, tmp_path, 2**30, formats=[name]).path
    with pytest.raises(BuskerError) as refusal:
        checked(read_tags(forged_copy(path, tags)).piece, longest=600.0)
    assert 0 < len(str(refusal.value)) < 200


@pytest.mark.parametrize("name", list(FORMATS))
def test_the_same_piece_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    tracks = [write_track(sound(0.5), PIECE, INFO, tmp_path, 2**20, [name]) for _ in range(2)]
    assert tracks[0].path != tracks[1].path
    assert tracks[0].path.read_bytes() == tracks[1].path.read_bytes()
    assert tracks[0].picture.read_bytes() == tracks[1].picture.read_bytes()


def test_the_first_format_within_the_limit_is_chosen_to_the_byte(tmp_path: Path) -> None:
    def chosen(limit: int, *formats: str) -> str:
        return write_track(sound(1.0), PIECE, INFO, tmp_path, limit, formats or tuple(FORMATS)).format

    sizes = {name: write_track(sound(1.0), PIECE, INFO, tmp_path, 2**30, [name]).size for name in FORMATS}
    assert sizes["flac"] > sizes["mp3"] > sizes["opus"]
    assert chosen(sizes["flac"]) == "flac"
    assert chosen(sizes["flac"] - 1) == "opus"
    assert chosen(sizes["mp3"], "flac", "mp3", "opus") == "mp3"
    assert chosen(sizes["mp3"] - 1, "flac", "mp3", "opus") == "opus"


def test_if_nothing_fits_the_last_format_is_written_with_its_size(tmp_path: Path) -> None:
    track = write_track(sound(10.0), replace(PIECE, seconds=10.0), INFO, tmp_path, 100_000, ["flac", "mp3"])
    assert track.format == "mp3"
    assert track.size == track.path.stat().st_size > 100_000


def test_a_full_disk_is_a_sentence_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrackError, match="couldn't be saved: No space left on device"):
        write_track(sound(0.1), PIECE, INFO, tmp_path, 2**20)
    assert not list(tmp_path.iterdir())
    kept = make_track(sound(0.1), PIECE, INFO, tmp_path, 2**20)
    assert not list(tmp_path.iterdir())
    assert kept.unsaved is not None
    monkeypatch.undo()
    written = write_track(sound(0.1), PIECE, INFO, tmp_path, 2**20)
    assert (written.path, written.picture) == (kept.path, kept.picture)
    assert written.path.read_bytes() == kept.unsaved.sound
    assert written.picture.read_bytes() == kept.unsaved.picture


@pytest.mark.parametrize("prompt", [*NASTY, "..", "con", "/", "\\\\server\\share", "~root", "a\u202eb"])
def test_no_prompt_leaves_the_folder(prompt: str, tmp_path: Path) -> None:
    folder = tmp_path / "tracks"
    track = write_track(sound(0.1), replace(PIECE, prompt=prompt), INFO, folder, 2**20)
    assert track.path.parent == track.picture.parent == folder
    assert track.path.resolve().parent == folder.resolve()
    assert set(track.path.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
    assert len(track.path.name) < 80
    assert [entry.name for entry in tmp_path.iterdir()] == ["tracks"]


def test_a_file_name_holds_prompt_and_seed_and_is_always_new(tmp_path: Path) -> None:
    piece = replace(PIECE, prompt="Café del Mar!", seed=7)
    names = [
        write_track(sound(0.1), piece, INFO, tmp_path, 2**20, [name]).path.name
        for name in ("flac", "flac", "mp3")
    ]
    assert names == ["cafe-del-mar-7.flac", "cafe-del-mar-7-2.flac", "cafe-del-mar-7-3.mp3"]
    assert len(list(tmp_path.iterdir())) == 6


def test_a_file_name_that_another_process_is_writing_is_not_used(tmp_path: Path) -> None:
    (tmp_path / ".calm-lofi-with-rain-1.part").mkdir()
    track = write_track(sound(0.1), replace(PIECE, seed=1), INFO, tmp_path, 2**20)
    assert track.path.name == "calm-lofi-with-rain-1-2.flac"


def test_it_runs_in_another_process(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        track = pool.submit(write_track, sound(0.1), PIECE, INFO, tmp_path, 2**20).result()
        refused = pool.submit(write_track, sound(0.1), PIECE, INFO, track.path, 2**20)
        assert read_tags(track.path).piece == PIECE
        with pytest.raises(TrackError, match="couldn't be saved"):
            refused.result()


def rewritten(path: Path, tags: dict[str, Any]) -> Path:
    with av.open(str(path), "w", format="flac") as file:
        stream = file.add_stream("flac", rate=SAMPLE_RATE, layout="stereo")
        file.metadata.update(tags)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 9_600), np.int16), format="s16", layout="stereo")
        frame.sample_rate = SAMPLE_RATE
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def test_a_file_that_busker_did_not_write_is_refused_with_a_sentence(tmp_path: Path) -> None:
    text = tmp_path / "text.flac"
    text.write_bytes(b"no music at all" * 100)
    playlist = tmp_path / "list.flac"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nother.flac\n")
    others = rewritten(tmp_path / "others.flac", {"title": "somebody else's"})
    broken = rewritten(tmp_path / "broken.flac", {"prompt": "x", "seed": "seven", "interval": "auto"})
    for path in (text, playlist, others, broken, tmp_path / "missing.flac"):
        with pytest.raises(TrackError, match=rf"{path.name} isn't a track by Busker"):
            read_tags(path)
