"""The settings: `config.toml`, the environment over it, and a default for every key.

    BUSKER_TOKEN=…                    the key `token`
    BUSKER_ENGINE__DEVICE=cuda        the key `device` of the section [engine]
    BUSKER_TRACKS__FORMATS=flac,opus  a list

Whatever is wrong ends as a SettingsError with one sentence that names the key, never as an error of the
library that reads them.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args, get_origin

from annotated_types import Ge, Le, MinLen
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from audio.dsp.fades import FADE_OUT_SECONDS
from audio.piece import (
    LEAD_SECONDS,
    LENGTH_SECONDS,
    MAX_GUIDANCE,
    MAX_TEMPERATURE,
    MAX_TOP_K,
    MIN_TEMPERATURE,
    Piece,
    piece_of,
)
from audio.units import MAX_VOLUME
from bot.config.tokens import redact
from bot.errors import SettingsError
from bot.store.records import Rights

DEFAULT_PATH: Final = Path("config.toml")
PREFIX: Final = "BUSKER_"
DELIMITER: Final = "__"
SHOWN_VALUE_CHARS: Final = 40

_FOREIGN = re.compile(r"BUSKER_(SERVICE_HOST|SERVICE_PORT\w*|PORT(_\w+)?)")
"""What Kubernetes sets in every container beside a service that is named busker."""


def _no_bool(value: object) -> object:
    """`true` is no number: Python would take it for 1."""
    if isinstance(value, bool):
        raise ValueError("true and false are no numbers")
    return value


def _by_comma(value: object) -> object:
    """A list from the environment, where there are only texts."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return value


Whole = Annotated[int, BeforeValidator(_no_bool)]
Number = Annotated[float, BeforeValidator(_no_bool)]
Format = Literal["flac", "opus", "mp3"]


class _Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )


class EngineSettings(_Section):
    """What composes, and on what."""

    kind: Literal["local", "tone"] = "local"
    """With "local" a MusicGen checkpoint composes; "tone" plays test tones and costs nothing."""

    checkpoint: str = Field(default="etude", min_length=1, max_length=500)
    """A folder or a hub name in the MusicGen format of transformers; "etude" comes with Busker. A hub name
    downloads 2 to 14 GB once."""

    revision: str = Field(default="", max_length=100)
    """The commit of a hub checkpoint, so that its weights never change; empty takes its newest."""

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Where the model runs; "auto" takes CUDA where there is one, else the CPU."""

    threads: Whole = Field(default=1, ge=1, le=64)
    """CPU threads of the model. More than the idle cores makes it slower: threads wait for each other. In
    int8 two do little more than one where there is VNNI."""

    dtype: Literal["auto", "float32", "bfloat16", "float16", "int8"] = "auto"
    """The numbers of the decoder's matrices; on CUDA also of its cache. "auto" is float16 on CUDA, int8 on a
    CPU with AVX2 or AVX-512, and float32 elsewhere. float32 is exact; bfloat16 and float16 halve the weights
    and suit large checkpoints and CUDA; int8 is the fastest on a CPU (only there), at about 2 % error. Each
    is another sound from the same seed."""

    slots: Whole = Field(default=8, ge=1, le=256)
    """The most pieces composed at the same time; fewer where the device could not make them faster than they
    play. Each takes memory for the longest piece: with "small" 0.6 GB for 30 s in float32, with "large" 2.4
    GB; half of it in float16 on CUDA, where it is taken for all slots at the start."""


class MusicSettings(_Section):
    """What a member can ask for, and how the model draws."""

    longest_seconds: Number = Field(default=30.0, ge=LENGTH_SECONDS[0], le=300.0)
    """The longest piece that can be asked for, in seconds. Composing time and file size grow with it."""

    default_seconds: Number = Field(default=20.0, ge=LENGTH_SECONDS[0], le=300.0)
    """The length of a piece when none is asked for, in seconds."""

    lead_seconds: Number = Field(default=10.0, ge=3.0, le=LEAD_SECONDS)
    """How far composing runs ahead of what is heard, in seconds: so long it takes until new words of `/steer`
    are heard, and so long the music goes on when the engine dies and is replaced. More where the engine is
    slower than real time."""

    guidance: Number = Field(default=0.0, ge=0.0, le=MAX_GUIDANCE)
    """How strictly the music follows the prompt (classifier-free guidance); 0 is as the checkpoint
    recommends: 3 for all published ones."""

    top_k: Whole = Field(default=250, ge=1, le=MAX_TOP_K)
    """How many of the likeliest tokens a step draws from; fewer is tamer. No cost."""

    temperature: Number = Field(default=1.0, ge=MIN_TEMPERATURE, le=MAX_TEMPERATURE)
    """How evenly a step draws from them; lower is tamer. No cost."""

    queue_length: Whole = Field(default=10, ge=1, le=100)
    """Pieces of one guild that may wait or play. Each composed one holds 0.2 MB of memory a second of music
    until it has been played and posted."""

    def piece(
        self,
        prompt: str,
        seconds: float | None = None,
        interval: float | None = None,
        seed: int | None = None,
    ) -> Piece:
        """The Piece for these wishes within these settings. Raises PieceError."""
        wanted = self.default_seconds if seconds is None else seconds
        piece = piece_of(prompt, wanted, interval, seed, longest=self.longest_seconds)
        guidance = self.guidance or None
        return self.led(replace(piece, guidance=guidance, top_k=self.top_k, temperature=self.temperature))

    def led(self, piece: Piece) -> Piece:
        """The same piece, composed as far ahead as is wanted now."""
        return replace(piece, lead=self.lead_seconds)

    @model_validator(mode="after")
    def _default_fits(self) -> MusicSettings:
        if self.default_seconds > self.longest_seconds:
            raise ValueError(
                f"`music.default_seconds` of {self.default_seconds:g} s is longer than "
                f"`music.longest_seconds` of {self.longest_seconds:g} s: raise the one or lower the other."
            )
        return self


class VoiceSettings(_Section):
    """How it sounds in the voice channel."""

    volume: Number = Field(default=MAX_VOLUME, ge=0.0, le=MAX_VOLUME)
    """The amplitude that music starts at, 0 to 1, until a member says `/volume`: 1 is −16 LUFS, as loud as
    podcasts are, and the loudest there is; 0.5 is −22 LUFS. Posted tracks are always at −14 LUFS. No cost."""

    announce: bool = True
    """Whether the voice channel's status says what plays, where Busker may set it. No cost."""

    crossfade_seconds: Number = Field(default=FADE_OUT_SECONDS, ge=0.0, le=10.0)
    """Seconds that a piece is heard together with the end of the one before it, when it is ready by then, of
    either no more than a fifth; 0 is none. A piece fades out over its last 2 s in any case. No cost."""

    leave_after_seconds: Number = Field(default=120.0, ge=0.0, le=86_400.0)
    """Seconds without music, or without anybody who listens, after which Busker leaves the channel. An idle
    connection costs two threads and hardly any traffic."""

    radio_sleeps_seconds: Number = Field(default=3600.0, ge=0.0, le=86_400.0)
    """Seconds without anybody who listens after which Busker leaves where a radio plays, if that is more:
    until then it sleeps, composing nothing, and wakes for whoever comes. Costs as much as any idle
    connection."""


class RightsSettings(_Section):
    """What people may do, where the managers of a guild have not chosen otherwise with `/settings`."""

    mode: Rights = "free"
    """Who may skip, stop, pause and the like: "free" every listener, "vote" most listeners together, "dj"
    those with the role that managers chose. Who asked for the piece, a lone listener and managers always
    may."""

    most_waiting: Whole = Field(default=0, ge=0, le=100)
    """Pieces of one person that may wait or play; 0 is without limit."""

    seconds_a_day: Number = Field(default=0.0, ge=0.0, le=86_400.0)
    """Seconds of music that one person may ask for in a day (UTC) and a guild; 0 is without limit."""


class TrackSettings(_Section):
    """The finished tracks."""

    folder: Path = Path("var/tracks")
    """Where finished tracks and pictures are kept. 30 s of FLAC take about 2 MiB."""

    keep_mib: Number = Field(default=4096.0, ge=0.0)
    """How much of the disk they may take, in MiB: beyond it those that were made or played longest ago are
    deleted, and made again when somebody wants to hear them. 0 keeps all. The default holds some 2,000 pieces
    of 30 s."""

    formats: Annotated[tuple[Format, ...], NoDecode, BeforeValidator(_by_comma)] = Field(
        default=("flac", "opus", "mp3"), min_length=1
    )
    """The formats to try in this order; the first whose file fits is posted. FLAC is exact and about 0.07 MiB
    a second, MP3 0.024, Opus 0.016."""

    largest_mib: Number = Field(default=25.0, ge=1.0, le=500.0)
    """The largest file to post, in MiB; the limit of the guild (10 MiB unless boosted) also holds. Costs
    upload traffic."""


class StoreSettings(_Section):
    """What Busker remembers: choices of guilds, tracks made, use a day."""

    path: Path = Path("var/busker.sqlite")
    """The SQLite file, made when there is none. Some hundred bytes a track; two more files beside it belong
    to it while Busker runs."""


class HealthSettings(_Section):
    """GET /healthz, for a container or a supervisor: 200 when all is well, 503 when not; GET /metrics."""

    host: str = Field(default="127.0.0.1", min_length=1, max_length=255)
    """The address to listen on; the answer tells little, yet only this machine needs it."""

    port: Whole = Field(default=0, ge=0, le=65_535)
    """The TCP port; 0 listens on none. The Dockerfile sets 8080. No cost worth a number."""


class LogSettings(_Section):
    """The log, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least important record that is written; "debug" writes some lines a second."""


class Settings(BaseSettings):
    """Everything that can be set. Made by `load`, which turns what is wrong into sentences."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )

    token: SecretStr = SecretStr("")
    """The bot's token, from the developer portal of Discord. Only `run` needs it. Better in BUSKER_TOKEN than
    in a file; never printed, never logged."""

    engine: EngineSettings = EngineSettings()
    music: MusicSettings = MusicSettings()
    voice: VoiceSettings = VoiceSettings()
    rights: RightsSettings = RightsSettings()
    tracks: TrackSettings = TrackSettings()
    store: StoreSettings = StoreSettings()
    health: HealthSettings = HealthSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then what `load` read from the file."""
        return env_settings, init_settings

    def with_engine(self, kind: Literal["local", "tone"]) -> Self:
        """The same settings with an engine of `kind`."""
        return self.model_copy(update={"engine": self.engine.model_copy(update={"kind": kind})})


def load(path: Path | None = None) -> Settings:
    """The settings of this process, from `path` (it must exist) or `config.toml` (it need not).

    Raises SettingsError with one sentence that names the key, or the file when it cannot be read.
    """
    table = _table(path or DEFAULT_PATH, needed=path is not None)
    _check_environment(os.environ)
    try:
        settings = Settings(**table)
    except ValidationError as error:
        # `from None`: the library's error would bring the values, and so perhaps the token, into a traceback.
        raise SettingsError(_sentence(error, path or DEFAULT_PATH)) from None
    return settings.model_copy(update={"token": SecretStr(settings.token.get_secret_value().strip())})


def keys() -> dict[str, FieldInfo]:
    """Every key that can be set, dotted as in `engine.device`, in the order of the example."""
    found: dict[str, FieldInfo] = {}
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, _Section):
            found |= {f"{name}.{key}": inner for key, inner in section.model_fields.items()}
        else:
            found[name] = field
    return found


def variable_of(key: str) -> str:
    """The environment variable of a key: `engine.device` is set by BUSKER_ENGINE__DEVICE."""
    return PREFIX + key.replace(".", DELIMITER).upper()


def _table(path: Path, *, needed: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not needed:
            return {}
        raise SettingsError(f"There is no settings file {path}: copy config.example.toml there.") from None
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"The settings file {path} is not UTF-8 text: save it as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        # The sentence of the parser only; Python 3.14 also hangs the whole document on the error.
        fault = redact(str(error).splitlines()[0])
        raise SettingsError(f"The settings file {path} is not valid TOML: {fault}.") from None


def _check_environment(environment: Mapping[str, str]) -> None:
    known = [variable_of(key) for key in keys()]
    for name in environment:
        if name.upper().startswith(PREFIX) and name.upper() not in known and not _FOREIGN.fullmatch(name):
            raise SettingsError(
                f"The environment variable {name} names no setting{_nearest(name.upper(), known)}."
            )


def _sentence(error: ValidationError, path: Path) -> str:
    """One sentence for the first thing wrong; pydantic's own words are about Python types."""
    first = error.errors(include_url=False)[0]
    known = keys()
    place = [str(part) for part in first["loc"]]
    key = ".".join(place[:2])
    if first["type"] == "extra_forbidden":
        return f"{path} has an unknown key `{redact(key)}`{_nearest(key, [*known, *Settings.model_fields])}."
    if key not in known and key in Settings.model_fields:
        if first["type"] == "value_error":
            return str(first["ctx"]["error"])
        return f"`{key}` in {path} is a section: write [{key}] on a line of its own and its keys below."
    key = key if key in known else place[0]
    variable = variable_of(key)
    from_environment = any(name.upper() == variable and value for name, value in os.environ.items())
    source = variable if from_environment else f"`{key}` in {path}"
    return f"{source} {_is(key, first['input'])}: it takes {_takes(known[key])}."


def _is(key: str, value: object) -> str:
    """What the value is, unless it is the token, or what somebody pasted a token into."""
    if key == "token":
        return "is no text"
    shown = redact(f'"{value}"' if isinstance(value, str) else str(value))
    if isinstance(value, bool):
        shown = shown.lower()
    return f"is {shown if len(shown) <= SHOWN_VALUE_CHARS else shown[:SHOWN_VALUE_CHARS] + '…'}"


def _takes(field: FieldInfo) -> str:
    """What a key takes, read from its own type and bounds."""
    kind = field.annotation
    if get_origin(kind) is Literal:
        return " or ".join(f'"{choice}"' for choice in get_args(kind))
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
        highest = next((f"to {bound.le:g}" for bound in field.metadata if isinstance(bound, Le)), "on")
        return f"a {'whole ' if kind is int else ''}number from {lowest:g} {highest}"
    if kind is bool:
        return "true or false"
    return "a path in quotes" if kind is Path else "a text in quotes"


def _nearest(name: str, known: list[str]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1)
    return f"; the nearest that exists is {nearest[0]}" if nearest else ""
