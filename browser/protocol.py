"""What the page and its server say to each other.

HTTP, below an address with a secret (`http://127.0.0.1:8099/<secret>/`); 404 without it, 403 for a
foreign Host or Origin:

    GET  /<secret>/                    the page
    GET  /<secret>/<file>              its scripts and styles, all from `browser/page/`
    GET  /<secret>/files/<id>/<name>   an attachment of the guilds
    POST /<secret>/uploads?name=<name> a file for an option: the body, at most MAX_UPLOAD_BYTES;
                                       `X-Member: <member>`; answers {"upload": <id>}
    GET  /<secret>/socket              the websocket

Over the websocket the page sends requests as JSON, {"id": n, "do": name, …}, each answered by {"re": n,
"ok": result} or {"re": n, "error": sentence}. Ids are strings. The first request is `enter`.

    enter     name, colour, locale, member (null, or the secret of an earlier `enter` of this tab), again
              (the secret of this browser's latest member, who is meant if no page of theirs is open),
              sound ("opus", or "pcm" for a browser that cannot decode Opus)
              → {member, user: {id, name}, bot: {id, name}, guilds: [Guild], faults: [{name, sentence}],
                 language, words: {key: sentence}}
    open      channel → [Message], the latest MAX_HISTORY; from now on its messages arrive
    join      channel; leave; deafen: deaf
    say       channel, text, uploads: [id]
    commands  channel → [Command] that this member may use here, worded in their language
    use       channel, command ("compose", "queue move"), options: {name: value}
              A value is a text, a number, a truth, or {"upload"|"user"|"role"|"channel": id}.
              → {interaction}; refused as "did not respond" after 3 s
    suggest   channel, command, option, typed, options → [{name, value}]
    apply     message, command: a command of the message menu (Apps)
    click     message, custom_id, values: [value] of a menu
    submit    interaction, values: {custom_id: text}: a modal
    roles     guild, roles: [id]: which of the guild's roles this member has
    fault     guild, name: something goes wrong

The server sends events:

    {"event": "bot", "ready": truth}               the bot is logged in and its commands are synced, or not
    {"event": "guild", "guild": Guild}             a guild has changed
    {"event": "message", "message": Message}       a message is new or has changed
    {"event": "gone", "channel": id, "message": id}
    {"event": "modal", "interaction": id, "modal": Modal}   the answer to this member's interaction is a form
    {"event": "taken"}                             this member is in another tab now; the socket closes

    Guild    {id, name, channels: [{id, type, name, status, voice: [{user, deaf, mute, suppressed}]}],
              members: [{id, name, colour, bot, here, roles: [id]}], roles: [{id, name}]}
    Message  Discord's Message Object, with `ephemeral`, `loading`, and `used` (the command that it answers)
    Command  {name, shown, type, description, options: [Option]}; subcommands are options, as at Discord
    Option   {name, shown, type, description, required, choices: [{name, value}], autocomplete, min_value,
              max_value, min_length, max_length, channel_types, options}
    Modal    Discord's modal: {title, custom_id, components}

Binary messages are packets of sound as this member received and decrypted them: SOUND, then the Opus frame
or its samples (PCM: 48 kHz, stereo, 16 bits, little-endian).
"""

from __future__ import annotations

import struct
from typing import Final

from rehearsal.voice.recording import ReceivedPacket

SOUND: Final = struct.Struct(">BBHIdQ")
"""Before each frame: OPUS_PACKET or PCM_PACKET, flags, sequence, RTP timestamp [samples at 48 kHz],
arrival [s on the machine's monotonic clock], the sender's id."""

OPUS_PACKET: Final = 1
PCM_PACKET: Final = 2
ENCRYPTED: Final = 1
"""Flag: it came encrypted end to end."""

SILENT: Final = 2
"""Flag: the frame of silence that ends a talk spurt."""

LOST: Final = 4
"""Flag: it could not be decrypted; no frame follows."""

MAX_HISTORY: Final = 50
"""Messages of a channel that a page shows."""

MAX_UPLOAD_BYTES: Final = 33 << 20
"""A little more than the bot takes, so that its own refusal is seen."""

MAX_REQUEST_BYTES: Final = 64 << 10
"""Of one message of the page."""

MAX_UPLOADS: Final = 4
"""Files of one member that wait to be used."""

MAX_REQUESTS: Final = 16
"""Requests of one page that are being answered at once."""


def sound_packet(user_id: int, packet: ReceivedPacket, pcm: bytes | None = None) -> bytes:
    """Return the binary message for one received packet, with its samples instead of its frame if given."""
    flags = ENCRYPTED * packet.encrypted | SILENT * (not packet.is_music) | LOST * (not packet.decrypted)
    kind = OPUS_PACKET if pcm is None else PCM_PACKET
    head = SOUND.pack(kind, flags, packet.sequence, packet.timestamp, packet.arrival_s, user_id)
    return head + (packet.frame if pcm is None else pcm)
