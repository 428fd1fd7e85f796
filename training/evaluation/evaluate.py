"""Evaluation of étude: codec quality, prompt adherence, continuation and speed, with pictures.

`python -m training listen` writes a report and pictures to var/listen/.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from audio.errors import EngineError
from audio.musicgen.checkpoint.fields import PUBLISHED_GUIDANCE
from audio.musicgen.checkpoint.load import load_checkpoint
from audio.musicgen.cpu.host_decoder import dtypes_for
from audio.musicgen.engine_core import EngineCore
from audio.piece import Piece
from audio.units import STEP_RATE
from training.evaluation.audio_analysis import (
    Sound,
    loudness,
    onset_strength,
    spectra,
)
from training.evaluation.pictures import draw_piece
from training.evaluation.prompt_adherence import (
    ANALYSED_FRAMES,
    Classifiers,
    measure_adherence,
    outline_adherence,
    train_classifiers,
)
from training.evaluation.prompt_set import HANDWRITTEN, PROMPT_CHANGES, PromptCase, generate_cases, misspell
from training.model.export import load_model
from training.model.sampling import GUIDANCE, BatchSampler
from training.songs.clock import Codes, counted_bpm
from training.songs.codes import BOOKS, CONDUCTOR, SOUNDING
from training.songs.composer import compose
from training.songs.score import score, share_in_scale
from training.synth.oscillators import HOP
from training.synth.rendering import render

_CASES: Final = 240
"""Generated prompts. With 80 of them, the same heads refitted twice scored 92 and 96 % of styles."""
_OUTLINE_FRAMES: Final = 4 * STEP_RATE
"""Length of pieces whose outline is measured [frames]; it is complete long before."""
_CPU_DTYPE: Final = dtypes_for("cpu")[0]
"""Default type of the decoder's matrices on this CPU."""
_LONG_SECONDS: Final = 60
"""Length of long pieces [s], several windows."""
_CHANGE_FRAMES: Final = 10 * STEP_RATE
"""Frames before the prompt changes; twice as many follow."""
_CHANGE_REPEATS: Final = 2
"""Pieces per prompt change, as a few prompts alone vary too much."""
_TEMPO_CHANGE_RATIO: Final = 1.15
"""Smallest ratio of tempos that counts as faster or slower."""


@dataclass
class Report:
    """Rows of measure, target and measured value, and remarks."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, measure: str, target: str, measured: str) -> None:
        """Add a row and print it."""
        self.rows.append((measure, target, measured))
        print(f"{measure}: {measured} (target: {target})", flush=True)

    def text(self) -> str:
        """Return the report as Markdown."""
        lines = ["| measure | target | measured |", "|---|---|---|"]
        lines += [f"| {' | '.join(row)} |" for row in self.rows]
        return "\n".join([*lines, "", *self.remarks, ""])


def evaluate(folder: Path, out: Path) -> Report:
    """Evaluate the model in `folder`, and write report.md and pictures to `out`."""
    out.mkdir(parents=True, exist_ok=True)
    model, tokenizer = load_model(folder)
    sampler = BatchSampler(model, tokenizer)
    report = Report()
    _codec(report, model)
    classifiers = train_classifiers(model.audio_encoder, out / "features.npz")
    report.remarks.append(
        f"Accuracy of the classifiers on held-out songs: {classifiers.style_accuracy:.0%} of styles, "
        f"{classifiers.drums_accuracy:.0%} of drums, {classifiers.tempo_accuracy:.0%} of tempos."
    )
    cases = generate_cases(_CASES, seed=1)
    for guidance in (GUIDANCE, PUBLISHED_GUIDANCE):
        codes = sampler.sample([case.prompt for case in cases], ANALYSED_FRAMES, 1, guidance)
        sounds = _decode(model, codes)
        _adherence(report, classifiers, cases, codes, sounds, f"guidance {guidance:g}")
        if guidance == GUIDANCE:
            _draw(out, cases[:12], codes, sounds, "piece")
    misspelt = misspell(cases, seed=1)
    for guidance in (GUIDANCE, PUBLISHED_GUIDANCE):
        codes = sampler.sample([case.prompt for case in misspelt], _OUTLINE_FRAMES, 1, guidance)
        _outline(report, misspelt, codes, f"guidance {guidance:g}, misspelt")
    for dtype in dtypes_for("cpu"):
        codes = _compose_with_engine(folder, [case.prompt for case in cases], dtype)
        sounds = _decode(model, codes)
        _adherence(report, classifiers, cases, codes, sounds, f"guidance {GUIDANCE:g}, {dtype}")
    codes = sampler.sample([case.prompt for case in HANDWRITTEN], ANALYSED_FRAMES, 2)
    sounds = _decode(model, codes)
    _adherence(report, classifiers, HANDWRITTEN, codes, sounds, "written by hand")
    _draw(out, HANDWRITTEN, codes, sounds, "written")
    _long(report, out, sampler)
    for guidance in (GUIDANCE, PUBLISHED_GUIDANCE):
        _prompt_changes(report, out, sampler, guidance)
    _continuation(report, sampler)
    _speed(report, folder)
    _transformers(report, model, tokenizer)
    (out / "report.md").write_text(report.text(), encoding="utf-8")
    return report


def si_sdr(estimate: Sound, reference: Sound) -> float:
    """Return the scale-invariant signal-to-distortion ratio [dB] (Le Roux et al. 2019)."""
    scale = float(np.dot(estimate, reference) / np.dot(reference, reference))
    target = scale * reference
    return float(10 * np.log10(np.sum(target**2) / np.sum((estimate - target) ** 2)))


@torch.inference_mode()
def _decode(model: Any, codes: Codes) -> list[Sound]:
    """Decode codes shaped (pieces, books, frames) to the sound of each piece."""
    return [
        model.audio_encoder.decode(torch.as_tensor(piece)[None, None], [None]).audio_values[0, 0].numpy()
        for piece in codes
    ]


class _RecordingCodec:
    """Codec wrapper that records the decoded codes by stream."""

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


def _compose_with_engine(folder: Path, prompts: Sequence[str], dtype: str) -> Codes:
    """Compose a piece per prompt with the bot's engine on a CPU; return codes (pieces, books, frames)."""
    checkpoint = load_checkpoint(str(folder))
    recording: Any = _RecordingCodec(checkpoint.codec)
    core = EngineCore(replace(checkpoint, codec=recording), slots=8, dtype=dtype)
    keys: list[int] = []
    core.on_begin = keys.append
    for seed, prompt in enumerate(prompts):
        core.admit(seed, Piece(prompt, ANALYSED_FRAMES / STEP_RATE, seed))
    while not core.idle:
        for output in core.step():
            if isinstance(output.result, EngineError):
                raise output.result
    codes = dict(zip(keys, recording.codes, strict=True))
    return np.stack([np.concatenate(codes[seed], axis=1) for seed in range(len(prompts))])


@torch.inference_mode()
def _encode(model: Any, sounds: Sequence[Sound]) -> Codes:
    """Encode sounds of equal length to codes shaped (pieces, books, frames)."""
    codes: Codes = (
        model.audio_encoder.encode(torch.from_numpy(np.stack(sounds))[:, None]).audio_codes[0].numpy()
    )
    return codes


def _codec(report: Report, model: Any) -> None:
    """Measure how exactly the codec reproduces held-out scores, and its noise in rests."""
    scores = [score(compose(seed, 10))[:, : 10 * STEP_RATE] for seed in range(5000, 5030)]
    ratios = [
        si_sdr(sound, render(codes))
        for codes, sound in zip(scores, _decode(model, np.stack(scores)), strict=True)
    ]
    silence = _decode(model, np.zeros((1, len(BOOKS), 100), dtype=np.int64))[0]
    peak = 20 * np.log10(np.abs(silence).max() + 1e-9)
    report.add(
        "codec, SI-SDR on held-out scores", "≥ 20 dB", f"{np.mean(ratios):.1f} dB (lowest {min(ratios):.1f})"
    )
    report.add("codec, a rest", "60 dB down", f"peak {peak:.0f} dBFS")


def _adherence(
    report: Report,
    classifiers: Classifiers,
    cases: Sequence[PromptCase],
    codes: Codes,
    sounds: list[Sound],
    label: str,
) -> None:
    """Measure prompt adherence by sound, codes and outline."""
    adherence = measure_adherence(classifiers, cases, codes, sounds)
    tempo_cases = sum(case.bpm is not None for case in cases)
    drum_cases = sum(case.drums is not None for case in cases)
    report.add(f"detected tempo within 3 % ({label})", "≥ 90 %", f"{adherence.tempo:.0%} of {tempo_cases}")
    report.add(f"tempo of the codes within 3 % ({label})", "", f"{adherence.counted_tempo:.0%}")
    report.add(f"drums as prompted ({label})", "≥ 97 %", f"{adherence.drums:.0%} of {drum_cases}")
    report.add(f"notes in the prompted key ({label})", "≥ 90 %", f"{adherence.key:.0%}")
    report.add(f"detected style ({label})", "≥ 80 %", f"{adherence.style:.0%} of {len(cases)}")
    _outline(report, cases, codes, label)


def _outline(report: Report, cases: Sequence[PromptCase], codes: Codes, label: str) -> None:
    """Measure prompt adherence by outline."""
    text = ", ".join(f"{kind} {share:.0%}" for kind, share in outline_adherence(cases, codes).items())
    report.add(f"outline as prompted ({label})", "", text)


def _draw(out: Path, cases: Sequence[PromptCase], codes: Codes, sounds: list[Sound], name: str) -> None:
    """Save a picture of each piece."""
    for index, case in enumerate(cases):
        draw_piece(sounds[index], codes[index], case.prompt).save(out / f"{name}-{index:02}.png")


def _long(report: Report, out: Path, sampler: BatchSampler) -> None:
    """Measure whether long pieces stay varied and keep tempo and loudness."""
    cases = [case for case in generate_cases(60, seed=2) if case.drums][:6]
    codes = sampler.sample([case.prompt for case in cases], _LONG_SECONDS * STEP_RATE, 3)
    sounds = _decode(sampler.model, codes)
    tempo_steady, level_spans, varied = [], [], []
    for piece, sound in zip(codes, sounds, strict=True):
        first, last = (counted_bpm(part) for part in (piece[CONDUCTOR, :750], piece[CONDUCTOR, -750:]))
        tempo_steady.append(last > 0 and abs(last / first - 1) <= 0.03)
        loud = loudness(sound)
        sixths = [10 * np.log10(np.mean(10 ** (part / 10))) for part in np.array_split(loud, 6)]
        level_spans.append(max(sixths) - min(sixths))
        varied.append(len(np.unique(piece[SOUNDING[0] :, -500:], axis=1).T) > 50)
    _draw(out, cases, codes, sounds, "minute")
    report.add("60 s: no collapse", "all", f"{sum(varied)} of {len(varied)}")
    report.add(
        "60 s: tempo of the last quarter within 3 % of the first",
        "all",
        f"{sum(tempo_steady)} of {len(tempo_steady)}",
    )
    report.add(
        "60 s: loudness of its sixths within 6 dB",
        "all",
        f"{sum(span <= 6 for span in level_spans)} of {len(level_spans)}, widest {max(level_spans):.1f} dB",
    )


def _prompt_changes(report: Report, out: Path, sampler: BatchSampler, guidance: float) -> None:
    """Measure whether the music follows a prompt that changes while it plays."""
    change_frame = _CHANGE_FRAMES
    cases = [
        (kind, *prompts) for kind, pairs in PROMPT_CHANGES.items() for prompts in pairs
    ] * _CHANGE_REPEATS
    before, after = ([case[index] for case in cases] for index in (1, 2))
    codes = sampler.sample(before, 3 * change_frame, 7, guidance, prompt_change=(change_frame, after))
    sounds = _decode(sampler.model, codes)
    followed: dict[str, list[bool]] = {kind: [] for kind in PROMPT_CHANGES}
    for (kind, _, _), piece, sound in zip(cases, codes, sounds, strict=True):
        # skip the frames just after the change, as the current bar is played to its end
        first, last = sound[: change_frame * HOP], sound[2 * change_frame * HOP :]
        onsets_rise = onset_strength(spectra(last)).mean() > onset_strength(spectra(first)).mean()
        tempos = [
            counted_bpm(part)
            for part in (piece[CONDUCTOR, :change_frame], piece[CONDUCTOR, 2 * change_frame :])
        ]
        ratio = tempos[1] / max(tempos[0], 1.0)
        followed[kind].append(
            {
                "drums come": bool(onsets_rise),
                "drums go": not onsets_rise,
                "faster": ratio > _TEMPO_CHANGE_RATIO,
                "slower": 0 < ratio < 1 / _TEMPO_CHANGE_RATIO,
            }[kind]
        )
    if guidance == GUIDANCE:
        shown = [
            PromptCase(f"{before} → {after}", "")
            for _, before, after in cases[: len(cases) // _CHANGE_REPEATS]
        ]
        _draw(out, shown, codes, sounds, "prompt-change")
    text = ", ".join(f"{kind} {sum(right)} of {len(right)}" for kind, right in followed.items())
    report.add(f"changed prompts followed (guidance {guidance:g})", "onset energy and tempo follow", text)


def _continuation(report: Report, sampler: BatchSampler) -> None:
    """Measure how many codes are recovered from sound, and how continuations keep tempo and key."""
    cases = generate_cases(6, seed=4)
    prompts = [case.prompt for case in cases]
    codes = sampler.sample(prompts, 10 * STEP_RATE, 5)
    recovered = _encode(sampler.model, _decode(sampler.model, codes))
    shares = [float(np.mean(recovered[:, book] == codes[:, book])) for book in SOUNDING]
    text = ", ".join(f"{BOOKS[book]} {share:.0%}" for book, share in zip(SOUNDING, shares, strict=True))
    report.add("codes recovered from sound", "≥ 97 %", f"{np.mean(shares):.1%} ({text})")
    for prefix, label in ((codes, "from its codes"), (recovered, "from its sound")):
        continued = sampler.sample(prompts, 20 * STEP_RATE, 6, prefix=prefix)[..., 10 * STEP_RATE :]
        before = [counted_bpm(piece[CONDUCTOR]) for piece in codes]
        after = [counted_bpm(piece[CONDUCTOR]) for piece in continued]
        same = [b > 0 and abs(b / a - 1) <= 0.03 for a, b in zip(before, after, strict=True)]
        keys = [
            share_in_scale(piece, case.key) for piece, case in zip(continued, cases, strict=True) if case.key
        ]
        report.add(
            f"continued {label}",
            "same tempo and key",
            f"tempo {np.mean(same):.0%}, in key {np.mean(keys):.0%}",
        )


def _speed(report: Report, folder: Path) -> None:
    """Measure the speed of the bot's engine on one thread, after a warm-up piece."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    piece = Piece("funk, 108 bpm", 20.0, 1)
    for dtype in (_CPU_DTYPE, "float32"):
        core = EngineCore(load_checkpoint(str(folder)), dtype=dtype)
        for key in (0, 1):
            started = time.perf_counter()
            core.admit(key, piece)
            while not core.idle:
                core.step()
            seconds = time.perf_counter() - started
        report.add(
            f"speed, one thread, through the engine, {dtype}",
            "≥ 3× real time",
            f"{piece.seconds / seconds:.1f}×",
        )
    torch.set_num_threads(threads)


def _transformers(report: Report, model: Any, tokenizer: Any) -> None:
    """Generate sound with transformers alone."""
    inputs = tokenizer(["rock, 120 bpm"], return_tensors="pt")
    sound = model.generate(**inputs, max_new_tokens=100 + len(BOOKS) - 1, do_sample=True)
    report.add(
        "plain transformers, offline",
        "generates",
        f"{sound.shape[-1] / 32_000:.2f} s of sound, peak {sound.abs().max():.2f}",
    )
