"""Adapters against peft itself: its model, not merged, makes the same sound."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import peft
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import MusicgenForConditionalGeneration, MusicgenMelodyForConditionalGeneration

from audio.errors import CheckpointError
from audio.musicgen.checkpoint.adapter import ADAPTER_WEIGHTS, MERGEABLE
from audio.musicgen.checkpoint.load import Checkpoint, load_checkpoint
from audio.musicgen.checkpoint.seeded import seeded_melody_model, seeded_model, seeded_tokenizer
from audio.musicgen.engine_core import EngineCore
from audio.piece import Piece
from audio.units import Pcm
from tests.audio.composed import played

# The library's own: about its future, and about targets that a model does not have.
pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::UserWarning:peft")

PIECE = Piece("a brass band", seconds=0.4, seed=3, interval=0.5, top_k=1)
SHAPE: dict[str, Any] = {"hidden": 64, "layers": 2, "heads": 2}
STRENGTH = 0.2
"""Standard deviation of the adapters' weights, enough to change the sound."""

ATTENTION = ["q_proj", "v_proj"]
DREAMBOOTH = [
    *("enc_to_dec_proj", "audio_enc_to_dec_proj", "k_proj", "v_proj", "q_proj", "out_proj", "fc1", "fc2"),
    *(f"{module}.{book}" for module in ("lm_heads", "embed_tokens") for book in range(4)),
]
"""Modules that the public fine-tuning scripts for MusicGen adapt."""

CONFIGS: dict[str, Callable[[], Any]] = {
    "lora": lambda: peft.LoraConfig(r=4, lora_alpha=8, target_modules=ATTENTION),
    "dreambooth": lambda: peft.LoraConfig(r=16, lora_alpha=16, target_modules=DREAMBOOTH, lora_dropout=0.05),
    "text encoder": lambda: peft.LoraConfig(target_modules=["k", "v", "q", "o", "wi", "wo"]),
    "rslora": lambda: peft.LoraConfig(r=4, lora_alpha=8, target_modules=ATTENTION, use_rslora=True),
    "dora": lambda: peft.LoraConfig(r=4, target_modules=DREAMBOOTH[:8], use_dora=True),
    "patterns": lambda: peft.LoraConfig(
        r=4, target_modules=ATTENTION, rank_pattern={"q_proj": 2}, alpha_pattern={r"layers\.1\..*v_proj": 32}
    ),
    "modules to save": lambda: peft.LoraConfig(
        target_modules=ATTENTION, modules_to_save=["lm_heads.1", "enc_to_dec_proj", "layer_norm"]
    ),
    "fan in fan out": lambda: peft.LoraConfig(target_modules=ATTENTION, fan_in_fan_out=True),
    "bias": lambda: peft.LoraConfig(target_modules=DREAMBOOTH[:3], bias="all"),
    "some layers": lambda: peft.LoraConfig(
        target_modules=ATTENTION, layers_to_transform=[1], layers_pattern="layers"
    ),
    "pissa": lambda: peft.LoraConfig(r=4, target_modules=["fc1"], init_lora_weights="pissa"),
    "adalora": lambda: peft.AdaLoraConfig(target_modules=ATTENTION, total_step=10),
    "loha": lambda: peft.LoHaConfig(r=4, target_modules=ATTENTION),
    "lokr": lambda: peft.LoKrConfig(r=4, target_modules=ATTENTION),
    "ia3": lambda: peft.IA3Config(target_modules=[*ATTENTION, "fc2"], feedforward_modules=["fc2"]),
    "oft": lambda: peft.OFTConfig(oft_block_size=8, target_modules=ATTENTION),
}


def trained(base: Path, config: Any, folder: Path, kind: Any = MusicgenForConditionalGeneration) -> Path:
    """Save an adapter of the model in `base` as a training leaves it, with random weights."""
    wrapped = peft.get_peft_model(kind.from_pretrained(base), config)
    generator = torch.Generator().manual_seed(8)
    with torch.no_grad():
        for parameter in wrapped.parameters():
            if parameter.requires_grad:
                parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=STRENGTH)
    wrapped.save_pretrained(str(folder))
    return folder


def heard(checkpoint: Checkpoint) -> Pcm:
    return played(EngineCore(checkpoint, longest=1.0), PIECE)


def heard_of_peft(base: Path, adapter: Path, kind: Any = MusicgenForConditionalGeneration) -> Pcm:
    """The sound of the library's model with the adapter beside its weights."""
    model: Any = peft.PeftModel.from_pretrained(kind.from_pretrained(base), str(adapter)).eval()
    inputs = dict(seeded_tokenizer()([PIECE.prompt], return_tensors="pt"))
    with torch.inference_mode():
        whole = model.generate(**inputs, do_sample=False, guidance_scale=3.0, max_new_tokens=PIECE.steps + 3)
    pcm: Pcm = whole[0].numpy()
    return pcm


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "base"
    seeded_model(**SHAPE).save_pretrained(folder)
    seeded_tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def adapter(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(base, CONFIGS["dreambooth"](), tmp_path_factory.mktemp("adapters") / "tune")


@pytest.fixture
def changeable(adapter: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(adapter, tmp_path / "changed"))


def edit(folder: Path, **keys: object) -> None:
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps(config | keys))


@pytest.mark.parametrize("name", CONFIGS)
def test_the_sound_is_that_of_peft(base: Path, tmp_path: Path, name: str) -> None:
    folder = trained(base, CONFIGS[name](), tmp_path / "tune")
    pcm = heard(load_checkpoint(str(base), adapter=str(folder)))
    assert not np.allclose(pcm, heard(load_checkpoint(str(base))), atol=0.01), "it changes nothing"
    np.testing.assert_allclose(pcm, heard_of_peft(base, folder), atol=2e-4, rtol=0)


def test_every_kind_that_is_merged_is_compared() -> None:
    assert {str(config().peft_type.value) for config in CONFIGS.values()} == set(MERGEABLE)


def test_an_adapter_of_a_melody_checkpoint_sounds_like_peft(tmp_path: Path) -> None:
    seeded_melody_model(**SHAPE).save_pretrained(tmp_path / "base")
    seeded_tokenizer().save_pretrained(tmp_path / "base")
    kind = MusicgenMelodyForConditionalGeneration
    folder = trained(tmp_path / "base", CONFIGS["dreambooth"](), tmp_path / "tune", kind)
    pcm = heard(load_checkpoint(str(tmp_path / "base"), adapter=str(folder)))
    np.testing.assert_allclose(pcm, heard_of_peft(tmp_path / "base", folder, kind), atol=2e-4, rtol=0)


def test_name_revision_and_licence_tell_of_the_adapter(base: Path, adapter: Path, changeable: Path) -> None:
    alone = load_checkpoint(str(base))
    both = load_checkpoint(str(base), adapter=str(adapter))
    assert both.name == "base + tune"
    assert both.revision.startswith(f"{alone.revision}+")
    (changeable / "README.md").write_text("---\nlicense: mit\n---\n")
    assert load_checkpoint(str(base), adapter=str(changeable)).licence == "MIT"
    assert load_checkpoint(str(base), adapter=str(changeable)).revision == both.revision
    edit(changeable, lora_alpha=17)
    assert load_checkpoint(str(base), adapter=str(changeable)).revision != both.revision


def test_another_base_is_told_and_the_same_one_is_not(
    base: Path, adapter: Path, changeable: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert load_checkpoint(str(base), adapter=str(adapter)).notes == ()
        edit(changeable, base_model_name_or_path="facebook/musicgen-melody")
        (note,) = load_checkpoint(str(base), adapter=str(changeable)).notes
    assert note == "The adapter “changed” was trained on facebook/musicgen-melody, not on “base”."
    assert caplog.messages == [note]


def test_an_adapter_beside_a_model_is_told_and_changes_nothing(
    base: Path, adapter: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(base, tmp_path / "both"))
    shutil.copytree(adapter, folder, dirs_exist_ok=True)
    checkpoint = load_checkpoint(str(folder))
    assert checkpoint.notes == (
        f"An adapter lies beside “both” and is not used; set engine.adapter to {folder}.",
    )
    assert np.array_equal(heard(checkpoint), heard(load_checkpoint(str(base))))
    used = load_checkpoint(str(folder), adapter=str(folder))
    assert [note for note in used.notes if "not used" in note] == []
    assert np.array_equal(heard(used), heard(load_checkpoint(str(base), adapter=str(adapter))))


def test_a_cached_hub_adapter_needs_no_network_and_its_revision_pins_it(
    base: Path, adapter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    cached = tmp_path / "models--somebody--tune"
    old, new = "0" * 40, "1" * 40
    shutil.copytree(adapter, cached / "snapshots" / old)
    shutil.copytree(adapter, cached / "snapshots" / new)
    (cached / "snapshots" / new / ADAPTER_WEIGHTS).unlink()
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(new)
    pinned = load_checkpoint(str(base), adapter="somebody/tune", adapter_revision=old)
    assert pinned.name == "base + somebody/tune"
    with pytest.raises(CheckpointError, match=r"“somebody/tune” lacks its file adapter_model\.safetensors"):
        load_checkpoint(str(base), adapter="somebody/tune")


def test_a_byte_order_mark_is_passed_over(base: Path, adapter: Path, changeable: Path) -> None:
    config = changeable / "adapter_config.json"
    config.write_bytes(b"\xef\xbb\xbf" + config.read_bytes())
    marked = load_checkpoint(str(base), adapter=str(changeable))
    assert np.array_equal(heard(marked), heard(load_checkpoint(str(base), adapter=str(adapter))))


def of_another_width(folder: Path) -> None:
    weights = load_file(folder / ADAPTER_WEIGHTS)
    save_file({key: torch.zeros(3, 3) for key in weights}, folder / ADAPTER_WEIGHTS)


def of_other_names(folder: Path) -> None:
    weights = load_file(folder / ADAPTER_WEIGHTS)
    save_file({key.replace("q_proj", "query"): weights[key] for key in weights}, folder / ADAPTER_WEIGHTS)


def without_a_weight(folder: Path) -> None:
    weights = load_file(folder / ADAPTER_WEIGHTS)
    del weights[min(key for key in weights if "lora_B" in key)]
    save_file(weights, folder / ADAPTER_WEIGHTS)


def diverged(folder: Path) -> None:
    weights = load_file(folder / ADAPTER_WEIGHTS)
    save_file({key: torch.full_like(weights[key], torch.nan) for key in weights}, folder / ADAPTER_WEIGHTS)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (shutil.rmtree, "There is no adapter folder"),
        (of_another_width, "does not fit the checkpoint; it was trained on .*base: set .*size mismatch"),
        (of_other_names, "does not fit the checkpoint.*has no place for 8 weights"),
        (without_a_weight, "does not fit the checkpoint.*gets no value for 1 weights"),
        (lambda folder: edit(folder, target_modules=["nothing"]), "does not fit the checkpoint.*not found"),
        (lambda folder: edit(folder, r=5), "does not fit the checkpoint.*size mismatch"),
        (diverged, "The weights of “changed” are not finite"),
        (lambda folder: edit(folder, peft_type="PROMPT_TUNING"), "of the kind PROMPT_TUNING; Busker merges"),
        (lambda folder: edit(folder, peft_type=None), "of the kind None; Busker merges"),
        (lambda folder: edit(folder, r=-1), "adapter_config.json of .* cannot be used|does not fit"),
        (lambda folder: edit(folder, r="four"), "adapter_config.json of .* cannot be used|does not fit"),
        (
            lambda folder: edit(folder, use_fourth_dimension=True, peft_version="9.0"),
            "sets use_fourth_dimension, which peft .* does not know; install the peft that saved it .9.0.",
        ),
        (lambda folder: (folder / "adapter_config.json").write_text("{"), "is damaged"),
        (lambda folder: (folder / ADAPTER_WEIGHTS).write_bytes(b""), "is truncated or damaged"),
    ],
)
def test_each_defect_of_an_adapter_is_reported_in_one_sentence(
    base: Path, changeable: Path, damage: Callable[[Path], object], sentence: str
) -> None:
    damage(changeable)
    with pytest.raises(CheckpointError, match=sentence) as caught:
        load_checkpoint(str(base), adapter=str(changeable))
    assert "\n" not in str(caught.value)


def test_keys_of_a_later_peft_that_say_nothing_are_passed_over(base: Path, changeable: Path) -> None:
    edit(changeable, use_fourth_dimension=False, fifth_config=None)
    assert load_checkpoint(str(base), adapter=str(changeable)).name == "base + changed"
