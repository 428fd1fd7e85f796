"""No command waits for the engine: each is answered while the engine is full and composes nothing.

Discord, and the one on loopback too, accepts no answer after three seconds.
"""

from __future__ import annotations

from pathlib import Path

from audio.worker.tone_engine import ToneEngine
from tests.loopback_guild import loopback_guild

COMMANDS: dict[str, dict[str, object]] = {
    "compose": {"prompt": "bells"},
    "radio": {"prompt": "pads"},
    "queue show": {},
    "queue move": {"piece": "1", "place": 1},
    "queue remove": {"piece": "1"},
    "nowplaying": {},
    "steer": {"words": "brass"},
    "pause": {},
    "resume": {},
    "volume": {"percent": 30},
    "library": {},
    "settings": {},
    "privacy": {},
    "about": {},
    "help": {},
    "skip": {},
    "stop": {},
}


async def test_every_command_is_answered_while_the_engine_is_full(tmp_path: Path) -> None:
    async with loopback_guild(tmp_path, engine=ToneEngine(speed=0.001, slots=1)) as loopback:
        loopback.guild.owner_id = loopback.asker.id  # the owner may do everything
        loopback.ask(seconds=20.0)
        loopback.ask(seconds=20.0, seed=2)
        named = {command.name for command in loopback.bot.tree.get_commands()}
        assert {command.split()[0] for command in COMMANDS} >= {name for name in named if name.islower()}
        for command, options in COMMANDS.items():
            reply = await loopback.asker.use(command, options, loopback.text)
            await reply.said()
            assert not reply.deferred, f"/{command} is answered at once"
        assert not loopback.session.wanted
