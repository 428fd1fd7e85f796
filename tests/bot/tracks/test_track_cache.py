from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.config.settings import Settings, StoreSettings, TrackSettings
from bot.tracks.track_cache import evict, touch
from tests.loopback_guild import loopback_guild


def write_tracks(folder: Path, *names: str) -> None:
    """Write tracks of 100 bytes with pictures of 10 bytes, the oldest first."""
    for age, name in enumerate(reversed(names)):
        for file, size in ((f"{name}.flac", 100), (f"{name}.png", 10)):
            (folder / file).write_bytes(bytes(size))
            os.utime(folder / file, (1e9 - age, 1e9 - age))


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_oldest_tracks_are_evicted_with_their_pictures_and_no_more_than_needed(tmp_path: Path) -> None:
    write_tracks(tmp_path, "a", "b", "c")
    assert sorted(evict(tmp_path, 220, [])) == ["a.flac", "a.png"]
    assert evict(tmp_path, 220, []) == []
    assert files(tmp_path) == {"b.flac", "b.png", "c.flac", "c.png"}


def test_a_track_that_was_played_again_counts_as_new(tmp_path: Path) -> None:
    write_tracks(tmp_path, "a", "b")
    touch(tmp_path / "a.flac")
    evict(tmp_path, 110, [])
    assert files(tmp_path) == {"a.flac", "a.png"}


@pytest.mark.parametrize("pinned", ["a", "b"])
def test_a_pinned_track_stays_even_if_it_is_old_and_large(tmp_path: Path, pinned: str) -> None:
    write_tracks(tmp_path, "a", "b")
    evict(tmp_path, 0, [tmp_path / f"{pinned}.flac"])
    assert files(tmp_path) == {f"{pinned}.flac", f"{pinned}.png"}


def test_only_tracks_are_evicted(tmp_path: Path) -> None:
    write_tracks(tmp_path, "a", "b")
    (tmp_path / "recordings").mkdir()
    (tmp_path / "busker.sqlite").write_bytes(bytes(1000))
    evict(tmp_path, 0, [])
    assert files(tmp_path) == {"recordings", "busker.sqlite"}
    assert evict(tmp_path / "nowhere", 0, []) == []


async def test_an_evicted_track_stays_in_the_library(tmp_path: Path) -> None:
    settings = Settings(
        tracks=TrackSettings(folder=tmp_path, keep_mib=0.01),
        store=StoreSettings(path=tmp_path / "busker.sqlite"),
    )
    async with loopback_guild(tmp_path, settings=settings) as loopback:
        for seed in (1, 2):
            await loopback.play(loopback.ask(seconds=0.5, seed=seed))
        assert {path.name for path in tmp_path.glob("*.flac")} == {"bells-2.flac"}
        first, second = [await loopback.bot.store.track(loopback.guild.id, number) for number in (1, 2)]
        assert first is not None
        assert second is not None
        assert (loopback.bot.library.file_of(first), first.file) == (None, None)
        assert loopback.bot.library.file_of(second) == tmp_path / "bells-2.flac"
        assert len(loopback.tracks) == 2
