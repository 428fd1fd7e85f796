"""Drum synthesis: one wave per hit of a kit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.synth.oscillators import Wave, fade_in, fade_out, noise, partials


@dataclass(frozen=True)
class Kit:
    """Low drums of a kit. Frequencies are in hertz, decays in nepers per second."""

    kick: float
    drop: float
    """Start of the kick's pitch drop [Hz above `kick`]."""
    kick_decay: float
    snare: float
    snare_decay: float
    band: tuple[float, float]
    """Band of the snare's noise."""
    noise_level: float
    """Amplitude of the snare's noise relative to its skin."""
    tom: float
    tom_decay: float
    level: float = 1.0


KITS: Final = {
    "live": Kit(58, 110, 17, 190, 20, (1200, 6500), 0.5, 98, 12),
    "machine": Kit(48, 190, 15, 210, 22, (1500, 8000), 0.55, 120, 14),
    "dusty": Kit(54, 70, 18, 170, 24, (700, 3200), 0.45, 90, 14, 0.85),
    "chip": Kit(75, 240, 26, 260, 26, (2500, 9000), 0.7, 150, 20, 0.8),
    "gated": Kit(52, 130, 15, 180, 9, (1000, 6000), 0.6, 105, 9),
    "break": Kit(64, 150, 22, 235, 22, (1600, 7500), 0.6, 130, 14),
    "brushed": Kit(56, 40, 20, 160, 18, (2200, 7000), 0.5, 95, 14, 0.5),
    "timpani": Kit(44, 20, 12, 175, 17, (1100, 5000), 0.5, 73, 6, 0.9),
}
"""Low drums by kit."""


@dataclass(frozen=True)
class Cymbals:
    """Hi-hat and cymbals of a kit. Frequencies are in hertz, decays in nepers per second."""

    band: tuple[float, float]
    closed_decay: float
    level: float
    ring: float
    """Amplitude of the ride's tone."""


CYMBALS: Final = {
    "live": Cymbals((6000, 14000), 60, 1.0, 0.25),
    "machine": Cymbals((7500, 15000), 70, 1.1, 0.1),
    "dusty": Cymbals((4000, 8000), 65, 0.8, 0.15),
    "chip": Cymbals((5000, 15000), 90, 0.8, 0.0),
    "shaker": Cymbals((5000, 9000), 45, 0.6, 0.1),
}
"""High drums by kit."""


def drum_wave(name: str, time: Wave) -> Wave:
    """Return the wave of a hit, named "kit hit", at the times `time` [s]."""
    kit, hit = name.split()
    if hit in ("kick", "snare", "both", "tom"):
        return fade_out(time, 0.03) * _low(KITS[kit], hit, time)
    return fade_out(time, 0.03) * _high(CYMBALS[kit], hit, time)


def _low(kit: Kit, hit: str, time: Wave) -> Wave:
    if hit == "both":
        return 0.92 * (_low(kit, "kick", time) + _low(kit, "snare", time))
    if hit == "kick":
        phase = kit.kick * time + kit.drop * (1 - np.exp(-time * 40)) / 40
        return kit.level * 0.46 * np.sin(2 * np.pi * phase) * np.exp(-time * kit.kick_decay)
    if hit == "tom":
        amplitudes, ratios = [1, 0.45, 0.3, 0.15], [1.0, 1.5, 1.99, 2.44]
        return (
            kit.level
            * 0.32
            * partials(time, kit.tom, amplitudes, kit.tom_decay, 6, ratios=ratios)
            * fade_in(time, 0.002)
        )
    skin = partials(time, kit.snare, [0.7, 0.4], kit.snare_decay * 1.3, 8, ratios=[1.0, 1.62])
    rattle = kit.noise_level * noise(time, *kit.band) * np.exp(-time * kit.snare_decay)
    return kit.level * 0.23 * (skin + rattle) * fade_in(time, 0.001)


def _high(cymbals: Cymbals, hit: str, time: Wave) -> Wave:
    decay = {
        "hat": cymbals.closed_decay,
        "ghost": 1.3 * cymbals.closed_decay,
        "open": 11,
        "ride": 13,
        "crash": 7,
    }[hit]
    amplitude = {"hat": 0.09, "ghost": 0.035, "open": 0.075, "ride": 0.05, "crash": 0.1}[hit]
    wash = noise(time, *cymbals.band) * np.exp(-time * decay)
    if hit == "ride":
        wash = wash + cymbals.ring * partials(time, 3120, [1, 0.6], decay, ratios=[1.0, 1.37])
    return cymbals.level * amplitude * wash * fade_in(time, 0.001)
