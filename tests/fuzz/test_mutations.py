from __future__ import annotations

import random

import pytest

from fuzz.files import riff
from fuzz.files.boxes import Table
from fuzz.files.sound import tone_file
from fuzz.mutations import MAX_BYTES, MUTATIONS, Mutation, mutated

CORPUS = [riff.wave(), bytes(Table()), tone_file("ogg", "libopus", rate=48_000), b"x"]


def test_a_seed_makes_one_file() -> None:
    """A finding is of use only if its seed makes the file again."""
    made = [mutated(CORPUS, f"0:{number}") for number in range(60)]
    assert made == [mutated(CORPUS, f"0:{number}") for number in range(60)]
    assert len({data for data, _, _ in made}) > 50
    assert {index for _, index, _ in made} == {0, 1, 2, 3}
    assert all(len(data) <= MAX_BYTES for data, _, _ in made)


@pytest.mark.parametrize("mutation", dict.fromkeys(MUTATIONS), ids=lambda each: each.__name__)
def test_damage_is_done_to_every_kind_of_file(mutation: Mutation) -> None:
    for file in CORPUS[:3]:
        changed = [mutation(file, random.Random(seed), CORPUS[0]) != file for seed in range(9)]
        assert sum(changed) >= 5
    mutation(b"", random.Random(1), b"")
