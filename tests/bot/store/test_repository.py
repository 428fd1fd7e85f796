from __future__ import annotations

import asyncio
import dataclasses
import sqlite3
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audio.piece import Piece, PromptChange, Recording
from bot.errors import StoreError
from bot.store.database import APPLICATION_ID, migrations
from bot.store.records import GuildChoices, JournalEntry, MadeTrack, RoleQuota, Visibility
from bot.store.repository import Store

TODAY = date(2026, 1, 31)
PIECE = Piece(
    "Slow Dub with Ümlauts",
    20.0,
    2**53 - 1,
    guidance=2.5,
    top_k=99,
    temperature=0.9,
    prompt_changes=(PromptChange("fast", 100), PromptChange("“slow”", 300, 50, "„langsam“")),
    translated_from="Langsamer Dub mit Ümlauten",
)
TRACK = MadeTrack(
    id=0,
    guild_id=2**62,
    member_id=7,
    piece=PIECE,
    checkpoint="etude",
    revision="abc",
    channel_id=5,
    message_id=None,
    file="slow-dub.flac",
    made_at=1_769_850_000.5,
    parent_id=55,
    from_recording=True,
)
VISIBILITY = Visibility(member_id=99, channels=frozenset([4, 5]))
"""A member without tracks who can read channels 4 and 5."""


def track(prompt: str = "bells", **other: object) -> MadeTrack:
    return dataclasses.replace(TRACK, piece=Piece(prompt, 20.0, 1), **other)  # type: ignore[arg-type]


async def search(store: Store, words: str, visibility: Visibility = VISIBILITY) -> list[str]:
    return [made.piece.prompt for made in await store.search(TRACK.guild_id, words, visibility)]


async def test_choices_survive_a_restart_per_guild(tmp_path: Path) -> None:
    path = tmp_path / "busker.sqlite"
    chosen = GuildChoices(12.5, 0.5, 0.25, "dj", 2**62, 2**61, "mp3", 3, 600.0, False, False)
    first = Store(path)
    await first.open()
    await first.choose(1, lambda _: chosen)
    assert await first.choose(2, lambda _: GuildChoices(volume=1.0)) == GuildChoices(volume=1.0)
    await first.close()
    second = Store(path)
    await second.open()
    assert second.choices_of(1) == chosen
    assert second.choices_of(1).announce is False
    assert second.choices_of(2) == GuildChoices(volume=1.0)
    assert second.choices_of(3) == GuildChoices()
    await second.close()


async def test_concurrent_choices_of_two_managers_both_apply(store: Store) -> None:
    await asyncio.gather(
        store.choose(1, lambda chosen: dataclasses.replace(chosen, volume=0.3)),
        store.choose(1, lambda chosen: dataclasses.replace(chosen, format="mp3")),
    )
    assert store.choices_of(1) == GuildChoices(volume=0.3, format="mp3")


async def test_a_track_is_stored_with_everything_that_reproduces_it(store: Store) -> None:
    added = await store.add_track(TRACK)
    await store.set_message(added.id, message_id=2**60)
    again = await store.track(TRACK.guild_id, added.id)
    assert again == dataclasses.replace(TRACK, id=added.id, message_id=2**60)
    assert again.link == f"https://discord.com/channels/{2**62}/5/{2**60}"
    assert added.link is None


async def test_a_translated_track_is_found_and_suggested_by_what_was_typed(store: Store) -> None:
    piece = Piece("slow dub, no drums", 20.0, 1, translated_from="Langsamer Dub, ohne Schlagzeug")
    added = await store.add_track(dataclasses.replace(TRACK, piece=piece))
    for words in ("LANGSAMER", "ohne schlagzeug", "no drums", "dub"):
        (found,) = await store.search(TRACK.guild_id, words, VISIBILITY)
        assert found == added
    prompts = await store.prompts(TRACK.guild_id, "drums", VISIBILITY, max_chars=30, limit=5)
    assert prompts == ["Langsamer Dub, ohne Schlagzeug"]
    assert not await store.prompts(TRACK.guild_id, "drums", VISIBILITY, max_chars=29, limit=5)


async def test_a_track_is_found_in_its_own_guild_only(store: Store) -> None:
    added = await store.add_track(TRACK)
    assert await store.track(1, added.id) is None
    assert await store.search(1, "", VISIBILITY) == []


@pytest.mark.parametrize("words", ["", "dub", "DUB slow", "ÜML", "slow  with"])
async def test_a_search_finds_all_words_in_any_order_and_case(store: Store, words: str) -> None:
    await store.add_track(TRACK)
    assert await search(store, words) == [PIECE.prompt]


@pytest.mark.parametrize("words", ["dub fast", "%", "_", "'", "slow-dub", "etude"])
async def test_a_search_has_no_wildcards(store: Store, words: str) -> None:
    await store.add_track(TRACK)
    assert await search(store, words) == []


async def test_a_search_returns_the_newest_first_in_pages_and_by_person(store: Store) -> None:
    for number in range(5):
        await store.add_track(track(f"bells {number}", member_id=number % 2))
    assert await search(store, "bells") == [f"bells {number}" for number in (4, 3, 2, 1, 0)]
    page = await store.search(TRACK.guild_id, "", VISIBILITY, limit=2, before=4)
    assert [made.piece.prompt for made in page] == ["bells 2", "bells 1"]
    hers = await store.search(TRACK.guild_id, "", VISIBILITY, member_id=1)
    assert [made.piece.prompt for made in hers] == ["bells 3", "bells 1"]


async def test_a_track_in_an_unreadable_channel_is_visible_to_its_requester_alone(store: Store) -> None:
    await store.add_track(track("secret", channel_id=6, member_id=7))
    assert await search(store, "") == []
    assert (
        await search(store, "", Visibility(99, frozenset()))
        == await search(store, "", Visibility(1, frozenset()))
        == []
    )
    assert await store.prompts(TRACK.guild_id, "", VISIBILITY, max_chars=100, limit=9) == []
    assert await search(store, "", Visibility(99, frozenset([6]))) == ["secret"]
    assert await search(store, "", Visibility(7, frozenset())) == ["secret"]
    assert await store.channels_of_tracks(TRACK.guild_id) == [(6, 55)]


async def test_each_prompt_is_suggested_once_latest_first_and_none_too_long(store: Store) -> None:
    for prompt in ("dub", "bells", "Dub", "x" * 101, "waltz", "bells"):
        await store.add_track(track(prompt))
    suggested = await store.prompts(TRACK.guild_id, "", VISIBILITY, max_chars=100, limit=2)
    assert suggested == ["bells", "waltz"]
    assert len(await store.prompts(TRACK.guild_id, "DU", VISIBILITY, max_chars=100, limit=9)) == 1


async def test_a_deleted_track_is_gone(store: Store) -> None:
    one, other = await store.add_track(track("one")), await store.add_track(track("other"))
    await store.forget_track(one.id)
    assert await search(store, "") == ["other"]
    assert await store.track(TRACK.guild_id, other.id) == other


ENTRY = JournalEntry(
    request_id=1_769_850_000_123,
    guild_id=2**62,
    member_id=7,
    voice_channel_id=8,
    text_channel_id=9,
    piece=dataclasses.replace(
        PIECE,
        interval=0.5,
        continues=Recording(Path("var/tracks/recordings/ab c"), "12ab"),
        prelude=9.5,
        melody=Recording(Path("ümlaut.ogg"), "34cd"),
    ),
    saved_file="bells-1.flac",
    place=0,
    begun=True,
    frames_played=250,
    restarts=1,
    noted_at=1_769_850_060.0,
)


async def test_journal_entries_come_back_unchanged_in_the_order_of_the_queue(store: Store) -> None:
    first, second = ENTRY, dataclasses.replace(ENTRY, request_id=5, place=1, saved_file=None, begun=False)
    left_queue = dataclasses.replace(ENTRY, request_id=99, place=None)
    await store.update_journal([second, first, left_queue], [])
    assert await store.journal() == [left_queue, first, second]
    later = dataclasses.replace(second, place=0, frames_played=300)
    await store.update_journal([later], [first.request_id, left_queue.request_id])
    assert await store.journal() == [later]


async def test_adding_a_track_also_sets_it_in_the_journal_entry(store: Store) -> None:
    await store.update_journal([ENTRY], [])
    made = await store.add_track(TRACK, ENTRY.request_id)
    await store.update_journal([dataclasses.replace(ENTRY, frames_played=300)], [])
    (entry,) = await store.journal()
    assert (entry.track_id, entry.frames_played) == (made.id, 300)


async def test_rows_of_before_prompts_were_translated_are_read(store: Store) -> None:
    added = await store.add_track(TRACK)

    def write(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE tracks SET translated_from = NULL, turns = '[[\"fast\", 100, 0]]'")

    await store._database.change(write)
    piece = dataclasses.replace(PIECE, prompt_changes=(PromptChange("fast", 100),), translated_from=None)
    assert await store.track(TRACK.guild_id, added.id) == dataclasses.replace(added, piece=piece)


async def test_usage_adds_up_by_person_guild_and_day_and_older_days_are_deleted(store: Store) -> None:
    assert await store.charge(1, 7, TODAY, 20.0) == 0
    assert await store.charge(1, 7, TODAY, 10.0) == 20
    assert await store.charge(1, 7, TODAY, -10.0) == 30
    assert await store.charge(2, 7, TODAY, 5.0) == 0
    assert await store.charge(1, 8, TODAY, 5.0) == 0
    assert await store.charge(1, 7, TODAY, 1.0) == 20
    assert await store.charge(1, 7, date(2026, 2, 1), 1.0) == 0
    assert await store.charge(1, 8, TODAY, 0.0) == 0, "usage of an earlier day was not deleted"


async def test_deleting_the_tracks_of_a_person_keeps_their_usage_of_today(store: Store) -> None:
    for guild in (1, 2):
        await store.add_track(track(guild_id=guild, file=f"{guild}.flac"))
        await store.add_track(track(guild_id=guild, file=None))
    other = await store.add_track(track("other", member_id=8))
    await store.charge(1, 7, TODAY, 20.0)
    assert await store.count_tracks_of(7) == 4
    assert await store.forget_tracks_of(7) == (["1.flac", "2.flac"], [])
    assert await store.count_tracks_of(7) == 0
    assert await store.search(TRACK.guild_id, "", VISIBILITY) == [other]
    assert await store.charge(1, 7, TODAY, 0.0) == 20


async def test_a_store_that_is_closed_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path / "busker.sqlite")
    with pytest.raises(StoreError, match="is not open"):
        await store.add_track(TRACK)
    await store.open()
    await store.close()
    await store.close()


async def test_lists_of_a_guild_survive_a_restart(store: Store, tmp_path: Path) -> None:
    chosen = GuildChoices(
        announce=False,
        blocked_words=("bad", "*馬鹿*", "it's"),
        blocked_ids=(2**63 - 1, 7),
        role_quotas=(RoleQuota(2**62, 5), RoleQuota(3, None, 90.5), RoleQuota(4, 0, 0.0)),
    )
    assert await store.choose(1, lambda _: chosen) == chosen
    await store.choose(2, lambda before: dataclasses.replace(before, blocked_words=()))
    again = Store(tmp_path / "busker.sqlite")
    await again.open()
    assert (again.choices_of(1), again.choices_of(2)) == (chosen, GuildChoices())
    await again.close()


async def test_choices_of_before_there_were_lists_are_read(tmp_path: Path) -> None:
    path = tmp_path / "busker.sqlite"
    connection = sqlite3.connect(path)
    for script in [*migrations().values()][:7]:
        connection.executescript(script)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("PRAGMA user_version = 7")
    connection.execute("INSERT INTO guild_choices (guild_id, volume, announce) VALUES (5, 0.5, 0)")
    connection.commit()
    connection.close()
    store = Store(path)
    await store.open()
    assert store.choices_of(5) == GuildChoices(volume=0.5, announce=False)
    await store.close()


USES = st.lists(
    st.tuples(st.sampled_from([1, 2, 3]), st.sampled_from([7, 8]), st.integers(1, 30)), max_size=40
)


@settings(deadline=None, max_examples=25)
@given(USES)
def test_concurrent_writes_of_guilds_lose_nothing(uses: list[tuple[int, int, int]]) -> None:
    asyncio.run(write_concurrently(uses))


async def write_concurrently(uses: list[tuple[int, int, int]]) -> None:
    """Charge, add tracks and choose volumes concurrently, and check that nothing is lost or doubled."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "busker.sqlite")
        await store.open()

        async def use(guild: int, member: int, seconds: int) -> tuple[float, int]:
            before, made, _ = await asyncio.gather(
                store.charge(guild, member, TODAY, seconds),
                store.add_track(track(guild_id=guild, member_id=member)),
                store.choose(guild, lambda chosen: dataclasses.replace(chosen, most_waiting=seconds)),
            )
            return before, made.id

        done = await asyncio.gather(*(use(*one) for one in uses))
        assert len({number for _, number in done}) == len(uses)
        totals: Counter[tuple[int, int]] = Counter()
        for (guild, member, seconds), (before, _) in zip(uses, done, strict=True):
            assert before == totals[guild, member]
            totals[guild, member] += seconds
        for guild in (1, 2, 3):
            theirs = [one for one in uses if one[0] == guild]
            assert len(await store.search(guild, "", VISIBILITY, limit=99)) == len(theirs)
            if theirs:
                assert store.choices_of(guild).most_waiting == theirs[-1][2]
        await store.close()
