from __future__ import annotations

import asyncio
import math
import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from audio.engine import TYPICAL_LUFS
from audio.errors import PieceError
from audio.files.track import read_tags
from audio.playout.chain import Chain
from audio.worker.client import LocalEngine
from audio.worker.loading import SEEDED
from audio.worker.tone_engine import ToneEngine
from bot.config.settings import MusicSettings, Settings
from bot.errors import NothingPlaying, QueueFull, RequestError, VoiceLost
from bot.playback.composition import CompositionState
from bot.ui.card import render_headline
from rehearsal.permissions import Permission
from tests.loopback_guild import loopback_guild, quiet_settings, until


async def test_a_second_piece_is_composed_while_the_first_plays(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, settings=quiet_settings(tmp_path, crossfade_seconds=0.0)) as loopback:
        first, second, third = (loopback.ask(seconds=1.0, seed=seed) for seed in (1, 2, 3))
        await until(lambda: second.composed)
        assert not first.ended
        assert third.composition_state is CompositionState.WAITING  # no guild hoards the engine
        await until(lambda: first.ended)
        await until(lambda: third.composed)
        await loopback.play(third)
        assert [p.buffer.frames_played for p in (first, second, third)] == [50, 50, 50]
        recording = loopback.ears.recording(loopback.here.bot.id)
        assert (
            len(recording.spurts(gap_s=math.inf)) == 3
        )  # by their silence frames: a busy machine may be late


async def test_a_skipped_piece_ends_and_the_next_follows(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        first, second = loopback.ask(seconds=20.0), loopback.ask(seconds=0.5, seed=2)
        await until(lambda: first.buffer.frames_played > 5)
        assert loopback.session.skip() is first
        await loopback.play(second)
        assert first.ended
        assert first.buffer.frames_played < 50 * 20
        assert second.buffer.frames_played == 25


async def test_stop_ends_the_sound_within_five_frames_and_frees_the_engine(tmp_path: Path) -> None:
    engine = ToneEngine(speed=1.5, slots=1)
    async with loopback_guild(tmp_path, engine=engine) as loopback:
        playing, waiting = loopback.ask(seconds=20.0), loopback.ask(seconds=20.0, seed=2)
        await until(lambda: playing.buffer.frames_played > 5)
        played = playing.buffer.frames_played
        assert loopback.session.stop() == 2
        await until(lambda: playing.ended and waiting.ended)
        assert playing.buffer.frames_played <= played + 5
        assert (playing.composition_state, waiting.composition_state) == (
            CompositionState.CANCELLED,
            CompositionState.CANCELLED,
        )
        after = loopback.ask(seconds=0.5, seed=3)  # the engine has one place, which must be free again
        await loopback.play(after)
        assert after.buffer.frames_played == 25


async def test_a_pause_holds_the_sound_and_loses_none_of_it(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        piece = loopback.ask(seconds=1.0)
        await until(lambda: piece.buffer.frames_played > 10)
        loopback.session.pause()
        await asyncio.sleep(0.1)
        held = piece.buffer.frames_played
        assert str(render_headline(piece)) == "Paused"
        await asyncio.sleep(0.1)
        assert piece.buffer.frames_played == held < 50
        loopback.session.resume()
        await loopback.play(piece)
        assert piece.buffer.frames_played == 50


async def test_a_slow_engine_is_waited_for_and_then_played_without_a_gap(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=0.5)) as loopback:
        piece = loopback.ask(seconds=3.0)
        await until(lambda: piece.composition_state is CompositionState.COMPOSING)
        assert piece.buffer.seconds_until_ready >= 1.5
        await until(lambda: piece.buffer.frames_played > 0)
        assert piece.composition_state is CompositionState.COMPOSING  # it did not simply wait for the end
        await loopback.play(piece)
        assert (piece.buffer.frames_played, piece.buffer.starvations) == (150, 0)


async def test_when_the_engine_fails_in_mid_piece_listeners_are_told_and_the_composed_part_plays(
    tmp_path: Path,
) -> None:
    engine = ToneEngine(speed=2.0)
    async with loopback_guild(tmp_path, engine=engine) as loopback:
        piece = loopback.ask(seconds=20.0)
        await until(lambda: piece.buffer.frames_played > 5)
        await engine.close()
        await loopback.play(piece)
        assert piece.composition_state is CompositionState.FAILED
        assert str(piece.trouble) == "The engine was shut down before this piece was finished."
        assert piece.buffer.frames_played < 20 * 50
        assert not list(tmp_path.glob("*.flac"))
        await engine.start()
        following = loopback.ask(seconds=0.5)
        await loopback.play(following)
        assert following.composed


async def test_a_full_queue_refuses_a_request_and_loses_nothing(tmp_path: Path) -> None:
    settings = Settings(music=MusicSettings(queue_length=2), tracks=quiet_settings(tmp_path).tracks)
    async with loopback_guild(tmp_path, settings=settings) as loopback:
        first, second = loopback.ask(seconds=0.5), loopback.ask(seconds=0.5, seed=2)
        with pytest.raises(QueueFull, match="2 pieces"):
            loopback.ask(seed=3)
        await loopback.play(second)
        assert first.ended


async def test_with_an_empty_queue_the_bot_leaves_and_plays_again_on_request(tmp_path: Path) -> None:
    async with loopback_guild(
        tmp_path, settings=quiet_settings(tmp_path, leave_after_seconds=0.0)
    ) as loopback:
        await loopback.play(loopback.ask(seconds=0.5))
        await until(lambda: loopback.here.bot.id not in loopback.guild.voice_states)
        with pytest.raises(NothingPlaying):
            loopback.session.skip()
        again = loopback.ask(seconds=0.5)
        await loopback.play(again)
        assert again.buffer.frames_played == 25


async def test_after_a_disconnect_by_a_moderator_the_begun_piece_is_posted_and_the_rest_is_dropped(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path) as loopback:
        moderator = loopback.here.person(
            loopback.guild, "moderator", loopback.guild.role("moderators", Permission.MOVE_MEMBERS)
        )
        playing, waiting = loopback.ask(seconds=20.0), loopback.ask(seconds=20.0, seed=2)
        await until(lambda: playing.buffer.frames_played > 5)
        await moderator.disconnect(loopback.here.bot.user)
        await loopback.play(playing)
        await loopback.play(waiting)
        assert playing.buffer.frames_played < 20 * 50
        assert "disconnected from the voice channel" in str(playing.trouble)
        assert (tmp_path / "bells-1.flac").exists()
        assert waiting.buffer.frames_played == 0
        again = loopback.ask(seconds=0.5, seed=3)
        await loopback.play(again)
        assert again.buffer.frames_played == 25


async def test_a_piece_that_cannot_be_played_is_composed_and_posted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=4.0)) as loopback:

        async def lost(*_: object) -> None:
            raise VoiceLost("Discord did not let Busker in.")

        monkeypatch.setattr(loopback.session.voice, "join", lost)
        pieces = [loopback.ask(seconds=1.0, seed=seed) for seed in (1, 2, 3)]
        for piece in pieces:
            await loopback.play(piece)
            assert piece.composition_state is CompositionState.DELIVERED
            assert str(piece.trouble) == "Discord did not let Busker in. The track will be posted anyway."
        assert len(loopback.tracks) == 3


async def test_a_piece_that_is_composed_without_playback_can_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=0.5)) as loopback:

        async def lost(*_: object) -> None:
            raise VoiceLost("Discord did not let Busker in.")

        monkeypatch.setattr(loopback.session.voice, "join", lost)
        piece = loopback.ask(seconds=20.0)
        await until(lambda: piece.ended and piece.composition_state is CompositionState.COMPOSING)
        assert loopback.session.stop() == 1
        await loopback.play(piece)
        assert piece.composition_state is CompositionState.CANCELLED


async def test_after_a_disconnect_with_pieces_waiting_the_bot_shuts_down_at_once(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=1.5)) as loopback:
        moderators = loopback.guild.role("moderators", Permission.MOVE_MEMBERS)
        moderator = loopback.here.person(loopback.guild, "moderator", moderators)
        pieces = [loopback.ask(seconds=20.0, seed=seed) for seed in (1, 2, 3)]
        await until(lambda: pieces[0].buffer.frames_played > 5)
        await moderator.disconnect(loopback.here.bot.user)
        await until(lambda: pieces[0].ended)
        async with asyncio.timeout(10):
            await loopback.bot.close()
        assert loopback.here.bot.id not in loopback.guild.voice_states
        assert not [task for task in asyncio.all_tasks() if "Guild" in task.get_name()]


async def test_after_stop_the_next_piece_is_the_first(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        stopped = [loopback.ask(seconds=20.0, seed=seed) for seed in (1, 2, 3)]
        await until(lambda: stopped[0].buffer.frames_played > 5)
        assert loopback.session.stop() == 3
        following = loopback.ask(seconds=0.5, seed=4)
        assert loopback.session.wanted == [following]
        await loopback.play(following)
        assert following.buffer.frames_played == 25
        assert [piece.buffer.frames_played for piece in stopped[1:]] == [0, 0]


async def test_the_volume_holds_from_piece_to_piece(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, settings=quiet_settings(tmp_path, crossfade_seconds=0.0)) as loopback:
        loopback.session.volume = 0.25
        first, second = loopback.ask(seconds=0.5), loopback.ask(seconds=0.5)
        await until(lambda: first.composed)
        made = first.sound
        await loopback.play(second)
        loudness = [abs(spurt.pcm()).max() for spurt in loopback.ears.spurts(loopback.here.bot.id)]
        chain = Chain(32_000, 1, 0.5, TYPICAL_LUFS)
        chain.push(made)
        full = abs(chain.finish()).max() / 2**15
        assert loudness == pytest.approx([full / 4, full / 4], rel=0.15)


async def test_a_volume_that_was_set_during_a_stay_ends_with_it(tmp_path: Path) -> None:
    settings = quiet_settings(tmp_path, leave_after_seconds=0.1, volume=0.5)
    async with loopback_guild(tmp_path, settings=settings) as loopback:
        piece = loopback.ask(seconds=0.5)
        loopback.session.volume = 0.0
        await loopback.play(piece)
        await until(lambda: loopback.session.voice.channel is None)
        assert loopback.session.volume == 0.5
        loopback.session.set_default_volume(0.25)
        await loopback.play(loopback.ask(seconds=0.5))
        await until(lambda: loopback.session.voice.channel is None)
        assert loopback.session.volume == 0.25


async def test_a_settled_piece_frees_its_sound_although_its_card_refers_to_it(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        piece = loopback.ask(seconds=20.0)
        await until(lambda: piece.buffer.frames_played > 10)
        loopback.session.stop()
        await loopback.play(piece)
        assert loopback.session._card is not None
        assert piece in loopback.session._card.performances
        assert not piece._composition._history.samples
        assert not piece.buffer._frames


async def test_an_engine_killed_in_mid_piece_is_replaced_and_the_music_continues_where_it_was(
    tmp_path: Path,
) -> None:
    engine = LocalEngine(f"{SEEDED}{tmp_path / 'seeded'}")
    async with loopback_guild(tmp_path, engine=engine) as loopback:
        piece = loopback.ask(seconds=6.0, seed=7)
        await until(lambda: piece.buffer.frames_played > 0)
        assert engine.worker_pid is not None
        assert piece.composition_state is CompositionState.COMPOSING
        os.kill(engine.worker_pid, signal.SIGKILL)
        await until(lambda: piece.composed)
        made = piece.sound
        await loopback.play(piece)
        assert (piece.composition_state, piece.buffer.frames_played) == (CompositionState.DELIVERED, 300)
        whole = loopback.ask(seconds=6.0, seed=7)
        loopback.session.volume = 0.0
        await until(lambda: whole.composed)
        assert np.array_equal(made, whole.sound)


async def test_new_words_take_over_what_plays_and_its_track_records_them_so_that_it_can_be_composed_again(
    tmp_path: Path,
) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=2.0)) as loopback:
        piece = loopback.ask(seconds=4.0)
        await until(lambda: piece.buffer.frames_played > 0)
        seconds = piece.buffer.seconds_received
        assert loopback.session.steer("  a walk\nin the rain ", 0.5) is piece
        (turn,) = piece.piece.prompt_changes
        assert (turn.prompt, turn.blend) == ("a walk in the rain", 25)
        assert turn.step >= seconds * 50, "sound that is composed stays"
        await until(lambda: piece.composed)
        made = piece.sound
        await loopback.play(piece)
        assert read_tags(tmp_path / "bells-1.flac").piece.prompt_changes == (turn,)
        again = loopback.session.request(replace(loopback.request(), piece=piece.piece))
        loopback.session.volume = 0.0
        await until(lambda: again.composed)
        assert np.array_equal(again.sound, made)


async def test_sound_from_before_an_interruption_is_not_steered(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=2.0)) as loopback:
        piece = loopback.ask(seconds=4.0)
        await until(lambda: piece.buffer.frames_played > 0)
        piece.interrupt()
        loopback.session.steer("a harp", 0.0)
        made = piece.buffer.seconds_received
        await loopback.play(piece)
        (turn,) = piece.piece.prompt_changes
        assert turn.step >= made * 50
        assert (piece.composition_state, piece.buffer.frames_played) == (CompositionState.DELIVERED, 200)


async def test_words_that_come_too_late_are_refused(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path) as loopback:
        with pytest.raises(NothingPlaying):
            loopback.session.steer("a harp", 0.0)
        piece = loopback.ask(seconds=2.0)
        await until(lambda: piece.composed)
        with pytest.raises(RequestError, match="already fully composed"):
            loopback.session.steer("a harp", 0.0)
        with pytest.raises(PieceError, match="0 readable"):
            loopback.session.steer(" ", 0.0)
        assert piece.piece.prompt_changes == ()
