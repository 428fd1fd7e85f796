"""Training the codec's encoder: to say of each frame of sound which codes it is made of.

What an ear of the encoder hears is linear in the sound, and so a sum over codes. Training needs no sound,
only what each code adds to each ear.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import EncodecModel

from training.model.batches import FIRST_LESSON
from training.model.codec import FILTERS, NAME_WIDTH, codec, codec_config
from training.model.timebox import Timebox, kept
from training.songs.codes import BOOKS, LAYOUT, SOUNDING
from training.songs.composer import compose
from training.songs.score import score
from training.synth.basis import SPAN, Basis, Matrix, basis, weighed
from training.synth.oscillators import HOP
from training.synth.rendering import GRAIN

EARS: Final = 16 * FILTERS
STATE: Final = "reader.pt"
"""Where a folder of training keeps the reader."""
RATE: Final = 2e-3
_ROWS, _FRAMES = 24, 128
_REPORT_STEPS: Final = 100
_HISS: Final = 0.01
"""The noise of the ears in every other excerpt, so that what is read does not hang on the last bits of the
sound; the others are as the codec plays them, for those must be read exactly.
"""


class Reader(nn.Module):
    """What is trained: the encoder behind its ears, and the names of the codes."""

    def __init__(self) -> None:
        super().__init__()
        encoder: Any = EncodecModel(codec_config()).encoder
        self.layers: Any = encoder.layers[-3:]
        self.names = nn.ParameterList(torch.randn(LAYOUT.used(book), NAME_WIDTH) for book in SOUNDING)
        last: Any = self.layers[-1].conv.parametrizations.weight
        with torch.no_grad():
            # of the waves the encoder says nothing
            last.original0[:SPAN] = 0
            self.layers[-1].conv.bias[:SPAN] = 0

    def forward(self, heard: Tensor) -> Tensor:
        """Names said of each frame, shaped (rows, width of all names, frames), of (rows, EARS, frames)."""
        for layer in self.layers:
            heard = layer(heard)
        return heard[:, SPAN:]


def train(minutes: float, folder: Path, seed: int) -> None:
    """Let the encoder learn to read for `minutes` in all; goes on from what lies in `folder`."""
    torch.manual_seed(seed)
    reader = Reader()
    optimiser = _optimiser(reader)
    box = Timebox(minutes, folder / STATE)
    # ears trained on one basis are deaf on another, as another composer would give
    made = _basis(box.state) if box.state else basis(EARS)
    if box.state:
        reader.load_state_dict(box.state["reader"])
        optimiser.load_state_dict(box.state["optimiser"])

    def state() -> dict[str, Any]:
        return _state(reader, optimiser, torch.from_numpy(made.waves), torch.from_numpy(made.ears))

    tables = _tables(made)
    right = torch.zeros(len(SOUNDING))
    for step in box.steps():
        codes = _excerpts(FIRST_LESSON + 10_000_000 + _ROWS * step)
        heard = _heard(codes, tables)
        rough = (torch.arange(_ROWS) % 2)[:, None, None]
        gain = 1 + rough * torch.empty(_ROWS, 1, 1).uniform_(-0.2, 0.1)
        heard = heard * gain + _HISS * rough * torch.randn(heard.shape)
        said = reader(heard)
        loss = torch.zeros(())
        for place, book in enumerate(SOUNDING):
            part = (
                said[:, place * NAME_WIDTH : (place + 1) * NAME_WIDTH].transpose(1, 2).reshape(-1, NAME_WIDTH)
            )
            names = reader.names[place]
            # minus the square of the distance, but for what is the same for all codes
            nearness = 2 * part @ names.T - names.pow(2).sum(1)
            truth = codes[:, book].reshape(-1)
            loss = loss + functional.cross_entropy(nearness, truth)
            right[place] += (nearness.detach().argmax(1) == truth).float().mean() / _REPORT_STEPS
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        for parameter in reader.layers[-1].conv.parametrizations.weight.parameters():
            assert parameter.grad is not None
            parameter.grad[:SPAN] = 0
        for group in optimiser.param_groups:
            group["lr"] = RATE * box.rate
        optimiser.step()
        if (step + 1) % _REPORT_STEPS == 0:
            shares = ", ".join(
                f"{BOOKS[book]} {share:.3f}" for book, share in zip(SOUNDING, right.tolist(), strict=True)
            )
            print(f"{box.spent / 60:.1f} min, step {step + 1}, read right: {shares}", flush=True)
            right.zero_()
        if box.due:
            box.save(state())
    box.save(state())


def further(reader: Reader, waves: Tensor, ears: Tensor) -> dict[str, Any]:
    """The state from which a reader that was trained before goes on."""
    return _state(reader, _optimiser(reader), waves, ears)


def _state(reader: Reader, optimiser: torch.optim.Optimizer, waves: Tensor, ears: Tensor) -> dict[str, Any]:
    kept_basis = {"waves": waves, "ears": ears}
    return {"reader": reader.state_dict(), "optimiser": optimiser.state_dict(), **kept_basis}


def _optimiser(reader: Reader) -> torch.optim.Optimizer:
    return torch.optim.AdamW(reader.parameters(), lr=RATE, betas=(0.9, 0.98), weight_decay=0.0)


def learned(folder: Path) -> EncodecModel:
    """The codec as it is trained so far."""
    state = kept(folder / STATE)
    reader = Reader()
    reader.load_state_dict(state["reader"])
    return assembled(_basis(state), reader)


def _basis(state: dict[str, Any]) -> Basis:
    """The basis that a saved reader was trained on."""
    return weighed(state["waves"].numpy(), state["ears"].numpy())


@torch.no_grad()
def assembled(made: Basis, reader: Reader) -> EncodecModel:
    """The whole codec with what the reader learned."""
    names = {book: reader.names[place].detach() for place, book in enumerate(SOUNDING)}
    model = codec(made, names)
    state = reader.layers.state_dict()
    state["2.conv.bias"][:SPAN] = 0
    state["2.conv.parametrizations.weight.original0"][:SPAN] = 0
    model.encoder.layers[-3:].load_state_dict(state)
    return model


def _tables(made: Basis) -> dict[int, tuple[Tensor, Tensor]]:
    """What each code adds to the ears in its own frame and in the next, as the decoder plays it."""
    tables = {}
    for book in SOUNDING:
        played: Matrix = made.weights[book] @ made.waves
        after = np.pad(played[:, HOP:], ((0, 0), (0, 2 * HOP - GRAIN)))
        tables[book] = (
            torch.from_numpy(played[:, :HOP] @ made.ears.T),
            torch.from_numpy(after @ made.ears.T),
        )
    return tables


def _heard(codes: Tensor, tables: dict[int, tuple[Tensor, Tensor]]) -> Tensor:
    """What the ears hear of codes shaped (rows, books, frames), shaped (rows, EARS, frames)."""
    heard = torch.zeros(codes.shape[0], codes.shape[2], EARS)
    for book, (now, after) in tables.items():
        heard += now[codes[:, book]]
        heard[:, 1:] += after[codes[:, book, :-1]]
    return heard.transpose(1, 2)


def _excerpts(first: int) -> Tensor:
    """Excerpts of songs, shaped (rows, books, frames), two of each song."""
    excerpts: list[Tensor] = []
    for seed in range(first, first + _ROWS // 2):
        codes = torch.from_numpy(score(compose(seed, 18)))
        starts = np.random.default_rng(seed).integers(0, codes.shape[1] - _FRAMES, 2)
        excerpts += [codes[:, start : start + _FRAMES] for start in starts]
    return torch.stack(excerpts)
