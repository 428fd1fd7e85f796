"""The rehearsal itself, played whole: the embedded checkpoint, the engine's process, two guilds."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import av
import numpy as np
import pytest

from acceptance.rehearse import Wish, main, rehearse
from acceptance.report import Evening, loudness_heard
from audio.files.track import read_tags
from audio.piece import Piece
from bot.config.settings import EngineSettings, Settings, TrackSettings
from rehearsal.voice.analysis import Gaps, PlaybackAnalysis

PROMISED_KEYS = {
    *("prompt", "seconds", "interval", "seed", "checkpoint", "device", "first_sound_s", "realtime_factor"),
    *("frames_posted", "frames_heard", "frames_lost", "frames_doubled", "frames_silent", "encrypted_frames"),
    *("plain_frames", "gap_ms", "correlation", "lag_drift_ms", "starved_s", "heard", "posted", "picture"),
    *("heard_lufs", "posted_lufs"),
    "failures",
}


def settings_of(kind: str, folder: Path) -> Settings:
    return Settings(
        engine=EngineSettings.model_validate({"kind": kind}), tracks=TrackSettings(folder=folder / "tracks")
    )


async def test_a_piece_by_the_embedded_checkpoint_is_heard_as_it_is_posted(tmp_path: Path) -> None:
    wish = Wish("slow bells", 10.0, None, 7, guilds=1, out=tmp_path)
    report = await rehearse(settings_of("local", tmp_path), wish, tell=lambda line: None)
    (evening,) = report.evenings
    # Promises about time are the business of `make rehearse`, not of a test on a busy machine.
    assert [*evening.broken_promises()] == []
    assert evening.hearing.frames_posted == 500
    origin = read_tags(evening.posted)
    assert (origin.piece, origin.checkpoint, origin.licence) == (evening.piece, "etude", "MIT")
    with av.open(str(evening.heard)) as heard:
        assert heard.streams.audio[0].duration == 480_000


async def test_two_guilds_hear_their_own_pieces_and_the_json_has_every_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wish = Wish("@everyone <@1> **bells**", 10.0, 0.5, None, guilds=2, out=tmp_path)
    status = await main(settings_of("tone", tmp_path), wish, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (status, found["failures"]) == (0, [])
    assert set(found) >= PROMISED_KEYS
    assert set(found["gap_ms"]) == {"p50", "p99", "max"}
    (other,) = found["other_guilds"]
    assert found["seed"] != other["seed"]
    assert Path(found["posted"]).read_bytes() != Path(other["posted"]).read_bytes()


KEPT = PlaybackAnalysis(
    frames_posted=1000,
    frames_spanned=1000,
    frames_heard=1000,
    frames_lost=0,
    frames_doubled=0,
    frames_silent=0,
    encrypted_frames=1000,
    plain_frames=0,
    undecrypted_frames=0,
    gap_ms=Gaps(20.0, 20.5, 40.0),
    correlation=0.97,
    lag_start_ms=6.5,
    lag_end_ms=6.5,
    lag_drift_ms=0.01,
)
EVENING = Evening(
    piece=Piece("bells", 20.0, 1),
    checkpoint="etude",
    device="cpu",
    answered_s=0.1,
    first_sound_s=0.5,
    realtime_factor=3.0,
    starved_s=0.0,
    hearing=KEPT,
    heard_lufs=-16.4,
    heard_target_lufs=-16.0,
    posted_lufs=-14.1,
    heard=Path("heard.wav"),
    posted=Path("posted.flac"),
    picture=Path("posted.png"),
)


def test_an_evening_that_kept_every_promise_has_no_failures() -> None:
    assert [*EVENING.broken_promises(), *EVENING.late_promises()] == []


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        ({"frames_lost": 3}, "3 frames of music were lost."),
        ({"frames_doubled": 1}, "1 frames of music came twice."),
        ({"frames_silent": 2}, "2 frames of music were silent."),
        ({"plain_frames": 9}, "9 frames of music were not encrypted."),
        ({"undecrypted_frames": 4}, "4 frames of music could not be decrypted."),
        ({"frames_heard": 998}, "998 frames were heard, 1000 were posted."),
        ({"correlation": 0.94}, "What was heard is not what was posted: their correlation is 0.940."),
        ({"correlation": float("nan")}, "What was heard is not what was posted: their correlation is nan."),
        ({"lag_drift_ms": 1.0}, "Heard and posted drift apart by 1.0 ms."),
    ],
)
def test_each_broken_promise_is_a_sentence(found: dict[str, float], sentence: str) -> None:
    evening = dataclasses.replace(EVENING, hearing=dataclasses.replace(KEPT, **found))  # type: ignore[arg-type]
    assert [*evening.broken_promises()] == [sentence]


@pytest.mark.parametrize(
    ("found", "sentences"),
    [
        ({"heard_lufs": -17.2}, ["-17.2 LUFS were heard; -16.0 are promised."]),
        ({"heard_lufs": -17.2, "heard_target_lufs": -17.0}, []),
        ({"posted_lufs": -12.9}, ["-12.9 LUFS were posted; -14.0 are promised."]),
        ({"heard_lufs": float("nan")}, ["nan LUFS were heard; -16.0 are promised."]),
        ({"heard_lufs": -19.0, "piece": Piece("bells", 10.0, 1)}, []),
    ],
)
def test_loudness_is_held_to_its_targets_in_pieces_long_enough(
    found: dict[str, object], sentences: list[str]
) -> None:
    evening = dataclasses.replace(EVENING, **found)  # type: ignore[arg-type]
    assert [*evening.broken_promises()] == sentences


def test_loudness_is_judged_between_the_search_for_the_level_and_the_ending() -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, (20 * 48_000, 2)).astype(np.float32)
    middle = loudness_heard(sound)
    sound[: 5 * 48_000] *= 3
    sound[-2 * 48_000 :] *= 3
    assert loudness_heard(sound) == middle


@pytest.mark.parametrize(
    ("found", "late"),
    [
        ({"starved_s": 0.02}, ["The buffer ran dry for 0.02 s."]),
        ({"first_sound_s": 2.1}, ["The first sound took 2.1 s; 2 s are promised."]),
        ({"first_sound_s": 21.0, "realtime_factor": 0.5}, []),
        ({"answered_s": 3.2}, ["The member waited 3.2 s for an answer; Discord gives up after 3 s."]),
    ],
)
def test_promises_about_time_are_held_to_what_the_engine_can_do(
    found: dict[str, float], late: list[str]
) -> None:
    evening = dataclasses.replace(EVENING, **found)  # type: ignore[arg-type]
    assert [*evening.broken_promises(), *evening.late_promises()] == late
