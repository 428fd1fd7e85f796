"""Values against schemas: each kind of fault is found, at its place and by Discord's code."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.contract.schema import Json, Judge
from rehearsal.rest.components import Kind

NAMED: dict[str, Json] = {
    "Id": {"type": "string", "pattern": "^(0|[1-9][0-9]*)$", "format": "snowflake"},
    "Dot": {"type": "object", "properties": {"type": {"type": "integer", "enum": [1]}}, "required": ["type"]},
    "Line": {
        "type": "object",
        "properties": {
            "type": {"type": "integer", "enum": [2]},
            "name": {"type": "string", "minLength": 1, "maxLength": 3},
            "inside": {
                "type": "array",
                "items": {"oneOf": [{"$ref": "Dot"}, {"$ref": "Line"}]},
                "maxItems": 2,
            },
        },
        "required": ["type", "name"],
    },
}
SHAPE: Json = {"oneOf": [{"type": "null"}, {"$ref": "Dot"}, {"$ref": "Line"}]}


def faults(value: Any, schema: Json, *, asked: bool = True) -> list[str]:
    return [f"{fault.path} {fault.code}" for fault in Judge(NAMED, asked).faults(value, schema)]


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        (None, []),
        ({"type": 1}, []),
        ({"type": 2, "name": "abc", "inside": [{"type": 1}, {"type": 2, "name": "x"}]}, []),
        ({"type": 3}, ["type UNION_TYPE_CHOICES"]),
        ({}, ["type UNION_TYPE_CHOICES"]),
        ("dot", [" UNION_TYPE_CHOICES"]),
        ({"type": 1, "name": "x"}, ["name UNKNOWN_FIELD"]),
        ({"type": 2}, ["name BASE_TYPE_REQUIRED"]),
        ({"type": 2, "name": None}, ["name BASE_TYPE_REQUIRED"]),
        ({"type": 2, "name": ""}, ["name BASE_TYPE_BAD_LENGTH"]),
        ({"type": 2, "name": "abcd"}, ["name BASE_TYPE_BAD_LENGTH"]),
        ({"type": 2, "name": ["a"]}, ["name STRING_TYPE_CONVERT"]),
        ({"type": 2, "name": "a", "inside": [{"type": 1}] * 3}, ["inside BASE_TYPE_MAX_LENGTH"]),
        (
            {
                "type": 2,
                "name": "a",
                "inside": [{"type": 1}, {"type": 2, "name": "a", "inside": [{"type": 9}]}],
            },
            ["inside.1.inside.0 UNION_TYPE_CHOICES"],
        ),
    ],
)
def test_a_fault_of_a_union_is_named_where_it_is(value: Any, wrong: list[str]) -> None:
    assert faults(value, SHAPE) == wrong


@pytest.mark.parametrize(
    ("value", "schema", "wrong"),
    [
        (True, {"type": "integer"}, [" NUMBER_TYPE_COERCE"]),
        (1.5, {"type": "integer"}, [" NUMBER_TYPE_COERCE"]),
        (1, {"type": "number"}, []),
        (Kind.ROW, {"type": "integer", "enum": [1], "format": "int32"}, []),
        (1, {"type": "boolean"}, [" BOOLEAN_TYPE_CONVERT"]),
        ({}, {"type": ["array", "null"]}, [" LIST_TYPE_CONVERT"]),
        ([], {"type": "object"}, [" DICT_TYPE_CONVERT"]),
        (None, {"type": ["array", "null"], "minItems": 1}, []),
        ([1, 1], {"type": "array", "uniqueItems": True}, [" SET_TYPE_ALREADY_CONTAINS_VALUE"]),
        ([], {"type": "array", "minItems": 1}, [" BASE_TYPE_MIN_LENGTH"]),
        (0, {"type": "integer", "minimum": 1}, [" NUMBER_TYPE_MIN"]),
        (9, {"type": "integer", "maximum": 8}, [" NUMBER_TYPE_MAX"]),
        (1 << 31, {"type": "integer", "format": "int32"}, [" NUMBER_TYPE_MAX"]),
        ("noon", {"type": "string", "format": "date-time"}, [" DATE_TIME_TYPE_PARSE"]),
        ("2026-12-01T00:00:00+00:00", {"type": "string", "format": "date-time"}, []),
        ("-1", {"$ref": "Id"}, [" NUMBER_TYPE_COERCE"]),
        (
            {"de": ""},
            {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}},
            ["de BASE_TYPE_MIN_LENGTH"],
        ),
        ({"a": 1, "b": 2}, {"type": "object", "maxProperties": 1}, [" BASE_TYPE_MAX_LENGTH"]),
        (3, {"allOf": [{"type": "integer", "maximum": 2}]}, [" NUMBER_TYPE_MAX"]),
    ],
)
def test_each_keyword_finds_its_fault(value: Any, schema: Json, wrong: list[str]) -> None:
    assert faults(value, schema) == wrong


def test_a_request_may_send_large_numbers_as_texts_and_ids_as_numbers_but_an_answer_may_not() -> None:
    large = {"type": "integer", "maximum": 1 << 60}
    for value, schema in (("12", large), (12, {"$ref": "Id"})):
        assert faults(value, schema) == []
        assert faults(value, schema, asked=False) != []
    assert faults(str(1 << 61), large) == [" NUMBER_TYPE_MAX"]
    assert faults("12", {"type": "integer", "maximum": 12}) == [" NUMBER_TYPE_COERCE"]
    assert faults(12, {"type": "string"}) == [" STRING_TYPE_CONVERT"]
