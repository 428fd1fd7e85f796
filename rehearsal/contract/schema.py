"""Judges JSON by the part of JSON Schema that Discord's OpenAPI document uses.

Faults have Discord's codes. Unions are told apart by the field `type`, so that a fault is named where it is;
exactly one alternative of `anyOf` counts (README of discord-api-spec). A request may send as text an integer
that JSON numbers do not hold exactly, and an id as a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

Json = dict[str, Any]

INTEGER: Final = re.compile(r"-?\d+", re.ASCII)
MAX_EXACT: Final = 2**53
"""The largest integer up to which JSON numbers hold every one."""

MAX_INT32: Final = 2**31 - 1
"""The largest integer of the format `int32`."""

TYPES: Final[dict[type, str]] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
}
"""JSON's names of Python's types."""

TYPE_CODES: Final = {
    "object": "DICT_TYPE_CONVERT",
    "array": "LIST_TYPE_CONVERT",
    "string": "STRING_TYPE_CONVERT",
    "boolean": "BOOLEAN_TYPE_CONVERT",
    "integer": "NUMBER_TYPE_COERCE",
    "number": "NUMBER_TYPE_COERCE",
}
"""Discord's codes for a value of another type than this."""


class Fault(NamedTuple):
    """One thing that is wrong: where, Discord's code for it, and why."""

    path: str
    """Dotted; empty for the whole value."""
    code: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path or 'the whole'}: {self.reason}"


UNKNOWN_FIELD: Final = "UNKNOWN_FIELD"
"""Our code for a field that the schema lacks. Discord does not refuse it but passes over it in silence."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Finds what is wrong with a value; `named` are the schemas that a `$ref` names.

    With `asked` the value is of a request, which may send some numbers as texts and ids as numbers.
    """

    named: dict[str, Json]
    asked: bool

    def faults(self, value: Any, schema: Json, path: str = "") -> Iterator[Fault]:
        """Yield every fault."""
        schema = self.resolved(schema)
        value = self._as_meant(value, schema)
        for inherited in schema.get("allOf", ()):
            yield from self.faults(value, inherited, path)
        alternatives = schema.get("oneOf") or schema.get("anyOf")
        if alternatives:
            yield from self._union_faults(value, alternatives, path)
        kinds = _types_of(schema)
        if kinds and not any(self._is(value, kind, schema) for kind in kinds):
            if value is None:
                yield Fault(path, "BASE_TYPE_REQUIRED", "is null")
            else:
                yield Fault(path, TYPE_CODES[kinds[0]], f"{_short(value)} is not of the type {kinds[0]}")
        elif value is not None:
            yield from self._faults_of_kind(value, schema, path)

    def _faults_of_kind(self, value: Any, schema: Json, path: str) -> Iterator[Fault]:
        """Yield the faults of a value whose type is right."""
        if "enum" in schema and value not in schema["enum"]:
            yield Fault(path, "BASE_TYPE_CHOICES", f"{_short(value)} is not one of {_short(schema['enum'])}")
        if isinstance(value, str):
            yield from _text_faults(value, schema, path)
        elif isinstance(value, dict):
            yield from self._object_faults(value, schema, path)
        elif isinstance(value, list):
            yield from _length_faults(value, schema.get("minItems"), schema.get("maxItems"), path)
            if schema.get("uniqueItems") and any(item in value[:index] for index, item in enumerate(value)):
                yield Fault(path, "SET_TYPE_ALREADY_CONTAINS_VALUE", "has an item twice")
            for index, item in enumerate(value):
                yield from self.faults(item, schema.get("items", {}), _join(path, str(index)))
        elif not isinstance(value, bool):
            yield from _number_faults(value, schema, path)

    def resolved(self, schema: Json) -> Json:
        """Follow references."""
        while "$ref" in schema:
            schema = self.named[schema["$ref"]]
        return schema

    def _is(self, value: Any, kind: str, schema: Json) -> bool:
        """True if a value is of one of JSON's types."""
        actual = _type_of(self._as_meant(value, schema))
        return actual == kind or (kind == "number" and actual == "integer")

    def _as_meant(self, value: Any, schema: Json) -> Any:
        """Return an integer for a text of digits, and an id for a number, where a request may send it so."""
        if not self.asked:
            return value
        if isinstance(value, str) and schema.get("maximum", 0) > MAX_EXACT and INTEGER.fullmatch(value):
            return int(value)
        if type(value) is int and schema.get("format") == "snowflake":
            return str(value)
        return value

    def _object_faults(self, value: Json, schema: Json, path: str) -> Iterator[Fault]:
        properties = schema.get("properties", {})
        others = schema.get("additionalProperties")
        for name in schema.get("required", ()):
            if name not in value:
                yield Fault(_join(path, name), "BASE_TYPE_REQUIRED", "is missing")
        yield from _length_faults(value, None, schema.get("maxProperties"), path)
        for name, inner in value.items():
            if name in properties:
                yield from self.faults(inner, properties[name], _join(path, name))
            elif isinstance(others, dict):
                yield from self.faults(inner, others, _join(path, name))
            elif properties:
                yield Fault(_join(path, name), UNKNOWN_FIELD, "is unknown")

    def _union_faults(self, value: Any, alternatives: list[Json], path: str) -> Iterator[Fault]:
        """Yield the faults by the alternative that is meant; of several, by the one with the fewest."""
        known = [self.resolved(alternative) for alternative in alternatives]
        fitting = [each for each in known if self._may_be_meant(value, each)]
        if fitting:
            yield from min((list(self.faults(value, each, path)) for each in fitting), key=len)
        elif isinstance(value, dict):
            reason = f"the type {_short(value.get('type'))} is not allowed here"
            yield Fault(path or "type", "UNION_TYPE_CHOICES", reason)
        else:
            yield Fault(
                path, "UNION_TYPE_CHOICES", f"{_short(value)} is none of the {len(known)} alternatives"
            )

    def _may_be_meant(self, value: Any, schema: Json) -> bool:
        """True if neither the type of the value nor its field `type` speaks against this alternative."""
        kinds = _types_of(schema)
        if kinds and not any(self._is(value, kind, schema) for kind in kinds):
            return False
        choices = self.resolved(schema.get("properties", {}).get("type", {})).get("enum")
        if not choices or not isinstance(value, dict):
            return True
        return value.get("type") in choices or (
            "type" not in value and "type" not in schema.get("required", ())
        )


def _type_of(value: Any) -> str:
    """Return JSON's name of a value's type; an IntEnum is an integer."""
    return TYPES.get(type(value)) or next(name for kind, name in TYPES.items() if isinstance(value, kind))


def _types_of(schema: Json) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else kind


def _length_faults(
    value: str | Json | list[Any], shortest: int | None, longest: int | None, path: str
) -> Iterator[Fault]:
    if (shortest or 0) <= len(value) <= (len(value) if longest is None else longest):
        return
    if shortest and longest is not None:
        yield Fault(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {shortest} and {longest} in length.")
    elif longest is not None:
        yield Fault(path, "BASE_TYPE_MAX_LENGTH", f"Must be {longest} or fewer in length.")
    else:
        yield Fault(path, "BASE_TYPE_MIN_LENGTH", f"Must be {shortest} or more in length.")


def _text_faults(value: str, schema: Json, path: str) -> Iterator[Fault]:
    yield from _length_faults(value, schema.get("minLength"), schema.get("maxLength"), path)
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield Fault(path, "NUMBER_TYPE_COERCE", f"Value {_short(value)} is not {schema.get('format')}.")
    if schema.get("format") == "date-time":
        try:
            datetime.fromisoformat(value)
        except ValueError:
            yield Fault(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {_short(value)}.")


def _number_faults(value: float, schema: Json, path: str) -> Iterator[Fault]:
    if value < schema.get("minimum", value):
        yield Fault(path, "NUMBER_TYPE_MIN", f"{value} should be {schema['minimum']} or more.")
    if value > schema.get("maximum", value):
        yield Fault(path, "NUMBER_TYPE_MAX", f"{value} should be {schema['maximum']} or less.")
    if schema.get("format") == "int32" and not -MAX_INT32 - 1 <= value <= MAX_INT32:
        yield Fault(path, "NUMBER_TYPE_MAX", f"{value} has more than 32 bits.")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
