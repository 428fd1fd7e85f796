from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from audio.errors import CheckpointError
from audio.musicgen.checkpoint.load import Checkpoint, encode_prompt, load_checkpoint, vocabulary_of

WEIGHTS = "model.safetensors"


def changed(folder: Path, **keys: object) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | keys))


def truncated(folder: Path) -> None:
    whole = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(whole[: len(whole) // 2])


def pickled(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    torch.save({}, folder / "pytorch_model.bin")


def without_a_weight(folder: Path) -> None:
    weights = load_file(folder / WEIGHTS)
    del weights["decoder.lm_heads.2.weight"]
    save_file(weights, folder / WEIGHTS, {"format": "pt"})


def with_a_weight_of_another_shape(folder: Path) -> None:
    weights = load_file(folder / WEIGHTS)
    weights["decoder.lm_heads.2.weight"] = torch.zeros(3, 3)
    save_file(weights, folder / WEIGHTS, {"format": "pt"})


def without_a_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()


def with_a_missing_shard(folder: Path) -> None:
    index = {"metadata": {}, "weight_map": {"decoder.lm_heads.0.weight": "model-00001-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def with_a_stereo_codec(folder: Path) -> None:
    codec = json.loads((folder / "config.json").read_text())["audio_encoder"]
    changed(folder, audio_encoder=codec | {"chunk_length_s": 1.0, "overlap": 0.01})


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: shutil.rmtree(folder), "There is no checkpoint folder"),
        (lambda folder: (folder / "config.json").unlink(), "has no config.json"),
        (lambda folder: (folder / "config.json").write_text("{"), "config.json of .* is damaged"),
        (lambda folder: changed(folder, model_type="llama"), "architecture “llama”"),
        (lambda folder: changed(folder, model_type="encodec"), "architecture “encodec”"),
        (lambda folder: (folder / WEIGHTS).unlink(), "lacks its file model.safetensors"),
        (lambda folder: (folder / WEIGHTS).write_bytes(b""), "truncated or damaged"),
        (truncated, "truncated or damaged"),
        (pickled, "only pickled weights"),
        (without_a_weight, "lacks 1 of its weights, such as decoder.lm_heads.2.weight"),
        (with_a_weight_of_another_shape, "cannot be loaded"),
        (without_a_tokenizer, "has no tokenizer"),
        (lambda folder: (folder / "tokenizer.json").write_text("{"), "cannot be loaded"),
        (with_a_missing_shard, "lacks its file model-00001-of-00002.safetensors"),
        (with_a_stereo_codec, "Busker streams the mono kind"),
    ],
)
def test_each_defect_of_a_folder_is_reported_in_one_sentence(
    seeded_folder: Path, tmp_path: Path, damage: Callable[[Path], object], sentence: str
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(seeded_folder, folder)
    damage(folder)
    with pytest.raises(CheckpointError, match=sentence) as caught:
        load_checkpoint(str(folder))
    assert "\n" not in str(caught.value)


def test_an_unreachable_hub_is_reported_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match=r"neither a folder nor a reachable .*“nobody/nothing”"):
        load_checkpoint("nobody/nothing")


def test_a_checkpoint_reports_its_name_licence_and_format(checkpoint: Checkpoint) -> None:
    assert checkpoint.name == "seeded"
    assert checkpoint.licence == "MIT"
    assert checkpoint.prompt_tokens == 256
    assert checkpoint.channels == 1
    assert checkpoint.codec.sample_rate == 32_000


def test_the_revision_changes_with_the_weights_and_not_with_the_folder(
    checkpoint: Checkpoint, seeded_folder: Path, tmp_path: Path
) -> None:
    shutil.copytree(seeded_folder, tmp_path / "moved")
    assert load_checkpoint(str(tmp_path / "moved")).revision == checkpoint.revision
    weights = load_file(tmp_path / "moved" / WEIGHTS)
    weights["decoder.lm_heads.2.weight"][0, 0] += 1
    save_file(weights, tmp_path / "moved" / WEIGHTS, {"format": "pt"})
    assert load_checkpoint(str(tmp_path / "moved")).revision != checkpoint.revision


def test_a_cached_hub_checkpoint_needs_no_network_and_the_revision_pins_it(
    seeded_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    cached = tmp_path / "models--nobody--nowhere"
    old, new = "0" * 40, "1" * 40
    shutil.copytree(seeded_folder, cached / "snapshots" / old)
    shutil.copytree(seeded_folder, cached / "snapshots" / new)
    (cached / "snapshots" / new / WEIGHTS).unlink()
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(new)
    pinned = load_checkpoint("nobody/nowhere", revision=old)
    assert (pinned.name, pinned.revision) == ("nobody/nowhere", old)
    with pytest.raises(CheckpointError, match=r"lacks its file model\.safetensors"):
        load_checkpoint("nobody/nowhere")


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\ntags: [music]\nlicense: cc-by-nc-4.0\n---\n# A model\n", "CC-BY-NC-4.0"),
        ("---\ntags: [music]\n---\nlicense: mit\n---\n", "unknown"),
        ("# A card without front matter", "unknown"),
        (None, "unknown"),
    ],
)
def test_the_licence_comes_from_the_model_card(
    seeded_folder: Path, tmp_path: Path, card: str | None, licence: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(seeded_folder, folder)
    (folder / "README.md").unlink()
    if card is not None:
        (folder / "README.md").write_text(card)
    assert load_checkpoint(str(folder)).licence == licence


def test_without_a_card_the_licence_comes_from_the_configuration(seeded_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(seeded_folder, folder)
    (folder / "README.md").unlink()
    changed(folder, license="apache-2.0")
    assert load_checkpoint(str(folder)).licence == "Apache-2.0"


def test_a_prompt_is_cut_to_the_limit_and_the_cut_is_counted(checkpoint: Checkpoint) -> None:
    states, cut = encode_prompt(checkpoint, "rain")
    assert states.shape == (5, 192)
    assert cut == 0
    longer, cut = encode_prompt(checkpoint, "x" * 300)
    assert longer.shape == (256, 192)
    assert cut == 45


@pytest.mark.parametrize("tokens", [3, 5, 20])
def test_the_vocabulary_cuts_a_prompt_where_the_model_does(
    checkpoint: Checkpoint, tokens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint.tokenizer, "model_max_length", tokens)
    for prompt in ("bells and drums", "a very long prompt with some bells", "x"):
        _, cut = encode_prompt(checkpoint, prompt)
        hearing = vocabulary_of(checkpoint).hear(prompt)
        assert hearing.cut == bool(cut)
        assert encode_prompt(checkpoint, hearing.heard or "x")[1] == 0
