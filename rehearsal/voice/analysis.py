"""Comparison of a recording with the posted track: packet counts, and two sounds at 48 kHz.

Pure functions of a packet log and two arrays, independent of volume and of the codec's delay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.io import wavfile

from rehearsal.voice.recording import Pcm, ReceivedPacket, Recording, positions, steps
from rehearsal.voice.rtp import CHANNELS, FRAME_SAMPLES, SAMPLE_RATE

CODEC_DELAY_SAMPLES: Final = 312
"""Look-ahead of libopus at 48 kHz in its `audio` application (RFC 7845 section 4.2 calls it pre-skip)."""

SEARCH_SAMPLES: Final = SAMPLE_RATE
"""The largest offset at which sounds are still recognised: 1 s either way."""

ALIGN_SAMPLES: Final = 30 * SAMPLE_RATE
"""The amount of sound that the first alignment uses."""

WINDOW_SAMPLES: Final = SAMPLE_RATE
"""Windows of 1 s."""

WINDOWS: Final = 40
"""Windows of 1 s in which the lag is measured, spread over the piece."""

MIN_CORRELATION: Final = 0.6
"""Below this correlation a window says nothing about its lag."""

EQUAL_PEAK_RATIO: Final = 0.99
"""Peaks of periodic music this close to the best count as equal; the one nearest to where it was expected
wins."""

AUDIBLE: Final = 1e-3
"""A posted frame quieter than −60 dB of full scale may be silent."""

SILENT_RATIO: Final = 10 ** (-30 / 20)
"""A frame 30 dB below what was posted is silent: Opus keeps the energy of each band within 2 dB."""

EDGE_SAMPLES: Final = SAMPLE_RATE * 4 // 1000
"""Left out on both sides of a frame: a silent frame rings with its neighbours' overlap."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """Time between arrivals of neighbouring packets, in ms."""

    p50: float
    p99: float
    max: float


@dataclass(frozen=True, slots=True)
class PlaybackAnalysis:
    """The analysis of one recorded piece. A frame is 20 ms. The fields are keys of the JSON report."""

    frames_posted: int
    """Length of what was posted, rounded up."""
    frames_spanned: int
    """Length of the recording, from the first to the last frame of music by the RTP clock."""
    frames_heard: int
    """Different frames that arrived and could be decrypted."""
    frames_lost: int
    """Sequence numbers that never came."""
    frames_doubled: int
    """Packets whose sequence number or timestamp had been there before."""
    frames_silent: int
    """Frames that arrived silent where the posted sound is not, and silence frames inside the piece."""
    encrypted_frames: int
    """Packets of music that came as DAVE frames."""
    plain_frames: int
    """Packets of music that did not; a real client would not play them."""
    undecrypted_frames: int
    """DAVE frames for which the listener had no key."""
    gap_ms: Gaps
    correlation: float
    """Normalised, of the two sounds aligned once: 1 is equal but for a level that moves slowly, 0 has
    nothing in common."""
    lag_start_ms: float | None
    """Delay of the recording against the track in the first window; None if no window is similar."""
    lag_end_ms: float | None
    """The same in the last window."""
    lag_drift_ms: float | None
    """Greatest minus smallest lag of all windows."""


def analyse_recording(recording: Recording, posted: Pcm) -> PlaybackAnalysis:
    """Analyse one piece: a spurt, or several joined. Decodes it: better in a thread."""
    piece = recording.trimmed()
    return analyse_packets(piece.packets, piece.pcm(), posted)


def analyse_packets(packets: Sequence[ReceivedPacket], received: Pcm, posted: Pcm) -> PlaybackAnalysis:
    """Analyse packets from the first to the last frame of music, and the sound that starts with the first."""
    sequence = np.cumsum([0, *steps((p.sequence for p in packets), 1 << 16)])[: len(packets)]
    at = np.asarray(positions(packets)[: len(packets)], np.int64)
    lost = int(np.ptp(sequence)) + 1 - len(set(sequence.tolist())) if packets else 0
    music = [packet for packet in packets if packet.is_music]
    lag = find_lag(received, posted)
    lags = [] if lag is None else list(windowed_lags(received, posted, lag))
    injected = {int(s) for s, packet in zip(sequence, packets, strict=True) if not packet.is_music}
    music_frames = {
        int(a - at.min()) // FRAME_SAMPLES for a, p in zip(at, packets, strict=True) if p.is_music
    }
    silent = 0 if lag is None else silent_frames(received, posted, lag, music_frames)
    return PlaybackAnalysis(
        frames_posted=ceil(len(posted) / FRAME_SAMPLES),
        frames_spanned=int(np.ptp(at)) // FRAME_SAMPLES + 1 if packets else 0,
        frames_heard=len({int(s) for s, p in zip(sequence, packets, strict=True) if p.decrypted}),
        frames_lost=lost,
        frames_doubled=_count_doubled(sequence, at),
        frames_silent=silent + len(injected),
        encrypted_frames=sum(p.encrypted for p in music),
        plain_frames=sum(not p.encrypted for p in music),
        undecrypted_frames=sum(p.encrypted and not p.decrypted for p in music),
        gap_ms=gaps(packets),
        correlation=0.0 if lag is None else correlation(received, posted, round(lag)),
        lag_start_ms=_ms(lags[0]) if lags else None,
        lag_end_ms=_ms(lags[-1]) if lags else None,
        lag_drift_ms=_ms(max(lags) - min(lags)) if lags else None,
    )


def gaps(packets: Sequence[ReceivedPacket]) -> Gaps:
    """Return percentiles of the time between arrivals; all 0 for fewer than two packets."""
    between_ms = np.diff([packet.arrival_s for packet in packets]) * 1000
    if not len(between_ms):
        return Gaps(0.0, 0.0, 0.0)
    p50, p99, longest = np.percentile(between_ms, [50, 99, 100])
    return Gaps(float(p50), float(p99), float(longest))


def find_lag(received: Pcm, posted: Pcm) -> float | None:
    """Return the delay of `received` against `posted` [samples]; None if one of them is silent."""
    loud = np.flatnonzero(np.abs(posted).max(axis=1, initial=0.0) > AUDIBLE)
    if not len(loud) or not np.any(received):
        return None
    start = int(loud[0])
    piece = posted[start : start + ALIGN_SAMPLES]
    best = _best_lag(received, piece, start, start + CODEC_DELAY_SAMPLES)
    return None if best is None else best[0] - start


def windowed_lags(received: Pcm, posted: Pcm, lag: float) -> list[float]:
    """Return the lag in samples in windows from the start to the end, of those that can be recognised."""
    last = max(len(posted) - WINDOW_SAMPLES, 0)
    count = min(WINDOWS, last // WINDOW_SAMPLES + 2) if last else 1
    lags: list[float] = []
    for start in sorted({round(last * i / max(count - 1, 1)) for i in range(count)}):
        window = posted[start : start + WINDOW_SAMPLES]
        best = _best_lag(received, window, start, start + (lags[-1] if lags else lag))
        if best is not None and best[1] >= MIN_CORRELATION:
            lags.append(best[0] - start)
    return lags


def correlation(received: Pcm, posted: Pcm, lag: int) -> float:
    """Return the correlation of the overlap, once `received` is moved back by `lag` samples.

    It is taken second by second, each normalised by itself and weighted by its energy in `posted`, since the
    level in the channel follows the music slowly while a file has one gain. A second that is silent or
    different in `received` counts in full.
    """
    a, b = received[max(lag, 0) :], posted[max(-lag, 0) :]
    length = min(len(a), len(b))
    similarity = energy = 0.0
    for begin in range(0, length, WINDOW_SAMPLES):
        window = slice(begin, min(begin + WINDOW_SAMPLES, length))
        one, other = a[window].ravel().astype(np.float64), b[window].ravel().astype(np.float64)
        norm = np.linalg.norm(one)
        similarity += float(one @ other / norm * np.linalg.norm(other)) if norm > 0 else 0.0
        energy += float(other @ other)
    return similarity / energy if energy > 0 else 0.0


def silent_frames(received: Pcm, posted: Pcm, lag: float, music_frames: set[int]) -> int:
    """Count the audible frames of the posted sound whose packets arrived silent.

    `music_frames` are the frames of `received`, counted from its start, that arrived as music. The others are
    lost or meant as silence, and are counted elsewhere.
    """
    shift = round(lag)
    offset = max(shift, 0)
    received_rms, posted_rms = _frame_rms(received[offset:]), _frame_rms(posted[max(-shift, 0) :])
    frames = min(len(received_rms), len(posted_rms))
    received_rms, posted_rms = received_rms[:frames], posted_rms[:frames]
    audible = posted_rms > AUDIBLE
    if not audible.any():
        return 0
    volume = float(np.median(received_rms[audible] / posted_rms[audible]))
    silent = np.flatnonzero(audible & (received_rms <= SILENT_RATIO * volume * posted_rms))
    count = 0
    for start in silent * FRAME_SAMPLES + offset:
        first = (start + EDGE_SAMPLES) // FRAME_SAMPLES
        last = (start + FRAME_SAMPLES - EDGE_SAMPLES - 1) // FRAME_SAMPLES
        count += music_frames.issuperset(range(first, last + 1))
    return count


def write_wav(path: Path, sound: Pcm) -> None:
    """Write a recording: 16-bit stereo, 48 kHz."""
    wavfile.write(path, SAMPLE_RATE, np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16))


def _frame_rms(sound: Pcm) -> NDArray[np.float64]:
    """Return the root mean square of the middle of every whole frame."""
    frames = len(sound) // FRAME_SAMPLES
    framed = sound[: frames * FRAME_SAMPLES].astype(np.float64).reshape(frames, FRAME_SAMPLES, -1)
    inner = framed[:, EDGE_SAMPLES : FRAME_SAMPLES - EDGE_SAMPLES]
    return np.asarray(np.sqrt(np.mean(inner**2, axis=(1, 2))))


def _best_lag(received: Pcm, piece: Pcm, start: int, expected: float) -> tuple[float, float] | None:
    """Return the position of the piece in `received` [samples from its start] and its similarity (−1 to 1).

    Searches within SEARCH_SAMPLES of `start`; of equal peaks it takes the one nearest to `expected`.
    """
    low = start - SEARCH_SAMPLES
    around = np.zeros((len(piece) + 2 * SEARCH_SAMPLES, CHANNELS), np.float32)
    inside = received[max(low, 0) : max(low + len(around), 0)]
    around[max(-low, 0) : max(-low, 0) + len(inside)] = inside
    size = fft.next_fast_len(len(around) + len(piece), real=True)
    spectrum = fft.rfft(around, size, axis=0) * np.conj(fft.rfft(piece, size, axis=0))
    product = fft.irfft(spectrum.sum(axis=1), size)[: 2 * SEARCH_SAMPLES + 1]
    energy = np.concatenate(([0.0], np.cumsum(np.sum(around.astype(np.float64) ** 2, axis=1))))
    local = energy[len(piece) : len(piece) + len(product)] - energy[: len(product)]
    own = float(np.sum(piece.astype(np.float64) ** 2))
    if own <= 0 or local.max() <= 0:
        return None
    # In near silence the quotient would be noise.
    similarity = product / np.sqrt(own * np.maximum(local, 1e-4 * local.max()))
    inner = similarity[1:-1]
    peaks = 1 + np.flatnonzero((inner >= similarity[:-2]) & (inner >= similarity[2:]))
    if not len(peaks) or similarity[peaks].max() <= 0:
        return None
    good = peaks[similarity[peaks] >= EQUAL_PEAK_RATIO * similarity[peaks].max()]
    peak = int(good[np.argmin(np.abs(good + low - expected))])
    return peak + low + _parabola_top(similarity[peak - 1 : peak + 2]), float(similarity[peak])


def _parabola_top(three: NDArray[np.float64]) -> float:
    """Return the top of the parabola through three neighbouring values, −0.5 to 0.5 from the middle one."""
    before, here, after = (float(value) for value in three)
    bend = before - 2 * here + after
    return 0.5 * (before - after) / bend if bend < 0 else 0.0


def _count_doubled(sequence: NDArray[np.int64], at: NDArray[np.int64]) -> int:
    seen_sequence: set[int] = set()
    seen_at: set[int] = set()
    doubled = 0
    for number, position in zip(sequence.tolist(), at.tolist(), strict=True):
        doubled += number in seen_sequence or position in seen_at
        seen_sequence.add(number)
        seen_at.add(position)
    return doubled


def _ms(samples: float) -> float:
    return samples * 1000 / SAMPLE_RATE
