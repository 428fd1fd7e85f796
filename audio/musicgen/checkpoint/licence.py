"""The licence of a checkpoint's or an adapter's weights, from its model card and configuration."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import yaml

LICENCES: Final = {"cc-by-nc-4.0": "CC-BY-NC-4.0", "mit": "MIT", "apache-2.0": "Apache-2.0"}
"""SPDX names by the lower-case names of model cards."""

META_PREFIX: Final = "facebook/musicgen-"
"""Hub names of the checkpoints that Meta published."""

META_LICENCE: Final = LICENCES["cc-by-nc-4.0"]

UNKNOWN: Final = "unknown"
"""The licence of weights for which nothing names one."""

_CARD_CHARS: Final = 2**20
"""Characters of a model card that are read; the front matter comes first."""

_FRONT_MATTER: Final = re.compile(r"---[ \t]*\n(.*?)\n---", re.DOTALL)


def licence_of(folder: Path, name: str, config: dict[str, Any]) -> str:
    """Return the licence named by the model card, else by the configuration, else that of a known base model.

    Of several, the first one counts. Meta's checkpoints are known to be CC-BY-NC-4.0, and so is what was made
    from them and names no licence of its own. UNKNOWN if nothing tells.
    """
    if name.startswith(META_PREFIX):
        return META_LICENCE
    card = _front_matter(folder / "README.md")
    named = _first(card.get("license")) or _first(config.get("license"))
    if named.lower() == "other":
        named = _first(card.get("license_name")) or named
    if named:
        return LICENCES.get(named.lower(), named)
    bases = (card.get("base_model"), config.get("_name_or_path"), config.get("base_model_name_or_path"))
    return META_LICENCE if any(_first(base).startswith(META_PREFIX) for base in bases) else UNKNOWN


def both(first: str, second: str) -> str:
    """Return the licence of weights that were made from weights under two licences, as SPDX writes it."""
    if second in (first, UNKNOWN):
        return first
    return second if first == UNKNOWN else f"{first} AND {second}"


def _front_matter(card: Path) -> dict[str, Any]:
    """Return the fields at the head of a model card; empty if there are none that can be read."""
    try:
        with card.open(encoding="utf-8-sig", errors="replace") as file:
            front = _FRONT_MATTER.match(file.read(_CARD_CHARS))
        fields = yaml.safe_load(front[1]) if front else None
    except (OSError, yaml.YAMLError, ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _first(value: object) -> str:
    """Return a text, or the first one of a list, without space around it; empty if there is none."""
    if isinstance(value, list):
        value = next((one for one in value if isinstance(one, str)), None)
    return " ".join(value.split()) if isinstance(value, str) else ""
