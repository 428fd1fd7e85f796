"""The settings: every key of config.toml with its default. The environment overrides the file.

    BUSKER_TOKEN=…                    the key `token`
    BUSKER_TOKEN_FILE=/run/secrets/…  the key `token_file`
    BUSKER_ENGINE__DEVICE=cuda        the key `device` of the section [engine]
    BUSKER_TRACKS__FORMATS=flac,opus  a list

`bot.config.loading` reads them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)
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
    prompt_of,
    readable,
)
from audio.prompts.translation import translate
from audio.units import MAX_VOLUME
from bot.config.word_list import MAX_WORD_CHARS, is_word
from bot.store.records import Rights

DEFAULT_PATH: Final = Path("config.toml")
PREFIX: Final = "BUSKER_"
DELIMITER: Final = "__"


def _reject_bool(value: object) -> object:
    """Reject `true` for a number, which Python would convert to 1."""
    if isinstance(value, bool):
        raise ValueError("true and false are not numbers")
    return value


def _split_commas(value: object) -> object:
    """Split a list from the environment, where every value is a string."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return value


def _require_word(text: str) -> str:
    """Reject a text that is no word of a list, such as a star alone."""
    if not is_word(text):
        raise ValueError("no letters")
    return text


Whole = Annotated[int, BeforeValidator(_reject_bool)]
Number = Annotated[float, BeforeValidator(_reject_bool)]
Word = Annotated[str, Field(max_length=MAX_WORD_CHARS), AfterValidator(_require_word)]
Id = Annotated[int, BeforeValidator(_reject_bool), Field(gt=0, lt=2**63)]
Format = Literal["flac", "opus", "mp3"]


class Wording(NamedTuple):
    """A prompt for the model."""

    prompt: str
    translated_from: str | None
    """What was typed, if `prompt` is a translation."""


class Section(BaseModel):
    """A section of config.toml."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )


class EngineSettings(Section):
    """The model, and the device that it runs on."""

    kind: Literal["local", "tone"] = "local"
    """Either "local", a MusicGen checkpoint, or "tone", test tones that need no computing time."""

    checkpoint: str = Field(default="etude", min_length=1, max_length=500)
    """A folder or a hub name, in the MusicGen format of transformers; "etude" ships with Busker. A hub name
    downloads 2 to 14 GB once."""

    revision: str = Field(default="", max_length=100)
    """Commit of a hub checkpoint, to pin its weights; empty means the newest."""

    adapter: str = Field(default="", max_length=500)
    """A folder or a hub name of an adapter of peft (LoRA and the like), as fine-tuning leaves it, to merge
    into the checkpoint; empty means none. Takes seconds at the start and none afterwards."""

    adapter_revision: str = Field(default="", max_length=100)
    """Commit of a hub adapter, to pin it; empty means the newest."""

    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """Device of the model; "auto" is CUDA if available, else the CPU."""

    threads: Whole = Field(default=0, ge=0, le=64)
    """CPU threads of the model; 0 chooses: one for étude, for the published checkpoints one for each core,
    less one for everything else where there are more than two. More threads than idle cores wait for each
    other."""

    dtype: Literal["auto", "float32", "bfloat16", "float16", "int8", "int4"] = "auto"
    """Number format of the decoder's weights; on CUDA also of its cache. "auto" is float16 on CUDA; on a CPU
    it is int8, or int4 if the checkpoint is live only with that. float32 is exact; bfloat16 and float16 halve
    the weights and suit CUDA; int8 (CPU only) is off by about 1 %; int4 (CPU only) reads half as much as int8
    and suits large checkpoints alone. The same seed sounds different in each format."""

    slots: Whole = Field(default=8, ge=1, le=256)
    """Maximum of pieces composed at once; fewer if the device cannot compose that many in real time. Each
    takes memory for the longest piece: for 30 s in float32, 0.6 GB with "small" and 2.4 GB with "large". In
    float16 on CUDA it is half of that, allocated for all slots at the start."""


class MusicSettings(Section):
    """Limits and defaults of requests, and sampling."""

    longest_seconds: Number = Field(default=30.0, ge=LENGTH_SECONDS[0], le=300.0)
    """Maximum length of a piece [s]. Composing time and file size grow with it."""

    default_seconds: Number = Field(default=20.0, ge=LENGTH_SECONDS[0], le=300.0)
    """Length of a piece if the request names none [s]."""

    lead_seconds: Number = Field(default=10.0, ge=3.0, le=LEAD_SECONDS)
    """Lead of composing over playback [s]. A new prompt of `/steer` is heard after this time, and
    the music continues for this time while a failed engine is replaced. More if the engine is slower than
    real time."""

    guidance: Number = Field(default=0.0, ge=0.0, le=MAX_GUIDANCE)
    """Scale of classifier-free guidance: with more, the music follows the prompt more strictly. 0 means the
    recommendation of the checkpoint: 3 for all published ones."""

    top_k: Whole = Field(default=250, ge=1, le=MAX_TOP_K)
    """Number of most likely tokens that a step samples from; fewer is more predictable. No cost."""

    temperature: Number = Field(default=1.0, ge=MIN_TEMPERATURE, le=MAX_TEMPERATURE)
    """Sampling temperature; lower is more predictable. No cost."""

    queue_length: Whole = Field(default=10, ge=1, le=100)
    """Maximum of pieces that play or wait in a guild. Each composed one holds 0.2 MB of memory per second of
    music until it has been played and posted."""

    translate: bool = True
    """Turn prompts in German, Spanish, French, Portuguese and Japanese into English, which is what models
    know; the answer shows the English words. Prompts in English stay as they are. No cost."""

    def piece(
        self,
        prompt: str,
        seconds: float | None = None,
        interval: float | None = None,
        seed: int | None = None,
    ) -> Piece:
        """Return a Piece with these parameters and the defaults of these settings. Raises PieceError."""
        length = self.default_seconds if seconds is None else seconds
        piece = piece_of(prompt, length, interval, seed, longest=self.longest_seconds)
        english, translated_from = self.wording(piece.prompt)
        return self.with_lead(
            replace(
                piece,
                prompt=english,
                translated_from=translated_from,
                guidance=self.guidance or None,
                top_k=self.top_k,
                temperature=self.temperature,
            )
        )

    def wording(self, typed: str) -> Wording:
        """Return a typed prompt as the model gets it. Raises PieceError."""
        prompt = prompt_of(typed)
        english = readable(translate(prompt).prompt) if self.translate else prompt
        return Wording(english, None if english == prompt else prompt)

    def with_lead(self, piece: Piece) -> Piece:
        """Return `piece` with the lead of these settings."""
        return replace(piece, lead=self.lead_seconds)

    @model_validator(mode="after")
    def _default_fits(self) -> MusicSettings:
        if self.default_seconds > self.longest_seconds:
            raise ValueError(
                f"`music.default_seconds` of {self.default_seconds:g} s is longer than "
                f"`music.longest_seconds` of {self.longest_seconds:g} s: raise the one or lower the other."
            )
        return self


class VoiceSettings(Section):
    """Playback in the voice channel."""

    volume: Number = Field(default=MAX_VOLUME, ge=0.0, le=MAX_VOLUME)
    """Initial amplitude of playback, until a member uses `/volume`: 1, the maximum, is −16 LUFS, the level of
    podcasts; 0.5 is −22 LUFS. Posted tracks are always at −14 LUFS. No cost."""

    announce: bool = True
    """Show the current piece in the voice channel's status, if Busker has the permission. No cost."""

    crossfade_seconds: Number = Field(default=FADE_OUT_SECONDS, ge=0.0, le=10.0)
    """Overlap of a piece with the end of the previous one [s], if it is ready by then, and at most a fifth of
    either; 0 is none. A piece always fades out over its last 2 s. No cost."""

    leave_after_seconds: Number = Field(default=120.0, ge=0.0, le=86_400.0)
    """Time without music or without listeners after which Busker leaves the channel [s]. An idle connection
    costs two threads and hardly any traffic."""

    radio_sleeps_seconds: Number = Field(default=3600.0, ge=0.0, le=86_400.0)
    """Time without listeners after which Busker leaves the channel of a radio [s], if longer than
    `leave_after_seconds`. Until then the radio sleeps, composes nothing, and resumes when somebody joins.
    Costs as much as any idle connection."""


class RightsSettings(Section):
    """Rights and limits of members, unless the managers of a guild chose others with `/settings`."""

    mode: Rights = "free"
    """Members who may skip, stop, pause and the like: "free" is every listener, "vote" a majority of them,
    "dj" those with the role that managers chose. Always allowed: whoever requested the piece, a lone
    listener, and managers."""

    most_waiting: Whole = Field(default=3, ge=0, le=100)
    """Maximum of pieces per person that play or wait; 0 means no limit."""

    seconds_a_day: Number = Field(default=0.0, ge=0.0, le=86_400.0)
    """Maximum of music per person, guild and day (UTC) [s]; 0 means no limit."""

    commands_a_minute: Whole = Field(default=60, ge=0, le=6_000)
    """Maximum of commands and presses of buttons per person and minute, a third of them at once; 0 means no
    limit. More than people need and less than what slows down the answers to others."""

    blocked_words: Annotated[tuple[Word, ...], NoDecode, BeforeValidator(_split_commas)] = ()
    """Words that no prompt may have in any guild, besides those of its managers and of Discord's AutoMod.
    With wildcards, as AutoMod's: `bad` alone, `bad*` at a beginning, `*bad` at an end, `*bad*` anywhere. No
    cost."""

    blocked_ids: Annotated[tuple[Id, ...], NoDecode, BeforeValidator(_split_commas)] = ()
    """Ids of members and roles who may not request music in any guild. No cost."""


class TrackSettings(Section):
    """Files of finished tracks."""

    folder: Path = Path("var/tracks")
    """Folder of finished tracks and their pictures. 30 s of FLAC take about 2 MiB."""

    keep_mib: Number = Field(default=4096.0, ge=0.0, le=10_000_000.0)
    """Maximum size of that folder [MiB]. Beyond it, the tracks least recently composed or played are deleted;
    they are composed again when requested. 0 means no limit. The default holds about 2,000 pieces of 30 s."""

    formats: Annotated[tuple[Format, ...], NoDecode, BeforeValidator(_split_commas)] = Field(
        default=("flac", "opus", "mp3"), min_length=1
    )
    """Formats to try, in this order; the first whose file fits is posted. FLAC is lossless at about 0.07 MiB
    per second; MP3 takes 0.024, Opus 0.016."""

    largest_mib: Number = Field(default=25.0, ge=1.0, le=500.0)
    """Maximum size of a posted file [MiB]; the guild's own limit (10 MiB unless boosted) also applies. Costs
    upload traffic."""


class StoreSettings(Section):
    """The database: choices of guilds, finished tracks, use per day."""

    path: Path = Path("var/busker.sqlite")
    """The SQLite file, created if missing. Takes a few hundred bytes per track. While Busker runs, SQLite
    keeps two more files next to it."""

    forget_after_days: Number = Field(default=30.0, ge=0.0, le=3650.0)
    """Time after which everything of a server that Busker left is deleted: tracks with their files, settings,
    use and unfinished pieces [days]. If Busker is invited again before, it is all there. 0 deletes within the
    hour."""


class HealthSettings(Section):
    """HTTP endpoints: GET /healthz, for a container or a supervisor, and GET /metrics."""

    host: str = Field(default="127.0.0.1", min_length=1, max_length=255)
    """Address to listen on. The responses reveal little, but only this machine needs them."""

    port: Whole = Field(default=0, ge=0, le=65_535)
    """TCP port; 0 disables the endpoints. The Dockerfile sets 8080. Negligible cost."""


class LogSettings(Section):
    """The log, on standard error."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Lowest level that is logged; "debug" logs a few lines per second."""


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
    in this file; never printed, never logged, and no child process inherits it."""

    token_file: str = Field(default="", max_length=4096)
    """A file that holds the token and nothing else, instead of `token`: a secret of Docker, Kubernetes or
    systemd."""

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
        """Let the environment override what `load` read from the file."""
        return env_settings, init_settings

    def with_engine(self, kind: Literal["local", "tone"]) -> Self:
        """Return these settings with an engine of `kind`."""
        return self.model_copy(update={"engine": self.engine.model_copy(update={"kind": kind})})
