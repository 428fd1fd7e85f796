"""Who may learn of a piece: its prompt, its requester, its times."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
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

    sees = cache(partial(can_view, member))

    def visible(performance: Performance) -> bool:
        request = performance.request
        own = request.requester.id == member.id
        return own or (sees(playing_in or request.voice_channel) and sees(request.text_channel))

    return visible


def in_channel(channel: PostingChannel) -> Visible:
    """Return what may be shown to everybody who sees a channel: what was requested there or more openly.

    Whoever requests a piece in a channel expects its card and its track there.
    """
    can_view_too = cache(partial(viewers_can_view, channel))

    def visible(performance: Performance) -> bool:
        return can_view_too(performance.request.text_channel)

    return visible
