"""The limits of embeds (Discord developer documentation, Resources / Message / Embed Limits)."""

from __future__ import annotations

from typing import Final

from rehearsal.refusal import Json, invalid_form, required, too_long

MAX_EMBEDS: Final = 10
MAX_FIELDS: Final = 25
MAX_TOTAL_CHARACTERS: Final = 6_000
"""Limit of all embeds of a message together."""

MAX_CHARACTERS: Final = {
    "title": 256,
    "description": 4_096,
    "footer.text": 2_048,
    "author.name": 256,
}
MAX_FIELD_CHARACTERS: Final = {"name": 256, "value": 1_024}


def check_embeds(embeds: object) -> list[Json]:
    """Return the embeds of a message. Raises Refusal, naming the first error."""
    if embeds is None:
        return []
    if not isinstance(embeds, list):
        raise invalid_form("embeds", "LIST_TYPE_CONVERT", "Must be a list.")
    if len(embeds) > MAX_EMBEDS:
        raise too_long("embeds", MAX_EMBEDS)
    if sum(_check(embed, f"embeds.{index}") for index, embed in enumerate(embeds)) > MAX_TOTAL_CHARACTERS:
        raise invalid_form(
            "embeds",
            "MAX_EMBED_SIZE_EXCEEDED",
            f"Embed size exceeds maximum size of {MAX_TOTAL_CHARACTERS}",
        )
    return embeds


def _check(embed: object, path: str) -> int:
    """Check one embed and count its characters."""
    if not isinstance(embed, dict):
        raise invalid_form(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
    counted = 0
    for name, limit in MAX_CHARACTERS.items():
        outer, _, inner = name.partition(".")
        holder = embed.get(outer) or {} if inner else embed
        counted += _measure(str(holder.get(inner or outer) or ""), limit, f"{path}.{name}")
    fields = embed.get("fields") or []
    if len(fields) > MAX_FIELDS:
        raise too_long(f"{path}.fields", MAX_FIELDS)
    for index, field in enumerate(fields):
        for name, limit in MAX_FIELD_CHARACTERS.items():
            text = str(field.get(name) or "")
            if not text.strip():
                raise required(f"{path}.fields.{index}.{name}")
            counted += _measure(text, limit, f"{path}.fields.{index}.{name}")
    for name in ("image", "thumbnail"):
        url = (embed.get(name) or {}).get("url")
        if url is not None and not str(url).startswith(("https://", "http://", "attachment://")):
            raise invalid_form(
                f"{path}.{name}.url", "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https')."
            )
    return counted


def _measure(text: str, limit: int, path: str) -> int:
    if len(text) > limit:
        raise too_long(path, limit)
    return len(text)
