"""Which decoder composes on the host."""

from __future__ import annotations

import pytest
import torch

from audio.musicgen.checkpoint.seeded import seeded_model
from audio.musicgen.cpu import host_decoder as host
from audio.musicgen.cpu.compiled_decoder import CompiledDecoder
from audio.musicgen.cpu.host_decoder import dtypes_for, host_decoder, kernel_name
from audio.musicgen.cpu.torch_decoder import TorchDecoder
from audio.musicgen.kernels.library import best_library


@pytest.mark.parametrize("dtype", ["int8", "int4"])
def test_whole_numbers_are_multiplied_in_c(dtype: str) -> None:
    library = best_library()
    if library is None:
        pytest.skip("there is no C compiler")
    model = seeded_model(hidden=64, layers=1, heads=1).decoder
    decoder = host_decoder(model, 1, 9, dtype)
    assert isinstance(decoder, CompiledDecoder)
    assert kernel_name(model, dtype) == f"{dtype} by {library.kind}"


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_other_numbers_are_multiplied_by_torch(dtype: str) -> None:
    model = seeded_model(hidden=64, layers=1, heads=1).decoder
    decoder = host_decoder(model, 1, 9, dtype)
    assert isinstance(decoder, TorchDecoder)
    assert kernel_name(model, dtype) == dtype


@pytest.mark.parametrize("dtype", ["int8", "int4"])
def test_without_a_compiled_decoder_torch_multiplies_in_8_bits(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, dtype: str
) -> None:
    monkeypatch.setattr(host, "best_library", lambda: None)
    model = seeded_model(hidden=64, layers=1, heads=1).decoder
    decoder = host_decoder(model, 1, 9, dtype)
    assert isinstance(decoder, TorchDecoder)
    assert "torch composes in int8" in caplog.text
    assert kernel_name(model, dtype) == dtype


def test_a_shape_that_the_c_code_cannot_compute_is_left_to_torch(caplog: pytest.LogCaptureFixture) -> None:
    decoder = host_decoder(seeded_model(hidden=96, layers=1, heads=4).decoder, 1, 9, "int8")
    assert isinstance(decoder, TorchDecoder)
    if best_library() is not None:
        assert "heads of 24 values" in caplog.text


def test_the_data_types_of_a_device_begin_with_the_most_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    assert dtypes_for("cuda:0") == ("float16",)
    assert dtypes_for("mps") == ("float32",)
    monkeypatch.setattr(host, "best_library", lambda: object())
    assert dtypes_for("cpu") == ("int8", "int4")
    monkeypatch.setattr(host, "best_library", lambda: None)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "DEFAULT")
    assert dtypes_for("cpu") == ("float32",)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX2")
    assert dtypes_for("cpu") == ("int8",)
