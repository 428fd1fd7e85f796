"""Requests for pieces: everything is checked before anything begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.commands.checks import manages, member_of
from bot.playback.performance import Request
from bot.playback.radio import CHARGED_SECONDS
from bot.rules.moderation import words_of
from bot.rules.permissions import posting_channel, require_listening, voice_channel_of
from bot.tracks.track_cache import touch

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    import discord

    from audio.piece import Piece
    from bot.config.settings import MusicSettings
    from bot.rules.moderation import Moderation
    from bot.rules.permissions import PostingChannel, VocalChannel
    from bot.rules.quota import Quota
    from bot.session.journal import Journal
    from bot.session.session import Session
    from bot.session.sessions import Sessions
    from bot.tracks.attachments import Attachments


@dataclass(frozen=True, slots=True)
class Admission:
    """A member who may request a piece now: where it will play and where its track will be posted.

    It holds for the moment. After an await that others can use, such as a download, admit again.
    """

    member: discord.Member
    manages: bool
    """The limits of the guild do not apply to the member."""
    session: Session
    voice_channel: VocalChannel
    """The voice channel of the member."""
    text_channel: PostingChannel
    """The channel of the command."""


class Requests:
    """Admits members and adds their pieces to the queue. Made once by the client; used on the event loop."""

    def __init__(
        self,
        sessions: Sessions,
        quota: Quota,
        attachments: Attachments,
        journal: Journal,
        music: MusicSettings,
        moderation: Moderation,
    ) -> None:
        self._sessions = sessions
        self._quota = quota
        self._attachments = attachments
        self._journal = journal
        self._music = music
        self._moderation = moderation

    def admit(self, interaction: discord.Interaction) -> Admission:
        """Check, in this order, the member, their voice channel, the posting channel and where music plays.

        Whoever may not request music is told that first.

        Raises RequestError.
        """
        member = member_of(interaction)
        self._moderation.require_member(member)
        voice_channel = voice_channel_of(member)
        text_channel = posting_channel(interaction.channel, interaction.app_permissions)
        session = self._sessions.of(member.guild)
        require_listening(member, session.channel)
        return Admission(member, manages(interaction), session, voice_channel, text_channel)

    async def require_capacity(self, admission: Admission, seconds: float = 0.0) -> None:
        """Check the space in the queue and the member's quota for `seconds` that are to be composed.

        Called before a file is fetched, and again when its turn has come. Raises QueueFull or CapReached.
        """
        admission.session.queue.require_room()
        async with self._reserved(admission, seconds):
            pass

    async def submit(self, admission: Admission, piece: Piece, saved_file: Path | None = None) -> int:
        """Add a piece to the queue and return how many play before it. Raises RequestError.

        Its prompts are looked at here, wherever they come from: a form, a suggestion, or the tags of a file.
        `saved_file` is the file of its track, if it need not be composed: then it does not count for the day.
        """
        await self.require_words(admission, piece)
        if saved_file is not None:
            touch(saved_file)
        charged = 0.0 if saved_file else CHARGED_SECONDS if piece.endless else piece.seconds - piece.prelude
        session = admission.session
        async with self._reserved(admission, charged):
            request = Request(
                self._music.with_lead(piece),
                admission.member,
                admission.voice_channel,
                admission.text_channel,
                saved_file,
            )
            performance = session.request(request)
            performance.add_charge(charged)
            self._attachments.retain(performance)
            before = session.wanted.index(performance)
        await self._journal.flush()  # before the answer, so that no restart loses the piece
        return before

    async def require_words(self, admission: Admission, piece: Piece) -> None:
        """Raise NotAllowed for words that the member may not use in the channel of the command."""
        await self._moderation.require_words(admission.member, admission.text_channel, words_of(piece))

    def _reserved(self, admission: Admission, seconds: float) -> AbstractAsyncContextManager[None]:
        member = admission.member

        def count_waiting() -> int:
            # Not `admission.session`: a shutdown may have begun while the store was charged.
            wanted = self._sessions.of(member.guild).wanted
            return sum(performance.request.requester.id == member.id for performance in wanted)

        return self._quota.reserve(member, seconds, manages=admission.manages, count_waiting=count_waiting)
