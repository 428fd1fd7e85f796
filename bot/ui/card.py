"""The card: a layout with what plays, its progress, what follows, and buttons.

A button's whole state is its `custom_id`, so it works after a restart of the bot (`cogs/buttons.py`).
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
    from bot.playback.visibility import Visible

COLOUR: Final = discord.Colour(0xE0A458)
BAR_CELLS: Final = 20

MAX_PROMPTS: Final = 4
"""Prompts shown of a piece that was steered: the latest."""

MAX_WAITING: Final = 5
MAX_TROUBLES: Final = 3


@dataclass(frozen=True, slots=True)
class ButtonTarget:
    """The piece that a button acts on: named by its seed in the session and by its track in the library."""

    seed: int
    track_id: int = 0
    """0 until its track is in the library."""

    def custom_id(self, action: str) -> str:
        """Return the state of a button in the form of `BUTTON_ID`."""
        return f"card:{action}:{self.seed}:{self.track_id}"


BUTTON_ID: Final = (
    r"card:(?P<action>pause|resume|skip|stop|steer|keep|again|remix|extend)"
    r":(?P<seed>\d{1,16}):(?P<track_id>\d{1,18})"
)

TRACK_BUTTON_ID: Final = r"track:(?P<action>again|remix|extend)"
"""Id of a button under a posted track; the tags of its file have the rest."""


def track_buttons(locale: object) -> ui.View:
    """Return the buttons under a posted track."""
    view = ui.View(timeout=None)
    for action in ("again", "remix", "extend"):
        view.add_item(make_button(action, f"track:{action}", locale))
    view.stop()
    return view


def render_card(
    performance: Performance,
    waiting: Sequence[Performance],
    locale: object,
    *,
    others: Iterable[Performance] = (),
    picture: Track | None = None,
    visible: Visible,
) -> ui.LayoutView:
    """Return the card's layout: `performance`, the pieces `waiting` after it, trouble with it and `others`.

    Of pieces that are not `visible` to its readers it shows their places alone.
    `picture` is the track whose picture is shown; the request that sends the layout brings the file.

    The view is stopped before it is sent: discord.py finds a button's handler by `custom_id` alone and need
    not keep the view.
    """
    view = ui.LayoutView(timeout=None)
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=COLOUR)
    headline = f"### {render_headline(performance).in_(locale)}"
    if visible(performance):
        box.add_item(ui.TextDisplay(f"{headline}\n{_prompts(performance, locale)}"))
        box.add_item(ui.TextDisplay("\n".join(line.in_(locale) for line in _facts(performance))))
    else:
        box.add_item(ui.TextDisplay(f"{headline}\n{Text('card-private').in_(locale)}"))
    if troubles := list(_troubles(performance, others, locale, visible)):
        box.add_item(ui.TextDisplay("\n".join(troubles[-MAX_TROUBLES:])))
    if picture is not None:
        shown = f"attachment://{picture.picture.name}"
        box.add_item(
            ui.MediaGallery(discord.MediaGalleryItem(shown, description=picture.alt_text.in_(locale)))
        )
    if waiting:
        box.add_item(ui.Separator())
        box.add_item(ui.TextDisplay("\n".join(line.in_(locale) for line in _following(waiting, visible))))
    for row in _buttons(performance, locale, visible=visible(performance)):
        box.add_item(row)
    view.add_item(box)
    view.stop()
    return view


def render_headline(performance: Performance) -> Text:
    """Return the state of a piece in a few words."""
    if performance.dismissed:
        return Text("card-stopped")
    buffer = performance.buffer
    if performance.ended:
        complete = performance.composed and buffer.state is State.ENDED
        return Text("card-played") if complete else Text("card-ended-early")
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


def render_line(performance: Performance, visible: Visible) -> Text:
    """Return a piece as one line of a list."""
    if not visible(performance):
        return Text("card-private")
    piece = performance.piece
    prompt, seed = escape(truncate(piece.typed_prompts[-1])), str(piece.seed)
    if piece.endless:
        return Text("card-radio-line", prompt=prompt, seed=seed)
    return Text("card-line", prompt=prompt, seconds=piece.seconds, seed=seed)


def format_clock(seconds: float) -> str:
    """Return a position as m:ss, or h:mm:ss from an hour on."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _prompts(performance: Performance, locale: object) -> str:
    prompts = performance.piece.typed_prompts
    shown = prompts if len(prompts) == 1 else [truncate(prompt) for prompt in prompts[-MAX_PROMPTS:]]
    return " → ".join(Text("track-prompt", prompt=escape(prompt)).in_(locale) for prompt in shown)


def _facts(performance: Performance) -> Iterable[Text]:
    piece, buffer = performance.piece, performance.buffer
    name = escape(performance.request.requester.display_name)
    if piece.endless:
        yield Text("card-radio-facts", seed=str(piece.seed), name=name)
        yield Text("card-radio-heard", clock=format_clock(buffer.seconds_played))
        return
    yield Text("card-facts", seconds=piece.seconds, seed=str(piece.seed), name=name)
    for key, seconds in (("made", buffer.seconds_received), ("played", buffer.seconds_played)):
        bar = _bar(seconds, piece.seconds)
        yield Text("card-bar", what=key, bar=bar, seconds=round(seconds), total=round(piece.seconds))


def _troubles(
    performance: Performance, others: Iterable[Performance], locale: object, visible: Visible
) -> Iterable[str]:
    for other in others:
        if other.trouble and other is not performance and visible(other):
            prompt = escape(truncate(other.piece.typed_prompt))
            yield Text("card-trouble-of", prompt=prompt, trouble=other.trouble).in_(locale)
    if performance.trouble and visible(performance):
        yield Text("card-trouble", trouble=performance.trouble).in_(locale)


def _following(waiting: Sequence[Performance], visible: Visible) -> Iterable[Text]:
    yield Text("card-follows")
    for place, performance in enumerate(waiting[:MAX_WAITING], 1):
        yield Text("card-place", place=place, piece=render_line(performance, visible))
    if len(waiting) > MAX_WAITING:
        yield Text("card-more", more=len(waiting) - MAX_WAITING)


def _buttons(
    performance: Performance, locale: object, *, visible: bool
) -> Iterable[ui.ActionRow[ui.LayoutView]]:
    """Return two rows: buttons that act on the music, and those that make something of the piece."""
    target = ButtonTarget(performance.piece.seed, performance.track_id)
    ended = performance.ended or performance.dismissed
    audible = not ended and bool(performance.buffer.seconds_played)
    on_music = {
        "resume" if performance.paused else "pause": audible,
        "skip": not ended,
        "stop": not ended,
        "steer": visible and not ended and performance.steerable,  # its form shows the prompt
    }
    on_piece = {"again": True, "remix": True, "extend": performance.track_id > 0}
    if performance.piece.endless:
        on_piece = {"keep": audible, "again": True, "remix": True}
    for actions in (on_music, on_piece) if visible else (on_music,):
        row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
        for action, enabled in actions.items():
            row.add_item(make_button(action, target.custom_id(action), locale, disabled=not enabled))
        yield row


def make_button(action: str, custom_id: str, locale: object, *, disabled: bool = False) -> ui.Button[Any]:
    """Return a labelled button."""
    style = discord.ButtonStyle.danger if action == "stop" else discord.ButtonStyle.secondary
    label = Text("card-button", act=action).in_(locale)
    return ui.Button(label=label, custom_id=custom_id, style=style, disabled=disabled)


def _bar(seconds: float, total: float) -> str:
    cells = round(BAR_CELLS * min(1.0, seconds / total))
    return f"`{'█' * cells}{'░' * (BAR_CELLS - cells)}`"
