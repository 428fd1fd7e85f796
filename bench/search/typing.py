"""Members who type into a large library: the search of the store, and the one that it replaced."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.rules.markdown import CHOICE_CHARS, MAX_CHOICES
from bot.store.records import Visibility
from bot.store.repository import Store
from bot.store.search import fold

GUILD: Final = 1
CHANNELS: Final = 20
MEMBERS: Final = 500

STYLES: Final = (
    *("slow dub", "lofi hip hop", "driving techno", "calm ambient", "bright synthwave", "swing", "folk"),
    *("orchestral strings", "funk", "drum and bass", "gentle waltz", "reggae", "rock", "夜想曲", "静かな雨"),
)
WITH: Final = ("brushed drums", "a warm bass", "saw lead", "plucked strings", "no drums", "ピアノ")
MOODS: Final = ("dark", "happy", "sad", "soft", "très calme", "wild", "dusty", "tender", "明るい")
RARE: Final = ("theremin", "hurdy-gurdy", "kalimba", "glockenspiel", "尺八")

TYPED: Final = (
    *("d", "dr", "dru", "drum", "drums", "slow dub", "theremin", "kalimba gl", "nothing like it"),
    *("calme tres", "q", "zq", "雨", "静か", "尺八", "a b c d e f g h", "a " * 3000, ""),
    " ".join("abcdefghijklmnopqrstuvwxyz"),
)
"""What somebody has typed at some moment: frequent, rare and absent words, short ones, and nonsense."""

Suggest = Callable[[str, Visibility], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Waiting times [s] for suggestions."""

    alone: Sequence[float]
    """For one member, one text after the other."""
    together: Sequence[float]
    """For many members who type at the same moment."""

    def row(self, name: str) -> str:
        """Return a line of the table."""
        times = (self.alone, self.together)
        cells = [f"{1000 * part(each):10.1f}" for each in times for part in (statistics.median, p99)]
        return f"{name:<22}{''.join(cells)}"


HEADER: Final = f"{'[ms]':<22}{'median':>10}{'p99':>10}{'median':>10}{'p99':>10}"


def p99(times: Sequence[float]) -> float:
    """Return the time that 99 of 100 do not exceed."""
    return sorted(times)[min(len(times) - 1, int(0.99 * len(times)))]


async def fill(store: Store, tracks: int) -> None:
    """Put tracks with prompts of many kinds into the library of one guild."""
    draw = random.Random(1)

    def prompt(number: int) -> str:
        rare = f", {draw.choice(RARE)}" if draw.random() < 0.001 else ""
        return f"{draw.choice(STYLES)} with {draw.choice(WITH)}, {draw.choice(MOODS)}, take {number}{rare}"

    def write(connection: sqlite3.Connection) -> None:
        columns = (
            "guild_id, member_id, prompt, words, seconds, seed, top_k, temperature, checkpoint, revision, "
            "channel_id, made_at"
        )
        prompts = [prompt(number) for number in range(tracks)]
        connection.executemany(
            f"INSERT INTO tracks ({columns}) VALUES (1, ?, ?, ?, 20.0, ?, 250, 1.0, 'bench', '1', ?, 1.0)",
            [
                (number % MEMBERS, text, fold(text), number, number % CHANNELS)
                for number, text in enumerate(prompts)
            ],
        )

    await store._database.change(write)


def with_index(store: Store) -> Suggest:
    """Return the suggestions of the bot."""

    async def suggest(typed: str, visibility: Visibility) -> object:
        await store.channels_of_tracks(GUILD)
        return await store.prompts(GUILD, typed, visibility, max_chars=CHOICE_CHARS, limit=MAX_CHOICES)

    return suggest


def with_scan(store: Store) -> Suggest:
    """Return suggestions that look at every track, as they were before there was an index."""

    async def suggest(typed: str, visibility: Visibility) -> object:
        words = typed.casefold().split()
        # As then: more words were an error of SQLite.
        conditions = ["guild_id = ?", "(member_id = ? OR channel_id IN (SELECT value FROM json_each(?)))"]
        conditions += ["instr(words, ?) > 0"] * min(len(words), 500)
        values = [GUILD, visibility.member_id, json.dumps([*visibility.channels]), *words[:500]]
        channels = "SELECT DISTINCT channel_id, parent_id FROM tracks NOT INDEXED WHERE guild_id = ?"
        query = (
            f"SELECT prompt FROM tracks WHERE {' AND '.join(conditions)} AND length(prompt) <= ? "
            "GROUP BY words ORDER BY max(id) DESC LIMIT ?"
        )
        await store._database.read(lambda connection: connection.execute(channels, [GUILD]).fetchall())
        return await store._database.read(
            lambda connection: connection.execute(query, [*values, CHOICE_CHARS, MAX_CHOICES]).fetchall()
        )

    return suggest


async def measure(folder: Path, tracks: int, people: int, *, rounds: int = 3) -> dict[str, Figures]:
    """Return the figures of both ways, measured in turns in one process."""
    store = Store(folder / "bench.sqlite")
    await store.open()
    try:
        await fill(store, tracks)
        ways = {"every track": with_scan(store), "newest, then index": with_index(store)}
        alone: dict[str, list[float]] = {name: [] for name in ways}
        together: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, suggest in ways.items():
                for number, typed in enumerate(TYPED):
                    alone[name].append(await _timed(suggest, typed, number))
                typing = [_timed(suggest, TYPED[number % len(TYPED)], number) for number in range(people)]
                together[name] += await asyncio.gather(*typing)
        return {name: Figures(alone[name], together[name]) for name in ways}
    finally:
        await store.close()


async def _timed(suggest: Suggest, typed: str, member_id: int) -> float:
    """Return the time of one answer [s], for a member who sees half of the channels."""
    started_at = time.perf_counter()
    await suggest(typed, Visibility(member_id, frozenset(range(0, CHANNELS, 2))))
    return time.perf_counter() - started_at
