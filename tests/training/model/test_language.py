"""Language model: training batches, factored tables, losses and export."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional
from transformers import PreTrainedTokenizerFast

from training.model.batches import (
    FIRST_TRAINING_SEED,
    MAX_DELAY,
    PAD,
    BatchKind,
    TrainingBatch,
    _draw_other_bpm,
    make_batch,
)
from training.model.embeddings import FactoredTable, code_features, code_successors
from training.model.language import LanguageModel
from training.model.timebox import Timebox
from training.songs import outline
from training.songs.clock import BAR_SIXTEENTHS, decode_conductor, sixteenth_starts
from training.songs.codes import BOOKS, CONDUCTOR, LAYOUT, LEAD, OUTLINE, VOCABULARY
from training.text.prompts import tempo_names
from training.text.tokenizer import train_tokenizer

STYLE = 1
"""Field of the outline with style and drums."""


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer(1)


@pytest.fixture(scope="module")
def batch(tokenizer: PreTrainedTokenizerFast) -> TrainingBatch:
    return make_batch(range(FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + 4), 120, tokenizer)


def test_every_book_is_delayed_by_its_number(batch: TrainingBatch) -> None:
    for book in range(len(BOOKS)):
        padded = (batch.tokens[:, book] == PAD).all(dim=0).nonzero()[:, 0].tolist()
        assert padded == [*range(book), *range(120 + book, 120 + MAX_DELAY)]


def test_every_bar_repeats_the_outline(batch: TrainingBatch) -> None:
    for row in range(4):
        conducted = batch.tokens[row, CONDUCTOR, CONDUCTOR : CONDUCTOR + 120].numpy()
        outline_codes = batch.tokens[row, OUTLINE, :120].numpy()
        bars = sixteenth_starts(conducted, BAR_SIXTEENTHS)
        assert len(bars)
        for bar in bars:
            fields = [outline.decode_outline(int(code))[0] for code in outline_codes[bar : bar + 7]]
            assert fields == list(range(7))[: len(fields)]


def test_after_a_prompt_change_only_frames_near_the_changed_bar_are_targets(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    batch = make_batch(range(FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + 80), 384, tokenizer)
    untargeted = ~batch.target_mask[:, LEAD, LEAD : LEAD + 384]
    changed_rows = [row for row in range(80) if untargeted[row, 0]]
    assert 12 <= len(changed_rows) <= 44
    changed = []
    for row in changed_rows:
        first_target = int((~untargeted[row]).nonzero()[0])
        conducted = batch.tokens[row, CONDUCTOR, CONDUCTOR : CONDUCTOR + 384].numpy()
        bars = sixteenth_starts(conducted, BAR_SIXTEENTHS)
        change_frame = int(bars[bars >= first_target][0])
        assert change_frame - first_target < 25
        outline_codes = batch.tokens[row, OUTLINE].numpy()
        changed += [
            (outline_codes[change_frame : change_frame + 7] != outline_codes[bar : bar + 7]).any()
            for bar in bars[bars < change_frame][-1:]
        ]
    # the redrawn property may happen to equal the previous one
    assert sum(changed) > 0.6 * len(changed)


def test_a_prompt_change_batch_targets_only_the_first_frames_after_the_change(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    batch = make_batch(
        range(FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + 60), 48, tokenizer, BatchKind.PROMPT_CHANGE
    )
    drums = Counter[bool]()
    for row in range(60):
        assert batch.target_mask[row, LEAD].nonzero()[:, 0].tolist() == list(range(LEAD + 32, LEAD + 48))
        outline_codes = batch.tokens[row, OUTLINE, :48].tolist()
        before, after = (
            dict(map(outline.decode_outline, outline_codes[:32])),
            dict(map(outline.decode_outline, outline_codes[32:39])),
        )
        assert list(after) == list(range(7))
        assert batch.novel[row, OUTLINE, 32:39].all()
        assert batch.prompt_mask[row].any(), "no prompt is masked"
        drums[before[STYLE][1] != after[STYLE][1]] += 1
    assert drums[True] > 8, "drums come and go"


def test_prompts_change_in_starts_of_songs_as_well_as_in_the_middle(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    """Without changes in starts, "slow" after a start at 150 bpm had no effect."""
    for frames, kind in ((224, BatchKind.PROMPT_CHANGE), (384, BatchKind.EXCERPT)):
        batch = make_batch(range(FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + 40), frames, tokenizer, kind)
        changed_rows = ~batch.target_mask[:, OUTLINE, 0]
        from_start = batch.positions[:, 0] == 0
        assert (changed_rows & from_start).sum() >= 4
        assert (changed_rows & ~from_start).sum() >= 4
        assert batch.prompt_mask[changed_rows].any(dim=1).all(), "no changed prompt is masked"


def test_a_changed_tempo_has_another_name() -> None:
    rng = random.Random(1)
    for bpm in (60.0, 75.0, 97.0, 121.0, 145.0, 180.0):
        names = set(tempo_names(bpm))
        assert not any(names & set(tempo_names(_draw_other_bpm(bpm, rng))) for _ in range(20))


def test_after_sound_alone_the_conductor_resumes_at_once_and_the_outline_at_the_next_bar(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    batch = make_batch(
        range(FIRST_TRAINING_SEED, FIRST_TRAINING_SEED + 20), 300, tokenizer, BatchKind.CONTINUATION
    )
    for row in range(20):
        conducted = batch.tokens[row, CONDUCTOR, CONDUCTOR : CONDUCTOR + 300].numpy()
        outline_codes = batch.tokens[row, OUTLINE, :300].numpy()
        resumed = int(np.flatnonzero(conducted)[0])
        assert 100 <= resumed < 300
        assert conducted[resumed:].all()
        bars = [bar for bar in sixteenth_starts(conducted, BAR_SIXTEENTHS) if bar >= resumed]
        first = int(bars[0]) if bars else 300
        assert not outline_codes[:first].any()
        assert outline_codes[first:].all()
        # the context is no target; the first code of the conductor is a decision
        for book in range(len(BOOKS)):
            targeted = batch.target_mask[row, book].nonzero()[:, 0].tolist()
            assert targeted == list(range(book + resumed, book + 300))
        assert batch.novel[row, CONDUCTOR, CONDUCTOR + resumed]


def test_decisions_are_at_the_starts_of_sixteenths(batch: TrainingBatch) -> None:
    ages = decode_conductor(batch.tokens[:, CONDUCTOR][batch.novel[:, CONDUCTOR]].numpy())[2]
    assert len(ages) > 40
    assert not ages.any()
    assert batch.novel[:, LEAD].sum() == len(ages)


def test_a_row_of_a_table_is_the_sum_of_its_features() -> None:
    table = FactoredTable(LEAD, VOCABULARY, 8, 1.0)
    rows, _ = code_features(LEAD)
    full_table = table()
    code = LAYOUT.first_code["flute"] + 3
    assert torch.allclose(full_table[code], table.free[code] + table.shared[rows[code]].sum(0))
    assert full_table.shape == (VOCABULARY, 8)


def test_a_table_that_is_set_recovers_its_shared_features() -> None:
    torch.manual_seed(0)
    batch = FactoredTable(LEAD, VOCABULARY, 8, 1.0)
    fresh = FactoredTable(LEAD, VOCABULARY, 8, 1.0)
    with torch.no_grad():
        batch.free.mul_(0.1)
        fresh.set_table(batch())
        assert torch.allclose(fresh(), batch(), atol=1e-4)
        # the part of each code alone is as small as before
        used = len(fresh.rows)
        assert float(fresh.free[:used].std()) < 1.1 * float(batch.free[:used].std())


def test_the_successor_of_a_held_code_is_the_next_code_of_the_score() -> None:
    before, after = code_successors(LEAD)
    successors = dict(zip(before.tolist(), after.tolist(), strict=True))
    held = LAYOUT.codes("saw lead", 4, 40).tolist()
    assert [successors[code] for code in held[:-1]] == held[1:]


@torch.no_grad()
def test_the_loss_with_guidance_is_that_of_guided_logits(
    batch: TrainingBatch, tokenizer: PreTrainedTokenizerFast
) -> None:
    torch.manual_seed(0)
    model = LanguageModel(len(tokenizer), width=48, layers=2).eval()
    everywhere = replace(
        batch, target_mask=torch.ones_like(batch.target_mask), novel=torch.ones_like(batch.target_mask)
    )
    everywhere = replace(everywhere, tokens=everywhere.tokens.clamp(max=VOCABULARY - 1))
    free, prompted = (
        model.states(replace(everywhere, prompt_mask=prompt_mask))
        for prompt_mask in (torch.zeros_like(batch.prompt_mask), batch.prompt_mask)
    )
    table = model.heads[LEAD]()
    logits = 3 * (prompted @ table.T) - 2 * (free @ table.T)
    expected = functional.cross_entropy(logits.transpose(1, 2), everywhere.tokens[:, LEAD])
    guided = model.losses(everywhere, guidance=3.0)[LEAD, 0]
    assert float(guided) == pytest.approx(float(expected), rel=1e-4)
    assert float(guided) != pytest.approx(float(model.losses(everywhere)[LEAD, 0]), rel=1e-3)


def test_the_exported_decoder_computes_the_same_logits(
    batch: TrainingBatch, tokenizer: PreTrainedTokenizerFast
) -> None:
    torch.manual_seed(0)
    model = LanguageModel(len(tokenizer), width=48, layers=2).eval()
    batch = TrainingBatch(**{**vars(batch), "positions": torch.arange(batch.tokens.shape[2]).expand(4, -1)})
    with torch.no_grad():
        states = model.states(batch)
        encoded = model.text(batch.prompts, attention_mask=batch.prompts.ne(0).long()).last_hidden_state
        before = torch.nn.functional.pad(batch.tokens[..., :-1], (1, 0), value=PAD)
        logits = model.to_musicgen()(
            input_ids=before.reshape(-1, before.shape[2]),
            encoder_hidden_states=encoded * batch.prompt_mask[..., None],
            encoder_attention_mask=batch.prompts.ne(0).long(),
        ).logits.view(4, len(BOOKS), -1, VOCABULARY)
        for book, head in enumerate(model.heads):
            assert torch.allclose(logits[:, book], states @ head().T, atol=2e-4)


def test_a_few_steps_lower_the_loss(batch: TrainingBatch, tokenizer: PreTrainedTokenizerFast) -> None:
    torch.manual_seed(0)
    model = LanguageModel(len(tokenizer), width=48, layers=2)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
    losses = []
    for _ in range(12):
        loss = model.losses(batch).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.6 * losses[0]


def test_training_resumes_where_it_stopped(tmp_path: Path) -> None:
    box = Timebox(0.001, tmp_path / "some.pt")
    steps = sum(1 for _ in box.steps())
    assert steps > 0
    box.save({"weights": torch.ones(2)})
    again = Timebox(60, tmp_path / "some.pt")
    assert again.step == steps
    assert again.spent >= 0.06
    assert again.state is not None
    assert torch.equal(again.state["weights"], torch.ones(2))


def test_batches_are_the_same_for_the_same_seeds(tokenizer: PreTrainedTokenizerFast) -> None:
    seeds = range(FIRST_TRAINING_SEED + 50, FIRST_TRAINING_SEED + 52)
    random.seed(1)
    one = make_batch(seeds, 60, tokenizer)
    random.seed(2)
    other = make_batch(seeds, 60, tokenizer)
    assert np.array_equal(one.tokens, other.tokens)
    assert torch.equal(one.prompts, other.prompts)
