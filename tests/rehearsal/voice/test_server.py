"""discord.py's own VoiceClient against the voice server."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import time
from typing import Any

import aiohttp
import davey
import discord
import numpy as np
import pytest

from rehearsal.voice import rtp
from rehearsal.voice.analysis import analyse_recording
from rehearsal.voice.listener import Listener
from rehearsal.voice.opcodes import Op
from rehearsal.voice.recording import Kind
from tests.rehearsal.voice.stage import (
    ANNA,
    BEN,
    BOT,
    CARL,
    CHANNEL,
    GUILD,
    SESSION,
    TOKEN,
    Stage,
    melody,
    play,
    staged,
    until,
)


def encrypts(client: discord.VoiceClient) -> bool:
    return bool(client._connection.can_encrypt)


async def test_two_seconds_of_music_are_received_as_played() -> None:
    async with staged() as stage:
        anna = await stage.server.join(GUILD, CHANNEL, ANNA)
        client = await stage.connect()
        await until(lambda: anna.ready and encrypts(client))
        sound = melody(2)
        await play(client, sound)
        await until(lambda: len(anna.recording(BOT)) == 105)
        (spurt,) = anna.spurts(BOT)
    received = analyse_recording(spurt, sound)
    assert (
        received.frames_posted
        == received.frames_spanned
        == received.frames_heard
        == received.encrypted_frames
        == 100
    )
    assert (received.frames_lost, received.frames_doubled, received.frames_silent, received.plain_frames) == (
        0,
        0,
        0,
        0,
    )
    assert received.correlation > 0.95
    assert received.lag_drift_ms is not None
    assert received.lag_drift_ms < 0.1
    assert received.gap_ms.p50 == pytest.approx(20, abs=2)
    assert {packet.kind for packet in spurt.packets} == {Kind.CELT}
    assert [event.speaking for event in anna.speaking] == [False, True, False]


async def test_a_member_who_joins_in_mid_play_receives_the_rest_and_no_frame_is_lost() -> None:
    async with staged() as stage:
        anna = await stage.server.join(GUILD, CHANNEL, ANNA)
        client = await stage.connect()
        await until(lambda: anna.ready and encrypts(client))
        playing = asyncio.create_task(play(client, melody(1.2)))
        await until(lambda: len(anna.recording(BOT)) >= 20)
        ben = await stage.server.join(GUILD, CHANNEL, BEN)
        await until(lambda: len(ben.recording(BOT)) >= 15)
        assert ben.group == anna.group == {ANNA, BEN, BOT}
        (told,) = ben.speaking
        assert (told.user_id, told.ssrc, told.speaking) == (BOT, ben.recording(BOT).packets[0].ssrc, True)
        await stage.server.leave(GUILD, ANNA)
        before = len(anna.recording(BOT))
        await playing
        await until(lambda: ben.recording(BOT).packets[-1].kind is Kind.SILENCE)
        assert ben.group == {BEN, BOT}
        await until(lambda: len(ben.speaking) == 2)
        assert not (await stage.server.join(GUILD, CHANNEL, CARL)).speaking
        assert len(anna.recording(BOT)) == before
    assert all(packet.encrypted and packet.decrypted for packet in anna.recording(BOT).packets)
    late = ben.recording(BOT).trimmed().packets
    assert all(packet.encrypted for packet in late)
    # The first packets are still of the epoch before, until the bot has followed.
    first = [packet.decrypted for packet in late].index(True)
    assert first < 10
    assert all(packet.decrypted for packet in late[first:])
    assert stage.server.listener(GUILD, ANNA) is anna


async def test_music_played_alone_goes_out_plain_and_is_encrypted_once_somebody_listens() -> None:
    async with staged() as stage:
        client = await stage.connect()
        playing = asyncio.create_task(play(client, melody(0.6)))
        await asyncio.sleep(0.1)
        assert not encrypts(client)
        anna = await stage.server.join(GUILD, CHANNEL, ANNA)
        await playing
        packets = anna.recording(BOT).trimmed().packets
    assert packets[-1].encrypted
    assert packets[-1].decrypted
    assert all(packet.decrypted == packet.encrypted for packet in packets)


async def test_after_the_last_listener_left_another_one_receives_the_next_piece() -> None:
    async with staged() as stage:
        anna = await stage.server.join(GUILD, CHANNEL, ANNA)
        client = await stage.connect()
        await until(lambda: anna.ready and encrypts(client))
        await stage.server.leave(GUILD, ANNA)
        await until(lambda: not encrypts(client))
        ben = await stage.server.join(GUILD, CHANNEL, BEN)
        await until(lambda: ben.ready and encrypts(client))
        await play(client, melody(0.2))
        await until(lambda: len(ben.recording(BOT)) == 15)
    assert all(packet.decrypted for packet in ben.recording(BOT).packets)


async def test_two_clients_and_a_listener_hear_each_other() -> None:
    async with staged() as stage:
        first, second = await stage.connect(BOT), await stage.connect(BEN)
        anna = await stage.server.join(GUILD, CHANNEL, ANNA)
        await until(lambda: anna.group == {ANNA, BEN, BOT} and encrypts(first) and encrypts(second))
        received: list[bytes] = []
        second._connection.add_socket_listener(received.append)
        await play(first, melody(0.2, seed=1))
        await play(second, melody(0.2, seed=2))
        await until(lambda: all(len(anna.recording(user)) == 15 for user in (BOT, BEN)))
        await until(lambda: len(received) >= 15)
        transport = rtp.Transport(second.mode, bytes(second.secret_key))
        packet = transport.decrypt_rtp(received[0])
        session: Any = second._connection.dave_session
        assert packet.ssrc == first.ssrc
        assert session.decrypt(BOT, davey.MediaType.audio, packet.payload)
    for user in (BOT, BEN):
        assert all(received.decrypted for received in anna.recording(user).packets)


async def test_reports_reach_the_client_and_disturb_nothing() -> None:
    async with staged(report_interval_s=0.05) as stage:
        anna = await stage.server.join(GUILD, CHANNEL, ANNA)
        client, other = await stage.connect(), await stage.connect(BEN)
        await until(lambda: anna.group == {ANNA, BEN, BOT} and encrypts(client) and encrypts(other))
        received: list[bytes] = []
        client._connection.add_socket_listener(received.append)
        other._connection.add_socket_listener(received.append)
        await play(client, melody(0.4))
        await until(lambda: len(anna.recording(BOT)) == 25)
        await until(lambda: {data[1] for data in received if rtp.is_rtcp(data)} == {200, 201})
        ours = rtp.Transport(client.mode, bytes(client.secret_key))
        report = next(data for data in received if data[1] == rtp.RTCP_RECEIVER_REPORT)
        about, lost, highest = struct.unpack(">III", ours.decrypt_rtcp(report)[:12])
    assert (about, lost) == (client.ssrc, 0)
    assert highest >= 1
    assert all(packet.decrypted for packet in anna.recording(BOT).packets)
    assert client.is_connected() is False  # closed by the stage, not before


async def test_datagrams_of_unknown_senders_are_counted_and_change_nothing() -> None:
    async with staged() as stage:
        anna = await stage.server.join(GUILD, CHANNEL, ANNA)
        client = await stage.connect()
        await until(lambda: anna.ready and encrypts(client))
        address = ("127.0.0.1", stage.server.udp_port)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.setblocking(False)
            for datagram in (b"", b"x", bytes(74), b"\x80\x78" + bytes(60), b"\x80\xc9" + bytes(60)):
                stranger.sendto(datagram, address)
            stranger.sendto(struct.pack(">HHI66x", 1, 70, 424_242), address)
            client._connection.socket.send(b"\x80\x78" + bytes(60))
            await until(lambda: stage.server.bad_packets == 7)
            stranger.sendto(b"keepaliv", address)
            loop = asyncio.get_running_loop()
            assert await asyncio.wait_for(loop.sock_recv(stranger, 100), 2) == b"keepaliv"
        await play(client, melody(0.1))
        await until(lambda: len(anna.recording(BOT)) == 10)
    assert all(packet.decrypted for packet in anna.recording(BOT).packets)


async def test_arrival_is_stamped_by_the_kernel_even_when_the_loop_is_busy() -> None:
    async with staged() as stage:
        anna = await stage.server.join(GUILD, CHANNEL, ANNA)
        client = await stage.connect()
        await until(lambda: anna.ready and encrypts(client))
        playing = asyncio.create_task(play(client, melody(0.6)))
        await until(lambda: len(anna.recording(BOT)) >= 5)
        time.sleep(0.2)  # noqa: ASYNC251 - the busy loop this test is about
        await playing
        await until(lambda: len(anna.recording(BOT)) == 35)
    packets = anna.recording(BOT).trimmed().packets
    assert max(np.diff([packet.arrival_s for packet in packets[2:]])) < 0.08


async def identify(stage: Stage, **changed: Any) -> aiohttp.ClientWebSocketResponse:
    """Identify a bare client."""
    socket_ = await stage.open()
    body = {
        "server_id": str(GUILD),
        "user_id": str(BOT),
        "session_id": SESSION,
        "token": TOKEN,
        "max_dave_protocol_version": 1,
    }
    assert (await socket_.receive_json())["op"] == Op.HELLO
    await socket_.send_json({"op": Op.IDENTIFY, "d": body | changed})
    return socket_


async def close_code(socket_: aiohttp.ClientWebSocketResponse) -> int | None:
    while not socket_.closed:
        await socket_.receive(timeout=2)
    return socket_.close_code


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"max_dave_protocol_version": 0}, 4017),
        ({"session_id": "another"}, 4006),
        ({"user_id": "404"}, 4006),
        ({"token": "another"}, 4004),
        ({"server_id": "none"}, 4002),
    ],
)
async def test_a_client_that_may_not_identify_is_closed_with_the_right_code(
    changed: dict[str, Any], code: int
) -> None:
    async with staged() as stage:
        stage.server.expect(GUILD, CHANNEL, BOT, SESSION, TOKEN)
        assert await close_code(await identify(stage, **changed)) == code
        await until(lambda: not asyncio.all_tasks() - {asyncio.current_task()})
        assert stage.server.session(GUILD, BOT) is None


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"op": Op.SPEAKING, "d": {"speaking": 1}}, 4003),
        ({"op": 99, "d": {}}, 4001),
        ({"op": Op.READY, "d": {}}, 4001),
        ({"d": {}}, 4002),
        ([], 4002),
        ({"op": Op.RESUME, "d": {"server_id": "1", "session_id": "x", "token": "x", "seq_ack": -1}}, 4006),
    ],
)
async def test_a_message_that_requires_identifying_closes_the_socket(message: Any, code: int) -> None:
    async with staged() as stage:
        socket_ = await stage.open()
        await socket_.send_json(message)
        assert await close_code(socket_) == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"protocol": "webrtc", "data": {}}, 4012),
        ({"protocol": "udp", "data": {"mode": "xsalsa20_poly1305"}}, 4016),
    ],
)
async def test_an_unknown_protocol_or_encryption_is_refused(body: dict[str, Any], code: int) -> None:
    async with staged() as stage:
        stage.server.expect(GUILD, CHANNEL, BOT, SESSION, TOKEN)
        socket_ = await identify(stage)
        await socket_.send_json({"op": Op.SELECT_PROTOCOL, "d": body})
        assert await close_code(socket_) == code


async def test_a_forgotten_client_is_closed_with_4014_and_leaves_the_group() -> None:
    async with staged() as stage:
        anna = await stage.server.join(GUILD, CHANNEL, ANNA)
        ben = await stage.server.join(GUILD, CHANNEL, BEN)
        stage.server.expect(GUILD, CHANNEL, BOT, SESSION, TOKEN)
        socket_ = await identify(stage)
        closing = asyncio.create_task(close_code(socket_))
        await until(lambda: anna.group == {ANNA, BEN} and stage.server.session(GUILD, BOT) is not None)
        await stage.server.forget(GUILD, BOT)
        assert await closing == 4014
        assert stage.server.session(GUILD, BOT) is None
        client = await stage.connect(reconnect=False)
        await until(lambda: anna.group == ben.group == {ANNA, BEN, BOT})
        await stage.disconnect(client)
        await until(lambda: anna.group == ben.group == {ANNA, BEN})


async def test_a_broken_connection_is_resumed_and_missed_messages_are_sent_again() -> None:
    async with staged() as stage:
        stage.server.expect(GUILD, CHANNEL, BOT, SESSION, TOKEN)
        first = await identify(stage)
        assert (await first.receive_json())["op"] == Op.READY
        mode = {"mode": "aead_aes256_gcm_rtpsize"}
        await first.send_json({"op": Op.SELECT_PROTOCOL, "d": {"protocol": "udp", "data": mode}})
        description = await first.receive_json()
        assert description["d"]["dave_protocol_version"] == 1
        sender = await first.receive_bytes()
        assert (sender[:2], sender[2]) == (b"\0\0", Op.EXTERNAL_SENDER)
        connection = first._response.connection
        assert connection is not None
        assert connection.transport is not None
        connection.transport.abort()
        session = stage.server.session(GUILD, BOT)
        assert session is not None
        await until(lambda: session.websocket is None)
        await stage.server.join(GUILD, CHANNEL, ANNA)
        second = await stage.open()
        assert (await second.receive_json())["op"] == Op.HELLO
        resume = {"server_id": str(GUILD), "session_id": SESSION, "token": TOKEN, "seq_ack": 0}
        await second.send_json({"op": Op.RESUME, "d": resume})
        assert (await second.receive_json())["op"] == Op.RESUMED
        missed = await second.receive_json()
        assert missed == {"op": Op.CLIENTS_CONNECT, "d": {"user_ids": [str(ANNA)]}, "seq": 1}
        await second.send_json({"op": Op.HEARTBEAT, "d": {"t": 5, "seq_ack": 1}})
        assert (await second.receive_json()) == {"op": Op.HEARTBEAT_ACK, "d": {"t": 5}}
        await second.close()
        await until(lambda: stage.server.session(GUILD, BOT) is None)


async def test_a_client_without_end_to_end_encryption_is_rejected(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("discord.voice_state.has_dave", False)
    caplog.set_level(logging.CRITICAL, "discord")
    async with staged() as stage:
        with pytest.raises(discord.ConnectionClosed) as closed:
            await stage.connect(reconnect=False)
        assert closed.value.code == 4017


async def test_a_listener_that_joins_another_channel_leaves_the_first() -> None:
    async with staged() as stage:
        client = await stage.connect()
        anna = await stage.server.join(GUILD, CHANNEL, ANNA)
        await until(lambda: encrypts(client))
        elsewhere: Listener = await stage.server.join(GUILD, CHANNEL + 100, ANNA)
        assert not anna.connected
        assert stage.server.listener(GUILD, ANNA) is elsewhere
        await until(lambda: not encrypts(client))
