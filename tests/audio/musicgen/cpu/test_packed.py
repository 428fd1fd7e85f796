"""Packed weights are read from their file at the second start, and are the same."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from audio.musicgen.cpu import packed as module
from audio.musicgen.cpu.packed import MAX_UNUSED_SECONDS, Source, file_of, packed
from audio.musicgen.kernels.library import Library
from audio.musicgen.kernels.weights import pack, packed_bytes
from tests.audio.musicgen.cpu.test_compiled_decoder import SMALL, decoder_of, played
from tests.audio.musicgen.cpu.test_torch_decoder import prompt, some_tokens


def sources(seed: int = 0) -> dict[str, Source]:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        pair = nn.Linear(64, 40, bias=False), nn.Linear(64, 8, bias=False)
        return {"pair": Source(8, pair), "single": Source(4, (nn.Linear(96, 64, bias=False),))}


def no_packing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "pack", lambda *_: pytest.fail("packed a second time"))


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize(("outputs", "inputs"), [(64, 32), (33, 96), (1, 64), (3000, 32)])
def test_the_length_of_packed_weights_is_known_before(bits: int, outputs: int, inputs: int) -> None:
    assert len(pack(torch.randn(outputs, inputs), bits)) == packed_bytes(outputs, inputs, bits)


@pytest.mark.parametrize(("bits", "digest"), [(8, "9c579f11cce5"), (4, "fc187908cb78")])
def test_packing_changes_only_with_the_layout(bits: int, digest: str) -> None:
    """A failure here wants another `LAYOUT`: files of earlier versions hold other weights."""
    weights = (torch.arange(64 * 64) * 37 % 1021 - 510).view(64, 64) / 512
    made = hashlib.sha256(pack(weights, bits).numpy().tobytes()).hexdigest()
    assert made[:12] == digest


def test_a_second_start_reads_what_the_first_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = file_of(tmp_path / "packed", "abc", "int8")
    first = packed(sources(), file)
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    no_packing(monkeypatch)
    second_sources = sources()
    second = packed(second_sources, file)
    assert torch.equal(first.memory, second.memory)
    assert [*second.matrices] == ["pair", "single"]
    assert (second.matrices["pair"].inputs, second.matrices["pair"].outputs) == (64, 64)
    assert second.matrices["single"].bits == 4
    assert all(module.weight.is_meta for source in second_sources.values() for module in source.modules)


def test_without_a_file_nothing_is_kept(tmp_path: Path) -> None:
    packed(sources(), None)
    assert not [*tmp_path.iterdir()]


def cut_off(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 1)


def grown(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [cut_off, grown, a_folder])
def test_a_damaged_file_is_not_used(
    tmp_path: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "weights.packed"
    whole = packed(sources(), file)
    damage(file)
    assert torch.equal(packed(sources(), file).memory, whole.memory)
    if damage is not a_folder:
        assert file.read_bytes() == whole.memory.numpy().tobytes(), "it is written again"


def test_a_folder_that_cannot_be_written_costs_only_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    expected = packed(sources(), None)
    assert torch.equal(packed(sources(), tmp_path / "file" / "weights.packed").memory, expected.memory)
    assert "cannot be kept" in caplog.text


def test_weights_that_no_start_reads_are_deleted(tmp_path: Path) -> None:
    used, unused, new = (file_of(tmp_path, name, "int4") for name in ("used", "unused", "new"))
    for file in (used, unused):
        packed(sources(), file)
        past = file.stat().st_mtime - MAX_UNUSED_SECONDS - 60
        os.utime(file, (past, past))
    (tmp_path / "notes.txt").touch()
    os.utime(tmp_path / "notes.txt", (0, 0))
    packed(sources(), used)
    packed(sources(), new)
    assert {path.name for path in tmp_path.iterdir()} == {used.name, new.name, "notes.txt"}


def test_weights_are_taken_once() -> None:
    taken = sources()
    packed(taken, None)
    with pytest.raises(ValueError, match="load the checkpoint again"):
        packed(taken, None)


@pytest.mark.parametrize("bits", [8, 4])
def test_a_decoder_from_a_file_computes_the_same(
    kinds: list[Library], tmp_path: Path, bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, tokens, states = tmp_path / "weights.packed", some_tokens(4), prompt(3, SMALL["hidden"])
    logits = []
    for _ in range(2):
        decoder = decoder_of(kinds, bits=bits, file=file)
        decoder.admit(0, states)
        logits.append(played(decoder, tokens))
        no_packing(monkeypatch)
    assert torch.equal(*logits)
