"""Files uploaded with a message, and the content network that serves them."""

from __future__ import annotations

import mimetypes
import re
import struct
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from rehearsal.refusal import Json, Refusal, bad_length, invalid_form, too_long
from rehearsal.world import Attachment, World

MAX_FILES: Final = 10
MAX_DESCRIPTION_CHARACTERS: Final = 1_024
LINK_LIFE_SECONDS: Final = 24 * 3_600
"""Signed addresses of attachments end after a day (Reference / Signed Attachment CDN URLs). Seconds."""

PNG: Final = b"\x89PNG\r\n\x1a\n"
"""The first bytes of a PNG file."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One part `files[n]` of a multipart body."""

    filename: str
    data: bytes


def check_uploads(uploads: dict[int, Upload], limit: int) -> None:
    """Raise Refusal: 413/40005 for a file of more than `limit` bytes, 400/50035 for too many files."""
    if len(uploads) > MAX_FILES:
        raise too_long("attachments", MAX_FILES)
    if any(len(upload.data) > limit for upload in uploads.values()):
        raise Refusal(413, 40005, "Request entity too large")


def attach(
    world: World, channel_id: int, described: object, uploads: dict[int, Upload], existing: list[Attachment]
) -> list[Attachment]:
    """Return the attachments of a message: the existing ones still named, then the new files in order.

    `described` is the `attachments` of the body: entries with the number of an upload or an existing id.
    Without it new files take the place of the existing ones (discord-api-docs#5170).
    """
    if described is None:
        entries: list[Json] = [{"id": number} for number in uploads]
    elif isinstance(described, list):
        entries = described
    else:
        raise invalid_form("attachments", "LIST_TYPE_CONVERT", "Must be a list.")
    known = {attachment.id: attachment for attachment in existing}
    result: list[Attachment] = []
    unused = dict(uploads)
    for index, entry in enumerate(entries):
        number = int(entry.get("id", index))
        description = entry.get("description")
        if description is not None and len(description) > MAX_DESCRIPTION_CHARACTERS:
            raise bad_length(f"attachments.{index}.description", 0, MAX_DESCRIPTION_CHARACTERS)
        if number in known:
            result.append(known[number])
        elif number in unused:
            upload = unused.pop(number)
            result.append(
                _attachment(world, channel_id, entry.get("filename") or upload.filename, upload, description)
            )
        else:
            raise invalid_form(
                f"attachments.{index}.id", "MESSAGE_ATTACHMENT_NOT_FOUND", "Attachment data not found"
            )
    result += [_attachment(world, channel_id, upload.filename, upload, None) for upload in unused.values()]
    if len(result) > MAX_FILES:
        raise too_long("attachments", MAX_FILES)
    return result


def _attachment(
    world: World, channel_id: int, name: str, upload: Upload, description: str | None
) -> Attachment:
    filename = re.sub(r"[^\w.\-]", "", name.replace(" ", "_"), flags=re.ASCII) or "unknown"
    width = height = None
    if upload.data.startswith(PNG) and len(upload.data) >= 24:
        width, height = struct.unpack(">II", upload.data[16:24])  # the first chunk of a PNG is its size
    return Attachment(
        world.snowflakes.mint(),
        channel_id,
        filename,
        upload.data,
        mimetypes.guess_type(filename)[0] or "application/octet-stream",
        world.clock.now() + LINK_LIFE_SECONDS,
        description,
        width,
        height,
    )


async def serve_attachment(world: World, request: web.Request) -> web.Response:
    """Answer GET and HEAD of `cdn.discordapp.com/attachments/{channel}/{attachment}/{filename}`."""
    match = re.fullmatch(r"/attachments/(\d+)/(\d+)/([^/]+)", request.path)
    attachment = world.attachments.get(int(match[2])) if match else None
    if match is None or attachment is None or attachment.filename != match[3]:
        return web.Response(status=404, text="")
    if request.query.get("ex") != f"{int(attachment.expires):x}" or world.clock.now() > attachment.expires:
        return web.Response(status=404, text="This content is no longer available.")
    return web.Response(body=attachment.data, headers={"Content-Type": attachment.content_type})
