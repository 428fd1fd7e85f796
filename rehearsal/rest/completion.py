"""What Discord adds to the embeds and components of a message before it shows them.

Fields of answers: `rehearsal/contract/`. References to files (`attachment://name`) are replaced by addresses.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Final
from urllib.parse import quote

from rehearsal.refusal import Json, Refusal, invalid_form
from rehearsal.rest.components import MENUS, Kind, choices_of
from rehearsal.wire import attachment_json
from rehearsal.world import Attachment, Snowflakes

ATTACHED: Final = "attachment://"
"""Refers to a file of the same request, also in an edit: not to one that the message has already
(discord-api-docs#7529)."""

PROXY: Final = "https://images-ext-1.discordapp.net/external/"
"""Where Discord shows pictures of others."""

DEFAULTS: Final[dict[int, Json]] = {
    Kind.THUMBNAIL: {"description": None, "spoiler": False},
    Kind.FILE: {"spoiler": False},
    Kind.SEPARATOR: {"spacing": 1, "divider": True},
    Kind.CONTAINER: {"accent_color": None, "spoiler": False},
}
"""Fields that an answer always has."""


class Completion:
    """Completes one message. `files` are those of the request, `known` all of the message."""

    def __init__(self, snowflakes: Snowflakes, files: list[Attachment], known: list[Attachment]) -> None:
        self._snowflakes = snowflakes
        self._files = {attachment.filename: attachment for attachment in files}
        self._known = {str(attachment_json(attachment)["url"]): attachment for attachment in known}

    def components(self, components: list[Json]) -> list[Json]:
        """Return components as an answer has them. Raises Refusal if a file is not of the request."""
        taken = set(_ids(components))
        numbers = (number for number in count(1) if number not in taken)
        return [
            self._component(component, f"components.{index}", numbers)
            for index, component in enumerate(components)
        ]

    def _component(self, component: Json, path: str, numbers: Iterator[int]) -> Json:
        given = {name: value for name, value in component.items() if value is not None}
        kind = component["type"]
        shown = DEFAULTS.get(kind, {}) | given
        shown["id"] = given.get("id") or next(numbers)
        if "components" in given:
            shown["components"] = [
                self._component(inner, f"{path}.components.{index}", numbers)
                for index, inner in enumerate(given["components"])
            ]
        if "accessory" in given:
            shown["accessory"] = self._component(given["accessory"], f"{path}.accessory", numbers)
        if kind in MENUS:
            shown.pop("required", None)  # of forms alone
            shown["min_values"], shown["max_values"] = choices_of(component)
        if kind == Kind.THUMBNAIL:
            shown["media"] = self._medium(given["media"]["url"], f"{path}.media.url")
        elif kind == Kind.GALLERY:
            shown["items"] = [
                {
                    "media": self._medium(item["media"]["url"], f"{path}.items.{index}.media.url"),
                    "description": item.get("description"),
                    "spoiler": bool(item.get("spoiler")),
                }
                for index, item in enumerate(given["items"])
            ]
        elif kind == Kind.FILE:
            shown["file"] = self._medium(given["file"]["url"], f"{path}.file.url")
            file = self._known.get(shown["file"]["url"])
            if file is None:
                raise _not_found(f"{path}.file.url")
            shown |= {"name": file.filename, "size": len(file.data)}
        return shown

    def _medium(self, url: str, path: str) -> Json:
        """Return an Unfurled Media Item."""
        if url.startswith(ATTACHED):
            file = self._files.get(url.removeprefix(ATTACHED))
            if file is None:
                raise _not_found(path)
            url = str(attachment_json(file)["url"])
        elif not url.startswith(("https://", "http://")):
            raise invalid_form(
                path, "URL_TYPE_INVALID_SCHEME", "Scheme must be one of ('http', 'https', 'attachment')."
            )
        return {"id": str(self._snowflakes.mint()), "url": url} | self._measured(url)

    def embeds(self, embeds: list[Json]) -> list[Json]:
        """Return embeds as an answer has them; a reference to no file of the request stays as it is."""
        return [self._embed(embed) for embed in embeds]

    def _embed(self, embed: Json) -> Json:
        shown = {name: value for name, value in embed.items() if value is not None} | {"type": "rich"}
        for name in ("image", "thumbnail"):
            if name in shown:
                url = str(shown[name]["url"])
                file = self._files.get(url.removeprefix(ATTACHED)) if url.startswith(ATTACHED) else None
                url = str(attachment_json(file)["url"]) if file is not None else url
                measured = self._measured(url)
                measured.pop("attachment_id", None)
                shown[name] = {"url": url} | {
                    field: value for field, value in measured.items() if value is not None
                }
        for field in shown.get("fields", ()):
            field.setdefault("inline", False)
        return shown

    def _measured(self, url: str) -> Json:
        """Return what is known of a picture or file besides its address."""
        file = self._known.get(url)
        if file is None:
            return {"proxy_url": PROXY + quote(url, safe=""), "width": None, "height": None}
        return {
            "proxy_url": attachment_json(file)["proxy_url"],
            "width": file.width,
            "height": file.height,
            "content_type": file.content_type,
            "attachment_id": str(file.id),
        }


def _not_found(path: str) -> Refusal:
    return invalid_form(
        path,
        "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
        "The referenced attachment was not found",
    )


def _ids(components: list[Json]) -> list[int]:
    """Return the ids that the sender has given."""
    found: list[int] = []
    for component in components:
        found += [component["id"]] if component.get("id") else []
        found += _ids(component.get("components") or [])
        found += _ids([component["accessory"]] if component.get("accessory") else [])
    return found
