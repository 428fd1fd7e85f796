"""The card: what plays, how far it has come, what follows, and the buttons that act on it, as a layout.

Every button's state is its `custom_id`, so it works after a restart of the bot (`cogs/buttons.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import discord
from discord import ui

from audio.playout.jitter_buffer import State
from bot.playback.composition import CompositionState
from bot.rules.markdown import escape, truncate
from words.text import Text

if TYPE_CHECKING:
    from audio.files.track import Track
    from bot.playback.performance import Performance

COLOUR: Final = discord.Colour(0xE0A458)
BAR_CELLS: Final = 20

SHOWN_PROMPTS: Final = 4
"""Of a piece that was steered often, the latest."""

SHOWN_WAITING: Final = 5
SHOWN_TROUBLES: Final = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """A piece as the buttons name it: by its seed while it is in the session, by `number` in the library."""

    seed: int
    number: int = 0
    """0 until its track is in the library."""

    def custom_id(self, act: str) -> str:
        """The state of a button, as `BUTTON_ID` reads it."""
        return f"card:{act}:{self.seed}:{self.number}"


BUTTON_ID: Final = (
    r"card:(?P<act>pause|resume|skip|stop|steer|keep|again|remix|extend)"
    r":(?P<seed>\d{1,16}):(?P<number>\d{1,18})"
)

TRACK_BUTTON_ID: Final = r"track:(?P<act>again|remix|extend)"
"""Of a button under a posted track, whose file says everything else."""


def track_buttons(locale: object) -> ui.View:
    """The buttons under a posted track."""
    view = ui.View(timeout=None)
    for act in ("again", "remix", "extend"):
        view.add_item(button_of(act, f"track:{act}", locale))
    view.stop()
    return view


def card_of(
    performance: Performance,
    waiting: Sequence[Performance],
    locale: object,
    *,
    others: Iterable[Performance] = (),
    picture: Track | None = None,
) -> ui.LayoutView:
    """What the card shows now: `performance`, the pieces that are `waiting` after it, what went wrong with it
    and with `others`, and the picture of a track, which is an attachment of the message.

    The layout is over before it is sent: what is pressed finds its way by its `custom_id` alone, so nothing
    need be remembered.
    """
    view = ui.LayoutView(timeout=None)
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=COLOUR)
    box.add_item(
        ui.TextDisplay(f"### {headline_of(performance).in_(locale)}\n{_prompts(performance, locale)}")
    )
    box.add_item(ui.TextDisplay("\n".join(line.in_(locale) for line in _facts(performance))))
    if troubles := list(_troubles(performance, others, locale)):
        box.add_item(ui.TextDisplay("\n".join(troubles[-SHOWN_TROUBLES:])))
    if picture is not None:
        shown = f"attachment://{picture.picture.name}"
        box.add_item(
            ui.MediaGallery(discord.MediaGalleryItem(shown, description=picture.alt_text.in_(locale)))
        )
    if waiting:
        box.add_item(ui.Separator())
        box.add_item(ui.TextDisplay("\n".join(line.in_(locale) for line in _following(waiting))))
    for row in _buttons(performance, locale):
        box.add_item(row)
    view.add_item(box)
    view.stop()
    return view


def headline_of(performance: Performance) -> Text:
    """How it is with a piece, in a few words."""
    if performance.dismissed:
        return Text("card-stopped")
    buffer = performance.buffer
    if performance.ended:
        whole = performance.composed and buffer.state is State.ENDED
        return Text("card-played") if whole else Text("card-ended-early")
    if performance.paused:
        return Text("card-paused")
    if performance.hold_reason:
        return Text("card-holding", why=performance.hold_reason)
    if performance.composition_state is CompositionState.WAITING:
        return Text("card-waiting")
    if buffer.seconds_played:
        return Text("card-playing")
    wait = round(buffer.seconds_until_ready)
    return Text("card-composing-for", seconds=wait) if wait else Text("card-composing")


def line_of(performance: Performance) -> Text:
    """A piece in one line, as in a list."""
    piece = performance.piece
    prompt, seed = escape(truncate(piece.prompts[-1])), str(piece.seed)
    if piece.endless:
        return Text("card-radio-line", prompt=prompt, seed=seed)
    return Text("card-line", prompt=prompt, seconds=piece.seconds, seed=seed)


def clock_of(seconds: float) -> str:
    """A time in a piece as players show it: minutes and seconds, and hours where there are some."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _prompts(performance: Performance, locale: object) -> str:
    prompts = performance.piece.prompts
    shown = prompts if len(prompts) == 1 else [truncate(prompt) for prompt in prompts[-SHOWN_PROMPTS:]]
    return " → ".join(Text("track-prompt", prompt=escape(prompt)).in_(locale) for prompt in shown)


def _facts(performance: Performance) -> Iterable[Text]:
    piece, buffer = performance.piece, performance.buffer
    name = escape(performance.request.requester.display_name)
    if piece.endless:
        yield Text("card-radio-facts", seed=str(piece.seed), name=name)
        yield Text("card-radio-heard", clock=clock_of(buffer.seconds_played))
        return
    yield Text("card-facts", seconds=piece.seconds, seed=str(piece.seed), name=name)
    for key, seconds in (("made", buffer.seconds_made), ("played", buffer.seconds_played)):
        bar = _bar(seconds, piece.seconds)
        yield Text("card-bar", what=key, bar=bar, seconds=round(seconds), total=round(piece.seconds))


def _troubles(performance: Performance, others: Iterable[Performance], locale: object) -> Iterable[str]:
    for other in others:
        if other.trouble and other is not performance:
            told = Text("card-trouble-of", prompt=escape(truncate(other.piece.prompt)), trouble=other.trouble)
            yield told.in_(locale)
    if performance.trouble:
        yield Text("card-trouble", trouble=performance.trouble).in_(locale)


def _following(waiting: Sequence[Performance]) -> Iterable[Text]:
    yield Text("card-follows")
    for place, performance in enumerate(waiting[:SHOWN_WAITING], 1):
        yield Text("card-place", place=place, piece=line_of(performance))
    if len(waiting) > SHOWN_WAITING:
        yield Text("card-more", more=len(waiting) - SHOWN_WAITING)


def _buttons(performance: Performance, locale: object) -> Iterable[ui.ActionRow[ui.LayoutView]]:
    """Two rows: what acts on the music, as long as there is some, and what can be made of the piece."""
    shown = Shown(performance.piece.seed, performance.track_id)
    ended = performance.ended or performance.dismissed
    hold = "resume" if performance.paused else "pause"
    playing = {
        hold: not ended and bool(performance.buffer.seconds_played),
        "skip": not ended,
        "stop": not ended,
        "steer": not ended and performance.steerable,
    }
    made = {"again": True, "remix": True, "extend": performance.track_id > 0}
    if performance.piece.endless:
        made = {"keep": not ended and bool(performance.buffer.seconds_played), "again": True, "remix": True}
    for acts in (playing, made):
        row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
        for act, possible in acts.items():
            row.add_item(button_of(act, shown.custom_id(act), locale, disabled=not possible))
        yield row


def button_of(act: str, custom_id: str, locale: object, *, disabled: bool = False) -> ui.Button[Any]:
    """The button of an act, labelled in words."""
    style = discord.ButtonStyle.danger if act == "stop" else discord.ButtonStyle.secondary
    label = Text("card-button", act=act).in_(locale)
    return ui.Button(label=label, custom_id=custom_id, style=style, disabled=disabled)


def _bar(seconds: float, total: float) -> str:
    cells = round(BAR_CELLS * min(1.0, seconds / total))
    return f"`{'█' * cells}{'░' * (BAR_CELLS - cells)}`"
