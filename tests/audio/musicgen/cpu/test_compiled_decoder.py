"""The decoder in C against the library's forward pass, and each slot against the same slot alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from audio.musicgen.checkpoint.seeded import seeded_melody_model, seeded_model
from audio.musicgen.cpu.compiled_decoder import MAX_PROMPT_TOKENS, CompiledDecoder, unsupported
from audio.musicgen.cpu.torch_decoder import TorchDecoder
from audio.musicgen.kernels.library import Library
from tests.audio.musicgen.cpu.test_torch_decoder import STEPS, library, prompt, some_tokens

SHAPES: list[dict[str, int]] = [
    {"hidden": 64, "layers": 2, "heads": 2},
    {"hidden": 192, "layers": 4, "heads": 3},
    {"hidden": 96, "layers": 3, "heads": 2, "channels": 2},
]
SMALL = SHAPES[0]


def decoder_of(kinds: list[Library], model: Any = None, slots: int = 4, **options: Any) -> CompiledDecoder:
    model = seeded_model(**SMALL) if model is None else model
    settings: dict[str, Any] = {"length": STEPS, "bits": 8, "threads": 1} | options
    return CompiledDecoder(kinds[0], model.decoder, slots, **settings)


def played(decoder: Any, tokens: Tensor, slot: int = 0, guidance: float = 3.0) -> Tensor:
    """Return the logits of a whole piece, (steps, codebooks, vocabulary)."""
    made = [decoder(tokens[at][None], [slot], [at], [guidance])[0].clone() for at in range(len(tokens))]
    return torch.stack(made)


@pytest.mark.parametrize(("bits", "tolerance"), [(8, 0.04), (4, 0.5)])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_logits_are_close_to_those_of_transformers(
    kinds: list[Library], shape: dict[str, int], bits: int, tolerance: float, guidance: float
) -> None:
    tokens, states = some_tokens(4 * shape.get("channels", 1)), prompt(6, shape["hidden"])
    conditional, unconditional = library(seeded_model(**shape), tokens, states)
    expected = unconditional + guidance * (conditional - unconditional)
    decoder = decoder_of(kinds, seeded_model(**shape), bits=bits)
    decoder.admit(0, states, guided=guidance != 1.0)
    error = (played(decoder, tokens, guidance=guidance) - expected).std() / expected.std()
    assert 0 < error < tolerance


def test_a_melody_decoder_reads_its_prefix(kinds: list[Library]) -> None:
    tokens, prefix = some_tokens(4), 40  # more tokens than are computed at once
    states = torch.stack([prompt(prefix, 64), prompt(prefix, 64, seed=2)])
    exact = TorchDecoder(seeded_melody_model(**SMALL).decoder, 1, STEPS, prefix=prefix)
    exact.admit(0, states)
    expected = played(exact, tokens)
    decoder = decoder_of(kinds, seeded_melody_model(**SMALL), prefix=prefix)
    decoder.admit(0, states)
    error = (played(decoder, tokens) - expected).std() / expected.std()
    assert 0 < error < 0.04
    decoder.admit(1, states.flip(1))
    assert (played(decoder, tokens, slot=1) - expected).std() > 0.1 * expected.std()


@pytest.mark.parametrize("bits", [4, 8])
def test_every_kind_of_processor_and_number_of_threads_gives_the_same_bits(
    kinds: list[Library], bits: int
) -> None:
    tokens, states = some_tokens(4), prompt(6, 192)
    results = []
    for kind in kinds:
        for threads in (1, 2, 3):
            model = seeded_model(**SHAPES[1])
            decoder = CompiledDecoder(kind, model.decoder, 1, STEPS, bits, threads)
            decoder.admit(0, states)
            results.append(played(decoder, tokens))
    assert all(torch.equal(result, results[0]) for result in results)


def test_a_piece_has_the_same_bits_in_every_slot_and_beside_any_others(kinds: list[Library]) -> None:
    decoder, tokens = decoder_of(kinds, slots=8, threads=2), some_tokens(4)
    states = {slot: prompt(2 + slot, 64, slot) for slot in range(8)}

    def beside(mine: int, neighbours: list[int]) -> Tensor:
        """Return the logits of piece 0 in slot `mine`, beside one more neighbour at each step."""
        decoder.admit(mine, states[0])
        logits = []
        for at in range(STEPS):
            for other in neighbours[at : at + 1]:
                decoder.admit(other, states[other], guided=bool(other % 2))
            busy = sorted([mine, *neighbours[: at + 1]])
            positions = [at if slot == mine else at - neighbours.index(slot) for slot in busy]
            rows = torch.stack([tokens[at if slot == mine else -at] for slot in busy])
            scales = [3.0 if slot == mine or slot % 2 else 1.0 for slot in busy]
            logits.append(decoder(rows, busy, positions, scales)[busy.index(mine)].clone())
        return torch.stack(logits)

    alone = beside(0, [])
    for mine, neighbours in ((0, [5]), (3, [1, 2]), (7, [1, 2, 3, 4, 5, 6])):
        assert torch.equal(beside(mine, neighbours), alone), (mine, neighbours)


def test_a_reused_slot_keeps_nothing_of_the_previous_piece(kinds: list[Library]) -> None:
    decoder, tokens = decoder_of(kinds), some_tokens(4)
    decoder.admit(0, prompt(6, 64))
    first = played(decoder, tokens)
    decoder.free(0)
    decoder.admit(0, prompt(9, 64, seed=2), guided=False)
    played(decoder, tokens.flip(0), guidance=1.0)
    decoder.free(0)
    decoder.admit(0, prompt(6, 64))
    assert torch.equal(played(decoder, tokens), first)


def test_another_prompt_takes_effect_from_the_next_step(kinds: list[Library]) -> None:
    decoder, tokens = decoder_of(kinds), some_tokens(4)
    decoder.admit(0, prompt(6, 64))
    before = played(decoder, tokens)
    decoder.admit(0, prompt(6, 64))
    played(decoder, tokens[:4])
    decoder.admit(0, prompt(3, 64, seed=2))
    after = decoder(tokens[4][None], [0], [4], [3.0])[0]
    assert (after - before[4]).std() > 0.1 * before[4].std()


def test_long_prompts_are_computed_in_parts(kinds: list[Library]) -> None:
    tokens, states = some_tokens(4), prompt(70, 64)
    expected = library(seeded_model(**SMALL), tokens, states)[0]
    decoder = decoder_of(kinds)
    decoder.admit(0, states, guided=False)
    error = (played(decoder, tokens, guidance=1.0) - expected).std() / expected.std()
    assert 0 < error < 0.04


def test_weights_that_are_not_finite_are_not_hidden(kinds: list[Library]) -> None:
    model = seeded_model(**SMALL)
    with torch.no_grad():
        model.decoder.model.decoder.layers[1].final_layer_norm.weight[3] = torch.nan
    decoder = decoder_of(kinds, model)
    decoder.admit(0, prompt(6, 64))
    assert not decoder(some_tokens(4)[:1], [0], [0], [3.0]).isfinite().any()


@pytest.mark.parametrize("token", [-1, 2049])
def test_tokens_outside_their_table_are_refused(kinds: list[Library], token: int) -> None:
    decoder, tokens = decoder_of(kinds), some_tokens(4)[:1].clone()
    decoder.admit(0, prompt(6, 64))
    tokens[0, 2] = token
    with pytest.raises(ValueError, match="not in a table of 2049"):
        decoder(tokens, [0], [0], [1.0])


def test_positions_outside_the_cache_and_empty_prompts_are_refused(kinds: list[Library]) -> None:
    decoder, tokens = decoder_of(kinds), some_tokens(4)
    decoder.admit(0, prompt(6, 64))
    for position in (-1, STEPS):
        with pytest.raises(ValueError, match="no position"):
            decoder(tokens[:1], [0], [position], [1.0])
    with pytest.raises(ValueError, match="without a token"):
        decoder.admit(0, torch.zeros(0, 64))
    with pytest.raises(ValueError, match="too long"):
        decoder.admit(0, torch.zeros(MAX_PROMPT_TOKENS + 1, 64))


def test_the_weights_of_the_model_are_freed(kinds: list[Library]) -> None:
    model = seeded_model(**SMALL)
    decoder_of(kinds, model)
    layer = model.decoder.model.decoder.layers[0]
    freed = (layer.fc1, layer.self_attn.q_proj, layer.encoder_attn.k_proj, model.decoder.lm_heads[0])
    assert all(module.weight.is_meta for module in freed)
    with pytest.raises(ValueError, match="load the checkpoint again"):
        decoder_of(kinds, model)


def test_shapes_that_the_c_code_cannot_compute_are_named() -> None:
    assert unsupported(seeded_model(**SMALL).decoder) is None
    narrow = seeded_model(hidden=96, layers=1, heads=4).decoder
    assert unsupported(narrow) == "heads of 24 values"
    relu = seeded_model(**SMALL).decoder
    relu.model.decoder.layers[0].activation_fn = torch.nn.ReLU()
    relu.config.activation_function = "relu"
    assert unsupported(relu) == "the activation relu"
