"""Reading the settings. Every fault becomes a SettingsError: one sentence that names the key."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

from annotated_types import Ge, Le, MinLen
from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from bot.config.settings import DEFAULT_PATH, DELIMITER, PREFIX, Section, Settings
from bot.config.tokens import redact
from bot.config.word_list import MAX_WORD_CHARS
from bot.errors import SettingsError

MAX_SHOWN_CHARS: Final = 40
"""Characters of an invalid value that a message shows."""

MAX_TOKEN_CHARS: Final = 500
"""Characters of the token's file that are read: a token has about 70."""

_FOREIGN: Final = re.compile(r"BUSKER_(SERVICE_HOST|SERVICE_PORT\w*|PORT(_\w+)?)")
"""Variables that Kubernetes sets in every container if a service is called busker."""


def load(path: Path | None = None) -> Settings:
    """Read the settings from the environment and `path`, which must exist, or config.toml, which need not.

    Takes the token out of the environment, which processes started later inherit. Raises SettingsError: one
    sentence that names the key, or the file if it cannot be read.
    """
    try:
        table = _table(path or DEFAULT_PATH, required=path is not None)
        _check_environment(os.environ)
        settings = Settings(**table)
        return settings.model_copy(update={"token": SecretStr(_token(settings))})
    except ValidationError as error:
        # `from None`: pydantic's error would put the values, perhaps the token, into a traceback.
        raise SettingsError(_sentence(error, path or DEFAULT_PATH)) from None
    finally:
        for name in [name for name in os.environ if name.upper() == variable_of("token")]:
            del os.environ[name]


def keys() -> dict[str, FieldInfo]:
    """Return the field of every key, dotted as in `engine.device`, in the order of config.example.toml."""
    fields: dict[str, FieldInfo] = {}
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            fields |= {f"{name}.{key}": inner for key, inner in section.model_fields.items()}
        else:
            fields[name] = field
    return fields


def variable_of(key: str) -> str:
    """Return the environment variable of a key, such as BUSKER_ENGINE__DEVICE for `engine.device`."""
    return PREFIX + key.replace(".", DELIMITER).upper()


def _table(path: Path, *, required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not required:
            return {}
        raise SettingsError(f"There is no settings file {path}: copy config.example.toml there.") from None
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"The settings file {path} is not UTF-8 text: save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        # The parser's message only: Python 3.14 attaches the whole document to the error.
        fault = redact(str(error).splitlines()[0])
        raise SettingsError(f"The settings file {path} is not valid TOML: {fault}.") from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or as many brackets
        raise SettingsError(f"The settings file {path} is too deep, or has too long a number.") from None


def _token(settings: Settings) -> str:
    """Return the token, from its file if one is named, without white space around it."""
    token = settings.token.get_secret_value().strip()
    if not settings.token_file:
        return token
    if token:
        raise SettingsError("Both `token` and `token_file` are set (or their variables): keep one of them.")
    path = Path(settings.token_file)
    try:
        with path.open(encoding="utf-8") as file:
            token = file.read(MAX_TOKEN_CHARS + 1).strip()
    except OSError as error:
        raise SettingsError(f"The token's file {path} cannot be read: {error.strerror}.") from None
    except ValueError:  # not UTF-8, or a path with a null character
        raise SettingsError(f"The token's file {path} is not text: put the token into it.") from None
    if not token or len(token) > MAX_TOKEN_CHARS:
        fault = "too long for a token" if token else "empty"
        raise SettingsError(f"The token's file {path} is {fault}: put the token into it, and nothing else.")
    return token


def _check_environment(environment: Mapping[str, str]) -> None:
    known = [variable_of(key) for key in keys()]
    for name in environment:
        if name.upper().startswith(PREFIX) and name.upper() not in known and not _FOREIGN.fullmatch(name):
            raise SettingsError(
                f"The environment variable {name} names no setting{_nearest(name.upper(), known)}."
            )


def _sentence(error: ValidationError, path: Path) -> str:
    """Return one sentence about the first fault; pydantic's own messages speak of Python types."""
    first = error.errors(include_url=False)[0]
    known = keys()
    location = [str(part) for part in first["loc"]]
    key = ".".join(location[:2])
    if first["type"] == "extra_forbidden":
        return f"{path} has an unknown key `{redact(key)}`{_nearest(key, [*known, *Settings.model_fields])}."
    if key not in known and key in Settings.model_fields:
        if first["type"] == "value_error":
            return str(first["ctx"]["error"])
        return f"`{key}` in {path} is a section: write [{key}] on a line of its own and its keys below."
    key = key if key in known else location[0]
    variable = variable_of(key)
    from_environment = any(name.upper() == variable and value for name, value in os.environ.items())
    source = variable if from_environment else f"`{key}` in {path}"
    return f"{source} {_describe(key, first['input'])}: it takes {_valid_values(known[key])}."


def _describe(key: str, value: object) -> str:
    """Describe an invalid value, without any token."""
    if key == "token":
        return "is not text"
    try:
        shown = redact(f'"{value}"' if isinstance(value, str) else str(value))
    except ValueError:  # Python writes no number of thousands of digits
        return "is a number of thousands of digits"
    shown = "".join(character if character.isprintable() else "�" for character in shown)
    if isinstance(value, bool):
        shown = shown.lower()
    return f"is {shown if len(shown) <= MAX_SHOWN_CHARS else shown[:MAX_SHOWN_CHARS] + '…'}"


def _valid_values(field: FieldInfo) -> str:
    """Describe the valid values of a key, by its type and bounds."""
    kind = field.annotation
    if get_origin(kind) is Literal:
        return " or ".join(f'"{choice}"' for choice in get_args(kind))
    if get_origin(kind) is tuple and get_origin(get_args(kind)[0]) is not Literal:
        ids = get_args(get_args(kind)[0])[0] is int
        return "a list of ids" if ids else f"a list of words of up to {MAX_WORD_CHARS} characters, in quotes"
    if get_origin(kind) is tuple:
        return "a list of one or more of " + ", ".join(
            f'"{choice}"' for choice in get_args(get_args(kind)[0])
        )
    if kind is str:
        return (
            "a text in quotes, not empty"
            if any(isinstance(b, MinLen) for b in field.metadata)
            else "a text in quotes"
        )
    if kind in (int, float):
        lowest = next(bound.ge for bound in field.metadata if isinstance(bound, Ge))
        highest = next((f"to {bound.le:.10g}" for bound in field.metadata if isinstance(bound, Le)), "on")
        return f"a {'whole ' if kind is int else ''}number from {lowest:g} {highest}"
    if kind is bool:
        return "true or false"
    return "a path in quotes" if kind is Path else "a text in quotes"


def _nearest(name: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1)
    return f"; the nearest that exists is {nearest[0]}" if nearest else ""
