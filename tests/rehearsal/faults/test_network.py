"""Packets between a client and the voice server are lost, late or duplicated."""

from __future__ import annotations

import asyncio

from rehearsal.faults.every import FAULTS
from rehearsal.faults.scene import until
from tests.rehearsal.faults.bare import WITHIN_S, packets_received, played, sequences, staged


async def test_a_blocked_network_carries_nothing_either_way() -> None:
    async with staged() as (scene, bot):
        blocking = asyncio.create_task(FAULTS["udp-blocked"].cause(scene))
        await until(lambda: scene.voice.network.blocked, WITHIN_S)
        bot.play(20)
        bot.keep_alive()
        await until(lambda: scene.voice.network.sounds_lost == 20, WITHIN_S)
        assert (packets_received(scene), bot.received()) == (0, [])
        await blocking
        await played(scene, bot, 20)
        assert packets_received(scene) == 20
        assert len(scene.excused) == 1


async def test_a_lossy_network_loses_some_packets_and_counts_them() -> None:
    async with staged() as (scene, bot):
        losing = asyncio.create_task(FAULTS["udp-lossy"].cause(scene))
        await until(lambda: scene.voice.network.loss > 0, WITHIN_S)
        bot.play(200)
        await until(lambda: scene.voice.network.sounds_lost + packets_received(scene) == 200, WITHIN_S)
        assert 0 < scene.voice.network.sounds_lost < 40
        losing.cancel()


async def test_delayed_packets_all_arrive_and_some_overtake_others() -> None:
    async with staged() as (scene, bot):
        delaying = asyncio.create_task(FAULTS["udp-delayed"].cause(scene))
        await until(lambda: scene.voice.network.delay_s > 0, WITHIN_S)
        bot.play(50)
        await until(lambda: packets_received(scene) == 50, WITHIN_S)
        assert sorted(sequences(scene)) == list(range(50)) != sequences(scene)
        delaying.cancel()


async def test_doubled_packets_come_twice_with_the_same_number() -> None:
    async with staged() as (scene, bot):
        doubling = asyncio.create_task(FAULTS["udp-doubled"].cause(scene))
        await until(lambda: scene.voice.network.doubling > 0, WITHIN_S)
        bot.play(200)
        await until(lambda: len(set(sequences(scene))) == 200, WITHIN_S)
        assert packets_received(scene) == 200 + scene.voice.network.doubled > 200
        doubling.cancel()
