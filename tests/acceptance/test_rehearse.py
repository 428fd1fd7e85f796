"""Whole rehearsals: the embedded checkpoint, the engine's process, two guilds."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import av
import numpy as np
import pytest

from acceptance.rehearse import RehearsalOptions, main, rehearse
from acceptance.report import GuildReport, steady_loudness
from audio.files.track import read_tags
from audio.piece import Piece
from bot.config.settings import EngineSettings, Settings, TrackSettings
from rehearsal.voice.analysis import Gaps, PlaybackAnalysis

EXPECTED_KEYS = {
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


async def test_a_piece_by_the_embedded_checkpoint_is_played_as_it_is_posted(tmp_path: Path) -> None:
    options = RehearsalOptions("slow bells", 10.0, None, 7, guilds=1, out=tmp_path)
    rehearsal = await rehearse(settings_of("local", tmp_path), options, progress=lambda line: None)
    (report,) = rehearsal.reports
    # Requirements about time are checked by `make rehearse`, not by a test on a busy machine.
    assert [*report.failed_requirements()] == []
    assert report.playback.frames_posted == 500
    origin = read_tags(report.posted)
    assert (origin.piece, origin.checkpoint, origin.licence) == (report.piece, "etude", "MIT")
    with av.open(str(report.recording_path)) as recording_path:
        assert recording_path.streams.audio[0].duration == 480_000


async def test_two_guilds_get_their_own_pieces_and_the_json_has_every_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = RehearsalOptions("@everyone <@1> **bells**", 10.0, 0.5, None, guilds=2, out=tmp_path)
    status = await main(settings_of("tone", tmp_path), options, as_json=True)
    results = json.loads(capsys.readouterr().out)
    assert (status, results["failures"]) == (0, [])
    assert set(results) >= EXPECTED_KEYS
    assert set(results["gap_ms"]) == {"p50", "p99", "max"}
    (other,) = results["other_guilds"]
    assert results["seed"] != other["seed"]
    assert Path(results["posted"]).read_bytes() != Path(other["posted"]).read_bytes()


PASSED = PlaybackAnalysis(
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
REPORT = GuildReport(
    piece=Piece("bells", 20.0, 1),
    checkpoint="etude",
    device="cpu",
    answered_s=0.1,
    first_sound_s=0.5,
    realtime_factor=3.0,
    starved_s=0.0,
    playback=PASSED,
    recorded_lufs=-16.4,
    recorded_target_lufs=-16.0,
    posted_lufs=-14.1,
    recording_path=Path("heard.wav"),
    posted=Path("posted.flac"),
    picture=Path("posted.png"),
)


def test_a_report_that_meets_every_requirement_has_no_failures() -> None:
    assert [*REPORT.failed_requirements(), *REPORT.failed_time_requirements()] == []


@pytest.mark.parametrize(
    ("results", "sentence"),
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
def test_each_failed_requirement_is_a_sentence(results: dict[str, float], sentence: str) -> None:
    report = dataclasses.replace(REPORT, playback=dataclasses.replace(PASSED, **results))  # type: ignore[arg-type]
    assert [*report.failed_requirements()] == [sentence]


@pytest.mark.parametrize(
    ("results", "sentences"),
    [
        ({"recorded_lufs": -17.2}, ["-17.2 LUFS were heard; -16.0 are required."]),
        ({"recorded_lufs": -17.2, "recorded_target_lufs": -17.0}, []),
        ({"posted_lufs": -12.9}, ["-12.9 LUFS were posted; -14.0 are required."]),
        ({"recorded_lufs": float("nan")}, ["nan LUFS were heard; -16.0 are required."]),
        ({"recorded_lufs": -19.0, "piece": Piece("bells", 10.0, 1)}, []),
    ],
)
def test_loudness_is_held_to_its_targets_in_pieces_long_enough(
    results: dict[str, object], sentences: list[str]
) -> None:
    report = dataclasses.replace(REPORT, **results)  # type: ignore[arg-type]
    assert [*report.failed_requirements()] == sentences


def test_loudness_is_measured_between_the_settling_of_the_level_and_the_fade_out() -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, (20 * 48_000, 2)).astype(np.float32)
    middle = steady_loudness(sound)
    sound[: 5 * 48_000] *= 3
    sound[-2 * 48_000 :] *= 3
    assert steady_loudness(sound) == middle


@pytest.mark.parametrize(
    ("results", "late"),
    [
        ({"starved_s": 0.02}, ["The buffer ran dry for 0.02 s."]),
        ({"first_sound_s": 2.1}, ["The first sound took 2.1 s; 2 s are allowed."]),
        ({"first_sound_s": 21.0, "realtime_factor": 0.5}, []),
        ({"answered_s": 3.2}, ["The member waited 3.2 s for an answer; Discord gives up after 3 s."]),
    ],
)
def test_time_requirements_depend_on_the_speed_of_the_engine(
    results: dict[str, float], late: list[str]
) -> None:
    report = dataclasses.replace(REPORT, **results)  # type: ignore[arg-type]
    assert [*report.failed_requirements(), *report.failed_time_requirements()] == late
