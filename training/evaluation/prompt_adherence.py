"""Obedience: whether pieces are what was asked for, by ear and by what their outline says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from audio.units import STEP_RATE
from training.evaluation.audio_analysis import Ear, Sound, described, same_tempo, tempo
from training.evaluation.prompt_set import Trial
from training.model import codec
from training.songs.clock import Codes
from training.songs.clock import tempo as counted_tempo
from training.songs.codes import CONDUCTOR, OUTLINE
from training.songs.composer import Song, compose
from training.songs.outline import KEY, OUTLINE_CODES, STYLE, TEMPO, read
from training.songs.scales import MINOR_MODES
from training.songs.score import in_asked_key, score
from training.songs.styles import STYLES
from training.synth.rendering import render

HEARD_FRAMES: Final = 20 * STEP_RATE
"""What the ears hear of a piece."""
_STYLES: Final = [style.name for style in STYLES]
_TAUGHT: Final = 5400
"""Composed pieces from which the ears learn. From 900 they name 85 % of styles right, from these 92 %."""
_CHECKED: Final = 600
"""Composed pieces after those, by which the ears are checked."""
_TAPPED: Final = 240
"""Composed pieces by which the ear for tempo is checked, which learns nothing."""
_SAME_TEMPO: Final = 0.03


@dataclass(frozen=True)
class Ears:
    """Who hears styles and drums, and how often they are right about composed music."""

    style: Ear
    drums: Ear
    right_style: float
    right_drums: float
    right_tempo: float


@dataclass(frozen=True)
class Obeyed:
    """Shares of the pieces of which it was asked."""

    tempo: float
    """Heard within 3 %."""
    counted: float
    """The same, counted in the codes of the conductor."""
    drums: float
    style: float
    key: float
    """Of the notes: in the scale asked for."""


def taught(model: Any, kept: Path) -> Ears:
    """Ears taught on composed music as the codec plays it; what they were taught on is kept in a file.

    On the music as it is they learn that brushes are the only faint noise there is, and hear them in the
    codec's.
    """
    songs = [compose(100_000 + place, HEARD_FRAMES / STEP_RATE) for place in range(_TAUGHT + _CHECKED)]
    table = {book: grains.detach().numpy() for book, grains in codec.grains(model).items()}

    def played(song: Song) -> Sound:
        return render(score(song)[:, :HEARD_FRAMES], table.__getitem__)

    waves = codec.waves(model).numpy()
    held = dict(np.load(kept)) if kept.exists() else {}
    if np.array_equal(held.get("waves", ()), waves):
        descriptions = held["descriptions"]
    else:
        descriptions = np.stack([described(played(song)) for song in songs])
        np.savez(kept, waves=waves, descriptions=descriptions)
    tapped = [same_tempo(tempo(played(song)), song.plan.meter.bpm) for song in songs[_TAUGHT:][:_TAPPED]]
    styles = [_STYLES.index(song.plan.style.name) for song in songs]
    drums = [int(song.plan.drums) for song in songs]
    lessons, checked = slice(0, _TAUGHT), slice(_TAUGHT, None)
    style, drum = Ear(descriptions[lessons], styles[lessons]), Ear(descriptions[lessons], drums[lessons])
    return Ears(
        style,
        drum,
        float(np.mean(style(descriptions[checked]) == styles[checked])),
        float(np.mean(drum(descriptions[checked]) == drums[checked])),
        float(np.mean(tapped)),
    )


def obeyed(ears: Ears, asked: Sequence[Trial], codes: Codes, sounds: Sequence[Sound]) -> Obeyed:
    """How many pieces sound as they should; `codes` are shaped (pieces, books, frames)."""
    descriptions = np.stack([described(sound) for sound in sounds])
    styles, drums = ears.style(descriptions), ears.drums(descriptions)
    kept, counted, drummed, styled, keyed = [], [], [], [], []
    for place, trial in enumerate(asked):
        styled.append(_STYLES[styles[place]] == trial.style)
        if trial.bpm is not None:
            kept.append(same_tempo(tempo(sounds[place]), trial.bpm))
            counted.append(_near(counted_tempo(codes[place, CONDUCTOR]), trial.bpm))
        if trial.drums is not None:
            drummed.append(bool(drums[place]) == trial.drums)
        if trial.key is not None:
            keyed.append(in_asked_key(codes[place], trial.key))
    return Obeyed(
        tempo=float(np.mean(kept)),
        counted=float(np.mean(counted)),
        drums=float(np.mean(drummed)),
        style=float(np.mean(styled)),
        key=float(np.mean(keyed)),
    )


def understood(asked: Sequence[Trial], codes: Codes) -> dict[str, float]:
    """The shares of pieces whose outline says what was asked for, in most of its bars."""
    right: dict[str, list[bool]] = {"tempo": [], "style": [], "drums": [], "key": []}
    for trial, piece in zip(asked, codes, strict=True):
        said: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for code in piece[OUTLINE].tolist():
            if 0 < code < OUTLINE_CODES:
                field, values = read(code)
                said[field].append(values)
        if trial.bpm is not None:
            right["tempo"].append(_mostly(_near(bpm, trial.bpm) for bpm, _ in said[TEMPO]))
        right["style"].append(_mostly(style == trial.style for style, _, _ in said[STYLE]))
        if trial.drums is not None:
            right["drums"].append(_mostly(drums == trial.drums for _, drums, _ in said[STYLE]))
        if trial.key is not None:
            wanted = (trial.key.tonic, trial.key.minor)
            right["key"].append(_mostly((tonic, mode in MINOR_MODES) == wanted for tonic, mode in said[KEY]))
    return {what: float(np.mean(found)) for what, found in right.items() if found}


def _near(bpm: float, asked: float) -> bool:
    return abs(bpm / asked - 1) <= _SAME_TEMPO


def _mostly(answers: Iterable[bool]) -> bool:
    found = list(answers)
    return 2 * sum(found) > len(found)
