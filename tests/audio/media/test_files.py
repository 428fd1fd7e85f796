"""Every good, half-good and hostile file of the catalogue goes through a confined process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Generic, TypeVar

import pytest

from fuzz import hearing, threats
from fuzz.catalogue.every import CASES, THREATS
from fuzz.hearing import Hearing
from fuzz.trial import MAX_PEAK_BYTES, Result

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="forked media processes need Linux"),
]

PROCESSES = 2
Found = TypeVar("Found")


class Results(Generic[Found]):
    """Results by name, each waited for by the test that is about it."""

    def __init__(self, coming: Iterator[tuple[str, Found]]) -> None:
        self._coming = coming
        self._known: dict[str, Found] = {}

    def __getitem__(self, name: str) -> Found:
        while name not in self._known:
            known, result = next(self._coming)
            self._known[known] = result
        return self._known[name]


def chosen(request: pytest.FixtureRequest, parameter: str) -> list[str]:
    """Return the names that the tests of this run are about."""
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    return [call.params[parameter] for call in calls if call is not None and parameter in call.params]


@pytest.fixture(scope="module")
def hearings(request: pytest.FixtureRequest) -> Results[Hearing]:
    return Results(hearing.hear_all(chosen(request, "case"), PROCESSES))


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> Results[Result]:
    return Results(threats.try_all(chosen(request, "threat"), PROCESSES))


@pytest.mark.parametrize("case", CASES)
def test_what_a_person_would_call_a_sound_file_is_heard(hearings: Results[Hearing], case: str) -> None:
    wanted = CASES[case]
    assert hearing.right(case, hearings[case]), f"{hearings[case]} instead of {wanted}"


@pytest.mark.parametrize("threat", THREATS)
def test_a_hostile_file_is_refused_in_a_sentence(results: Results[Result], threat: str) -> None:
    """The process ends itself within its limits of memory and processor time."""
    result = results[threat]
    assert threats.harmless(threat, result), result
    assert result.peak_bytes < MAX_PEAK_BYTES
