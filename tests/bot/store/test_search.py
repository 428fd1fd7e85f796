"""The search of the library: what it finds, with the index and without."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from audio.piece import Piece
from bot.store import database, repository, search
from bot.store.database import migrations
from bot.store.records import MadeTrack, Visibility
from bot.store.repository import Store
from bot.store.search import MAX_WORDS, find, fold, words_of

GUILD = 1
TRACK = MadeTrack(
    id=0,
    guild_id=GUILD,
    member_id=7,
    piece=Piece("bells", 10.0, 1),
    checkpoint="tone",
    revision="1",
    channel_id=5,
    message_id=None,
    file=None,
    made_at=1.0,
)
EVERYTHING = Visibility(0, frozenset(range(10)))


@pytest.fixture
def few_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare only three tracks one by one, so that the index is needed."""
    monkeypatch.setattr(search, "NEWEST", 3)


async def add(store: Store, *prompts: str, guild: int = GUILD, channel: int = 5, member: int = 7) -> None:
    for prompt in prompts:
        piece = replace(TRACK.piece, prompt=prompt)
        await store.add_track(
            replace(TRACK, piece=piece, guild_id=guild, channel_id=channel, member_id=member)
        )


async def found(store: Store, typed: str, limit: int = 100) -> list[str]:
    tracks = await store.search(GUILD, typed, EVERYTHING, limit=limit)
    return [track.piece.prompt for track in tracks]


async def pad(store: Store) -> None:
    """Add as many newer tracks as are compared one by one."""
    await add(store, *(f"padding {number}" for number in range(search.NEWEST)))


@pytest.mark.usefixtures("few_newest")
@pytest.mark.parametrize("indexed", [True, False], ids=["index", "no index"])
@pytest.mark.parametrize(
    ("prompt", "typed"),
    [
        ("Slow DUB with a warm bass", "slow dub"),
        ("slow dub with a warm bass", "BASS warm"),
        ("slow dub", "lo"),
        ("slow dub", "b"),
        ("musique très calme", "tres"),
        ("musique tres calme", "très CALME"),
        ("Größe und Stille", "grosse"),
        ("São Paulo à noite", "sao noite"),
        ("静かな夜想曲", "夜想曲"),
        ("静かな夜想曲", "夜想"),
        ("静かな夜想曲", "曲"),
        ("静かなピアノ", "ﾋﾟｱﾉ"),
        ("ギターの曲", "ギター"),
        ("r&b with 808s, 90%", "r&b 90%"),
        ('the "blue" one', '"blue"'),
        ("it's late", "it's"),
        ("AND OR NOT", "and or not"),
        ("c++ (live) *", "c++ (live) *"),
        ("🎸 solo", "🎸"),
    ],
)
async def test_every_word_is_found_anywhere_in_any_order_case_and_accent(
    store: Store, prompt: str, typed: str, *, indexed: bool
) -> None:
    store._indexed = indexed
    await add(store, "something else", prompt)
    assert await found(store, typed) == [prompt], "among the newest"
    await pad(store)
    assert await found(store, typed) == [prompt], "among the older ones"


@pytest.mark.usefixtures("few_newest")
@pytest.mark.parametrize(
    "typed", ["slow_dub", "slow%", "slow*", '"slow dub"', "NEAR(slow dub)", "words:slow", "か"]
)
async def test_nothing_that_is_typed_has_a_meaning_of_its_own(store: Store, typed: str) -> None:
    await add(store, "slow dub", "がっき")
    await pad(store)
    assert await found(store, typed) == []


async def test_with_and_without_the_index_the_results_are_the_same(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(3)
    syllables = ("dub", "du", "ub", "bass", "静か", "曲", "é", "x")
    for _ in range(150):
        prompt = " ".join("".join(draw.choices(syllables, k=draw.randint(1, 3))) for _ in range(3))
        await add(
            store, prompt, guild=draw.randint(1, 2), channel=draw.randint(1, 4), member=draw.randint(1, 3)
        )
    for trial in range(150):
        monkeypatch.setattr(search, "NEWEST", draw.choice([1, 5, 50]))
        typed = " ".join(draw.choices([*syllables, "dubass", "静かdub", "none"], k=draw.randint(0, 3)))
        visibility = Visibility(draw.randint(1, 3), frozenset(draw.sample(range(1, 5), 2)))
        narrowed: dict[str, Any] = {
            "member_id": draw.choice([None, 1, 2]),
            "before": draw.choice([None, 40, 120]),
            "limit": draw.choice([3, 100]),
        }
        results = []
        for indexed in (True, False):
            store._indexed = indexed
            results.append(await store.search(GUILD, typed, visibility, **narrowed))
        assert results[0] == results[1], (trial, typed)
        words = [fold(word) for word in typed.split()]
        whole = await store.search(GUILD, "", visibility, **(narrowed | {"limit": 1000}))
        expected = [track for track in whole if all(word in fold(track.piece.prompt) for word in words)]
        assert results[0] == expected[: narrowed["limit"]]


@pytest.mark.usefixtures("few_newest")
async def test_a_deleted_prompt_is_in_the_index_no_more(store: Store) -> None:
    await add(store, "secret party", member=1)
    await add(store, "open party", member=2)
    await pad(store)
    await store.forget_tracks_of(1)
    assert await found(store, "party") == ["open party"]
    left = await store._database.read(
        lambda c: c.execute("SELECT rowid FROM tracks_words WHERE tracks_words MATCH '\"secret\"'").fetchall()
    )
    assert left == []
    await store._database.change(
        lambda c: c.execute("INSERT INTO tracks_words (tracks_words) VALUES ('integrity-check')")
    )


async def test_a_store_that_was_used_without_fts5_is_indexed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "NEWEST", 3)
    path = tmp_path / "busker.sqlite"

    async def reopened(*prompts: str) -> list[str]:
        store = Store(path)
        await store.open()
        try:
            await add(store, *prompts)
            return await found(store, "bells")
        finally:
            await store.close()

    with_fts5 = [f"bells {number}" for number in range(5)]
    without = [f"bells {number}" for number in range(5, 10)]
    assert await reopened(*with_fts5) == with_fts5[::-1]
    with monkeypatch.context() as patch:
        for module in (search, repository):
            patch.setattr(module, "has_index", lambda connection: False)
        assert await reopened(*without) == [*with_fts5, *without][::-1]
    assert await reopened("bells again") == ["bells again", *[*with_fts5, *without][::-1]]


async def test_tracks_of_an_older_store_are_found_without_accents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "busker.sqlite"
    before = {number: script for number, script in migrations().items() if number < 9}
    with monkeypatch.context() as patch:
        patch.setattr(database, "migrations", lambda: before)
        old = database.Database(path)
        await old.open()
        await old.change(
            lambda c: c.execute(
                "INSERT INTO tracks (guild_id, member_id, prompt, words, seconds, seed, top_k, temperature, "
                "checkpoint, revision, channel_id, made_at) "
                "VALUES (1, 7, 'Très Calme', 'très calme', 10.0, 1, 250, 1.0, 'tone', '1', 5, 1.0)"
            )
        )
        await old.close()
    store = Store(path)
    await store.open()
    assert await found(store, "tres calme") == ["Très Calme"]
    await store.close()


async def test_suggestions_are_different_prompts_and_short_words_cost_little(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "NEWEST", 3)

    async def suggested(typed: str) -> list[str]:
        return await store.prompts(GUILD, typed, EVERYTHING, max_chars=20, limit=3)

    await add(store, "qz, old", "très calme", "Tres Calme", "bells", "too long to be suggested", "bells")
    assert await suggested("") == ["bells", "Tres Calme", "qz, old"]
    assert await suggested("calme") == ["Tres Calme"]
    assert await suggested("qz") == [], "older than what is compared one by one, and too short for the index"
    assert await suggested("old qz") == ["qz, old"]
    assert await found(store, "qz") == ["qz, old"], "a search that was sent finds it all the same"


def test_only_a_few_words_of_what_is_typed_are_looked_for() -> None:
    assert words_of("a " * 3000) == ["a"]
    assert len(words_of(" ".join(map(str, range(1000))))) == MAX_WORDS
    assert words_of("  DUB dub  Bass ") == ["dub", "bass"]
    assert words_of("") == []


async def test_channels_of_tracks_are_those_of_the_guild_each_with_its_parent(store: Store) -> None:
    for channel, parent in ((5, None), (3, 9), (5, None), (3, 9), (4, None)):
        await store.add_track(replace(TRACK, channel_id=channel, parent_id=parent))
    await add(store, "bells", guild=2, channel=8)
    assert sorted(await store.channels_of_tracks(GUILD)) == [(3, 9), (4, None), (5, None)]
    assert await store.channels_of_tracks(2) == [(8, None)]
    assert await store.channels_of_tracks(3) == []


@pytest.mark.parametrize("typed", ["rare", "rare drums", "drums"])
async def test_sqlite_uses_the_index_from_the_newest_on(
    store: Store, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "NEWEST", 1)
    await add(store, *["rare drums"] * 3)
    plans: list[str] = []

    def explain(connection: sqlite3.Connection) -> None:
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        list(find(connection, GUILD, words_of(typed), EVERYTHING, indexed=True))
        connection.set_trace_callback(None)
        for statement in statements:
            if "FROM tracks_words" in statement or "FROM tracks WHERE" in statement:
                plans.extend(row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}"))

    await store._database.read(explain)
    assert any("VIRTUAL TABLE INDEX" in plan for plan in plans)
    whole = [plan for plan in plans if plan.startswith("SCAN tracks") and "INDEX" not in plan]
    assert not [*whole, *(plan for plan in plans if "TEMP B-TREE" in plan)]
