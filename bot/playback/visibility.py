"""Who may learn of a piece: its prompt, its requester, its times."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.rules.visibility import can_view, viewers_can_view

if TYPE_CHECKING:
    import discord

    from bot.playback.performance import Performance
    from bot.rules.permissions import PostingChannel, VocalChannel

Visible = Callable[["Performance"], bool]
"""True for the pieces that may be shown."""


def to_member(member: discord.Member, playing_in: VocalChannel | None) -> Visible:
    """Return what a member may learn of: their own pieces, and those of channels that they can see.

    A piece belongs to the voice channel where it plays, or will, and to the channel of its request.
    `playing_in` is the voice channel where music plays now, if any.
    """

    def visible(performance: Performance) -> bool:
        request = performance.request
        if request.requester.id == member.id:
            return True
        return can_view(member, playing_in or request.voice_channel) and can_view(
            member, request.text_channel
        )

    return visible


def in_channel(channel: PostingChannel) -> Visible:
    """Return what may be shown to everybody who sees a channel: what was requested there or more openly.

    Whoever requests a piece in a channel expects its card and its track there.
    """

    known: dict[PostingChannel, bool] = {}

    def visible(performance: Performance) -> bool:
        place = performance.request.text_channel
        if place not in known:
            known[place] = viewers_can_view(channel, place)
        return known[place]

    return visible
