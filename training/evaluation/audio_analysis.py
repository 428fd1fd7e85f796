"""Audio analysis: tempo, loudness, onsets, and features that classify style and drums.

Classifiers are small networks over some 420 features of a piece, trained on composed songs.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from training.synth.oscillators import SAMPLE_RATE

Sound = npt.NDArray[np.float32]
"""Mono sound at 32 kHz, shaped (samples,)."""
Numbers = npt.NDArray[np.float64]
"""Measurements of any shape."""

_SIZE: Final = 1024
"""Length of a spectrum's window [samples]."""
_STEP: Final = 160
"""Hop between spectra [samples], 5 ms: it distinguishes 180 from 175 beats a minute within two beats."""
_RATE: Final = SAMPLE_RATE / _STEP
"""Spectra per second."""
_BANDS: Final = 40
"""Mel bands."""
_LAGS: Final = np.geomspace(0.12, 2.4, 72)
"""Lags of the autocorrelation that serve as features of rhythm [s]."""
_NEURONS: Final = 192
"""Hidden units of a classifier."""
_STEPS: Final = 2500
"""Training steps of a classifier."""
_BATCH: Final = 256
"""Pieces in a training step."""
_LEARNING_RATE: Final = 3e-3
"""Initial learning rate of AdamW."""
_MASKED_DB: Final = 40.0
"""Level below the loudest band of loud moments at which onsets are inaudible [dB]."""
_LOUD_PERCENTILE: Final = 95
"""Percentile of a piece's levels that counts as a loud moment."""
_FINE_SIZE: Final = 8192
"""Window of the spectra of low tones [samples], which resolves 4 Hz."""
_FINE_STEP: Final = 1600
"""Hop between spectra of low tones [samples], 50 ms."""
_FINE_EDGES: Final = np.geomspace(40, 640, 49)
"""Edges of the bands of low tones [Hz]: four octaves of semitones, the range of basses and tuned drums."""


@cache
def _mel_filters() -> Numbers:
    """Return triangular mel filters from 30 Hz to 15 kHz, shaped (bands, bins)."""
    lowest, highest = (2595 * np.log10(1 + hertz / 700) for hertz in (30, 15_000))
    edges = 700 * (10 ** (np.linspace(lowest, highest, _BANDS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(_SIZE, 1 / SAMPLE_RATE)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    triangles: Numbers = np.maximum(0, np.minimum(rising, falling)) + 1e-9
    return np.asarray(triangles / triangles.sum(axis=1, keepdims=True))


def spectra(sound: Sound) -> Numbers:
    """Return mel spectra [dB], shaped (bands, spectra)."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(sound, _SIZE // 2), _SIZE)[::_STEP]
    power = np.abs(np.fft.rfft(frames * np.hanning(_SIZE).astype(np.float32), axis=1)) ** 2
    decibels: Numbers = 10 * np.log10(_mel_filters() @ power.T + 1e-5)
    return decibels


def _low_tones(sound: Sound) -> Numbers:
    """Return spectra of low tones [dB], one band per semitone, shaped (bands, spectra)."""
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(sound, _FINE_SIZE // 2), _FINE_SIZE)
    windowed = frames[::_FINE_STEP] * np.hanning(_FINE_SIZE).astype(np.float32)
    power = np.abs(np.fft.rfft(windowed, axis=1)) ** 2
    bins = np.searchsorted(np.fft.rfftfreq(_FINE_SIZE, 1 / SAMPLE_RATE), _FINE_EDGES)
    decibels: Numbers = 10 * np.log10(np.add.reduceat(power, bins, axis=1)[:, :-1].T + 1e-5)
    return decibels


def onset_strength(bands: Numbers) -> Numbers:
    """Return the strength of onsets at each spectrum: the mean rise of all bands minus its local mean."""
    rise = np.maximum(0, np.diff(bands, axis=1, prepend=bands[:, :1]))
    rise = np.minimum(rise, 20).mean(axis=0)
    slow = np.convolve(rise, np.ones(200) / 200, mode="same")
    return np.asarray(np.maximum(0, rise - slow))


def _autocorrelation(strength: Numbers, max_lag_seconds: float) -> Numbers:
    """Return the normalised autocorrelation of onset strength up to a lag; 1 at lag 0."""
    strength = np.convolve(strength, np.hanning(7) / 3, mode="same")
    spectrum = np.fft.rfft(strength - strength.mean(), 2 * len(strength))
    autocorrelation = np.fft.irfft(np.abs(spectrum) ** 2)[: int(max_lag_seconds * _RATE)]
    autocorrelation = autocorrelation / (1 - np.arange(len(autocorrelation)) / len(strength))
    return np.asarray(autocorrelation / (autocorrelation[0] + 1e-9))


def _mask_covered(bands: Numbers) -> Numbers:
    """Raise the bands to the level below which louder music masks them.

    Without this, the loops of held tones count as onsets in pieces with few notes: the tempo of two more
    songs of a hundred was wrong.
    """
    return np.asarray(np.maximum(bands, np.percentile(bands.max(axis=0), _LOUD_PERCENTILE) - _MASKED_DB))


def estimate_bpm(sound: Sound, min_bpm: float = 58, max_bpm: float = 185) -> float:
    """Estimate the tempo [beats/min], which may be half or twice the composed one."""
    autocorrelation = _autocorrelation(onset_strength(_mask_covered(spectra(sound))), 8.5)
    candidates = np.geomspace(min_bpm, max_bpm, 1200)
    lags = 60 / candidates * _RATE
    score = np.zeros(len(candidates))
    for beats, weight in ((1, 1.0), (2, 1.0), (3, 0.5), (4, 1.0), (8, 0.6)):
        score += weight * np.interp(beats * lags, np.arange(len(autocorrelation)), autocorrelation, right=0)
    # prefer tempos near 110, as listeners do; the preference is weak: an octave costs a tenth
    score *= np.exp(-0.5 * (np.log2(candidates / 110) / 2.2) ** 2)
    best = int(np.argmax(score))
    return _refine_bpm(autocorrelation, float(candidates[best]))


def _refine_bpm(autocorrelation: Numbers, bpm: float) -> float:
    """Refine a tempo by the autocorrelation's peak near eight beats, or fewer in a short piece."""
    for beats in (8, 4, 2):
        centre = beats * 60 / bpm * _RATE
        near = np.arange(int(centre * 0.985), int(centre * 1.015) + 1)
        if near[-1] + 1 < len(autocorrelation) and len(near) > 2:
            top = int(near[np.argmax(autocorrelation[near])])
            if near[0] < top < near[-1] and autocorrelation[top] > 0.15:
                return beats * 60 * _RATE / top
    return bpm


def same_tempo(bpm: float, expected_bpm: float, tolerance: float = 0.03) -> bool:
    """Return True if tempos are equal within `tolerance`, up to a factor of two."""
    return any(abs(bpm * factor / expected_bpm - 1) <= tolerance for factor in (0.5, 1.0, 2.0))


def loudness(sound: Sound) -> Numbers:
    """Return the RMS level of each second [dBFS], shaped (whole seconds,)."""
    whole = sound[: len(sound) // SAMPLE_RATE * SAMPLE_RATE].reshape(-1, SAMPLE_RATE)
    return np.asarray(20 * np.log10(np.sqrt(np.mean(whole.astype(np.float64) ** 2, axis=1)) + 1e-6))


def audio_features(sound: Sound) -> Numbers:
    """Return the features of a piece for classifiers, shaped (features,)."""
    bands = spectra(sound)
    loud = bands - bands.mean()
    rise = np.maximum(0, np.diff(bands, axis=1))
    autocorrelation = _autocorrelation(onset_strength(bands), 2.5)
    rhythm = np.interp(_LAGS * _RATE, np.arange(len(autocorrelation)), autocorrelation)
    quartiles = [np.percentile(loud, share, axis=1) for share in (10, 50, 90)]
    low = _low_tones(sound)
    struck = np.maximum(0, np.diff(low, axis=1))
    tones = [
        np.percentile(low - bands.mean(), 90, axis=1),
        np.percentile(struck, 95, axis=1),
        low.std(axis=1),
    ]
    return np.concatenate([*quartiles, bands.std(axis=1), rise.mean(axis=1), 10 * rhythm, *tones])


class Classifier:
    """Small network that classifies pieces by their features; trained by its constructor."""

    def __init__(self, features: Numbers, classes: list[int], seed: int = 0) -> None:
        torch.manual_seed(seed)
        self.mean, self.spread = features.mean(axis=0), features.std(axis=0) + 1e-6
        labels = torch.tensor(classes)
        self.net = torch.nn.Sequential(
            torch.nn.Linear(features.shape[1], _NEURONS), torch.nn.ReLU(), torch.nn.Dropout(0.5),
            torch.nn.Linear(_NEURONS, int(labels.max()) + 1),
        )  # fmt: skip
        optimiser = torch.optim.AdamW(self.net.parameters(), lr=_LEARNING_RATE, weight_decay=0.05)
        scaled = self._scaled(features)
        for step in range(_STEPS):
            indices = torch.randint(len(scaled), (_BATCH,))
            noisy = scaled[indices] + 0.3 * torch.randn(_BATCH, scaled.shape[1])
            loss = torch.nn.functional.cross_entropy(self.net(noisy), labels[indices])
            optimiser.param_groups[0]["lr"] = _LEARNING_RATE * (1 - step / _STEPS)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        self.net.eval()

    def _scaled(self, features: Numbers) -> Tensor:
        """Return standardised features."""
        return torch.from_numpy((features - self.mean) / self.spread).float()

    @torch.no_grad()
    def __call__(self, features: Numbers) -> npt.NDArray[np.int64]:
        """Return the class of each row of features, shaped (pieces,)."""
        predicted: npt.NDArray[np.int64] = self.net(self._scaled(features)).argmax(1).numpy()
        return predicted
