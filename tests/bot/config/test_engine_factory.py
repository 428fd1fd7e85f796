"""Engines follow the settings, and the bot's process loads no torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from audio.errors import EngineError
from audio.worker.tone_engine import ToneEngine
from bot.config.engine_factory import create_engine, running_engine
from bot.config.settings import EngineSettings, Settings

ROOT = Path(__file__).parents[3]


def settings_with(engine: EngineSettings) -> Settings:
    return Settings.model_construct(engine=engine)


async def test_the_engine_runs_inside_the_block_and_has_ended_after_it() -> None:
    async with running_engine(settings_with(EngineSettings(kind="tone"))) as engine:
        assert isinstance(engine, ToneEngine)
        assert engine.healthy
    assert not engine.healthy


def test_an_engine_says_nothing_about_itself_before_its_start() -> None:
    with pytest.raises(EngineError):
        _ = create_engine(settings_with(EngineSettings())).info


def test_the_bots_process_does_not_load_torch_or_transformers() -> None:
    script = (
        "import sys, bot.config.engine_factory, bot.config.settings\n"
        "bot.config.engine_factory.create_engine(bot.config.settings.Settings.model_construct())\n"
        "sys.exit(bool({'torch', 'transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
