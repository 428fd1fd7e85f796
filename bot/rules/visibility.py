"""Who can see a channel: what was requested in one is shown to nobody who cannot."""

from __future__ import annotations

import discord

Place = discord.abc.GuildChannel | discord.Thread
"""A channel or thread of a guild."""


def can_view(member: discord.Member, place: Place) -> bool:
    """True if the member can see a channel or thread, or sits in it."""
    if member.voice is not None and member.voice.channel == place:
        return True
    permissions = place.permissions_for(member)
    if isinstance(place, discord.Thread) and place.is_private():
        return permissions.manage_threads  # discord.py does not know the members of a private thread
    return permissions.view_channel


def viewers_can_view(shown_in: Place, place: Place) -> bool:
    """True if everybody who can see `shown_in` can surely see `place`, too.

    discord.py knows few of the members, so this compares roles and overwrites. Where these leave a doubt, the
    answer is False.
    """
    if shown_in == place:
        return True
    if isinstance(place, discord.Thread):
        if place.is_private() or place.parent is None:
            return False
        place = place.parent
    if isinstance(shown_in, discord.Thread):
        if shown_in.parent is None:
            return False
        shown_in = shown_in.parent  # those in a private thread see its channel
    if shown_in == place:
        return True
    inner, outer = _overwrites(place), _overwrites(shown_in)
    everyone = place.guild.default_role
    allowed = {who for who, view in outer.items() if view and not inner.get(who)}
    denied = {who for who, view in inner.items() if view is False} - {everyone.id}
    if denied and (allowed or any(outer.get(who) is not False for who in denied)):
        return False
    if place.permissions_for(everyone).view_channel:
        return True
    if any(place.guild.get_role(who) is None for who in allowed):  # a member
        return False
    return not any(
        shown_in.permissions_for(role).view_channel and not place.permissions_for(role).view_channel
        for role in place.guild.roles
    )


def _overwrites(place: discord.abc.GuildChannel) -> dict[int, bool | None]:
    """Return what a channel says of "View Channel", by the ids of roles and members."""
    return {target.id: overwrite.view_channel for target, overwrite in place.overwrites.items()}
