"""Faults of the voice connection: those that the music survives in place, and those that end it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import discord
import numpy as np
import pytest

from audio.worker.tone_engine import ToneEngine
from bot.playback.composition import CompositionState
from bot.playback.performance import Performance
from bot.rules.permissions import NEEDED
from bot.ui.card import render_headline
from bot.voice import connection as connection_module
from bot.voice import supervisor
from bot.voice.connection import VoiceConnection
from bot.voice.supervisor import Hold
from rehearsal.permissions import Permission
from rehearsal.voice.opcodes import CloseCode
from rehearsal.voice.recording import Recording
from rehearsal.voice.session import Session
from tests.loopback_guild import LoopbackGuild, loopback_guild, quiet_settings, until

SECONDS = 1.6
FRAMES = 80
MIN_RECEIVED = 30
"""Packets are lost until the bot notices that a server has gone; how many depends on the machine."""


def session_of(loopback: LoopbackGuild) -> Session:
    """Return the bot's voice session at the server."""
    session = loopback.here.voice.session(loopback.guild.id, loopback.here.bot.id)  # type: ignore[attr-defined]
    assert isinstance(session, Session)
    return session


def music(loopback: LoopbackGuild) -> list[bytes]:
    """Return the packets of music that the listener could decrypt, in order."""
    recording: Recording = loopback.ears.recording(loopback.here.bot.id)
    return [packet.frame for packet in recording.packets if packet.is_music and packet.decrypted]


def plain(loopback: LoopbackGuild) -> int:
    """Return the number of packets of music without end-to-end encryption."""
    recording: Recording = loopback.ears.recording(loopback.here.bot.id)
    return sum(packet.is_music and not packet.encrypted for packet in recording.packets)


def has_begun(piece: Performance) -> bool:
    """True once some of it has been played."""
    return piece.buffer.frames_played > 10


async def survives(loopback: LoopbackGuild, fault: Callable[[LoopbackGuild], Awaitable[None]]) -> None:
    """Play a piece with the fault in the middle of it, and assert that it continues in place to its end.

    Twice: the second time finds what the first fault left behind.
    """
    session = loopback.session
    for seed in (1, 2):
        before, received_before = session.voice.frames_sent, len(music(loopback))
        piece = loopback.ask(seconds=SECONDS, seed=seed)
        await until(partial(has_begun, piece))
        await fault(loopback)
        await loopback.play(piece)
        assert piece.trouble is None
        assert piece.buffer.frames_played == FRAMES
        assert session.voice.frames_sent - before == FRAMES  # each one was sent once
        assert MIN_RECEIVED <= len(music(loopback)) - received_before <= FRAMES
    assert plain(loopback) == 0
    await until(lambda: len(reader_threads()) == 1, seconds=5)


async def ends(loopback: LoopbackGuild, fault: Callable[[LoopbackGuild], Awaitable[None]], why: str) -> None:
    """Let the fault happen in mid-piece, and assert that the voice ends and the piece is composed and
    posted."""
    session, piece, waiting = loopback.session, loopback.ask(seconds=20.0), loopback.ask(seconds=20.0, seed=2)
    await until(lambda: has_begun(piece))
    await fault(loopback)
    await until(lambda: piece.ended and waiting.ended)
    assert session.voice.channel is None
    await until(lambda: not reader_threads(), seconds=5)
    for performance in (piece, waiting):
        await loopback.play(performance)
    assert piece.buffer.frames_played < 20 * 50
    assert why in str(piece.trouble)
    assert piece.composition_state is CompositionState.DELIVERED
    assert waiting.composition_state is CompositionState.CANCELLED


async def plays_again(loopback: LoopbackGuild) -> None:
    again = loopback.ask(seconds=0.5, seed=3)
    await loopback.play(again)
    assert again.buffer.frames_played == 25


def reader_threads() -> list[str]:
    """Return the reader threads of voice connections: one for each that is not closed."""
    return [thread.name for thread in threading.enumerate() if "voice-socket-reader" in thread.name]


def closed_with(code: int) -> Callable[[LoopbackGuild], Awaitable[None]]:
    async def fault(loopback: LoopbackGuild) -> None:
        websocket = session_of(loopback).websocket
        assert websocket is not None
        await websocket.close(CloseCode(code))

    return fault


@pytest.mark.parametrize("code", [4006, 4014, 4015])
async def test_a_voice_server_that_closes_is_replaced(code: int, tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await survives(loopback, closed_with(code))


async def test_a_websocket_that_breaks_is_replaced_and_the_session_goes_on(tmp_path: Path) -> None:
    async def broken(loopback: LoopbackGuild) -> None:
        session = session_of(loopback)
        assert session.websocket is not None
        websocket, request = session.websocket, session.websocket.socket._req
        assert request is not None
        assert request.transport is not None
        request.transport.abort()
        await until(lambda: session.websocket not in (None, websocket))
        assert session_of(loopback) is session

    async with loopback_guild(tmp_path) as loopback:
        await survives(loopback, broken)


@pytest.mark.parametrize("code", [4017, 4022])
async def test_a_close_code_that_forbids_to_reconnect_ends_the_sound(code: int, tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await ends(loopback, closed_with(code), "Discord")
        assert loopback.here.bot.id not in loopback.guild.voice_states
        await plays_again(loopback)


async def test_moved_by_a_moderator_it_keeps_playing_even_after_a_reconnect(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        moderators = loopback.guild.role("moderators", Permission.MOVE_MEMBERS)
        moderator = loopback.here.person(loopback.guild, "moderator", moderators)
        other_channel = loopback.guild.voice_channel("Other")
        loopback.here.announce_channel(other_channel, "CHANNEL_CREATE")
        piece = loopback.ask(seconds=2.4)
        await until(lambda: has_begun(piece))
        await closed_with(4006)(loopback)
        await until(lambda: piece.buffer.frames_played > 40)
        for person in (loopback.asker, loopback.listener):
            await person.join_voice(other_channel)
        await moderator.move(loopback.here.bot.user, other_channel)
        await loopback.play(piece)
        assert (piece.trouble, piece.buffer.frames_played) == (None, 120)
        assert loopback.session.voice.channel is not None
        assert loopback.session.voice.channel.id == other_channel.id
        assert plain(loopback) == 0
        assert len(music(loopback)) > MIN_RECEIVED


UNKNOWN = 4711
"""The id of a channel that Discord never announced."""


@pytest.mark.parametrize("where", ["a text channel", "an unknown channel"])
async def test_where_discord_says_that_it_sits_in_no_voice_channel_it_joins_again(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervisor, "PLACE_SECONDS", 0.2)

    async def misplaced(loopback: LoopbackGuild) -> None:
        place = loopback.guild.voice_states[loopback.here.bot.id]
        place.channel_id = UNKNOWN if where == "an unknown channel" else loopback.text.id
        loopback.here.calls.announce(place)

    async with loopback_guild(tmp_path) as loopback:
        await survives(loopback, misplaced)
        assert caplog.text.count("was lost (no_place); reconnecting") == 2
        assert not [record for record in caplog.records if record.exc_info]


async def test_in_a_channel_that_is_announced_late_it_plays_on(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        moderators = loopback.guild.role("moderators", Permission.MOVE_MEMBERS)
        moderator = loopback.here.person(loopback.guild, "moderator", moderators)
        late = loopback.guild.voice_channel("Late")
        piece = loopback.ask(seconds=2.4)
        await until(lambda: has_begun(piece))
        for person in (loopback.asker, loopback.listener):
            await person.join_voice(late)
        await moderator.move(loopback.here.bot.user, late)
        frames = piece.buffer.frames_played
        await until(lambda: piece.buffer.frames_played > frames + 10)
        loopback.here.announce_channel(late, "CHANNEL_CREATE")
        for place in loopback.guild.voice_states.values():
            loopback.here.calls.announce(place)
        await loopback.play(piece)
        assert (piece.trouble, piece.buffer.frames_played) == (None, 120)
        assert loopback.session.voice.channel is not None
        assert loopback.session.voice.channel.id == late.id


async def test_a_member_who_sits_in_a_text_channel_reads_that_they_are_in_no_voice_channel(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        place = loopback.guild.voice_states[loopback.asker.id]
        place.channel_id = loopback.text.id
        loopback.here.calls.announce(place)
        reply = await loopback.asker.use("compose", {"prompt": "bells"}, loopback.text)
        assert (await reply.said()).content == "You're not in a voice channel. Join one and try again."


async def test_a_region_change_does_not_interrupt(tmp_path: Path) -> None:
    async def another_server(loopback: LoopbackGuild) -> None:
        await loopback.here.calls.join(loopback.guild, loopback.corner, loopback.here.bot.id, self_deaf=True)

    async with loopback_guild(tmp_path) as loopback:
        await survives(loopback, another_server)


async def test_an_invalidated_gateway_session_costs_no_music(tmp_path: Path) -> None:
    async def invalidated(loopback: LoopbackGuild) -> None:
        loopback.here.gateway.invalidate()
        await until(lambda: bool(loopback.here.sessions.by_id))

    async with loopback_guild(tmp_path) as loopback:
        await survives(loopback, invalidated)


async def test_a_channel_that_is_deleted_ends_the_sound(tmp_path: Path) -> None:
    async def deleted(loopback: LoopbackGuild) -> None:
        await loopback.here.delete_channel(loopback.corner)

    async with loopback_guild(tmp_path) as loopback:
        await ends(loopback, deleted, "disconnected from the voice channel")


async def test_a_guild_that_is_gone_ends_the_sound(tmp_path: Path) -> None:
    async def gone(loopback: LoopbackGuild) -> None:
        loopback.here.sessions.dispatch("GUILD_DELETE", {"id": str(loopback.guild.id)})

    async with loopback_guild(tmp_path) as loopback:
        await ends(loopback, gone, "no longer in this server")


async def test_a_bot_removed_from_a_guild_in_mid_piece_plays_again_once_invited(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        session = loopback.session
        piece = loopback.ask(seconds=20.0)
        await until(lambda: has_begun(piece))
        await loopback.here.expel(
            loopback.guild
        )  # from the channel first, then from the guild while the connection closes
        await until(lambda: piece.settled and not reader_threads(), seconds=30)
        assert session.voice.channel is None
        loopback.here.invite(loopback.guild, Permission(NEEDED.value))
        await until(lambda: loopback.bot.get_guild(loopback.guild.id) is not None)
        await loopback.asker.leave_voice()
        await loopback.asker.join_voice(loopback.corner)
        await until(lambda: loopback.discord_guild.get_member(loopback.asker.id) is not None)
        await plays_again(loopback)


async def test_when_packets_do_not_leave_it_reconnects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def blocked(loopback: LoopbackGuild) -> None:
        connection = loopback.discord_guild.voice_client
        assert isinstance(connection, VoiceConnection)

        def no_way_out(_packet: bytes) -> None:
            raise OSError("Operation not permitted")

        monkeypatch.setattr(connection._connection, "send_packet", no_way_out)

    async with loopback_guild(tmp_path) as loopback:
        await survives(loopback, blocked)


async def test_while_muted_by_a_moderator_the_music_waits_and_the_card_says_so(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        moderator = loopback.here.person(
            loopback.guild, "moderator", loopback.guild.role("moderators", Permission.MUTE_MEMBERS)
        )
        piece = loopback.ask(seconds=SECONDS)
        await until(lambda: has_begun(piece))
        moderator.server_mute(loopback.here.bot.user)
        await until(lambda: loopback.session.voice.hold is Hold.MUTED)
        held = piece.buffer.frames_played
        assert "muted" in str(render_headline(piece))
        await asyncio.sleep(0.1)
        assert piece.buffer.frames_played <= held + 1
        moderator.server_mute(loopback.here.bot.user, mute=False)
        await loopback.play(piece)
        assert piece.buffer.frames_played == FRAMES


async def test_keepalives_are_sent_during_a_pause(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "KEEPALIVE_SECONDS", 0.02)
    async with loopback_guild(tmp_path) as loopback:
        piece = loopback.ask(seconds=SECONDS)
        await until(partial(has_begun, piece))
        loopback.session.pause()
        sent_before = session_of(loopback).keepalives
        await until(lambda: session_of(loopback).keepalives > sent_before + 3)
        loopback.session.resume()
        await loopback.play(piece)
        assert piece.buffer.frames_played == FRAMES


async def test_a_voice_state_from_before_a_restart_is_cleared_before_the_first_sound(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        await loopback.here.calls.join(loopback.guild, loopback.corner, loopback.here.bot.id)
        await until(lambda: loopback.discord_guild.me.voice is not None)
        piece = loopback.ask(seconds=SECONDS)
        await loopback.play(piece)
        assert len(music(loopback)) == FRAMES


async def test_when_the_last_listener_leaves_composing_stops_and_later_continues_in_place(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=2.0)) as loopback:
        piece = loopback.ask(seconds=4.0)
        await until(lambda: has_begun(piece))
        for person in (loopback.asker, loopback.listener):
            await person.leave_voice()
        await until(lambda: loopback.session.voice.hold is Hold.ALONE)
        await asyncio.sleep(0.05)  # what was on its way arrives
        made = piece.buffer.seconds_received
        await asyncio.sleep(0.5)  # more than the next chunk would take
        assert piece.composition_state is CompositionState.COMPOSING, "the slot is kept"
        assert piece.buffer.seconds_received == made < 4.0
        await loopback.listener.join_voice(loopback.corner)
        await loopback.play(piece)
        assert (piece.composition_state, piece.buffer.frames_played) == (CompositionState.DELIVERED, 200)
        assert piece.buffer.frames_starved == 0


async def test_after_a_while_the_slot_is_released_and_the_piece_restarts_when_a_listener_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.session.empty_channel.SLOT_SECONDS", 0.0)
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=2.0)) as loopback:
        piece = loopback.ask(seconds=4.0)
        await until(lambda: has_begun(piece))
        for person in (loopback.asker, loopback.listener):
            await person.leave_voice()
        await until(
            lambda: (
                loopback.session.voice.hold is Hold.ALONE
                and piece.composition_state is CompositionState.WAITING
            )
        )
        made, played = piece.buffer.seconds_received, piece.buffer.frames_played
        assert made < 4.0
        assert "Nobody is listening" in str(render_headline(piece))
        await asyncio.sleep(0.1)
        assert piece.buffer.seconds_received == made
        assert piece.buffer.frames_played <= played + 1
        await loopback.listener.join_voice(loopback.corner)
        await until(lambda: piece.composed)
        whole = piece.sound
        await loopback.play(piece)
        assert (piece.composition_state, piece.buffer.frames_played) == (CompositionState.DELIVERED, 200)
        await loopback.asker.join_voice(loopback.corner)
        await until(lambda: loopback.discord_guild.get_member(loopback.asker.id) is not None)
        alone = loopback.ask(seconds=4.0)
        await until(lambda: alone.composed)
        assert np.array_equal(whole, alone.sound)


async def test_when_no_listener_returns_it_drops_the_queue_and_leaves(tmp_path: Path) -> None:
    settings = quiet_settings(tmp_path, leave_after_seconds=0.2)
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=2.0), settings=settings) as loopback:
        piece, waiting = loopback.ask(seconds=20.0), loopback.ask(seconds=20.0, seed=2)
        await until(lambda: has_begun(piece))
        for person in (loopback.asker, loopback.listener):
            await person.leave_voice()
        await until(lambda: piece.settled and waiting.settled)
        assert (piece.composition_state, waiting.composition_state) == (
            CompositionState.CANCELLED,
            CompositionState.CANCELLED,
        )
        assert str(piece.trouble) == "Everybody left the voice channel."
        await until(lambda: loopback.here.bot.id not in loopback.guild.voice_states)
        await loopback.asker.join_voice(loopback.corner)
        await loopback.listener.join_voice(loopback.corner)
        await until(lambda: loopback.discord_guild.get_member(loopback.asker.id) is not None)
        await plays_again(loopback)


async def test_on_a_stage_it_requests_to_speak_and_plays_once_it_may(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        stage = loopback.guild.stage_channel("Stage")
        loopback.here.announce_channel(stage, "CHANNEL_CREATE")
        await until(lambda: loopback.discord_guild.get_channel(stage.id) is not None)
        for person in (loopback.asker, loopback.listener):
            await person.join_voice(stage)
        channel = loopback.discord_guild.get_channel(stage.id)
        assert isinstance(channel, discord.StageChannel)
        piece = loopback.session.request(replace(loopback.request(seconds=SECONDS), voice_channel=channel))
        await until(lambda: loopback.session.voice.hold is Hold.SUPPRESSED)
        voice_state = loopback.guild.voice_states[loopback.here.bot.id]
        await until(lambda: voice_state.requested_to_speak_at is not None)
        await until(lambda: "asked to speak" in str(render_headline(piece)))
        assert piece.buffer.frames_played == 0
        voice_state.suppress = False
        loopback.here.calls.announce(voice_state)
        await loopback.play(piece)
        assert len(music(loopback)) == FRAMES


async def test_a_server_that_does_not_answer_a_discovery_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "HANDSHAKE_SECONDS", 60.0)
    monkeypatch.setattr(connection_module, "DISCOVERY_SECONDS", 0.02)
    requests = []
    async with loopback_guild(tmp_path) as loopback:
        discover = loopback.here.voice._discover  # type: ignore[attr-defined]

        def silent_at_first(data: bytes, address: object) -> None:
            requests.append(data)
            if data == requests[0]:  # which holds the number of the session
                return
            discover(data, address)

        monkeypatch.setattr(loopback.here.voice, "_discover", silent_at_first)
        piece = loopback.ask(seconds=0.5)
        await loopback.play(piece)
        assert (piece.trouble, piece.buffer.frames_played) == (None, 25)
        assert requests.count(requests[0]) == 1 + connection_module.DISCOVERY_TRIES


async def test_without_udp_it_gives_up_with_a_sentence_and_posts_the_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "MAX_UNCONNECTED_SECONDS", 0.5)
    monkeypatch.setattr(connection_module, "HANDSHAKE_SECONDS", 0.3)
    async with loopback_guild(tmp_path) as loopback:
        monkeypatch.setattr(loopback.here.voice, "_discover", lambda *_: None)
        piece = loopback.ask(seconds=0.5)
        await loopback.play(piece)
        assert "didn't let Busker into" in str(piece.trouble)
        assert piece.composition_state is CompositionState.DELIVERED
        assert reader_threads() == []
        assert loopback.here.bot.id not in loopback.guild.voice_states
