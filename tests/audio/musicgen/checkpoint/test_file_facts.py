"""Facts about files are remembered while the files do not change, and no longer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from audio.musicgen.checkpoint.file_facts import MAX_ENTRIES, FileFacts


def counting(value: str) -> tuple[Callable[[], str], list[str]]:
    found: list[str] = []

    def find() -> str:
        found.append(value)
        return value

    return find, found


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"weights")
    return path


def test_a_fact_is_found_once_for_all_starts(tmp_path: Path, weights: Path) -> None:
    find, found = counting("abc")
    for _ in range(3):
        assert FileFacts(tmp_path / "facts.json").get([weights], "digest", find) == "abc"
    assert FileFacts(tmp_path / "facts.json").get([weights], "finite", lambda: True) is True
    assert FileFacts(tmp_path / "facts.json").get([weights], "digest", find) == "abc"
    assert found == ["abc"]


def test_without_a_file_nothing_is_remembered(weights: Path) -> None:
    find, found = counting("abc")
    facts = FileFacts()
    facts.get([weights], "digest", find)
    facts.get([weights], "digest", find)
    assert len(found) == 2


def rewritten(path: Path) -> None:
    path.write_bytes(b"other")


def same_size_and_time(path: Path) -> None:
    before = path.stat()
    path.write_bytes(b"WEIGHTS")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes())
    os.replace(other, path)


@pytest.mark.parametrize("change", [rewritten, same_size_and_time, replaced])
def test_a_fact_of_a_changed_file_is_found_again(
    tmp_path: Path, weights: Path, change: Callable[[Path], None]
) -> None:
    facts = FileFacts(tmp_path / "facts.json")
    assert facts.get([weights], "digest", lambda: "old") == "old"
    change(weights)
    assert facts.get([weights], "digest", lambda: "new") == "new"


def test_a_further_file_is_another_set(tmp_path: Path, weights: Path) -> None:
    facts, config = FileFacts(tmp_path / "facts.json"), tmp_path / "config.json"
    config.write_text("{}")
    assert facts.get([weights], "digest", lambda: "one") == "one"
    assert facts.get([weights, config], "digest", lambda: "two") == "two"
    assert facts.get([config, weights], "digest", lambda: "never") == "two", "their order matters"


def test_what_is_not_found_is_not_remembered(tmp_path: Path, weights: Path) -> None:
    facts = FileFacts(tmp_path / "facts.json")

    def fail() -> bool:
        raise ValueError("not finite")

    with pytest.raises(ValueError, match="not finite"):
        facts.get([weights], "finite", fail)
    assert facts.get([weights], "finite", lambda: True) is True


def test_a_damaged_file_of_facts_costs_only_time(tmp_path: Path, weights: Path) -> None:
    path = tmp_path / "facts.json"
    for damage in ("", "[1]", '{"broken'):
        path.write_text(damage)
        assert FileFacts(path).get([weights], "digest", lambda: "abc") == "abc"


def test_the_oldest_sets_are_forgotten(tmp_path: Path, weights: Path) -> None:
    facts = FileFacts(tmp_path / "facts.json")
    for number in range(MAX_ENTRIES + 1):
        weights.write_bytes(bytes(number))
        facts.get([weights], "digest", lambda: "abc")
    content = (tmp_path / "facts.json").read_text()
    assert content.count('"abc"') == MAX_ENTRIES
