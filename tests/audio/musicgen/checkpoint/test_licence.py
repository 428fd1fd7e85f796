from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from audio.musicgen.checkpoint.licence import both, licence_of


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\ntags: [music]\nlicense: cc-by-nc-4.0\n---\n# A model\n", "CC-BY-NC-4.0"),
        ("---\nlicense: 'MIT'\n---\n", "MIT"),
        ("---\nlicense:\n- cc-by-nc-4.0\n- mit\n---\n", "CC-BY-NC-4.0"),
        ("---\nlicense: [apache-2.0]\n---\n", "Apache-2.0"),
        ("\ufeff---\nlicense: mit\n---\n", "MIT"),
        ("---\r\nlicense: mit\r\n---\r\n", "MIT"),
        ("---\nlicense: other\nlicense_name: my-terms\n---\n", "my-terms"),
        ("---\nlicense: other\n---\n", "other"),
        ("---\nbase_model: facebook/musicgen-small\n---\n", "CC-BY-NC-4.0"),
        ("---\nbase_model:\n- facebook/musicgen-melody\n---\n", "CC-BY-NC-4.0"),
        ("---\nbase_model: facebook/musicgen-small\nlicense: mit\n---\n", "MIT"),
        ("---\nbase_model: somebody/musicgen-small\n---\n", "unknown"),
        ("---\nlicense: {a: b}\n---\n", "unknown"),
        ("---\nlicense: [\n---\n", "unknown"),
        ("---\nlicense: [1, 2]\n---\n", "unknown"),
        ("---\ntags: [music]\n---\nlicense: mit\n---\n", "unknown"),
        ("# A card without front matter", "unknown"),
        (None, "unknown"),
    ],
)
def test_the_licence_comes_from_the_model_card(tmp_path: Path, card: str | None, licence: str) -> None:
    if card is not None:
        (tmp_path / "README.md").write_bytes(card.encode())
    assert licence_of(tmp_path, "model", {}) == licence


@pytest.mark.parametrize(
    ("config", "licence"),
    [
        ({"license": "apache-2.0"}, "Apache-2.0"),
        ({"_name_or_path": "facebook/musicgen-large"}, "CC-BY-NC-4.0"),
        ({"base_model_name_or_path": "facebook/musicgen-melody"}, "CC-BY-NC-4.0"),
        ({"_name_or_path": "/home/me/musicgen"}, "unknown"),
        ({"license": 4}, "unknown"),
    ],
)
def test_without_a_card_the_licence_comes_from_the_configuration(
    tmp_path: Path, config: dict[str, Any], licence: str
) -> None:
    assert licence_of(tmp_path, "model", config) == licence


def test_a_card_that_cannot_be_read_names_no_licence(tmp_path: Path) -> None:
    (tmp_path / "README.md").mkdir()
    assert licence_of(tmp_path, "model", {}) == "unknown"


@pytest.mark.parametrize(
    ("first", "second", "licence"),
    [
        ("MIT", "MIT", "MIT"),
        ("MIT", "unknown", "MIT"),
        ("unknown", "MIT", "MIT"),
        ("CC-BY-NC-4.0", "MIT", "CC-BY-NC-4.0 AND MIT"),
    ],
)
def test_what_was_made_from_two_is_under_both(first: str, second: str, licence: str) -> None:
    assert both(first, second) == licence
