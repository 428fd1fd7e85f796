"""Every private name of discord.py that we use, so that an upgrade which drops one fails with a list.

`PRIVATE` names it all. One test looks for each name in the installed discord.py. Another reads our source for
names that are not listed: imports of what no public namespace exports, members of classes that derive from
classes of discord.py, and underscored attributes of other objects. It infers no types, so it does not see a
member without an underscore of an object such as a websocket (`self.ws.poll_event`); those are kept by hand.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import discord

ROOT: Final = Path(__file__).parents[3]
SCANNED: Final = ("bot", "cogs", "rehearsal", "acceptance", "bench")
PUBLIC: Final = ("discord", "discord.abc", "discord.app_commands", "discord.ext.commands", "discord.ui")
"""What these namespaces export is public, and so is what is in the modules below."""
PUBLIC_MODULES: Final = ("discord.opus", "discord.utils", *PUBLIC)

CONNECTION: Final = "bot/voice/connection.py"
STATE: Final = "discord.voice_state.VoiceConnectionState"
WEBSOCKET: Final = "discord.gateway.DiscordVoiceWebSocket"
CLIENT: Final = "discord.voice_client.VoiceClient"


class Private(NamedTuple):
    """A member of discord.py that is no part of its public interface."""

    owner: str
    """The module or the class that has it."""
    name: str
    where: str
    why: str


PRIVATE: Final = (
    Private(
        "discord.voice_state", "VoiceConnectionState", CONNECTION, "the protocol, without its reconnecting"
    ),
    Private(
        "discord.voice_state", "ConnectionFlowState", CONNECTION, "its steps, which the handshake waits for"
    ),
    Private("discord.gateway", "DiscordVoiceWebSocket", CONNECTION, "resumes a session on a new websocket"),
    Private("discord.types.voice", "GuildVoiceState", CONNECTION, "type of an event that is handed on"),
    Private("discord.types.voice", "VoiceServerUpdate", CONNECTION, "type of an event that is handed on"),
    # The client
    Private(CLIENT, "_connection", CONNECTION, "our own state object, under discord.py's name"),
    Private(
        CLIENT, "_get_voice_packet", CONNECTION, "replaced: one cipher for all packets instead of one each"
    ),
    Private(CLIENT, "create_connection_state", CONNECTION, "replaced: makes our own state object"),
    Private(CLIENT, "supported_modes", CONNECTION, "replaced: the encryption modes that we have"),
    Private(CLIENT, "sequence", CONNECTION, "the RTP sequence number"),
    Private(CLIENT, "timestamp", CONNECTION, "the RTP timestamp"),
    # The state
    Private(STATE, "_voice_connect", CONNECTION, "asks the main gateway for a place in the channel"),
    Private(STATE, "_connect_websocket", CONNECTION, "opens the websocket to the voice server"),
    Private(STATE, "_handshake_websocket", CONNECTION, "identifies, discovers the address, gets the keys"),
    Private(STATE, "_create_socket", CONNECTION, "replaced: retires the socket before"),
    Private(STATE, "_socket_reader", CONNECTION, "the thread that reads UDP; it must end with the socket"),
    Private(STATE, "can_encrypt", CONNECTION, "end-to-end encryption is ready"),
    Private(STATE, "dave_session", CONNECTION, "encrypts end to end"),
    Private(STATE, "endpoint", CONNECTION, "the voice server"),
    Private(STATE, "guild", CONNECTION, "for log lines and channels"),
    Private(STATE, "hook", CONNECTION, "gets every message of the websocket"),
    Private(STATE, "ip", CONNECTION, "our address, once discovery has found it"),
    Private(STATE, "is_connected", CONNECTION, "the state has come to its last step"),
    Private(STATE, "mode", CONNECTION, "the transport encryption in force"),
    Private(STATE, "port", CONNECTION, "our port, once discovery has found it"),
    Private(STATE, "secret_key", CONNECTION, "the transport key; kept when a session is resumed"),
    Private(STATE, "server_id", CONNECTION, "identifies the guild to the voice server"),
    Private(STATE, "session_id", CONNECTION, "of the voice state; None before the bot is in a channel"),
    Private(STATE, "socket", CONNECTION, "the UDP socket"),
    Private(STATE, "ssrc", CONNECTION, "our RTP source"),
    Private(STATE, "state", CONNECTION, "the step; set where we do the work of discord.py's runner"),
    Private(STATE, "token", CONNECTION, "for the voice server"),
    Private(STATE, "voice_client", CONNECTION, "the connection that the state belongs to"),
    Private(STATE, "voice_server_update", CONNECTION, "replaced: every server gets a task of its own"),
    Private(STATE, "voice_state_update", CONNECTION, "replaced: follows moves, notices a disconnect"),
    Private(STATE, "ws", CONNECTION, "the websocket"),
    # The websocket
    Private(WEBSOCKET, "RESUMED", CONNECTION, "opcode: the session goes on"),
    Private(WEBSOCKET, "from_connection_state", CONNECTION, "resumes a session on a new websocket"),
    Private(WEBSOCKET, "close", CONNECTION, "says that the session is over"),
    Private(WEBSOCKET, "poll_event", CONNECTION, "handles one message"),
    Private(WEBSOCKET, "secret_key", CONNECTION, "the transport key of a resumed session"),
    Private(WEBSOCKET, "seq_ack", CONNECTION, "the last message that a resumed session has had"),
    Private(WEBSOCKET, "speak", CONNECTION, "tells the server that sound begins or ends"),
    Private(WEBSOCKET, "ws", CONNECTION, "aiohttp's websocket: whether it is closed"),
    # Enumeration
    Private("discord.voice_state.ConnectionFlowState", "disconnected", CONNECTION, "a step"),
    Private("discord.voice_state.ConnectionFlowState", "got_voice_server_update", CONNECTION, "a step"),
    Private("discord.voice_state.ConnectionFlowState", "set_guild_voice_state", CONNECTION, "a step"),
)


NOT_DISCORD: Final = {("bench/load/bot_process.py", "_name")}
"""Underscored attributes of objects of other libraries, by file: the path of a `ctypes.CDLL`."""


@dataclass(frozen=True, slots=True)
class OurClass:
    """A class of our source, and the names in it that belong to its instances."""

    bases: tuple[str, ...]
    """Dotted, as the file's imports resolve them."""
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Source:
    """One file of ours as far as this test reads it."""

    tree: ast.Module
    imports: dict[str, str]
    """From a name in the file to what it stands for."""
    classes: dict[str, OurClass]
    defined: frozenset[str]
    """Attributes that the file itself assigns or defines."""


def test_the_installed_discord_py_has_every_private_name_that_we_use() -> None:
    missing = [entry for entry in PRIVATE if not _has(entry.owner, entry.name)]
    assert not missing, "\n".join(f"{e.owner}.{e.name} ({e.where}: {e.why})" for e in missing)


def test_our_source_uses_no_private_name_that_is_not_listed() -> None:
    listed = {(entry.owner, entry.name) for entry in PRIVATE}
    unlisted = {(owner, name, where) for owner, name, where in _used() if (owner, name) not in listed}
    assert not unlisted, "\n".join(f"{owner}.{name} in {where}" for owner, name, where in sorted(unlisted))


def test_every_listed_name_is_still_used_where_the_list_says() -> None:
    stale = [
        entry
        for entry in PRIVATE
        if entry.name not in set(_identifiers((ROOT / entry.where).read_text(encoding="utf-8")))
    ]
    assert not stale


def test_the_scan_sees_imports_overrides_and_attributes_of_other_objects() -> None:
    seen = set(
        _used_in(
            {
                "new.py": _read(
                    "import discord\n"
                    "from discord.http import HTTPClient\n"
                    "from discord.voice_state import VoiceConnectionState as Base\n"
                    "class Mine(Base):\n"
                    "    def _inner_connect(self): return self.timeout\n"
                    "class Client(discord.Client):\n"
                    "    def ours(self): return self._ready\n"
                    "def f(guild): return guild._state\n"
                )
            }
        )
    )
    assert {(owner, name) for owner, name, _ in seen} == {
        ("discord.http", "HTTPClient"),
        ("discord.voice_state", "VoiceConnectionState"),
        (STATE, "_inner_connect"),
        (STATE, "timeout"),
        ("discord.client.Client", "_ready"),
        ("an object", "_state"),
    }


def _identifiers(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.alias | ast.keyword):
            yield (node.name if isinstance(node, ast.alias) else node.arg) or ""


def _used() -> Iterator[tuple[str, str, str]]:
    """Yield owner, name and file of each private use in our source."""
    files = [path for package in SCANNED for path in sorted((ROOT / package).rglob("*.py"))]
    assert len(files) > 100
    sources = {str(path.relative_to(ROOT)): _read(path.read_text(encoding="utf-8")) for path in files}
    return _used_in(sources)


def _used_in(sources: dict[str, Source]) -> Iterator[tuple[str, str, str]]:
    ours = {
        f"{file.removesuffix('.py').replace('/', '.')}.{name}": found
        for file, source in sources.items()
        for name, found in source.classes.items()
    }
    for file, source in sources.items():
        for dotted in source.imports.values():
            module, _, name = dotted.rpartition(".")
            if _is_private(dotted):
                yield module, name, file
        for found in source.classes.values():
            for base in _discord_bases(found, ours):
                all_private = _is_private(f"{base.__module__}.{base.__qualname__}")
                for name in found.members & _members(base):
                    if _is_underscored(name) or (all_private and not name.startswith("__")):
                        yield _owner(base, name), name, file
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Attribute):
                continue
            holder = _resolved(node.value, source.imports)
            if holder is not None and _is_private(holder):
                yield holder, node.attr, file
            elif (
                not _is_self(node.value)
                and node.attr not in source.defined
                and (file, node.attr) not in NOT_DISCORD
                and node.attr in _all_underscored()
            ):
                yield holder or "an object", node.attr, file


def _read(text: str) -> Source:
    tree = ast.parse(text)
    imports: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imports |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    classes = {
        node.name: OurClass(
            tuple(filter(None, (_resolved(base, imports) for base in node.bases))), frozenset(_in_class(node))
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    return Source(tree, imports, classes, frozenset(_defined(tree)))


def _in_class(node: ast.ClassDef) -> Iterator[str]:
    """Yield what a class defines, and what its methods reach through `self`."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and _is_self(inner.value):
            yield inner.attr
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement.name
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id
        elif isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def _defined(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node.value):
            yield node.attr


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def _is_underscored(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _resolved(node: ast.expr, imports: dict[str, str]) -> str | None:
    """Return what `a.b` stands for, dotted; None if it does not begin with an imported name."""
    if isinstance(node, ast.Name):
        return imports.get(node.id)
    if isinstance(node, ast.Subscript):
        return _resolved(node.value, imports)
    if isinstance(node, ast.Attribute):
        before = _resolved(node.value, imports)
        return before and f"{before}.{node.attr}"
    return None


def _is_private(dotted: str) -> bool:
    """True for a thing of discord.py that no public namespace exports."""
    module, _, name = dotted.rpartition(".")
    if not dotted.startswith("discord.") or dotted in PUBLIC_MODULES or module in PUBLIC_MODULES:
        return _is_underscored(name) and module in PUBLIC_MODULES
    found = _found(dotted)
    return not any(getattr(importlib.import_module(space), name, object()) is found for space in PUBLIC)


def _found(dotted: str) -> object:
    """Import a thing of discord.py by its dotted name; None if there is none."""
    module, _, name = dotted.rpartition(".")
    try:
        return importlib.import_module(dotted)
    except ImportError:
        return getattr(_found(module), name, None) if module else None


def _has(owner: str, name: str) -> bool:
    found = _found(owner)
    if isinstance(found, type):
        return name in _members(found)
    return hasattr(found, name)


def _discord_bases(found: OurClass, ours: dict[str, OurClass]) -> Iterator[type]:
    """Yield the classes of discord.py that a class of ours derives from, also through others of ours."""
    for base in found.bases:
        if base in ours:
            yield from _discord_bases(ours[base], ours)
        elif base.startswith("discord") and isinstance(known := _found(base), type):
            yield known


@cache
def _members(known: type) -> frozenset[str]:
    """Return the attributes of a class of discord.py, those of its instances included."""
    return frozenset().union(*map(_own_members, _line_of(known)))


def _owner(known: type, name: str) -> str:
    """Return the class that first defines an attribute, dotted."""
    first = next(base for base in reversed(_line_of(known)) if name in _own_members(base))
    return f"{first.__module__}.{first.__qualname__}"


def _line_of(known: type) -> list[type]:
    return [base for base in known.__mro__ if base.__module__.startswith("discord")]


@cache
def _own_members(known: type) -> frozenset[str]:
    try:
        (tree,) = ast.parse(inspect.getsource(known)).body
    except (OSError, TypeError, SyntaxError):
        return frozenset(vars(known))
    assigned = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_self(node.value)
    }
    return frozenset(vars(known)) | assigned


@cache
def _all_underscored() -> frozenset[str]:
    """Return every underscored name that discord.py defines anywhere."""
    folder = Path(discord.__file__).parent
    return frozenset(
        name
        for path in folder.rglob("*.py")
        for name in _defined(ast.parse(path.read_text(encoding="utf-8")))
        if _is_underscored(name)
    )
