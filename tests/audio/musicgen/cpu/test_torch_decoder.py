"""`TorchDecoder` against the library's forward pass, and each slot against the same slot alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from audio.musicgen.checkpoint.seeded import seeded_model
from audio.musicgen.cpu.torch_decoder import TorchDecoder

EXACT = 1e-5
STEPS = 9
DTYPES = ["float32", "bfloat16", "int8"]
EMBEDDED = {"hidden": 192, "layers": 4, "heads": 3}
"""Wide enough for packed output heads, but not for packed layers."""
SHAPES: list[dict[str, int]] = [
    {"hidden": 64, "layers": 2, "heads": 2},
    {"hidden": 128, "layers": 4, "heads": 2},
    {"hidden": 96, "layers": 3, "heads": 4, "channels": 2},
]


def prompt(tokens: int, hidden: int, seed: int = 1) -> Tensor:
    return torch.randn(tokens, hidden, generator=torch.Generator().manual_seed(seed))


def some_tokens(codebooks: int, seed: int = 1) -> Tensor:
    """Return random tokens (steps, codebooks), including the padding token."""
    return torch.randint(0, 2049, (STEPS, codebooks), generator=torch.Generator().manual_seed(seed))


@torch.inference_mode()
def library(model: Any, tokens: Tensor, states: Tensor) -> Tensor:
    """Return the library's logits with and without the prompt: (2, steps, codebooks, vocabulary)."""
    batch = torch.stack([states, torch.zeros_like(states)])
    mask = torch.tensor([[1] * len(states), [0] * len(states)])
    logits = model.decoder(
        input_ids=tokens.T.repeat(2, 1), encoder_hidden_states=batch, encoder_attention_mask=mask
    ).logits
    shaped: Tensor = logits.view(2, tokens.shape[1], len(tokens), -1).transpose(1, 2)
    return shaped


def guided(logits: Tensor, guidance: float) -> Tensor:
    """Classifier-free guidance as transformers computes it, of logits with and without the prompt."""
    return logits[1] + (logits[0] - logits[1]) * guidance


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("seed", [1, 2])
def test_logits_equal_those_of_the_library_with_and_without_the_prompt(
    shape: dict[str, int], seed: int
) -> None:
    model = seeded_model(**shape, seed=seed)
    tokens = some_tokens(4 * shape.get("channels", 1), seed)
    states = prompt(6, shape["hidden"], seed)
    expected = library(model, tokens, states)

    decoder = TorchDecoder(model.decoder, slots=1, length=STEPS)
    decoder.admit(0, states)
    logits = [
        torch.stack([decoder(tokens[at][None], [0], [at], [scale])[0] for scale in (1.0, 0.0)])
        for at in range(STEPS)
    ]

    assert (expected[0] - expected[1]).abs().max() > 0.1, (
        "a prompt without effect would make the comparison pointless"
    )
    torch.testing.assert_close(torch.stack(logits, dim=1), expected, atol=EXACT, rtol=0)


def test_each_slot_has_its_own_guidance_scale() -> None:
    model = seeded_model(hidden=64, layers=2, heads=2)
    tokens, states = some_tokens(4), prompt(6, 64)
    expected = library(model, tokens, states)[:, 0]
    decoder = TorchDecoder(model.decoder, slots=3, length=STEPS)
    scales = [3.0, 1.0, 4.5]
    for slot in range(3):
        decoder.admit(slot, states)
    logits = decoder(tokens[:1].repeat(3, 1), [0, 1, 2], [0, 0, 0], scales)
    for row, scale in enumerate(scales):
        torch.testing.assert_close(logits[row], guided(expected, scale), atol=5 * EXACT, rtol=0)
    assert torch.equal(logits[1], decoder(tokens[:1], [1], [0], [1.0])[0])


@pytest.mark.parametrize("dtype", DTYPES)
def test_guidance_of_other_slots_changes_no_bit_of_a_slot(dtype: str) -> None:
    hidden = EMBEDDED["hidden"]
    decoder = TorchDecoder(seeded_model(**EMBEDDED).decoder, 4, STEPS, dtype)
    tokens = some_tokens(4)
    states = [prompt(3 + slot, hidden, slot) for slot in range(4)]

    def played(guided: dict[int, bool], scales: dict[int, float]) -> dict[int, Tensor]:
        """Return the logits of the slots in this order, each one step behind the one before."""
        for slot, both in guided.items():
            decoder.admit(slot, states[slot], both)
        logits: dict[int, list[Tensor]] = {slot: [] for slot in guided}
        for now in range(STEPS + len(guided) - 1):
            busy = [slot for late, slot in enumerate(guided) if 0 <= now - late < STEPS]
            at = [now - list(guided).index(slot) for slot in busy]
            made = decoder(tokens[at], busy, at, [scales[slot] for slot in busy])
            for row, slot in enumerate(busy):
                logits[slot].append(made[row])
        for slot in guided:
            decoder.free(slot)
        return {slot: torch.stack(each) for slot, each in logits.items()}

    scales = {0: 1.0, 1: 3.0, 2: 1.0, 3: 2.0}
    together = played({0: False, 1: True, 2: False, 3: True}, scales)
    for slot in range(4):
        alone = played({slot: scales[slot] != 1.0}, scales)[slot]
        assert torch.equal(together[slot], alone), slot
        if scales[slot] == 1.0:  # and the row without the prompt would have had no say
            assert torch.equal(played({slot: True}, scales)[slot], alone), slot


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_without_guidance_logits_equal_the_conditional_ones_of_the_library(
    shape: dict[str, int],
) -> None:
    model = seeded_model(**shape)
    tokens, states = some_tokens(4 * shape.get("channels", 1)), prompt(6, shape["hidden"])
    expected = library(model, tokens, states)[0]
    decoder = TorchDecoder(model.decoder, slots=1, length=STEPS)
    decoder.admit(0, states, guided=False)
    logits = torch.stack([decoder(tokens[at][None], [0], [at], [1.0])[0] for at in range(STEPS)])
    torch.testing.assert_close(logits, expected, atol=EXACT, rtol=0)


def test_slots_at_different_steps_each_equal_the_library() -> None:
    model = seeded_model(hidden=64, layers=2, heads=2)
    pieces = [(some_tokens(4, seed), prompt(3 + seed, 64, seed)) for seed in range(3)]
    expected = [library(model, tokens, states) for tokens, states in pieces]
    decoder = TorchDecoder(model.decoder, slots=3, length=STEPS)
    late = [0, 2, 5]  # the step at which each piece joins
    for now in range(STEPS + max(late)):
        for slot, (_, states) in enumerate(pieces):
            if now == late[slot]:
                decoder.admit(slot, states)
            if now - late[slot] == STEPS:
                decoder.free(slot)
        at = {slot: now - join for slot, join in enumerate(late) if 0 <= now - join < STEPS}
        tokens = torch.stack([pieces[slot][0][position] for slot, position in at.items()])
        for scale in (0, 1):
            logits = decoder(tokens, list(at), list(at.values()), [float(scale)] * len(at))
            for row, (slot, position) in enumerate(at.items()):
                expected_logits = expected[slot][1 - scale, position]
                torch.testing.assert_close(logits[row], expected_logits, atol=EXACT, rtol=0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [{"hidden": 64, "layers": 2, "heads": 2}, EMBEDDED], ids=str)
def test_a_piece_has_the_same_bits_in_every_slot_and_beside_any_others(
    shape: dict[str, int], dtype: str
) -> None:
    hidden, slots = shape["hidden"], 8
    decoder = TorchDecoder(seeded_model(**shape).decoder, slots, STEPS, dtype)
    tokens, states = some_tokens(4), prompt(6, hidden)

    def played(mine: int, neighbours: int) -> Tensor:
        """Return the logits of slot `mine` beside up to `neighbours` others, one more at each step."""
        decoder.admit(mine, states)
        others = [slot for slot in range(slots) if slot != mine][:neighbours]
        logits = []
        for at in range(STEPS):
            for other in others[at : at + 1]:
                decoder.admit(other, prompt(2 + other, hidden, other))
            busy = sorted([mine, *others[: at + 1]])
            rows = torch.stack([tokens[at if slot == mine else -at] for slot in busy])
            positions = [at if slot == mine else at - others.index(slot) for slot in busy]
            logits.append(decoder(rows, busy, positions, [3.0] * len(busy))[busy.index(mine)])
        return torch.stack(logits)

    alone = played(0, neighbours=0)
    for slot, neighbours in ((0, 1), (3, 2), (7, 3), (2, 7)):
        assert torch.equal(played(slot, neighbours), alone), (slot, neighbours)


def test_int8_has_the_same_bits_alone_and_beside_others() -> None:
    decoder = TorchDecoder(seeded_model(hidden=64, layers=2, heads=2).decoder, 3, STEPS, "int8")
    for slot, guided in enumerate((True, False, True)):
        decoder.admit(slot, prompt(4 + slot, 64, slot), guided)
    tokens, guidance = some_tokens(4)[:3], [3.0, 1.0, 2.0]
    together = decoder(tokens, [0, 1, 2], [0, 0, 0], guidance)
    for slot in range(3):
        alone = decoder(tokens[slot : slot + 1], [slot], [0], guidance[slot : slot + 1])
        assert torch.equal(alone[0], together[slot])


@pytest.mark.parametrize(("dtype", "tolerance"), [("bfloat16", 0.02), ("int8", 0.03)])
def test_bfloat16_and_int8_are_close_to_float32(dtype: str, tolerance: float) -> None:
    tokens, states = some_tokens(4), prompt(6, EMBEDDED["hidden"])
    expected = library(seeded_model(**EMBEDDED), tokens, states)
    decoder = TorchDecoder(seeded_model(**EMBEDDED).decoder, 1, STEPS, dtype)
    decoder.admit(0, states)
    logits = torch.stack([decoder(tokens[at][None], [0], [at], [1.0])[0] for at in range(STEPS)])
    expected = expected[0]
    error = (logits - expected).std() / expected.std()
    assert 0 < error < tolerance


def test_a_reused_slot_keeps_nothing_of_the_previous_piece() -> None:
    model = seeded_model(hidden=64, layers=2, heads=2)
    decoder = TorchDecoder(model.decoder, slots=1, length=STEPS)

    def played(seed: int) -> Tensor:
        decoder.admit(0, prompt(6, 64, seed))
        made = torch.stack([decoder(some_tokens(4, seed)[at][None], [0], [at], [3.0]) for at in range(STEPS)])
        decoder.free(0)
        return made

    first = played(1)
    played(2)
    assert torch.equal(played(1), first)


def test_the_decoder_shares_the_weights_of_the_model() -> None:
    model = seeded_model(hidden=64, layers=1, heads=1)
    decoder = TorchDecoder(model.decoder, slots=1, length=STEPS)
    tokens, states = some_tokens(4), prompt(6, 64)
    decoder.admit(0, states)
    before = decoder(tokens[:1], [0], [0], [1.0])
    with torch.no_grad():
        for weight in (
            *model.decoder.lm_heads.parameters(),
            model.decoder.model.decoder.layers[0].fc1.weight,
        ):
            weight.mul_(2)
    after = decoder(tokens[:1], [0], [0], [1.0])
    assert not torch.allclose(after, before)
    torch.testing.assert_close(after[0], library(model, tokens[:1], states)[0, 0], atol=EXACT, rtol=0)
