"""A bad network between clients and the voice server: each fault happens at its rate."""

from __future__ import annotations

import asyncio
import random

import pytest

from rehearsal.voice.network import Network
from rehearsal.voice.rtp import rtp_header

SOUND = rtp_header(1, 960, 7) + b"sealed"


def by_moderator(network: Network, times: int = 2_000) -> list[int]:
    arrived: list[int] = []
    for number in range(times):
        network.carry(lambda number=number: arrived.append(number), sound=SOUND)  # type: ignore[misc]
    return arrived


def test_a_calm_network_delivers_everything_once_and_in_order() -> None:
    network = Network()
    assert network.calm
    assert by_moderator(network) == list(range(2_000))
    assert (network.sounds_lost, network.doubled) == (0, 0)


def test_a_blocked_network_delivers_nothing_and_counts_the_sound() -> None:
    network = Network(blocked=True)
    assert by_moderator(network) == []
    assert network.sounds_lost == 2_000
    network.carry(lambda: None, sound=b"\x81\xc9 a report")
    assert network.sounds_lost == 2_000


def test_packets_are_lost_and_doubled_at_the_rate_that_is_set_and_the_same_ones_again() -> None:
    network = Network(loss=0.1, doubling=0.05)
    arrived = by_moderator(network)
    assert network.sounds_lost == 2_000 - len(set(arrived)) == pytest.approx(200, abs=50)
    assert network.doubled == len(arrived) - len(set(arrived)) == pytest.approx(90, abs=35)
    assert by_moderator(Network(loss=0.1, doubling=0.05)) == arrived
    assert by_moderator(Network(loss=0.1, doubling=0.05, rng=random.Random(1))) != arrived


async def test_delayed_packets_arrive_later_and_overtake_each_other() -> None:
    network, arrived = Network(delay_s=0.02), []
    for number in range(50):
        network.carry(lambda number=number: arrived.append(number))  # type: ignore[misc]
    assert arrived == []
    async with asyncio.timeout(5):
        while len(arrived) < 50:
            await asyncio.sleep(0.005)
    assert sorted(arrived) == list(range(50)) != arrived
