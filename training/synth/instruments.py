"""Instruments: one wave per note of each sound, from its onset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from training.songs.codes import CHORDS, HIGH, LOW, Sound
from training.songs.score import voicing
from training.synth.drumkits import drum_wave
from training.synth.oscillators import (
    TAIL,
    VIBRATO_HZ,
    Wave,
    fade_in,
    fade_out,
    loop_frequency,
    midi_to_hz,
    partials,
    sample_times,
    saw,
    square,
)

STRUM_SECONDS: Final = 0.007
"""Delay between the strings of a guitar chord [s]."""


def note_wave(sound: Sound, note: int) -> Wave:
    """Return the wave of a note over the sound's frames and a tail, shaped (frames · 640 + 320,).

    A looped sound continues from its end to the start of its loop without a discontinuity.
    """
    time = sample_times(sound.frames)
    if sound.book in (LOW, HIGH):
        return drum_wave(sound.name, time)
    if sound.book == CHORDS:
        if sound.name == "chip arpeggio":
            return _arpeggio(voicing(note, sound.lowest), time)
        tones = voicing(note, sound.lowest)
        return sum(
            (_CHORDS[sound.name](time, tone, index) for index, tone in enumerate(tones)), np.zeros_like(time)
        )
    return _VOICES[sound.name](time, sound.lowest + note)


def _upright(time: Wave, tone: int) -> Wave:
    body = partials(time, midi_to_hz(tone), [1, 0.75, 0.42, 0.25, 0.12, 0.08, 0.05], decay=3.2, damping=2.2)
    return 0.19 * body * fade_in(time, 0.006) * fade_out(time, 0.14)


def _electric(time: Wave, tone: int) -> Wave:
    body = partials(
        time, midi_to_hz(tone), [1, 0.9, 0.6, 0.45, 0.3, 0.22, 0.15, 0.1, 0.07, 0.05], decay=2.4, damping=1.1
    )
    return 0.155 * body * fade_in(time, 0.003) * fade_out(time, 0.12)


def _synth_bass(time: Wave, tone: int) -> Wave:
    return (
        0.17
        * partials(time, midi_to_hz(tone), saw(16, 0.85), decay=2.0, damping=1.8)
        * fade_in(time, 0.003)
        * fade_out(time, 0.1)
    )


def _sub(time: Wave, tone: int) -> Wave:
    return (
        0.2
        * partials(time, midi_to_hz(tone), [1, 0.22, 0.1, 0.04], decay=0.8)
        * fade_in(time, 0.008)
        * fade_out(time, 0.12)
    )


def _chip_bass(time: Wave, tone: int) -> Wave:
    return (
        0.17
        * partials(time, midi_to_hz(tone), square(15, 1.6), decay=0.7)
        * fade_in(time, 0.002)
        * fade_out(time, 0.06)
    )


def _electric_piano(time: Wave, tone: int, index: int) -> Wave:
    frequency = loop_frequency(midi_to_hz(tone))
    body_level = 0.62 + 0.38 * np.exp(-time * 14)
    tine = partials(time, frequency, [0, 0, 0, 0, 0.1, 0, 0.22], decay=22)
    body = partials(time, frequency, [1, 0.14, 0.09, 0.03])
    tremolo = 1 - 0.16 * (0.5 - 0.5 * np.cos(2 * np.pi * VIBRATO_HZ * time))
    return 0.075 * (body * body_level * tremolo + tine) * fade_in(time, 0.003)


def _piano(time: Wave, tone: int, index: int) -> Wave:
    body = partials(time, midi_to_hz(tone), saw(10, 1.5), decay=4.2, damping=1.6)
    return 0.085 * body * fade_in(time, 0.002) * fade_out(time, 0.1)


def _guitar(time: Wave, tone: int, index: int) -> Wave:
    strum_time = np.maximum(0.0, time - STRUM_SECONDS * index)
    body = partials(
        strum_time,
        midi_to_hz(tone),
        [1, 0.8, 0.6, 0.45, 0.36, 0.26, 0.2, 0.14, 0.1, 0.08],
        decay=5.5,
        damping=1.8,
    )
    return 0.068 * body * fade_in(strum_time, 0.002) * fade_out(time, 0.06)


def _pad(time: Wave, tone: int, index: int) -> Wave:
    frequency = loop_frequency(midi_to_hz(tone))
    chorus = (
        partials(time, frequency + by, [1, 0.4, 0.16, 0.06, 0.03]) for by in (-VIBRATO_HZ, 0.0, VIBRATO_HZ)
    )
    low, middle, high = chorus
    return 0.062 * (middle + 0.28 * low + 0.28 * high) * fade_in(time, 0.04)


def _strings(time: Wave, tone: int, index: int) -> Wave:
    frequency = loop_frequency(midi_to_hz(tone))
    return 0.05 * partials(time, frequency, saw(9, 0.95), vibrato=0.002 + 0.001 * index) * fade_in(time, 0.03)


def _stab(time: Wave, tone: int, index: int) -> Wave:
    return (
        0.08
        * partials(time, midi_to_hz(tone), saw(12, 0.8), decay=9, damping=2.0)
        * fade_in(time, 0.002)
        * fade_out(time, 0.05)
    )


def _flute(time: Wave, tone: int) -> Wave:
    frequency = loop_frequency(midi_to_hz(tone))
    return 0.14 * partials(time, frequency, [1, 0.28, 0.1, 0.04], vibrato=0.004) * fade_in(time, 0.035)


def _square_lead(time: Wave, tone: int) -> Wave:
    return (
        0.09
        * partials(time, loop_frequency(midi_to_hz(tone)), square(13, 0.95), vibrato=0.001)
        * fade_in(time, 0.002)
    )


def _saw_lead(time: Wave, tone: int) -> Wave:
    return (
        0.09
        * partials(time, loop_frequency(midi_to_hz(tone)), saw(12, 0.9), vibrato=0.003)
        * fade_in(time, 0.006)
    )


def _sax(time: Wave, tone: int) -> Wave:
    amplitudes = [0.8, 1, 0.75, 0.5, 0.42, 0.25, 0.18, 0.1, 0.06]
    return (
        0.075
        * partials(time, loop_frequency(midi_to_hz(tone)), amplitudes, vibrato=0.005)
        * fade_in(time, 0.02)
    )


def _bells(time: Wave, tone: int) -> Wave:
    amplitudes, ratios = [1, 0.35, 0.22, 0.1], [1.0, 2.0, 2.76, 5.4]
    body = partials(time, midi_to_hz(tone), amplitudes, decay=5, damping=4, ratios=ratios)
    return 0.14 * body * fade_in(time, 0.002) * fade_out(time, 0.12)


def _plucks(time: Wave, tone: int) -> Wave:
    return (
        0.15
        * partials(time, midi_to_hz(tone), saw(8, 1.3), decay=9, damping=3)
        * fade_in(time, 0.002)
        * fade_out(time, 0.08)
    )


def _arpeggio(tones: tuple[int, ...], time: Wave) -> Wave:
    """Return the tones of a chord one after another, a frame each, as sound chips of game consoles play
    chords.
    """
    frames = np.array_split(np.arange(len(time) - TAIL), len(tones))
    waveform = np.zeros_like(time)
    for tone, index in zip(tones, frames, strict=True):
        waveform[index] = partials(time[: len(index)], midi_to_hz(tone), square(9, 0.9))
    waveform[-TAIL:] = waveform[:TAIL]
    return 0.055 * waveform


_VOICES: Final[dict[str, Callable[[Wave, int], Wave]]] = {
    "upright bass": _upright,
    "electric bass": _electric,
    "synth bass": _synth_bass,
    "sub bass": _sub,
    "chip bass": _chip_bass,
    "flute": _flute,
    "square lead": _square_lead,
    "saw lead": _saw_lead,
    "sax": _sax,
    "bells": _bells,
    "plucks": _plucks,
}
"""Synthesis of basses and leads, from times [s] and MIDI number."""

_CHORDS: Final[dict[str, Callable[[Wave, int, int], Wave]]] = {
    "electric piano": _electric_piano,
    "piano": _piano,
    "guitar": _guitar,
    "pad": _pad,
    "strings": _strings,
    "stab": _stab,
}
"""Synthesis of one tone of a chord, from times [s], MIDI number and index in the chord."""
