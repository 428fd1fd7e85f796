"""The report of a rehearsal: measured figures and failed requirements, as text or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from audio.dsp.fades import FADE_OUT_SECONDS
from audio.dsp.loudness import integrated
from audio.dsp.mastering import TRACK_LUFS
from audio.piece import Piece
from audio.units import SAMPLE_RATE
from rehearsal.voice.analysis import PlaybackAnalysis
from rehearsal.voice.recording import Pcm

MAX_ANSWER_SECONDS: Final = 3.0
"""Discord drops an interaction that is not answered in this time."""

MAX_FIRST_SOUND_SECONDS: Final = 2.0
"""From the command to the first packet of music, with an engine faster than real time."""

MIN_CORRELATION: Final = 0.95
"""Correlation of the recording with the posted track: the running level and the limiter make them differ."""

MAX_LAG_DRIFT_MS: Final = 1.0
"""Largest change of the delay within a piece: no frame was skipped or repeated."""

MAX_LOUDNESS_ERROR_LU: Final = 1.0
"""Largest deviation from the loudness targets."""

MIN_LOUDNESS_SECONDS: Final = 20.0
"""Shorter pieces may end before the level, which rises by at most 1 dB a second, has settled."""

LEVEL_SETTLING_SECONDS: Final = 5.0
"""Time that the level may take to settle at the start."""


def steady_loudness(sound: Pcm) -> float:
    """Return the loudness [LUFS] of a piece in the channel, shaped (samples, 2) at 48 kHz.

    Without its first seconds, in which the level settles, and without its fade-out.
    """
    begin, end = round(LEVEL_SETTLING_SECONDS * SAMPLE_RATE), round(FADE_OUT_SECONDS * SAMPLE_RATE)
    return integrated(np.ascontiguousarray(sound[begin:-end].T))


@dataclass(frozen=True, slots=True)
class GuildReport:
    """The results of one piece in one guild, from the command to the posted track."""

    piece: Piece
    checkpoint: str
    device: str
    answered_s: float
    """Seconds from the command to the answer."""
    first_sound_s: float
    """Seconds from the command to the first packet of music at the listener."""
    realtime_factor: float
    """Seconds of music composed per second, while this piece was composed."""
    starved_s: float
    """Seconds of silence played because the buffer was empty."""
    playback: PlaybackAnalysis
    recorded_lufs: float
    """Loudness in the channel once the level has settled: see `steady_loudness`."""
    recorded_target_lufs: float
    """The required loudness at the volume of the settings."""
    posted_lufs: float
    """Integrated loudness of the track."""
    recording_path: Path
    posted: Path
    picture: Path

    def as_dict(self) -> dict[str, Any]:
        """Return all figures in one flat dictionary, ready for JSON. Its keys are stable."""
        piece = self.piece
        return {
            "prompt": piece.prompt,
            "seconds": piece.seconds,
            "interval": piece.interval,
            "seed": piece.seed,
            "checkpoint": self.checkpoint,
            "device": self.device,
            "answered_s": self.answered_s,
            "first_sound_s": self.first_sound_s,
            "realtime_factor": self.realtime_factor,
            "starved_s": self.starved_s,
            **asdict(self.playback),
            "heard_lufs": self.recorded_lufs,
            "heard_target_lufs": self.recorded_target_lufs,
            "posted_lufs": self.posted_lufs,
            "heard": str(self.recording_path),
            "posted": str(self.posted),
            "picture": str(self.picture),
        }

    def failed_requirements(self) -> Iterator[str]:
        """Yield a sentence for each failed requirement, except those about time."""
        results = self.playback
        for frames, fate in (
            (results.frames_lost, "were lost"),
            (results.frames_doubled, "came twice"),
            (results.frames_silent, "were silent"),
            (results.plain_frames, "were not encrypted"),
            (results.undecrypted_frames, "could not be decrypted"),
        ):
            if frames:
                yield f"{frames} frames of music {fate}."
        if abs(results.frames_heard - results.frames_posted) > 1:
            yield f"{results.frames_heard} frames were heard, {results.frames_posted} were posted."
        if not results.correlation >= MIN_CORRELATION:  # also true for NaN
            yield f"What was heard is not what was posted: their correlation is {results.correlation:.3f}."
        elif results.lag_drift_ms is None or not results.lag_drift_ms < MAX_LAG_DRIFT_MS:
            yield f"Heard and posted drift apart by {results.lag_drift_ms} ms."
        if self.piece.seconds >= MIN_LOUDNESS_SECONDS:
            for lufs, target, fate in (
                (self.recorded_lufs, self.recorded_target_lufs, "heard"),
                (self.posted_lufs, TRACK_LUFS, "posted"),
            ):
                if not abs(lufs - target) <= MAX_LOUDNESS_ERROR_LU:  # also true for NaN
                    yield f"{lufs:.1f} LUFS were {fate}; {target:.1f} are required."
        if self.starved_s:
            yield f"The buffer ran dry for {self.starved_s:.2f} s."

    def failed_time_requirements(self) -> Iterator[str]:
        """Yield a sentence for each failed requirement about time.

        An engine slower than real time must compose most of a piece before it can be played without a gap, so
        the first sound is not checked then.
        """
        if self.answered_s > MAX_ANSWER_SECONDS:
            yield f"The member waited {self.answered_s:.1f} s for an answer; Discord gives up after 3 s."
        limit = MAX_FIRST_SOUND_SECONDS
        if self.realtime_factor >= 1 and self.first_sound_s > limit:
            yield f"The first sound took {self.first_sound_s:.1f} s; {limit:g} s are allowed."

    def __str__(self) -> str:
        piece, results, gaps = self.piece, self.playback, self.playback.gap_ms
        interval = "automatic" if piece.interval is None else f"{piece.interval:g} s"
        drift = "unknown" if results.lag_drift_ms is None else f"{results.lag_drift_ms:.3f} ms"
        lines = {
            "requested": f"“{piece.prompt}”, {piece.seconds:g} s, interval {interval}, seed {piece.seed}",
            "composed by": f"{self.checkpoint} on {self.device}, {self.realtime_factor:.1f} times real time",
            "answered after": f"{self.answered_s:.2f} s",
            "first sound after": f"{self.first_sound_s:.2f} s",
            "frames": f"{results.frames_posted} posted, {results.frames_heard} heard: "
            f"{results.frames_lost} lost, {results.frames_doubled} doubled, {results.frames_silent} silent",
            "encrypted": f"{results.encrypted_frames} frames end to end, {results.plain_frames} plain",
            "gaps between packets": f"p50 {gaps.p50:.1f} ms, p99 {gaps.p99:.1f} ms, max {gaps.max:.1f} ms",
            "heard is posted": f"correlation {results.correlation:.4f}, drift {drift}",
            "loudness": f"{self.recorded_lufs:.1f} LUFS heard ({self.recorded_target_lufs:.1f} required), "
            f"{self.posted_lufs:.1f} posted ({TRACK_LUFS:g} required)",
            "buffer ran dry": f"{self.starved_s:.2f} s",
            "recording": self.recording_path,
            "posted track": self.posted,
            "picture": self.picture,
        }
        return "\n".join(f"{name:>20}  {value}" for name, value in lines.items())


@dataclass(frozen=True, slots=True)
class Report:
    """The reports of all guilds, and a sentence for each failure."""

    reports: tuple[GuildReport, ...]
    failures: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the first guild's figures, the failures of all, and the other guilds' figures."""
        first, *others = (report.as_dict() for report in self.reports)
        return first | {"failures": list(self.failures), "other_guilds": others}

    def __str__(self) -> str:
        verdict = [f"FAILED  {failure}" for failure in self.failures] or ["All requirements were met."]
        return "\n\n".join([*map(str, self.reports), "\n".join(verdict)])
