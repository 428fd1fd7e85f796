"""What Discord demands of embeds beyond its description (documentation, Message / Embed Limits)."""

from __future__ import annotations

from typing import Final

from rehearsal.refusal import Json, invalid_form, required

MAX_TOTAL_CHARACTERS: Final = 6_000
"""Limit of all embeds of a message together."""


def check_embeds(embeds: list[Json] | None) -> list[Json]:
    """Return the embeds of a message. Raises Refusal, naming the first error."""
    embeds = embeds or []
    if sum(_check(embed, f"embeds.{index}") for index, embed in enumerate(embeds)) > MAX_TOTAL_CHARACTERS:
        raise invalid_form(
            "embeds",
            "MAX_EMBED_SIZE_EXCEEDED",
            f"Embed size exceeds maximum size of {MAX_TOTAL_CHARACTERS}",
        )
    return embeds


def _check(embed: Json, path: str) -> int:
    """Check one embed and count its characters."""
    counted = sum(len(embed.get(name) or "") for name in ("title", "description"))
    counted += len((embed.get("footer") or {}).get("text") or "")
    counted += len((embed.get("author") or {}).get("name") or "")
    for index, field in enumerate(embed.get("fields") or []):
        for name in ("name", "value"):
            if not field[name].strip():
                raise required(f"{path}.fields.{index}.{name}")
            counted += len(field[name])
    for name in ("image", "thumbnail"):
        url = (embed.get(name) or {}).get("url")
        if url is not None and not str(url).startswith(("https://", "http://", "attachment://")):
            raise invalid_form(
                f"{path}.{name}.url", "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https')."
            )
    return counted
