"""Linear layers are batch-invariant and right, in every data type."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from audio.musicgen.model import linear
from audio.musicgen.model.linear import (
    ROW_BLOCK,
    Int8Matrix,
    PackedMatrix,
    batch_matches_blocks,
    can_pack,
    make_matrix,
)

SHAPES = [(64, 192), (192, 768), (768, 192), (192, 8192), (4096, 1024)]
"""One is packed, and for one oneDNN uses another algorithm with one row of bfloat16."""


def layer(inputs: int, outputs: int) -> nn.Linear:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(inputs + outputs)
        return nn.Linear(inputs, outputs, bias=False)


def rows(count: int, inputs: int) -> torch.Tensor:
    return torch.randn(count, inputs, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("block", [1, 2, ROW_BLOCK])
def test_a_row_has_the_same_bits_beside_any_others_and_at_any_index(
    shape: tuple[int, int], dtype: str, block: int
) -> None:
    weights = make_matrix(dtype, layer(*shape), rows=block)
    x = rows(16, shape[0])
    with torch.inference_mode():
        alone = torch.cat([weights(x[at : at + 1]) for at in range(16)])
        for count in (2, 3, 4, 7, 8, 12, 16):
            assert torch.equal(weights(x[:count]), alone[:count]), count
        assert torch.equal(weights(x.flip(0)), alone.flip(0))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "int8"])
def test_add_to_adds_the_product(dtype: str) -> None:
    weights, x = make_matrix(dtype, layer(64, 96)), rows(4, 64)
    there = rows(4, 96)
    total = there.clone()
    weights.add_to(total, x)
    assert torch.equal(total, there + weights(x))


@pytest.mark.parametrize("outputs", [192, 8192])
def test_rows_are_multiplied_in_blocks_where_the_probe_finds_other_bits(
    outputs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights, x = make_matrix("float32", layer(192, outputs)), rows(12, 192)
    together = weights(x)
    monkeypatch.setattr(linear, "batch_matches_blocks", lambda *_: False)
    assert torch.equal(weights(x), torch.cat([weights(x[at : at + ROW_BLOCK]) for at in (0, 4, 8)]))
    torch.testing.assert_close(weights(x), together, atol=1e-5, rtol=0)


def test_the_probe_notices_a_difference_of_one_bit() -> None:
    def by_company(x: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        """Imitate a library that sums in another order for another number of rows."""
        return x @ weights if len(x) == 4 else torch.nextafter(x @ weights, torch.ones(()))

    assert batch_matches_blocks(torch.mm, 4, 4, (32, 48), torch.float32)
    assert not batch_matches_blocks(by_company, 8, 4, (32, 48), torch.float32)


def test_only_wide_weights_are_packed() -> None:
    if not can_pack(torch.float32):
        pytest.skip("torch cannot multiply packed float32 weights here: its build has no oneDNN")
    wide = layer(192, 8192)
    assert isinstance(make_matrix("float32", wide), PackedMatrix)
    assert isinstance(make_matrix("float32", wide), PackedMatrix), "float32 weights may be packed twice"
    assert not isinstance(make_matrix("float32", layer(192, 768)), PackedMatrix)
    assert not isinstance(make_matrix("float32", layer(1024, 1024)), PackedMatrix)


@pytest.mark.parametrize("dtype", ["bfloat16", "int8"])
def test_freed_weights_are_refused(dtype: str) -> None:
    weights = layer(64, 64)
    make_matrix(dtype, weights)
    with pytest.raises(ValueError, match="load the checkpoint again"):
        make_matrix("float32", weights)


def test_without_onednn_results_differ_only_by_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    x = rows(3, 192)
    packed = make_matrix("float32", layer(192, 8192))(x)
    monkeypatch.setattr(linear, "can_pack", lambda dtype: False)
    plain = make_matrix("float32", layer(192, 8192))
    assert not isinstance(plain, PackedMatrix)
    torch.testing.assert_close(plain(x), packed, atol=1e-5, rtol=0)


def test_modules_side_by_side_equal_each_alone_and_share_their_weights() -> None:
    first, second = layer(64, 32), layer(64, 96)
    x = rows(4, 64)
    expected = torch.cat([first(x), second(x)], dim=1)
    made = make_matrix("float32", first, second)
    torch.testing.assert_close(made(x), expected, atol=1e-6, rtol=0)
    with torch.no_grad():
        second.weight.mul_(2)
    torch.testing.assert_close(made(x)[:, 32:], expected[:, 32:] * 2, atol=1e-5, rtol=0)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_int8_by_torch_is_batch_invariant(shape: tuple[int, int]) -> None:
    weights = make_matrix("int8", layer(*shape))
    assert isinstance(weights, Int8Matrix)
    x = rows(16, shape[0])
    alone = torch.cat([weights(x[at : at + 1]) for at in range(16)])
    for count in (2, 3, 8, 16):
        assert torch.equal(weights(x[:count]), alone[:count]), count


@pytest.mark.parametrize("inputs", [33, 40, 72])
def test_int8_by_torch_accepts_any_number_of_inputs(inputs: int) -> None:
    exact, x = layer(inputs, 64), rows(3, inputs)
    expected = exact(x)
    error = make_matrix("int8", exact)(x) - expected
    assert error.std() < 0.02 * expected.std()


@pytest.mark.parametrize(("dtype", "tolerance"), [("bfloat16", 0.01), ("int8", 0.02)])
def test_bfloat16_and_int8_are_close_to_float32_and_free_the_float32_weights(
    dtype: str, tolerance: float
) -> None:
    exact = layer(192, 768)
    x = rows(4, 192) * torch.tensor([[1e-3], [1.0], [1e3], [0.0]])
    expected = exact(x)
    made = make_matrix(dtype, exact)(x)
    assert exact.weight.is_meta
    assert not made[3].any()
    for row in range(3):
        error = (made[row] - expected[row]).std() / expected[row].std()
        assert 0 < error < tolerance, row


def test_int8_does_not_hide_nan_and_infinity() -> None:
    x = rows(4, 64)
    x[1, 3] = float("nan")
    x[2, 3] = float("inf")
    made = make_matrix("int8", layer(64, 32))(x)
    assert torch.isfinite(made).all(dim=1).tolist() == [True, False, False, True]
