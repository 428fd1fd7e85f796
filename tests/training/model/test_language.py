"""The language model: lessons, tables, and that what is exported is what was trained."""

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

from training.model.batches import FIRST_LESSON, LATEST, PAD, Kind, Lesson, _other_tempo, lesson
from training.model.embeddings import FactoredTable, features, followers
from training.model.language import Writer
from training.model.timebox import Timebox
from training.songs import outline
from training.songs.clock import BAR_STEPS, beginnings, read
from training.songs.codes import BOOKS, CONDUCTOR, LAYOUT, LEAD, OUTLINE, VOCABULARY
from training.text.prompts import tempo_names
from training.text.tokenizer import tokenizer

STYLE = 1
"""The field of the outline that says style and drums."""


@pytest.fixture(scope="module")
def spoken() -> PreTrainedTokenizerFast:
    return tokenizer(1)


@pytest.fixture(scope="module")
def taught(spoken: PreTrainedTokenizerFast) -> Lesson:
    return lesson(range(FIRST_LESSON, FIRST_LESSON + 4), 120, spoken)


def test_every_book_is_as_many_steps_late_as_its_number(taught: Lesson) -> None:
    for book in range(len(BOOKS)):
        padded = (taught.tokens[:, book] == PAD).all(dim=0).nonzero()[:, 0].tolist()
        assert padded == [*range(book), *range(120 + book, 120 + LATEST)]


def test_every_bar_says_the_outline_anew(taught: Lesson) -> None:
    for row in range(4):
        conducted = taught.tokens[row, CONDUCTOR, CONDUCTOR : CONDUCTOR + 120].numpy()
        said = taught.tokens[row, OUTLINE, :120].numpy()
        bars = beginnings(conducted, BAR_STEPS)
        assert len(bars)
        for bar in bars:
            fields = [outline.read(int(code))[0] for code in said[bar : bar + 7]]
            assert fields == list(range(7))[: len(fields)]


def test_a_steered_lesson_teaches_what_the_prompt_asks_from_a_bar_on(spoken: PreTrainedTokenizerFast) -> None:
    taught = lesson(range(FIRST_LESSON, FIRST_LESSON + 80), 384, spoken)
    untaught = ~taught.known[:, LEAD, LEAD : LEAD + 384]
    steered = [row for row in range(80) if untaught[row, 0]]
    assert 12 <= len(steered) <= 44
    changed = []
    for row in steered:
        begin = int((~untaught[row]).nonzero()[0])
        conducted = taught.tokens[row, CONDUCTOR, CONDUCTOR : CONDUCTOR + 384].numpy()
        bars = beginnings(conducted, BAR_STEPS)
        turn = int(bars[bars >= begin][0])
        assert turn - begin < 25
        said = taught.tokens[row, OUTLINE].numpy()
        changed += [(said[turn : turn + 7] != said[bar : bar + 7]).any() for bar in bars[bars < turn][-1:]]
    # now and then the one thing that is drawn anew is the same as before
    assert sum(changed) > 0.6 * len(changed)


def test_a_lesson_of_turns_teaches_the_first_bar_alone_that_another_prompt_asks_for(
    spoken: PreTrainedTokenizerFast,
) -> None:
    taught = lesson(range(FIRST_LESSON, FIRST_LESSON + 60), 48, spoken, Kind.TURN)
    drums = Counter[bool]()
    for row in range(60):
        assert taught.known[row, LEAD].nonzero()[:, 0].tolist() == list(range(LEAD + 32, LEAD + 48))
        said = taught.tokens[row, OUTLINE, :48].tolist()
        before, after = dict(map(outline.read, said[:32])), dict(map(outline.read, said[32:39]))
        assert list(after) == list(range(7))
        assert taught.telling[row, OUTLINE, 32:39].all()
        assert taught.heard[row].any(), "the prompt is heard"
        drums[before[STYLE][1] != after[STYLE][1]] += 1
    assert drums[True] > 8, "drums come and go"


def test_songs_turn_from_their_start_as_well_as_from_the_middle(spoken: PreTrainedTokenizerFast) -> None:
    """Where they never did, "slow" after a beginning at 150 bpm changed nothing."""
    for frames, kind in ((224, Kind.TURN), (384, Kind.ANYWHERE)):
        taught = lesson(range(FIRST_LESSON, FIRST_LESSON + 40), frames, spoken, kind)
        steered = ~taught.known[:, OUTLINE, 0]
        begun = taught.positions[:, 0] == 0
        assert (steered & begun).sum() >= 4
        assert (steered & ~begun).sum() >= 4
        assert taught.heard[steered].any(dim=1).all(), "what is turned to is said"


def test_a_tempo_that_is_turned_to_goes_by_another_name() -> None:
    chance = random.Random(1)
    for bpm in (60.0, 75.0, 97.0, 121.0, 145.0, 180.0):
        names = set(tempo_names(bpm))
        assert not any(names & set(tempo_names(_other_tempo(bpm, chance))) for _ in range(20))


def test_after_sound_alone_the_conductor_counts_at_once_and_the_outline_waits_for_a_bar(
    spoken: PreTrainedTokenizerFast,
) -> None:
    taught = lesson(range(FIRST_LESSON, FIRST_LESSON + 20), 300, spoken, Kind.HEARD)
    for row in range(20):
        conducted = taught.tokens[row, CONDUCTOR, CONDUCTOR : CONDUCTOR + 300].numpy()
        said = taught.tokens[row, OUTLINE, :300].numpy()
        resumed = int(np.flatnonzero(conducted)[0])
        assert 100 <= resumed < 300
        assert conducted[resumed:].all()
        bars = [bar for bar in beginnings(conducted, BAR_STEPS) if bar >= resumed]
        first = int(bars[0]) if bars else 300
        assert not said[:first].any()
        assert said[first:].all()
        # what came before is known, and not learned; where the conductor comes in is new
        for book in range(len(BOOKS)):
            learned = taught.known[row, book].nonzero()[:, 0].tolist()
            assert learned == list(range(book + resumed, book + 300))
        assert taught.telling[row, CONDUCTOR, CONDUCTOR + resumed]


def test_something_new_is_told_where_sixteenths_begin(taught: Lesson) -> None:
    begun = read(taught.tokens[:, CONDUCTOR][taught.telling[:, CONDUCTOR]].numpy())[2]
    assert len(begun) > 40
    assert not begun.any()
    assert taught.telling[:, LEAD].sum() == len(begun)


def test_a_row_of_a_table_is_the_sum_of_what_its_code_means() -> None:
    table = FactoredTable(LEAD, VOCABULARY, 8, 1.0)
    rows, _ = features(LEAD)
    whole = table()
    code = LAYOUT.first["flute"] + 3
    assert torch.allclose(whole[code], table.free[code] + table.shared[rows[code]].sum(0))
    assert whole.shape == (VOCABULARY, 8)


def test_a_table_becomes_another_and_finds_what_its_codes_share() -> None:
    torch.manual_seed(0)
    taught = FactoredTable(LEAD, VOCABULARY, 8, 1.0)
    fresh = FactoredTable(LEAD, VOCABULARY, 8, 1.0)
    with torch.no_grad():
        taught.free.mul_(0.1)
        fresh.hold(taught())
        assert torch.allclose(fresh(), taught(), atol=1e-4)
        # what is left for each code alone is as little as it was
        used = len(fresh.rows)
        assert float(fresh.free[:used].std()) < 1.1 * float(taught.free[:used].std())


def test_what_follows_a_held_code_is_what_the_score_writes_next() -> None:
    before, after = followers(LEAD)
    following = dict(zip(before.tolist(), after.tolist(), strict=True))
    held = LAYOUT.codes("saw lead", 4, 40).tolist()
    assert [following[code] for code in held[:-1]] == held[1:]


@torch.no_grad()
def test_guided_lessons_are_learned_by_guided_logits(taught: Lesson, spoken: PreTrainedTokenizerFast) -> None:
    torch.manual_seed(0)
    writer = Writer(len(spoken), width=48, layers=2).eval()
    everywhere = replace(taught, known=torch.ones_like(taught.known), telling=torch.ones_like(taught.known))
    everywhere = replace(everywhere, tokens=everywhere.tokens.clamp(max=VOCABULARY - 1))
    free, prompted = (
        writer.states(replace(everywhere, heard=heard))
        for heard in (torch.zeros_like(taught.heard), taught.heard)
    )
    table = writer.heads[LEAD]()
    logits = 3 * (prompted @ table.T) - 2 * (free @ table.T)
    expected = functional.cross_entropy(logits.transpose(1, 2), everywhere.tokens[:, LEAD])
    found = writer.losses(everywhere, guidance=3.0)[LEAD, 0]
    assert float(found) == pytest.approx(float(expected), rel=1e-4)
    assert float(found) != pytest.approx(float(writer.losses(everywhere)[LEAD, 0]), rel=1e-3)


def test_transformers_computes_with_the_export_what_was_trained(
    taught: Lesson, spoken: PreTrainedTokenizerFast
) -> None:
    torch.manual_seed(0)
    writer = Writer(len(spoken), width=48, layers=2).eval()
    taught = Lesson(**{**vars(taught), "positions": torch.arange(taught.tokens.shape[2]).expand(4, -1)})
    with torch.no_grad():
        states = writer.states(taught)
        told = writer.text(taught.prompts, attention_mask=taught.prompts.ne(0).long()).last_hidden_state
        before = torch.nn.functional.pad(taught.tokens[..., :-1], (1, 0), value=PAD)
        logits = writer.exported()(
            input_ids=before.reshape(-1, before.shape[2]),
            encoder_hidden_states=told * taught.heard[..., None],
            encoder_attention_mask=taught.prompts.ne(0).long(),
        ).logits.view(4, len(BOOKS), -1, VOCABULARY)
        for book, head in enumerate(writer.heads):
            assert torch.allclose(logits[:, book], states @ head().T, atol=2e-4)


def test_a_few_steps_teach_something(taught: Lesson, spoken: PreTrainedTokenizerFast) -> None:
    torch.manual_seed(0)
    writer = Writer(len(spoken), width=48, layers=2)
    optimiser = torch.optim.AdamW(writer.parameters(), lr=1e-2)
    losses = []
    for _ in range(12):
        loss = writer.losses(taught).mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.6 * losses[0]


def test_training_goes_on_where_it_was_left(tmp_path: Path) -> None:
    box = Timebox(0.001, tmp_path / "some.pt")
    steps = sum(1 for _ in box.steps())
    assert steps > 0
    box.save({"weights": torch.ones(2)})
    again = Timebox(60, tmp_path / "some.pt")
    assert again.step == steps
    assert again.spent >= 0.06
    assert again.state is not None
    assert torch.equal(again.state["weights"], torch.ones(2))


def test_lessons_are_the_same_for_the_same_seeds(spoken: PreTrainedTokenizerFast) -> None:
    seeds = range(FIRST_LESSON + 50, FIRST_LESSON + 52)
    random.seed(1)
    one = lesson(seeds, 60, spoken)
    random.seed(2)
    other = lesson(seeds, 60, spoken)
    assert np.array_equal(one.tokens, other.tokens)
    assert torch.equal(one.prompts, other.prompts)
