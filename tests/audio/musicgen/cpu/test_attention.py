"""Attention per slot against torch's own function."""

from __future__ import annotations

import weakref

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from audio.musicgen.cpu.attention import Past, Rows, SlotAttention

LAYERS, HEADS, ROOM = 2, 3, 70
LENGTHS = [0, 5, 15, 16, 63]
"""Positions of five slots, the first step of a piece among them."""
ROWS = Rows(slots=5, guided=2, padded=8, prompted=6)


def random(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def pasts(size: int) -> list[Past]:
    """Two guided slots and three others, with NaN wherever a cache was not written."""
    attn_out = []
    for slot, position in enumerate(LENGTHS):
        rows = 2 if slot < ROWS.guided else 1
        cache = torch.full((LAYERS, 2, rows, HEADS, ROOM, size), torch.nan)
        cache[..., :position, :] = random(LAYERS, 2, rows, HEADS, position, size, seed=slot)
        prompt = random(LAYERS, 2, HEADS, 1 + 9 * slot, size, seed=10 + slot)
        attn_out.append(Past(cache, prompt, position))
    return attn_out


def filled(size: int) -> tuple[SlotAttention, list[Past]]:
    attention, slots = SlotAttention(torch.zeros(()), ROWS, HEADS, size), pasts(size)
    attention.qkv.copy_(random(*attention.qkv.shape, seed=20))
    attention.cross_q.copy_(random(*attention.cross_q.shape, seed=21))
    attention.begin(slots)
    return attention, slots


@pytest.mark.parametrize("size", [8, 48, 64])
def test_each_row_attends_to_its_cache_and_to_its_new_key_and_value(size: int) -> None:
    attention, slots = filled(size)
    for layer in range(LAYERS):
        attn_out = attention.self_attention(layer).view(-1, HEADS, size)
        rows = [*((slot, 0) for slot in range(5)), *((slot, 1) for slot in range(2))]
        for place, (slot, row) in enumerate(rows):
            query, key, value = attention.qkv[place].view(3, HEADS, size)
            cache, _, position = slots[slot]
            keys, values = cache[layer, :, row, :, : position + 1]
            assert torch.equal(keys[:, position], key)
            assert torch.equal(values[:, position], value)
            expected = functional.scaled_dot_product_attention(query[:, None], keys, values)[:, 0]
            torch.testing.assert_close(attn_out[place], expected, atol=1e-6, rtol=0)
            assert cache[layer, :, row, :, position + 1 :].isnan().all()
        assert not attn_out[len(rows) :].any(), "padding rows are not written"


def test_each_slot_attends_to_its_own_prompt() -> None:
    attention, slots = filled(64)
    for layer in range(LAYERS):
        attn_out = attention.cross_attention(layer).view(-1, HEADS, 64)
        for slot, (_, prompt, _) in enumerate(slots):
            assert prompt is not None
            query = attention.cross_q[slot].view(HEADS, 1, 64)
            expected = functional.scaled_dot_product_attention(query, *prompt[layer])[:, 0]
            torch.testing.assert_close(attn_out[slot], expected, atol=1e-6, rtol=0)


def test_a_slot_has_the_same_bits_alone_and_beside_others() -> None:
    together, slots = filled(64)
    alone = SlotAttention(torch.zeros(()), Rows(slots=1, guided=0, padded=1, prompted=1), HEADS, 64)
    alone.qkv.copy_(together.qkv[4:5])
    alone.cross_q.copy_(together.cross_q[4:5])
    alone.begin([slots[4]])
    assert torch.equal(alone.self_attention(1)[0], together.self_attention(1)[4])
    assert torch.equal(alone.cross_attention(1)[0], together.cross_attention(1)[4])


def test_nan_stays_in_its_row_and_is_not_hidden() -> None:
    attention, _ = filled(64)
    attention.qkv[3, 5] = torch.nan
    attn_out = attention.self_attention(0)
    assert attn_out.isfinite().all(dim=1).tolist() == [row != 3 for row in range(8)]


@pytest.mark.parametrize("height", [0.0, 1e-3, 40.0, 3e4])
def test_extreme_scores_give_the_results_of_torch(height: float) -> None:
    attention, slots = filled(64)
    attention.qkv[:, : HEADS * 64] *= height
    attn_out = attention.self_attention(0)[4].view(HEADS, 64)
    keys, values = slots[4].cache[0, :, 0, :, : LENGTHS[4] + 1]
    query = attention.qkv[4, : HEADS * 64].view(HEADS, 1, 64)
    expected = functional.scaled_dot_product_attention(query, keys, values)[:, 0]
    torch.testing.assert_close(attn_out, expected, atol=1e-5, rtol=0)


def test_a_slot_without_a_prompt_does_not_attend_to_another_ones() -> None:
    attention, slots = filled(64)
    attention.begin([slots[0]._replace(prompt=None), *slots[1:]])
    with pytest.raises(AssertionError):
        attention.cross_attention(0)


def test_positions_outside_a_cache_and_empty_prompts_are_refused() -> None:
    attention, slots = filled(64)
    for position in (-1, ROOM):
        with pytest.raises(ValueError, match="no position"):
            attention.begin([slots[0]._replace(position=position), *slots[1:]])
    silent = torch.zeros(LAYERS, 2, HEADS, 0, 64)
    with pytest.raises(ValueError, match="without a token"):
        attention.begin([slots[0]._replace(prompt=silent), *slots[1:]])


def test_no_cache_is_referenced_between_steps() -> None:
    attention, slots = filled(64)
    caches = [weakref.ref(past.cache) for past in slots]
    attention.self_attention(0)
    attention.end()
    del slots
    assert not any(cache() is not None for cache in caches)


def test_self_attention_works_without_prompts() -> None:
    attention, slots = filled(64)
    attention.begin([past._replace(prompt=None) for past in slots])
    assert attention.self_attention(0).isfinite().all()
