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
    for name, field in (("footer", "text"), ("author", "name")):
        if embed.get(name) is not None:
            if not embed[name].get(field):
                raise required(f"{path}.{name}.{field}")
            counted += len(embed[name][field])
    for index, field in enumerate(embed.get("fields") or []):
        for name in ("name", "value"):
            if not field[name].strip():
                raise required(f"{path}.fields.{index}.{name}")
            counted += len(field[name])
    for name in ("image", "thumbnail"):
        if embed.get(name) is None:
            continue
        url = embed[name].get("url")
        if url is None:
            raise required(f"{path}.{name}.url")
        if not url.startswith(("https://", "http://", "attachment://")):
            raise invalid_form(
                f"{path}.{name}.url", "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https')."
            )
    return counted
