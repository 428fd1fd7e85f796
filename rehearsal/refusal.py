"""Discord's refusals, with HTTP status and JSON error code.

Codes and sentences: Discord developer documentation, Topics / Opcodes and Status Codes / JSON Error Codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

Json = dict[str, Any]

INVALID_FORM: Final = 50035
"""The JSON error code of a malformed request."""


class Refusal(Exception):
    """A request that Discord refuses; `body` is the JSON of the answer."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status}/{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    @property
    def body(self) -> Json:
        body: Json = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        return body


@dataclass(frozen=True, slots=True)
class Refused:
    """The record of one refusal, for tests and reports; `at` in seconds since the Unix epoch.

    `errors` is Discord's nested object of the errors in a body, if there is one.
    """

    at: float
    method: str
    path: str
    status: int
    code: int
    message: str
    errors: Json | None = None


def invalid_form(path: str, code: str, message: str) -> Refusal:
    """Return 400/50035 with Discord's nested `errors` object; `path` is dotted, as in `embeds.0.title`."""
    errors: Json = {"_errors": [{"code": code, "message": message}]}
    for part in reversed(path.split(".")):
        errors = {part: errors}
    return Refusal(400, INVALID_FORM, "Invalid Form Body", errors)


def too_long(path: str, limit: int) -> Refusal:
    return invalid_form(path, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")


def bad_length(path: str, shortest: int, longest: int) -> Refusal:
    return invalid_form(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {shortest} and {longest} in length.")


def required(path: str) -> Refusal:
    return invalid_form(path, "BASE_TYPE_REQUIRED", "This field is required")


def bad_choice(path: str, value: object) -> Refusal:
    return invalid_form(path, "BASE_TYPE_CHOICES", f"Value {value!r} is not one of the allowed values.")


def unknown_route() -> Refusal:
    return Refusal(404, 0, "404: Not Found")


def unauthorized() -> Refusal:
    return Refusal(401, 0, "401: Unauthorized")


def unknown(what: str) -> Refusal:
    return Refusal(404, UNKNOWN_CODES[what], f"Unknown {what}")


def missing_access() -> Refusal:
    return Refusal(403, 50001, "Missing Access")


def missing_permissions() -> Refusal:
    return Refusal(403, 50013, "Missing Permissions")


UNKNOWN_CODES: Final = {
    "Application": 10002,
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "User": 10013,
    "Webhook": 10015,
    "Interaction": 10062,
    "application command": 10063,
    "Voice State": 10065,
}
"""JSON error codes of unknown objects."""
