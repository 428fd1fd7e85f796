"""Judges requests and answers by Discord's own description of its REST interface (`discord.json`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from rehearsal.contract.schema import UNKNOWN_FIELD, Fault, Json, Judge

DATA: Final = Path(__file__).with_name("discord.json")
"""Made by `extract.py`, which says from what and how."""

NO_BODY: Final[Json] = {"type": "null"}
"""The schema of the body of a request that needs none."""

PASSED_OVER: Final = re.compile(
    r"(.*\.)?(nsfw|tts|embeds\.\d+\.flags|attachments\.\d+\.(url|proxy_url|size|content_type|spoiler|width|height))"
)
"""Fields that discord.py sends with commands, edits, embeds and kept files, and which the document lacks."""

MISSING: Final[dict[str, Json]] = {
    "MessageReferenceType": {"type": "integer", "enum": [0, 1], "format": "int32"},
}
"""What answers have and the document lacks: forwards (Resources / Message / Message Reference Types)."""

GUILD: Final = {
    "": "GuildWithCountsResponse",
    "channels.*": "GuildChannelResponse",
    "members.*": "GuildMemberResponse",
    "voice_states.*": "VoiceStateResponse",
}
ASKED: Final = {
    "member": "GuildMemberResponse",
    "user": "UserResponse",
    "message": "MessageResponse",
    "data.resolved.messages.*": "MessageResponse",
    "data.resolved.users.*": "UserResponse",
    "data.resolved.roles.*": "GuildRoleResponse",
    "data.resolved.attachments.*": "MessageAttachmentResponse",
}
EVENTS: Final[dict[str, dict[str, str]]] = {
    "READY": {"user": "UserPIIResponse"},
    "GUILD_CREATE": GUILD,
    "GUILD_MEMBERS_CHUNK": {"members.*": "GuildMemberResponse"},
    "INTERACTION_CREATE": ASKED,
    "VOICE_STATE_UPDATE": {"": "VoiceStateResponse"},
    **{f"CHANNEL_{act}": {"": "GuildChannelResponse"} for act in ("CREATE", "UPDATE", "DELETE")},
    **{f"GUILD_ROLE_{act}": {"role": "GuildRoleResponse"} for act in ("CREATE", "UPDATE")},
    **{f"MESSAGE_{act}": {"": "MessageResponse"} for act in ("CREATE", "UPDATE")},
}
"""Events of the gateway, which the document leaves out: the objects in them that it has, by their places."""


class ContractError(Exception):
    """Requests or answers were not what Discord describes."""

    def __init__(self, deviations: list[str]) -> None:
        super().__init__("not as Discord describes it:\n" + "\n".join(dict.fromkeys(deviations)))
        self.deviations = deviations


class Contract:
    """The description of all operations that the loopback Discord serves. Immutable."""

    def __init__(self, data: Json) -> None:
        self._operations = {_key(name): operation for name, operation in data["operations"].items()}
        self._asked = Judge(data["schemas"], asked=True)
        self._answered = Judge(data["schemas"] | MISSING, asked=False)

    def describes(self, operation: str) -> bool:
        """True if an operation is described, such as `GET /users/{user}`; names in braces do not matter."""
        return _key(operation) in self._operations

    def request_faults(self, operation: str, body: Any, query: dict[str, str]) -> list[Fault]:
        """Return what is wrong with the body (None: there is none) and the query of a request."""
        described = self._operations[_key(operation)]
        known = described.get("query", {})
        faults: list[Fault] = []
        for name, value in query.items():
            if name in known:
                faults += self._asked.faults(_from_query(value, known[name]), known[name], name)
            else:
                faults.append(Fault(f"?{name}", UNKNOWN_FIELD, "is unknown"))
        if body is not None:
            faults += [
                fault
                for fault in self._asked.faults(body, described.get("body", NO_BODY))
                if fault.code != UNKNOWN_FIELD or not PASSED_OVER.fullmatch(fault.path)
            ]
        elif "body" in described:
            faults.append(Fault("", "BASE_TYPE_REQUIRED", "has no body"))
        return faults

    def answer_faults(self, operation: str, status: int, body: Any) -> list[Fault]:
        """Return what is wrong with the answer to a request that was served; a `body` of None is none."""
        answers = self._operations[_key(operation)]["answers"]
        if str(status) not in answers:
            return [Fault("", "STATUS", f"{status} is not one of {', '.join(answers)}")]
        schema = answers[str(status)]
        if schema is None and body is None:
            return []
        if schema is None or body is None:
            return [Fault("", "BODY", "has a body" if schema is None else "has none")]
        return list(self._answered.faults(body, schema))

    def object_faults(self, name: str, value: Any, path: str = "") -> list[Fault]:
        """Return what is wrong with an object of an event, which may have further fields, by its schema."""
        faults = self._answered.faults(value, {"$ref": name}, path)
        return [fault for fault in faults if fault.code != UNKNOWN_FIELD]

    def event_faults(self, event: str, data: Any) -> list[Fault]:
        """Return what is wrong with the objects within an event of the gateway."""
        return [
            fault
            for place, name in EVENTS.get(event, {}).items()
            for path, value in _found(data, place.split(".") if place else [], "")
            for fault in self.object_faults(name, value, path)
        ]


@cache
def contract() -> Contract:
    """Return the contract, read once."""
    return Contract(json.loads(DATA.read_text(encoding="utf-8")))


def _key(operation: str) -> str:
    return re.sub(r"\{\w+\}", "{}", operation)


def _found(data: Any, parts: list[str], path: str) -> Iterator[tuple[str, Any]]:
    """Yield what stands at a place (`*` is every item), with its dotted path; passes over what is missing."""
    if not parts:
        yield path, data
        return
    inner = data if isinstance(data, dict) else dict(enumerate(data))
    for name in inner if parts[0] == "*" else [parts[0]]:
        if inner.get(name) is not None:
            yield from _found(inner[name], parts[1:], f"{path}.{name}" if path else str(name))


def _from_query(text: str, schema: Json) -> Any:
    """Return a value of the query as JSON would have it."""
    if schema.get("type") == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    return int(text) if schema.get("type") == "integer" and text.isdecimal() else text
