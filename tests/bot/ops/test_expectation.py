"""What people get from the engine is said in numbers, with what helps."""

from __future__ import annotations

import pytest

from audio.engine import EngineInfo
from bot.config.settings import Settings
from bot.ops.expectation import expectation


def info(speed: float, streams: int = 1, device: str = "cpu", **more: object) -> EngineInfo:
    given = {"dtype": "int4", "kernel": "avx512_vnni", "threads": 2} | more
    return EngineInfo("musicgen-small", "1", "MIT", device, 32_000, 1, speed, streams, **given)  # type: ignore[arg-type]


def settings(**engine: object) -> Settings:
    return Settings.model_validate({"engine": {"checkpoint": "facebook/musicgen-small"} | engine})


def test_a_live_model_tells_the_first_sound_and_how_many_play_at_once() -> None:
    assert expectation(info(1.5), settings()) == (
        "musicgen-small in int4 by avx512_vnni, 2 threads: 1.5 times real time, live: "
        "first sound after 0.7 s, 1 piece at once."
    )
    assert "16 pieces at once" in expectation(info(30.0, 16), settings())


def test_a_slow_model_tells_the_wait_and_what_is_live() -> None:
    sentence = expectation(info(0.5), settings())
    assert "not live: a piece of 20 s is heard after about 31 s, then without a gap." in sentence
    assert sentence.endswith(
        'Faster: a GPU, a smaller checkpoint. Live on any computer: `engine.checkpoint = "etude"`.'
    )


@pytest.mark.parametrize(
    ("one", "set_", "advice"),
    [
        (info(0.5, threads=1), {"threads": 1}, "`engine.threads = 0`"),
        (info(0.1, dtype="float32", kernel="torch"), {"dtype": "float32"}, '`engine.dtype = "auto"`'),
        (info(0.1, dtype="int8", kernel="torch"), {}, "a C compiler (`pip install ziglang`)"),
    ],
    ids=["threads", "dtype", "compiler"],
)
def test_settings_that_would_help_are_named(one: EngineInfo, set_: dict[str, object], advice: str) -> None:
    assert advice in expectation(one, settings(**set_))
    assert advice not in expectation(info(0.5), settings())


def test_a_gpu_is_not_advised_to_get_a_gpu() -> None:
    sentence = expectation(info(0.5, device="cuda (one)", kernel="", dtype="float16"), settings(threads=1))
    assert "musicgen-small in float16: " in sentence
    assert "Faster: a smaller checkpoint." in sentence


def test_etude_is_not_advised_to_take_etude() -> None:
    assert "Live on any computer" not in expectation(info(0.5), settings(checkpoint="etude"))
