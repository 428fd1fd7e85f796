"""Judges requests and answers by Discord's own description of its REST interface (`discord.json`)."""

from __future__ import annotations

import json
import re
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
        self._answered = Judge(data["schemas"], asked=False)

    def describes(self, method: str, template: str) -> bool:
        """True if this operation is described; parts in braces may have other names."""
        return _key(f"{method} {template}") in self._operations

    def request_faults(self, method: str, template: str, body: Any, query: dict[str, str]) -> list[Fault]:
        """Return what is wrong with the body (None: there is none) and the query of a request."""
        operation = self._operations[_key(f"{method} {template}")]
        known = operation.get("query", {})
        faults: list[Fault] = []
        for name, value in query.items():
            if name in known:
                faults += self._asked.faults(_from_query(value, known[name]), known[name], name)
            else:
                faults.append(Fault(f"?{name}", UNKNOWN_FIELD, "is unknown"))
        if body is not None:
            faults += [
                fault
                for fault in self._asked.faults(body, operation.get("body", NO_BODY))
                if fault.code != UNKNOWN_FIELD or not PASSED_OVER.fullmatch(fault.path)
            ]
        elif "body" in operation:
            faults.append(Fault("", "BASE_TYPE_REQUIRED", "has no body"))
        return faults

    def answer_faults(self, method: str, template: str, status: int, body: Any) -> list[Fault]:
        """Return what is wrong with the answer to a request that was served; a `body` of None is none."""
        answers = self._operations[_key(f"{method} {template}")]["answers"]
        if str(status) not in answers:
            return [Fault("", "STATUS", f"{status} is not one of {', '.join(answers)}")]
        schema = answers[str(status)]
        if schema is None or body is None:
            return (
                [] if schema is body else [Fault("", "BODY", "has a body" if schema is None else "has none")]
            )
        return list(self._answered.faults(body, schema))

    def object_faults(self, name: str, value: Any) -> list[Fault]:
        """Return what is wrong with an object, such as a member of an event, by the name of its schema."""
        return list(self._answered.faults(value, {"$ref": name}))


@cache
def contract() -> Contract:
    """Return the contract, read once."""
    return Contract(json.loads(DATA.read_text(encoding="utf-8")))


def _key(operation: str) -> str:
    return re.sub(r"\{\w+\}", "{}", operation)


def _from_query(text: str, schema: Json) -> Any:
    """Return a value of the query as JSON would have it."""
    if schema.get("type") == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    return int(text) if schema.get("type") == "integer" and text.isdecimal() else text
