"""Pieces that crossfade, through the real voice connection."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from audio.dsp.loudness import Meter, loudness_of
from audio.units import FRAME_SAMPLES
from bot.errors import NotWaiting
from bot.playback.composition import CompositionState
from bot.playback.performance import Performance
from tests.loopback_guild import LoopbackGuild, loopback_guild, quiet_settings, until

SECONDS, FRAMES, SHARED = 3.0, 150, 30
"""Frames of each piece and of their transition, which is a fifth of either."""


def two(loopback: LoopbackGuild) -> tuple[Performance, Performance]:
    return loopback.ask(seconds=SECONDS, seed=1), loopback.ask(seconds=SECONDS, seed=2)


async def until_transition(second: Performance) -> None:
    await until(lambda: second.buffer.frames_played > 5)


async def test_the_next_piece_begins_while_the_one_before_ends_and_nothing_dips(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        first, second = two(loopback)
        await until_transition(second)
        assert not first.ended
        assert loopback.session.now is first
        await loopback.play(second)
        assert [piece.buffer.frames_played for piece in (first, second)] == [FRAMES, FRAMES]
        assert [piece.composition_state for piece in (first, second)] == [
            CompositionState.DELIVERED,
            CompositionState.DELIVERED,
        ]
        (spurt,) = loopback.ears.spurts(loopback.here.bot.id)
        sound = spurt.pcm()
        assert len(sound) // FRAME_SAMPLES == 2 * FRAMES - SHARED
        hops = Meter(2).push(sound.T)
        blocks = np.convolve(hops, np.ones(5) / 5, "valid")  # two notes
        begin, end = (10 * (FRAMES - SHARED) // 50 - 4, 10 * FRAMES // 50)
        transition = loudness_of(blocks[begin:end].min())
        alone = loudness_of(np.concatenate([blocks[5:begin], blocks[end:-10]]).min())
        assert transition > alone - 1.0


async def test_after_a_skip_during_a_transition_the_next_piece_continues_at_its_frame(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        first, second = two(loopback)
        await until_transition(second)
        assert loopback.session.skip() is first
        await loopback.play(second)
        assert first.buffer.frames_played < FRAMES
        assert second.buffer.frames_played == FRAMES
        packets = sum(len(spurt.packets) for spurt in loopback.ears.spurts(loopback.here.bot.id))
        assert packets <= FRAMES + FRAMES - SHARED + 5  # frames of the transition are not played twice


async def test_during_a_transition_a_pause_holds_both_pieces_and_a_stop_ends_both(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        first, second = two(loopback)
        await until_transition(second)
        loopback.session.pause()
        await asyncio.sleep(0.1)
        held = (first.buffer.frames_played, second.buffer.frames_played)
        await asyncio.sleep(0.1)
        assert (first.buffer.frames_played, second.buffer.frames_played) == held
        loopback.session.resume()
        await until(lambda: second.buffer.frames_played > held[1])
        assert loopback.session.stop() == 2
        await loopback.play(second)
        await until(lambda: not loopback.session.queue)
        after = loopback.ask(seconds=0.5, seed=3)
        await loopback.play(after)
        assert after.buffer.frames_played == 25


async def test_a_piece_whose_transition_is_settled_is_not_moved_removed_or_overtaken(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        first, second = two(loopback)
        await until(lambda: second.is_next)
        with pytest.raises(NotWaiting):
            loopback.session.move(second, 2)
        with pytest.raises(NotWaiting):
            loopback.session.remove(second)
        third = loopback.ask(seconds=0.5, seed=3)
        loopback.session.move(third, 1)
        assert list(loopback.session.queue) == [first, second, third]
        loopback.session.stop()


async def test_with_a_crossfade_of_0_s_pieces_do_not_overlap(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, settings=quiet_settings(tmp_path, crossfade_seconds=0.0)) as loopback:
        first, second = loopback.ask(seconds=1.0), loopback.ask(seconds=1.0, seed=2)
        await loopback.play(second)
        assert first.ended
        assert len(loopback.ears.spurts(loopback.here.bot.id)) == 2
