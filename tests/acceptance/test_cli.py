"""The options of `rehearse` become the request of each guild."""

from __future__ import annotations

from typing import Any

import pytest

from acceptance import rehearse
from acceptance.cli import DEFAULT_PROMPT, DEFAULT_SEED
from bot import cli


@pytest.mark.parametrize(
    ("options", "prompt", "seed"),
    [
        ([], DEFAULT_PROMPT, DEFAULT_SEED),
        (["--prompt", "slow bells"], "slow bells", None),
        (["--seed", "7"], DEFAULT_PROMPT, 7),
        (["--prompt", "slow bells", "--seed", "7"], "slow bells", 7),
    ],
    ids=["no option", "own prompt", "own seed", "both"],
)
def test_the_default_seed_is_used_for_the_default_prompt_only(
    monkeypatch: pytest.MonkeyPatch, options: list[str], prompt: str, seed: int | None
) -> None:
    requests: list[rehearse.RehearsalOptions] = []

    async def main(_settings: Any, request: rehearse.RehearsalOptions, *, as_json: bool) -> int:
        requests.append(request)
        return 0

    monkeypatch.setattr(rehearse, "main", main)
    assert cli.main(["rehearse", *options]) == 0
    assert (requests[0].prompt, requests[0].seed) == (prompt, seed)
