"""compose: a track at the given path, without Discord."""

from __future__ import annotations

import math
import os
from pathlib import Path

import av
import pytest

from audio.files.track import TrackError, read_tags
from audio.piece import Piece
from audio.worker.tone_engine import ToneEngine
from bot.config.settings import EngineSettings, Settings, TrackSettings
from bot.ops.offline import checked_output_path, compose

PIECE = Piece("a slow dub", seconds=10, seed=3)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    # Compose the tones as fast as possible rather than in real time.
    monkeypatch.setattr(
        "bot.config.engine_factory.create_engine", lambda settings: ToneEngine(speed=math.inf)
    )
    return Settings.model_construct(
        engine=EngineSettings(kind="tone"), tracks=TrackSettings(folder=tmp_path / "tracks")
    )


def seconds_of(path: Path) -> float:
    with av.open(str(path)) as file:
        return sum(frame.samples for frame in file.decode(audio=0)) / 48_000


@pytest.mark.parametrize("suffix", [".opus", ".mp3"])
async def test_the_suffix_picks_the_format_and_the_path_is_the_one_named(
    settings: Settings, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"dub{suffix}"
    await compose(settings, PIECE, out, picture=False)
    assert os.listdir(tmp_path) == [out.name]
    assert seconds_of(out) == pytest.approx(PIECE.seconds, abs=0.06)
    assert read_tags(out).piece == PIECE


async def test_flac_is_exactly_as_long_as_the_piece(settings: Settings, tmp_path: Path) -> None:
    await compose(settings, PIECE, tmp_path / "dub.flac", picture=False)
    assert seconds_of(tmp_path / "dub.flac") == PIECE.seconds


async def test_the_picture_is_written_next_to_the_track_if_requested(
    settings: Settings, tmp_path: Path
) -> None:
    await compose(settings, PIECE, tmp_path / "dub.flac", picture=True)
    assert (tmp_path / "dub.png").read_bytes().startswith(b"\x89PNG")


async def test_without_a_path_it_takes_a_new_name_in_the_folder_of_tracks(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await compose(settings, PIECE, None, picture=False)
    await compose(settings, PIECE, None, picture=False)
    tracks = sorted(settings.tracks.folder.iterdir())
    assert [track.suffix for track in tracks] == [".flac", ".flac"]
    printed = capsys.readouterr()
    assert all(str(track) in printed.out for track in tracks)
    assert "10 s, seed 3, made at" in printed.out
    assert "100%" in printed.err
    assert "× real time" in printed.err


async def test_a_file_of_the_same_name_is_replaced_by_a_whole_one(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "dub.flac"
    out.write_text("old")
    await compose(settings, PIECE, out, picture=False)
    assert read_tags(out).piece.seed == 3


def test_the_suffix_of_every_format_passes_in_any_letter_case(tmp_path: Path) -> None:
    for name in ("a.flac", "a.opus", "a.ogg", "a.mp3", "a.FLAC"):
        assert checked_output_path(tmp_path / name) == tmp_path / name
    assert os.listdir(tmp_path) == []


def test_an_unknown_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        TrackError, match=r"^dub\.wav has a suffix .* use one of \.flac, \.opus, \.ogg, \.mp3\.$"
    ):
        checked_output_path(tmp_path / "dub.wav")


def test_an_unwritable_path_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TrackError, match="cannot be written to"):
        checked_output_path(tmp_path / "file" / "dub.flac")
    (tmp_path / "folder.flac").mkdir()
    with pytest.raises(TrackError, match="is a folder"):
        checked_output_path(tmp_path / "folder.flac")
