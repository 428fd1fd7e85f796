"""Attention over each row's own length, by torch and by the Triton kernel."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from audio.musicgen.cuda.attention import attention_for, masked_attention
from audio.musicgen.cuda.split_attention import HAS_TRITON, PART, split_attention

ROWS, HEADS, SIZE = 5, 3, 32
ROOM = 2 * PART + 188
LENGTHS = (1, 64, PART + 1, ROOM, 2 * PART)


def attention_inputs(dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor, Tensor]:
    """Return queries as a strided view of qkv, a cache, and lengths at the edges of parts."""
    generator = torch.Generator().manual_seed(1)
    qkv = torch.randn(ROWS, 3, HEADS, SIZE, generator=generator).to(dtype)
    cache = torch.randn(2, ROWS, HEADS, ROOM, SIZE, generator=generator).to(dtype)
    return qkv[:, 0], cache, torch.tensor(LENGTHS, dtype=torch.int32)


def row_by_row(query: Tensor, cache: Tensor) -> Tensor:
    """Return torch's attention of each row by itself, over exactly its length."""
    return torch.stack(
        [
            functional.scaled_dot_product_attention(
                query[row, :, None], cache[0, row, :, :length], cache[1, row, :, :length]
            )[:, 0]
            for row, length in enumerate(LENGTHS)
        ]
    )


def test_each_row_attends_over_its_own_length() -> None:
    query, cache, lengths = attention_inputs()
    attn_out = masked_attention(query, cache, lengths)
    torch.testing.assert_close(attn_out, row_by_row(query, cache), atol=1e-6, rtol=0)


def test_other_rows_change_no_bit_of_a_row() -> None:
    query, cache, lengths = attention_inputs()
    attn_out = masked_attention(query, cache, lengths)
    others = torch.randn_like(query), torch.randn_like(cache), torch.randint_like(lengths, 1, ROOM)
    for row in range(ROWS):
        for other, own in zip(others, (query, cache.transpose(0, 1), lengths), strict=True):
            (other.transpose(0, 1) if other.dim() == 5 else other)[row] = own[row]
        assert torch.equal(masked_attention(*others)[row], attn_out[row])


def test_without_a_gpu_attention_is_masked_attention_by_torch() -> None:
    assert attention_for(torch.device("cpu"), torch.float32, SIZE) is masked_attention


def check_kernel(attention: Callable[..., Tensor], device: str) -> None:
    """Assert that `attention` is right, reads nothing beyond a length, and does not depend on other rows."""
    for dtype, error in ((torch.float32, 1e-6), (torch.float16, 2e-3), (torch.bfloat16, 2e-2)):
        query, cache, lengths = (part.to(device) for part in attention_inputs(dtype))
        expected = row_by_row(query.float(), cache.float())
        for row, length in enumerate(LENGTHS):
            cache[:, row, :, length:] = float("nan")
        attn_out = attention(query, cache, lengths)
        torch.testing.assert_close(attn_out.float(), expected, atol=error, rtol=0)
        alone = attention(query[1:2], cache[:, 1:2], lengths[1:2])
        assert torch.equal(alone[0], attn_out[1])


@pytest.mark.skipif(not HAS_TRITON, reason="needs the package triton, which CUDA builds of torch install")
def test_the_kernel_is_right_in_tritons_interpreter() -> None:
    """Runs in a separate process, because Triton chooses its interpreter when the kernel is imported."""
    words = f"from {__name__} import check_kernel, split_attention; check_kernel(split_attention, 'cpu')"
    ran = subprocess.run(
        [sys.executable, "-c", words],
        env=os.environ | {"TRITON_INTERPRET": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=Path(__file__).resolve().parents[4],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.skipif(
    not (HAS_TRITON and torch.cuda.is_available()), reason="needs a CUDA device and triton: runs the kernel"
)
def test_the_kernel_is_right_on_a_gpu() -> None:
    check_kernel(split_attention, "cuda")
