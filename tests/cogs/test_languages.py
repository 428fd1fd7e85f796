"""Answers are in the language of the member, messages in a channel in that of the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.rest.components import walk
from tests.loopback_guild import loopback_guild, read, until
from tests.server import a_server


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [
        ("de", "Du bist in keinem Sprachkanal. Tritt einem bei und versuch es noch einmal."),
        ("es-419", "No estás en ningún canal de voz. Únete a uno e inténtalo de nuevo."),
        ("fi", "You're not in a voice channel. Join one and try again."),
    ],
)
async def test_an_answer_to_one_member_is_in_their_language(
    tmp_path: Path, locale: str, sentence: str
) -> None:
    async with a_server(tmp_path, locale=locale) as server:
        assert await server.said("compose", prompt="bells") == sentence


async def test_in_japanese_commands_answers_and_cards_are_japanese(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, locale="ja") as loopback:
        reply = await loopback.asker.use("作曲", {"prompt": "bells", "length": 10, "seed": 7})
        assert reply.content == "「bells」を 10 秒、シード 7 で作曲します。"
        await until(lambda: bool(loopback.cards) and "再生中" in read(loopback.cards[0]))
        assert any(button.get("label") == "スキップ" for _, button in walk(loopback.cards[0].components))
        reply = await loopback.asker.use("停止")
        assert reply.content == "停止しました。"
        reply = await loopback.asker.use("再開")
        assert "/作曲 で始められます" in reply.content
