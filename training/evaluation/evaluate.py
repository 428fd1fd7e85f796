"""Listening: how well étude does what it is asked, from its sound, with pictures.

`python -m training listen` writes a report and pictures to var/listen/.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from audio.errors import EngineError
from audio.musicgen.checkpoint.load import PUBLISHED_GUIDANCE, load_checkpoint
from audio.musicgen.engine_core import EngineCore
from audio.musicgen.model.linear import fastest_dtype
from audio.piece import Piece
from audio.units import STEP_RATE
from training.evaluation.audio_analysis import (
    Sound,
    loudness,
    onset_strength,
    spectra,
)
from training.evaluation.pictures import picture
from training.evaluation.prompt_adherence import HEARD_FRAMES, Ears, obeyed, taught, understood
from training.evaluation.prompt_set import STEERED, WRITTEN, Trial, misspelt, trials
from training.model.export import loaded
from training.model.sampling import GUIDANCE, Performer
from training.songs.clock import Codes
from training.songs.clock import tempo as counted_tempo
from training.songs.codes import BOOKS, CONDUCTOR, SOUNDING
from training.songs.composer import compose
from training.songs.score import in_asked_key, score
from training.synth.oscillators import HOP
from training.synth.rendering import render

_PIECES = 240
"""Of 80, two more or less are 2.5 %: the same heads fitted twice had 92 % of styles, and 96 %."""
_OUTLINED_FRAMES = 4 * STEP_RATE
"""Within so many the outline has said what the piece will be."""
_QUICK = fastest_dtype("cpu")
"""What Busker holds the decoder's matrices in on a CPU unless it is told otherwise."""
_LONG_SECONDS = 60
_STEERED_FRAMES = 10 * STEP_RATE
"""After so many other words take over, and twice as many follow."""
_STEERED_TIMES = 2
"""How often each is tried: of four tries one more or less says nothing."""
_OTHER_TEMPO = 1.15
"""A tempo that is another one to any listener."""


@dataclass
class Report:
    """What was measured, as lines of a table, and what is worth a remark."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, what: str, target: str, measured: str) -> None:
        self.rows.append((what, target, measured))
        print(f"{what}: {measured} (target: {target})", flush=True)

    def text(self) -> str:
        lines = ["| measure | target | measured |", "|---|---|---|"]
        lines += [f"| {' | '.join(row)} |" for row in self.rows]
        return "\n".join([*lines, "", *self.remarks, ""])


def listen(folder: Path, out: Path) -> Report:
    """Measure the model in `folder`; write report.md and pictures into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    whole, tokenizer = loaded(folder)
    performer = Performer(whole, tokenizer)
    report = Report()
    _codec(report, whole)
    ears = taught(whole.audio_encoder, out / "ears.npz")
    report.remarks.append(
        f"The ears themselves name {ears.right_style:.0%} of styles, {ears.right_drums:.0%} of drums and "
        f"{ears.right_tempo:.0%} of tempos right on composed music they were not taught."
    )
    asked = trials(_PIECES, seed=1)
    for guidance in (GUIDANCE, PUBLISHED_GUIDANCE):
        codes = performer.perform([trial.prompt for trial in asked], HEARD_FRAMES, 1, guidance)
        sounds = _played(whole, codes)
        _obedience(report, ears, asked, codes, sounds, f"guidance {guidance:g}")
        if guidance == GUIDANCE:
            _draw(out, asked[:12], codes, sounds, "piece")
    wrong = misspelt(asked, seed=1)
    for guidance in (GUIDANCE, PUBLISHED_GUIDANCE):
        codes = performer.perform([trial.prompt for trial in wrong], _OUTLINED_FRAMES, 1, guidance)
        _outlined(report, wrong, codes, f"guidance {guidance:g}, misspelt")
    codes = _composed(folder, [trial.prompt for trial in asked])
    _obedience(report, ears, asked, codes, _played(whole, codes), f"guidance {GUIDANCE:g}, {_QUICK}")
    codes = performer.perform([trial.prompt for trial in WRITTEN], HEARD_FRAMES, 2)
    sounds = _played(whole, codes)
    _obedience(report, ears, WRITTEN, codes, sounds, "written by hand")
    _draw(out, WRITTEN, codes, sounds, "written")
    _long(report, out, performer)
    for guidance in (GUIDANCE, PUBLISHED_GUIDANCE):
        _steered(report, out, performer, guidance)
    _continuation(report, performer)
    _speed(report, folder)
    _plain(report, whole, tokenizer)
    (out / "report.md").write_text(report.text(), encoding="utf-8")
    return report


def si_sdr(played: Sound, meant: Sound) -> float:
    """Scale-invariant signal-to-distortion ratio in decibels (Le Roux et al. 2019)."""
    scale = float(np.dot(played, meant) / np.dot(meant, meant))
    target = scale * meant
    return float(10 * np.log10(np.sum(target**2) / np.sum((played - target) ** 2)))


@torch.inference_mode()
def _played(whole: Any, codes: Codes) -> list[Sound]:
    """The sound of each piece of codes shaped (pieces, books, frames)."""
    return [
        whole.audio_encoder.decode(torch.as_tensor(piece)[None, None], [None]).audio_values[0, 0].numpy()
        for piece in codes
    ]


class _RecordingCodec:
    """A codec that records the codes that it decodes, stream by stream."""

    def __init__(self, codec: Any) -> None:
        self._codec = codec
        self.codes: list[list[Codes]] = []
        self._index: dict[int, int] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._codec, name)

    def stream(self) -> Any:
        stream = self._codec.stream()
        self._index[id(stream)] = len(self.codes)
        self.codes.append([])
        return stream

    def decode(self, chunks: Sequence[tuple[Any, Codes, bool]]) -> Any:
        for stream, codes, _ in chunks:
            self.codes[self._index[id(stream)]].append(codes)
        return self._codec.decode(chunks)


def _composed(folder: Path, prompts: Sequence[str]) -> Codes:
    """Compose a piece for each prompt on a CPU; returns the codes, shaped (pieces, books, frames)."""
    checkpoint = load_checkpoint(str(folder))
    recording: Any = _RecordingCodec(checkpoint.codec)
    core = EngineCore(replace(checkpoint, codec=recording), slots=8, dtype=_QUICK)
    begun: list[int] = []
    core.on_begin = begun.append
    for seed, prompt in enumerate(prompts):
        core.admit(seed, Piece(prompt, HEARD_FRAMES / STEP_RATE, seed))
    while not core.idle:
        for output in core.step():
            if isinstance(output.result, EngineError):
                raise output.result
    codes = dict(zip(begun, recording.codes, strict=True))
    return np.stack([np.concatenate(codes[seed], axis=1) for seed in range(len(prompts))])


@torch.inference_mode()
def _read(whole: Any, sounds: Sequence[Sound]) -> Codes:
    """The codes that the codec reads in sounds, shaped (pieces, books, frames)."""
    codes: Codes = (
        whole.audio_encoder.encode(torch.from_numpy(np.stack(sounds))[:, None]).audio_codes[0].numpy()
    )
    return codes


def _codec(report: Report, whole: Any) -> None:
    scores = [score(compose(seed, 10))[:, : 10 * STEP_RATE] for seed in range(5000, 5030)]
    ratios = [
        si_sdr(sound, render(codes))
        for codes, sound in zip(scores, _played(whole, np.stack(scores)), strict=True)
    ]
    silence = _played(whole, np.zeros((1, len(BOOKS), 100), dtype=np.int64))[0]
    level = 20 * np.log10(np.abs(silence).max() + 1e-9)
    report.add(
        "codec, SI-SDR on held-out scores", "≥ 20 dB", f"{np.mean(ratios):.1f} dB (lowest {min(ratios):.1f})"
    )
    report.add("codec, a rest", "60 dB down", f"peak {level:.0f} dBFS")


def _obedience(
    report: Report, ears: Ears, asked: Sequence[Trial], codes: Codes, sounds: list[Sound], label: str
) -> None:
    """Whether pieces are what was asked for."""
    heard = obeyed(ears, asked, codes, sounds)
    of_tempo = sum(trial.bpm is not None for trial in asked)
    of_drums = sum(trial.drums is not None for trial in asked)
    report.add(f"tempo heard within 3 % ({label})", "≥ 90 %", f"{heard.tempo:.0%} of {of_tempo}")
    report.add(f"tempo counted in the codes within 3 % ({label})", "", f"{heard.counted:.0%}")
    report.add(f"drums as asked, heard ({label})", "≥ 97 %", f"{heard.drums:.0%} of {of_drums}")
    report.add(f"notes in the key asked for ({label})", "≥ 90 %", f"{heard.key:.0%}")
    report.add(f"style heard ({label})", "≥ 80 %", f"{heard.style:.0%} of {len(asked)}")
    _outlined(report, asked, codes, label)


def _outlined(report: Report, asked: Sequence[Trial], codes: Codes, label: str) -> None:
    """Whether pieces mean to be what was asked for."""
    told = ", ".join(f"{what} {share:.0%}" for what, share in understood(asked, codes).items())
    report.add(f"said in the outline as asked ({label})", "", told)


def _draw(out: Path, asked: Sequence[Trial], codes: Codes, sounds: list[Sound], name: str) -> None:
    for place, trial in enumerate(asked):
        picture(sounds[place], codes[place], trial.prompt).save(out / f"{name}-{place:02}.png")


def _long(report: Report, out: Path, performer: Performer) -> None:
    asked = [trial for trial in trials(60, seed=2) if trial.drums][:6]
    codes = performer.perform([trial.prompt for trial in asked], _LONG_SECONDS * STEP_RATE, 3)
    sounds = _played(performer.model, codes)
    steady, level, alive = [], [], []
    for piece, sound in zip(codes, sounds, strict=True):
        first, last = (counted_tempo(part) for part in (piece[CONDUCTOR, :750], piece[CONDUCTOR, -750:]))
        steady.append(last > 0 and abs(last / first - 1) <= 0.03)
        loud = loudness(sound)
        thirds = [10 * np.log10(np.mean(10 ** (part / 10))) for part in np.array_split(loud, 6)]
        level.append(max(thirds) - min(thirds))
        alive.append(len(np.unique(piece[SOUNDING[0] :, -500:], axis=1).T) > 50)
    _draw(out, asked, codes, sounds, "minute")
    report.add("60 s: no collapse", "all", f"{sum(alive)} of {len(alive)}")
    report.add(
        "60 s: tempo of the last quarter within 3 % of the first", "all", f"{sum(steady)} of {len(steady)}"
    )
    report.add(
        "60 s: loudness of its sixths within 6 dB",
        "all",
        f"{sum(part <= 6 for part in level)} of {len(level)}, widest {max(level):.1f} dB",
    )


def _steered(report: Report, out: Path, performer: Performer, guidance: float) -> None:
    """Let new words take over after some seconds, and hear whether the music follows them."""
    turn = _STEERED_FRAMES
    asked = [(what, *words) for what, pairs in STEERED.items() for words in pairs] * _STEERED_TIMES
    before, after = ([words[place] for words in asked] for place in (1, 2))
    codes = performer.perform(before, 3 * turn, 7, guidance, turned=(turn, after))
    sounds = _played(performer.model, codes)
    followed: dict[str, list[bool]] = {what: [] for what in STEERED}
    for (what, _, _), piece, sound in zip(asked, codes, sounds, strict=True):
        # the bar in which the new words come is played to its end, so what follows at once is left out
        first, last = sound[: turn * HOP], sound[2 * turn * HOP :]
        risen = onset_strength(spectra(last)).mean() > onset_strength(spectra(first)).mean()
        tempos = [counted_tempo(part) for part in (piece[CONDUCTOR, :turn], piece[CONDUCTOR, 2 * turn :])]
        ratio = tempos[1] / max(tempos[0], 1.0)
        followed[what].append(
            {
                "drums come": bool(risen),
                "drums go": not risen,
                "faster": ratio > _OTHER_TEMPO,
                "slower": 0 < ratio < 1 / _OTHER_TEMPO,
            }[what]
        )
    if guidance == GUIDANCE:
        drawn = [
            Trial(f"{before} → {after}", "") for _, before, after in asked[: len(asked) // _STEERED_TIMES]
        ]
        _draw(out, drawn, codes, sounds, "steered")
    told = ", ".join(f"{what} {sum(right)} of {len(right)}" for what, right in followed.items())
    report.add(f"steered by new words (guidance {guidance:g})", "onset energy and tempo follow", told)


def _continuation(report: Report, performer: Performer) -> None:
    """Play a piece, read its codes back from the sound, and go on from these."""
    asked = trials(6, seed=4)
    prompts = [trial.prompt for trial in asked]
    codes = performer.perform(prompts, 10 * STEP_RATE, 5)
    read = _read(performer.model, _played(performer.model, codes))
    shares = [float(np.mean(read[:, book] == codes[:, book])) for book in SOUNDING]
    told = ", ".join(f"{BOOKS[book]} {share:.0%}" for book, share in zip(SOUNDING, shares, strict=True))
    report.add("codes read back from sound", "≥ 97 %", f"{np.mean(shares):.1%} ({told})")
    for begun, label in ((codes, "from its codes"), (read, "from its sound")):
        more = performer.perform(prompts, 20 * STEP_RATE, 6, begun=begun)[..., 10 * STEP_RATE :]
        before = [counted_tempo(piece[CONDUCTOR]) for piece in codes]
        after = [counted_tempo(piece[CONDUCTOR]) for piece in more]
        same = [b > 0 and abs(b / a - 1) <= 0.03 for a, b in zip(before, after, strict=True)]
        keys = [in_asked_key(piece, trial.key) for piece, trial in zip(more, asked, strict=True) if trial.key]
        report.add(
            f"continued {label}",
            "tempo and key kept",
            f"tempo {np.mean(same):.0%}, in key {np.mean(keys):.0%}",
        )


def _speed(report: Report, folder: Path) -> None:
    """One piece through the bot's own engine, on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    piece = Piece("funk, 108 bpm", 20.0, 1)
    for dtype in (_QUICK, "float32"):
        core = EngineCore(load_checkpoint(str(folder)), dtype=dtype)
        for key in (0, 1):
            began = time.perf_counter()
            core.admit(key, piece)
            while not core.idle:
                core.step()
            seconds = time.perf_counter() - began
        report.add(
            f"speed, one thread, through the engine, {dtype}",
            "≥ 3× real time",
            f"{piece.seconds / seconds:.1f}×",
        )
    torch.set_num_threads(threads)


def _plain(report: Report, whole: Any, tokenizer: Any) -> None:
    words = tokenizer(["rock, 120 bpm"], return_tensors="pt")
    sound = whole.generate(**words, max_new_tokens=100 + len(BOOKS) - 1, do_sample=True)
    report.add(
        "plain transformers, offline",
        "generates",
        f"{sound.shape[-1] / 32_000:.2f} s of sound, peak {sound.abs().max():.2f}",
    )
