"""Steadying: the heads of what prompts do not decide learn not to mind guidance.

Guided logits exaggerate whatever is different with a prompt and without, also what is so by accident. Only
the outline follows the prompt; all else is written by what the outline says, and with guidance 3 it stumbled
where the outline was right. So when all is learned, the heads of the other books are fitted once more to the
decoder's states: to composed songs, with guidance and without, and to what the model writes with guidance,
where they are to choose as they did without.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional
from transformers import EncodecModel, PreTrainedTokenizerFast

from training.model.batches import FIRST_LESSON, LATEST, Kind, Lesson, delayed, lesson
from training.model.embeddings import used
from training.model.export import model, sharper
from training.model.language import Writer
from training.model.sampling import Performer
from training.model.train_language import TAUGHT_GUIDANCE, multiplies_halves
from training.songs.clock import Codes
from training.songs.codes import OUTLINE
from training.songs.composer import Wishes, planned
from training.text.prompts import prompt

_FIRST_SONG: Final = 7 * FIRST_LESSON
_LESSONS: Final = (160, 3, 512)
"""How many lessons, their rows and frames."""
_WRITTEN: Final = (96, 600)
"""How many pieces the model writes, and frames of each."""
_AT_ONCE: Final = 4
_RATE: Final = 1.5e-3
_TOKENS: Final = 4096
"""How many tokens are learned from at once, of composed and of written ones."""
_TIMES: Final = 2
"""How often each composed one."""


@dataclass(frozen=True)
class States:
    """What the decoder knows before each of some tokens, shaped (tokens, width)."""

    prompted: Tensor
    free: Tensor
    """The same without the prompt."""

    def guided(self) -> Tensor:
        """What goes for logits goes for states: no head adds anything of its own."""
        return self.free + TAUGHT_GUIDANCE * (self.prompted - self.free)

    def __getitem__(self, places: Tensor) -> States:
        return States(self.prompted[places], self.free[places])


def steady(writer: Writer, codec: EncodecModel, words: PreTrainedTokenizerFast, seed: int) -> None:
    """Fit all heads but the outline's; some minutes."""
    chance = torch.Generator().manual_seed(seed)
    count, rows, frames = _LESSONS
    lessons = [
        lesson(range(first, first + rows), frames, words, Kind.ANYWHERE)
        for first in range(_FIRST_SONG, _FIRST_SONG + 1000 * count, 1000)
    ]
    composed = _states(writer, lessons)
    written = _states(writer, _written(Performer(model(writer, codec), words), words, seed))
    tokens, known = (
        torch.cat([part.transpose(1, 2).flatten(0, 1) for part in parts])
        for parts in ([one.tokens for one in lessons], [one.known for one in lessons])
    )
    for book, head in enumerate(writer.heads):
        if book != OUTLINE:
            codes = used(book)
            weights = head().detach().clone()
            learned = known[:, book]
            weights[:codes] = refitted(
                weights[:codes],
                composed[learned],
                tokens[learned, book],
                written,
                sharper(book)[:codes, 0],
                chance,
            )
            head.hold(weights)


def refitted(
    weights: Tensor,
    composed: States,
    tokens: Tensor,
    written: States,
    raised: Tensor,
    chance: torch.Generator,
) -> Tensor:
    """A head, (codes, width), that names the `tokens` of what was composed with guidance and without, and in
    what was written chooses with guidance as `weights` do without. `raised` is by how much its logits are
    raised when it writes.
    """
    fresh = weights.clone().requires_grad_()
    optimiser = torch.optim.Adam([fresh], lr=_RATE)
    batches: list[Tensor] = []
    for _ in range(_TIMES):
        batches += torch.randperm(len(tokens), generator=chance).tensor_split(-(-len(tokens) // _TOKENS))
    for place, batch in enumerate(batches):
        known, right = composed[batch], tokens[batch]
        heard = written[torch.randint(len(written.free), (_TOKENS,), generator=chance)]
        chosen = (functional.linear(heard.prompted, weights) * raised).softmax(-1)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=multiplies_halves()):
            named = [functional.linear(states, fresh) for states in (known.prompted, known.guided())]
            choice = [functional.linear(states, fresh) for states in (heard.prompted, heard.guided())]
        losses = [functional.cross_entropy(logits.float(), right) for logits in named]
        losses += [functional.cross_entropy(logits.float() * raised, chosen) for logits in choice]
        optimiser.zero_grad()
        torch.stack(losses).sum().backward()  # type: ignore[no-untyped-call]
        for group in optimiser.param_groups:
            group["lr"] = _RATE * (1 - place / len(batches))
        optimiser.step()
    return fresh.detach()


@torch.no_grad()
def _states(writer: Writer, lessons: list[Lesson]) -> States:
    prompted, free = [], []
    for one in lessons:
        told = replace(one, heard=one.prompts.ne(0).long())
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=multiplies_halves()):
            prompted.append(writer.states(told).float().flatten(0, 1))
            free.append(writer.states(told.unprompted()).float().flatten(0, 1))
    return States(torch.cat(prompted), torch.cat(free))


def _written(performer: Performer, words: PreTrainedTokenizerFast, seed: int) -> list[Lesson]:
    """What the model writes with guidance to prompts of all kinds."""
    chance = random.Random(f"steadying {seed}")
    count, frames = _WRITTEN
    prompts = [prompt(planned(chance, Wishes()), chance) for _ in range(count)]
    codes = performer.perform(prompts, frames, seed, TAUGHT_GUIDANCE)
    return [
        _reread(codes[place : place + _AT_ONCE], prompts[place : place + _AT_ONCE], words)
        for place in range(0, count, _AT_ONCE)
    ]


def _reread(codes: Codes, prompts: list[str], words: Any) -> Lesson:
    """Pieces as a lesson; all of it is known."""
    tokens = delayed(torch.as_tensor(codes), codes.shape[2] + LATEST)
    asked = words(prompts, padding=True, truncation=True, return_tensors="pt")
    return Lesson(
        tokens=tokens,
        telling=torch.ones_like(tokens, dtype=torch.bool),
        known=torch.ones_like(tokens, dtype=torch.bool),
        positions=torch.arange(tokens.shape[2]).expand(len(tokens), -1),
        prompts=asked["input_ids"],
        heard=asked["attention_mask"],
    )
