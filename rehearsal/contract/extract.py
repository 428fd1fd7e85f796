"""Makes discord.json: of Discord's OpenAPI document what the loopback Discord serves, and of that only facts.

    python -m rehearsal.contract.extract specs/openapi.json COMMIT

takes the document of https://github.com/discord/discord-api-spec at this commit (MIT, Copyright 2023
Discord). Kept are paths, fields, types, limits and what is required; left out is all prose.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

Json = dict[str, Any]

DATA: Final = Path(__file__).with_name("discord.json")
SOURCE: Final = "https://github.com/discord/discord-api-spec specs/openapi.json"
LICENCE: Final = "MIT, Copyright 2023 Discord"

COMMANDS: Final = ("/applications/{application_id}", "/applications/{application_id}/guilds/{guild_id}")
MESSAGE: Final = "/channels/{channel_id}/messages/{message_id}"
WEBHOOK: Final = "/webhooks/{webhook_id}/{webhook_token}"

OPERATIONS: Final = (
    "GET /users/@me",
    "GET /users/{user_id}",
    "POST /users/@me/channels",
    "GET /oauth2/applications/@me",
    "GET /applications/@me",
    "GET /gateway/bot",
    "GET /channels/{channel_id}",
    "POST /channels/{channel_id}/typing",
    "PUT /channels/{channel_id}/voice-status",
    "GET /channels/{channel_id}/messages",
    "POST /channels/{channel_id}/messages",
    *(f"{method} {MESSAGE}" for method in ("GET", "PATCH", "DELETE")),
    "GET /guilds/{guild_id}",
    "GET /guilds/{guild_id}/channels",
    "GET /guilds/{guild_id}/auto-moderation/rules",
    "GET /guilds/{guild_id}/roles",
    "GET /guilds/{guild_id}/members/{user_id}",
    "GET /guilds/{guild_id}/voice-states/@me",
    "PATCH /guilds/{guild_id}/voice-states/@me",
    "GET /guilds/{guild_id}/voice-states/{user_id}",
    "POST /interactions/{interaction_id}/{interaction_token}/callback",
    f"POST {WEBHOOK}",
    *(f"{method} {WEBHOOK}/messages/{{message_id}}" for method in ("GET", "PATCH", "DELETE")),
    *(f"{method} {prefix}/commands" for prefix in COMMANDS for method in ("GET", "PUT", "POST")),
    *(f"{method} {prefix}/commands/{{command_id}}" for prefix in COMMANDS for method in ("GET", "DELETE")),
)
"""What the loopback Discord serves."""

CORRECTIONS: Final[dict[str, Json]] = {"MessageReferenceType": {"enum": [0, 1]}}
"""Where Discord's documentation knows more (Message Reference Types: 1 is a forwarded message)."""

FACTS: Final = frozenset(
    {"type", "enum", "properties", "required", "additionalProperties", "maxProperties", "items", "minItems"}
    | {"maxItems", "uniqueItems", "minLength", "maxLength", "minimum", "maximum", "pattern", "format"}
    | {"oneOf", "anyOf", "allOf", "$ref"}
)
"""The keywords that are kept."""


def extract(document: Json, commit: str) -> Json:
    """Return the part of Discord's document that OPERATIONS need."""
    named: dict[str, Json] = {}
    operations = {operation: _operation(document, operation) for operation in sorted(OPERATIONS)}
    wanted = _references(operations)
    while wanted:
        name = wanted.pop()
        named[name] = _facts(document["components"]["schemas"][name]) | CORRECTIONS.get(name, {})
        wanted |= _references(named[name]) - named.keys()
    return {
        "source": f"{SOURCE} {commit}",
        "licence": LICENCE,
        "operations": operations,
        "schemas": dict(sorted(named.items())),
    }


def _operation(document: Json, operation: str) -> Json:
    """Return the query, the body and the answers of one operation; an answer without a body is null."""
    method, _, path = operation.partition(" ")
    described = document["paths"][path][method.lower()]
    query = {
        each["name"]: _facts(each["schema"])
        for each in described.get("parameters", ())
        if each["in"] == "query"
    }
    body = described.get("requestBody")
    answers = {
        status: _content(answer)
        for status, answer in described["responses"].items()
        if status.startswith("2")
    }
    result: Json = {"answers": answers}
    if query:
        result["query"] = query
    if body is not None:
        result["body"] = _content(body)
    return result


def _content(described: Json) -> Json | None:
    content = described.get("content")
    return None if content is None else _facts(content["application/json"]["schema"])


def _facts(schema: Json) -> Json:
    """Return a schema without prose. Lists of constants become `enum`, and references become names."""
    kept: Json = {}
    for keyword, value in schema.items():
        if keyword not in FACTS:
            continue
        if keyword == "$ref":
            kept[keyword] = value.rpartition("/")[2]
        elif keyword == "properties":
            kept[keyword] = {name: _facts(inner) for name, inner in value.items()}
        elif keyword in ("oneOf", "anyOf", "allOf"):
            if all("const" in inner for inner in value):
                kept["enum"] = [inner["const"] for inner in value]
            elif not (keyword == "allOf" and "enum" in schema):  # the type of the values that `enum` lists
                kept[keyword] = [_facts(inner) for inner in value]
        elif isinstance(value, dict):
            kept[keyword] = _facts(value)
        else:
            kept[keyword] = value
    return kept


def _references(schema: Any) -> set[str]:
    """Return the names of all schemas that this one needs."""
    if isinstance(schema, list):
        return set().union(*map(_references, schema))
    if not isinstance(schema, dict):
        return set()
    found = {schema["$ref"]} if isinstance(schema.get("$ref"), str) else set()
    return found.union(*map(_references, schema.values()))


def write(document: Json) -> str:
    """Return JSON with one line for each operation and each schema, so that changes can be read."""
    lines = []
    for name, value in document.items():
        if isinstance(value, dict):
            inner = ",\n".join(f"{json.dumps(key)}:{_dense(each)}" for key, each in value.items())
            lines.append(f"{json.dumps(name)}:{{\n{inner}\n}}")
        else:
            lines.append(f"{json.dumps(name)}:{_dense(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _dense(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


if __name__ == "__main__":
    whole = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    DATA.write_text(write(extract(whole, sys.argv[2])), encoding="utf-8")
