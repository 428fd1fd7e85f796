"""The drums: a wave for each hit of each kit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.synth.oscillators import Wave, fall, noise, partials, rise


@dataclass(frozen=True)
class Kit:
    """How the low drums of a kit sound. Frequencies in hertz, decays in nepers a second."""

    kick: float
    drop: float
    """Hertz from which the kick's pitch falls, over its own."""
    kick_decay: float
    snare: float
    snare_decay: float
    band: tuple[float, float]
    """Where the snare's noise lies."""
    noisy: float
    """The height of the noise beside that of the skin."""
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


@dataclass(frozen=True)
class Cymbals:
    """How the high drums sound."""

    band: tuple[float, float]
    closed_decay: float
    level: float
    ring: float
    """The height of the ride's tone."""


CYMBALS: Final = {
    "live": Cymbals((6000, 14000), 60, 1.0, 0.25),
    "machine": Cymbals((7500, 15000), 70, 1.1, 0.1),
    "dusty": Cymbals((4000, 8000), 65, 0.8, 0.15),
    "chip": Cymbals((5000, 15000), 90, 0.8, 0.0),
    "shaker": Cymbals((5000, 9000), 45, 0.6, 0.1),
}


def drum(name: str, time: Wave) -> Wave:
    """The wave of a hit, named "kit hit", at each `time` in seconds."""
    kit, hit = name.split()
    if hit in ("kick", "snare", "both", "tom"):
        return fall(time, 0.03) * _low(KITS[kit], hit, time)
    return fall(time, 0.03) * _high(CYMBALS[kit], hit, time)


def _low(kit: Kit, hit: str, time: Wave) -> Wave:
    if hit == "both":
        return 0.92 * (_low(kit, "kick", time) + _low(kit, "snare", time))
    if hit == "kick":
        phase = kit.kick * time + kit.drop * (1 - np.exp(-time * 40)) / 40
        return kit.level * 0.46 * np.sin(2 * np.pi * phase) * np.exp(-time * kit.kick_decay)
    if hit == "tom":
        heights, ratios = [1, 0.45, 0.3, 0.15], [1.0, 1.5, 1.99, 2.44]
        return (
            kit.level
            * 0.32
            * partials(time, kit.tom, heights, kit.tom_decay, 6, ratios=ratios)
            * rise(time, 0.002)
        )
    skin = partials(time, kit.snare, [0.7, 0.4], kit.snare_decay * 1.3, 8, ratios=[1.0, 1.62])
    rattle = kit.noisy * noise(time, *kit.band) * np.exp(-time * kit.snare_decay)
    return kit.level * 0.23 * (skin + rattle) * rise(time, 0.001)


def _high(cymbals: Cymbals, hit: str, time: Wave) -> Wave:
    decay = {
        "hat": cymbals.closed_decay,
        "ghost": 1.3 * cymbals.closed_decay,
        "open": 11,
        "ride": 13,
        "crash": 7,
    }[hit]
    height = {"hat": 0.09, "ghost": 0.035, "open": 0.075, "ride": 0.05, "crash": 0.1}[hit]
    wash = noise(time, *cymbals.band) * np.exp(-time * decay)
    if hit == "ride":
        wash = wash + cymbals.ring * partials(time, 3120, [1, 0.6], decay, ratios=[1.0, 1.37])
    return cymbals.level * height * wash * rise(time, 0.001)
