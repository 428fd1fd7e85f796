"""What a rehearsal found: measured figures, the promises they keep or break, and both as text or JSON."""

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

ANSWER_SECONDS: Final = 3.0
FIRST_SOUND_SECONDS: Final = 2.0
MIN_CORRELATION: Final = 0.95
MAX_LAG_DRIFT_MS: Final = 1.0
MAX_OFF_LU: Final = 1.0

JUDGED_SECONDS: Final = 20.0
"""Shorter pieces end before a level that rises by no more than 1 dB a second has to be right."""

FINDING_SECONDS: Final = 5.0
"""How long that level may take at the start: it knows nothing of what is to come."""


def loudness_heard(sound: Pcm) -> float:
    """LUFS of a piece in the channel, shaped (samples, 2) at 48 kHz: without its first seconds, in which the
    level is found, and without its ending, which fades out."""
    begin, end = round(FINDING_SECONDS * SAMPLE_RATE), round(FADE_OUT_SECONDS * SAMPLE_RATE)
    return integrated(np.ascontiguousarray(sound[begin:-end].T))


@dataclass(frozen=True, slots=True)
class Evening:
    """One piece in one guild, from the command to the posted track."""

    piece: Piece
    checkpoint: str
    device: str
    answered_s: float
    """Seconds from the command to the answer that the member reads."""
    first_sound_s: float
    """Seconds from the command to the first packet of music at the listener."""
    realtime_factor: float
    """Seconds of music made in a second, while this piece was composed."""
    starved_s: float
    """Seconds of silence that the buffer had to play because music was missing."""
    hearing: PlaybackAnalysis
    heard_lufs: float
    """Loudness in the channel, once the running level has found it: see `loudness_heard`."""
    heard_target_lufs: float
    """What it should be, at the volume of the settings."""
    posted_lufs: float
    """Loudness of the whole track."""
    heard: Path
    posted: Path
    picture: Path

    def as_dict(self) -> dict[str, Any]:
        """Everything by name, in one level, ready for JSON."""
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
            **asdict(self.hearing),
            "heard_lufs": self.heard_lufs,
            "heard_target_lufs": self.heard_target_lufs,
            "posted_lufs": self.posted_lufs,
            "heard": str(self.heard),
            "posted": str(self.posted),
            "picture": str(self.picture),
        }

    def broken_promises(self) -> Iterator[str]:
        """A sentence for each promise that was not kept, except those about time."""
        found = self.hearing
        for frames, fate in (
            (found.frames_lost, "were lost"),
            (found.frames_doubled, "came twice"),
            (found.frames_silent, "were silent"),
            (found.plain_frames, "were not encrypted"),
            (found.undecrypted_frames, "could not be decrypted"),
        ):
            if frames:
                yield f"{frames} frames of music {fate}."
        if abs(found.frames_heard - found.frames_posted) > 1:
            yield f"{found.frames_heard} frames were heard, {found.frames_posted} were posted."
        if not found.correlation >= MIN_CORRELATION:  # also true for NaN
            yield f"What was heard is not what was posted: their correlation is {found.correlation:.3f}."
        elif found.lag_drift_ms is None or not found.lag_drift_ms < MAX_LAG_DRIFT_MS:
            yield f"Heard and posted drift apart by {found.lag_drift_ms} ms."
        if self.piece.seconds >= JUDGED_SECONDS:
            for lufs, target, fate in (
                (self.heard_lufs, self.heard_target_lufs, "heard"),
                (self.posted_lufs, TRACK_LUFS, "posted"),
            ):
                if not abs(lufs - target) <= MAX_OFF_LU:  # also true for NaN
                    yield f"{lufs:.1f} LUFS were {fate}; {target:.1f} are promised."
        if self.starved_s:
            yield f"The buffer ran dry for {self.starved_s:.2f} s."

    def late_promises(self) -> Iterator[str]:
        """A sentence for each promise about time that was not kept. An engine slower than real time must
        make most of a piece before it can be played without a gap, so it is not held to the first sound."""
        if self.answered_s > ANSWER_SECONDS:
            yield f"The member waited {self.answered_s:.1f} s for an answer; Discord gives up after 3 s."
        if self.realtime_factor >= 1 and self.first_sound_s > FIRST_SOUND_SECONDS:
            yield f"The first sound took {self.first_sound_s:.1f} s; {FIRST_SOUND_SECONDS:g} s are promised."

    def __str__(self) -> str:
        piece, found, gaps = self.piece, self.hearing, self.hearing.gap_ms
        interval = "automatic" if piece.interval is None else f"{piece.interval:g} s"
        drift = "unknown" if found.lag_drift_ms is None else f"{found.lag_drift_ms:.3f} ms"
        lines = {
            "asked for": f"“{piece.prompt}”, {piece.seconds:g} s, interval {interval}, seed {piece.seed}",
            "composed by": f"{self.checkpoint} on {self.device}, {self.realtime_factor:.1f} times real time",
            "answered after": f"{self.answered_s:.2f} s",
            "first sound after": f"{self.first_sound_s:.2f} s",
            "frames": f"{found.frames_posted} posted, {found.frames_heard} heard: {found.frames_lost} lost, "
            f"{found.frames_doubled} doubled, {found.frames_silent} silent",
            "encrypted": f"{found.encrypted_frames} frames end to end, {found.plain_frames} plain",
            "gaps between packets": f"p50 {gaps.p50:.1f} ms, p99 {gaps.p99:.1f} ms, max {gaps.max:.1f} ms",
            "heard is posted": f"correlation {found.correlation:.4f}, drift {drift}",
            "loudness": f"{self.heard_lufs:.1f} LUFS heard ({self.heard_target_lufs:.1f} promised), "
            f"{self.posted_lufs:.1f} posted ({TRACK_LUFS:g} promised)",
            "buffer ran dry": f"{self.starved_s:.2f} s",
            "what was heard": self.heard,
            "what was posted": self.posted,
            "its picture": self.picture,
        }
        return "\n".join(f"{name:>20}  {value}" for name, value in lines.items())


@dataclass(frozen=True, slots=True)
class Report:
    """All guilds of a rehearsal, and a sentence for everything that went wrong."""

    evenings: tuple[Evening, ...]
    failures: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The first guild's figures, the failures of all, and the other guilds' figures."""
        first, *others = (evening.as_dict() for evening in self.evenings)
        return first | {"failures": list(self.failures), "other_guilds": others}

    def __str__(self) -> str:
        verdict = [f"FAILED  {failure}" for failure in self.failures] or ["Every promise was kept."]
        return "\n\n".join([*map(str, self.evenings), "\n".join(verdict)])
