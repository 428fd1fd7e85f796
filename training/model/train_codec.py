"""Training of the codec's encoder, which finds the codes of a frame of sound.

The response of an analysis filter is linear in the sound, hence a sum over codes. Training needs no audio,
only the contribution of each code to each filter.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import EncodecModel

from training.model.batches import FIRST_TRAINING_SEED
from training.model.codec import FILTERS, NAME_WIDTH, build_codec, codec_config
from training.model.timebox import Timebox, load_saved_state
from training.songs.codes import BOOKS, LAYOUT, SOUNDING
from training.songs.composer import compose
from training.songs.score import score
from training.synth.basis import BASIS_SIZE, Basis, Matrix, basis_from_waves, compute_basis
from training.synth.oscillators import HOP
from training.synth.rendering import GRAIN

ANALYSIS_FILTERS: Final = 16 * FILTERS
"""Number of analysis filters, the width of EnCodec's last layer before the LSTM."""
STATE_FILE: Final = "reader.pt"
"""File name of the encoder's state in a work folder."""
LEARNING_RATE: Final = 2e-3
"""Highest learning rate of AdamW."""
_ROWS: Final = 24
"""Excerpts in a batch."""
_FRAMES: Final = 128
"""Length of an excerpt [frames]."""
_REPORT_STEPS: Final = 100
"""Steps between reports of the accuracy."""
_NOISE_LEVEL: Final = 0.01
"""Noise added to filter responses in every other excerpt, for robustness; the others are exact, as the
codec's own sound must be read without errors.
"""


class CodecEncoder(nn.Module):
    """Trainable part of the codec: the encoder after its analysis filters, and the names of the codes."""

    def __init__(self) -> None:
        super().__init__()
        encoder: Any = EncodecModel(codec_config()).encoder
        self.layers: Any = encoder.layers[-3:]
        self.names = nn.ParameterList(torch.randn(LAYOUT.used_codes(book), NAME_WIDTH) for book in SOUNDING)
        last: Any = self.layers[-1].conv.parametrizations.weight
        with torch.no_grad():
            # the encoder does not output weights of waves
            last.original0[:BASIS_SIZE] = 0
            self.layers[-1].conv.bias[:BASIS_SIZE] = 0

    def forward(self, analysed: Tensor) -> Tensor:
        """Return predicted names, shaped (rows, NAMES_WIDTH, frames).

        `analysed` holds the filter responses, shaped (rows, ANALYSIS_FILTERS, frames).
        """
        for layer in self.layers:
            analysed = layer(analysed)
        return analysed[:, BASIS_SIZE:]


def train(minutes: float, folder: Path, seed: int) -> None:
    """Train the encoder for `minutes` in total; resumes from the state in `folder`."""
    torch.manual_seed(seed)
    encoder = CodecEncoder()
    optimiser = _optimiser(encoder)
    timebox = Timebox(minutes, folder / STATE_FILE)
    # an encoder works only with the basis that it was trained on, and the basis depends on the composer
    basis = _basis(timebox.state) if timebox.state else compute_basis(ANALYSIS_FILTERS)
    if timebox.state:
        encoder.load_state_dict(timebox.state["reader"])
        optimiser.load_state_dict(timebox.state["optimiser"])

    def state() -> dict[str, Any]:
        return _state(encoder, optimiser, torch.from_numpy(basis.waves), torch.from_numpy(basis.analysis))

    tables = _analysis_tables(basis)
    accuracy = torch.zeros(len(SOUNDING))
    for step in timebox.steps():
        codes = _excerpts(FIRST_TRAINING_SEED + 10_000_000 + _ROWS * step)
        analysed = _analyse(codes, tables)
        noisy = (torch.arange(_ROWS) % 2)[:, None, None]
        gain = 1 + noisy * torch.empty(_ROWS, 1, 1).uniform_(-0.2, 0.1)
        analysed = analysed * gain + _NOISE_LEVEL * noisy * torch.randn(analysed.shape)
        predicted = encoder(analysed)
        loss = torch.zeros(())
        for index, book in enumerate(SOUNDING):
            part = (
                predicted[:, index * NAME_WIDTH : (index + 1) * NAME_WIDTH]
                .transpose(1, 2)
                .reshape(-1, NAME_WIDTH)
            )
            names = encoder.names[index]
            # negative squared distance, without the term that is equal for all codes
            similarity = 2 * part @ names.T - names.pow(2).sum(1)
            targets = codes[:, book].reshape(-1)
            loss = loss + functional.cross_entropy(similarity, targets)
            accuracy[index] += (similarity.detach().argmax(1) == targets).float().mean() / _REPORT_STEPS
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        for parameter in encoder.layers[-1].conv.parametrizations.weight.parameters():
            assert parameter.grad is not None
            parameter.grad[:BASIS_SIZE] = 0
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * timebox.rate_scale
        optimiser.step()
        if (step + 1) % _REPORT_STEPS == 0:
            shares = ", ".join(
                f"{BOOKS[book]} {share:.3f}" for book, share in zip(SOUNDING, accuracy.tolist(), strict=True)
            )
            print(f"{timebox.spent / 60:.1f} min, step {step + 1}, accuracy: {shares}", flush=True)
            accuracy.zero_()
        if timebox.save_due:
            timebox.save(state())
    timebox.save(state())


def resumable_state(encoder: CodecEncoder, waves: Tensor, filters: Tensor) -> dict[str, Any]:
    """Return the state from which training resumes with a given encoder, basis and analysis filters."""
    return _state(encoder, _optimiser(encoder), waves, filters)


def _state(
    encoder: CodecEncoder, optimiser: torch.optim.Optimizer, waves: Tensor, filters: Tensor
) -> dict[str, Any]:
    """Return the state to save; the keys are those of states saved by earlier versions."""
    return {
        "reader": encoder.state_dict(),
        "optimiser": optimiser.state_dict(),
        "waves": waves,
        "ears": filters,
    }


def _optimiser(encoder: CodecEncoder) -> torch.optim.Optimizer:
    return torch.optim.AdamW(encoder.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.0)


def load_codec(folder: Path) -> EncodecModel:
    """Load the codec trained so far."""
    state = load_saved_state(folder / STATE_FILE)
    encoder = CodecEncoder()
    encoder.load_state_dict(state["reader"])
    return assemble_codec(_basis(state), encoder)


def _basis(state: dict[str, Any]) -> Basis:
    """Return the basis that a saved encoder was trained on."""
    return basis_from_waves(state["waves"].numpy(), state["ears"].numpy())


@torch.no_grad()
def assemble_codec(basis: Basis, encoder: CodecEncoder) -> EncodecModel:
    """Assemble the codec from a basis and a trained encoder."""
    names = {book: encoder.names[index].detach() for index, book in enumerate(SOUNDING)}
    model = build_codec(basis, names)
    state = encoder.layers.state_dict()
    state["2.conv.bias"][:BASIS_SIZE] = 0
    state["2.conv.parametrizations.weight.original0"][:BASIS_SIZE] = 0
    model.encoder.layers[-3:].load_state_dict(state)
    return model


def _analysis_tables(basis: Basis) -> dict[int, tuple[Tensor, Tensor]]:
    """Return each code's filter responses in its own frame and in the next, by book."""
    tables = {}
    for book in SOUNDING:
        grains: Matrix = basis.weights[book] @ basis.waves
        after = np.pad(grains[:, HOP:], ((0, 0), (0, 2 * HOP - GRAIN)))
        tables[book] = (
            torch.from_numpy(grains[:, :HOP] @ basis.analysis.T),
            torch.from_numpy(after @ basis.analysis.T),
        )
    return tables


def _analyse(codes: Tensor, tables: dict[int, tuple[Tensor, Tensor]]) -> Tensor:
    """Return filter responses, shaped (rows, filters, frames), of codes shaped (rows, books, frames)."""
    analysed = torch.zeros(codes.shape[0], codes.shape[2], ANALYSIS_FILTERS)
    for book, (now, after) in tables.items():
        analysed += now[codes[:, book]]
        analysed[:, 1:] += after[codes[:, book, :-1]]
    return analysed.transpose(1, 2)


def _excerpts(first: int) -> Tensor:
    """Return excerpts of songs from seed `first` on, two per song, shaped (rows, books, frames)."""
    excerpts: list[Tensor] = []
    for seed in range(first, first + _ROWS // 2):
        codes = torch.from_numpy(score(compose(seed, 18)))
        starts = np.random.default_rng(seed).integers(0, codes.shape[1] - _FRAMES, 2)
        excerpts += [codes[:, start : start + _FRAMES] for start in starts]
    return torch.stack(excerpts)
