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
    (folder / WEIGHTS).unlink()
    index = {"metadata": {}, "weight_map": {"decoder.lm_heads.0.weight": "model-00001-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def with_a_weight_that_is(value: float) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        weights = load_file(folder / WEIGHTS)
        weights["decoder.lm_heads.2.weight"][5, 7] = value
        save_file(weights, folder / WEIGHTS, {"format": "pt"})

    return damage


def with_weights_called(old: str, new: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        weights = {key.replace(old, new): weight for key, weight in load_file(folder / WEIGHTS).items()}
        save_file(weights, folder / WEIGHTS, {"format": "pt"})

    return damage


def with_whole_numbers(folder: Path) -> None:
    weights = load_file(folder / WEIGHTS)
    weights["decoder.lm_heads.2.weight"] = weights["decoder.lm_heads.2.weight"].to(torch.int8)
    save_file(weights, folder / WEIGHTS, {"format": "pt"})


def with_in_section(part: str, **keys: object) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        section = json.loads((folder / "config.json").read_text())[part]
        changed(folder, **{part: section | keys})

    return damage


def with_a_layer_less(folder: Path) -> None:
    decoder = json.loads((folder / "config.json").read_text())["decoder"]
    changed(folder, decoder=decoder | {"num_hidden_layers": 3})


def with_a_link_to_nowhere(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    (folder / WEIGHTS).symlink_to(folder / "gone")


def with_a_folder_as(name: str) -> Callable[[Path], None]:
    """A folder in place of a file cannot be read, as a file without permission (which root may read)."""

    def damage(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return damage


def with_text(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


def with_shards_elsewhere(folder: Path) -> None:
    (folder / WEIGHTS).unlink()
    (folder / f"{WEIGHTS}.index.json").write_text(json.dumps({"weight_map": {"a": "../other.safetensors"}}))


def with_only_a_sentencepiece_model(folder: Path) -> None:
    (folder / "tokenizer.json").rename(folder / "spiece.model")


def with_a_text_encoder_of_fewer_tokens(folder: Path) -> None:
    encoder = json.loads((folder / "config.json").read_text())["text_encoder"]
    changed(folder, text_encoder=encoder | {"vocab_size": 200})


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
        (lambda folder: changed(folder, model_type=None, architectures=[], decoder={}), "says no model_type"),
        (with_text("config.json", "[]"), "is no object with keys"),
        (with_text("config.json", "[" * 100_000), "config.json of .* is damaged"),
        (lambda folder: changed(folder, decoder=None), "has no section decoder"),
        (
            lambda folder: changed(folder, text_encoder={"model_type": "bert"}),
            "“bert”; Busker runs only “t5”",
        ),
        (lambda folder: changed(folder, audio_encoder={"model_type": "dac"}), "runs only “encodec” there"),
        (lambda folder: changed(folder, auto_map={"AutoModel": "a.B"}), "brings code of its own"),
        (
            lambda folder: changed(folder, quantization_config={"quant_method": "gptq", "bits": 4}),
            "is saved in 4 bits by gptq; .* saved in float16",
        ),
        (
            lambda folder: changed(folder, quantization={"group_size": 64, "bits": 4}),
            "is saved in 4 bits by another library",
        ),
        (with_a_folder_as("config.json"), "config.json of .* cannot be read .*give Busker's user the right"),
        (with_a_folder_as(WEIGHTS), "model.safetensors of .* cannot be read"),
        (with_a_link_to_nowhere, "lacks its file model.safetensors, which is a link to nowhere"),
        (with_text(WEIGHTS, "version https://git-lfs.github.com/spec/v1"), "run `git lfs pull` there"),
        (
            with_a_weight_that_is(float("nan")),
            "are not finite .decoder.lm_heads.2.weight.: the training diverged",
        ),
        (with_a_weight_that_is(float("-inf")), "are not finite"),
        (with_a_layer_less, "has no place for 16 of them, such as decoder.model.decoder.layers.3"),
        (
            with_weights_called("q_proj.weight", "q_proj.base_layer.weight"),
            "hold an adapter that was not merged .*merge_and_unload",
        ),
        (with_whole_numbers, "are no floating-point numbers .decoder.lm_heads.2.weight is int8."),
        (
            with_in_section("decoder", sliding_window=4),
            "limits how far back a step attends, .* .sliding_window.",
        ),
        (with_in_section("text_encoder", n_positions=None), "sets text_encoder.n_positions to None"),
        (with_shards_elsewhere, "index.json of .* is damaged"),
        (with_only_a_sentencepiece_model, "only as spiece.model; where sentencepiece is installed"),
        (
            with_text(
                "tokenizer_config.json",
                '{"model_max_length": 0, "tokenizer_class": "PreTrainedTokenizerFast"}',
            ),
            "makes no tokens .model_max_length 0.",
        ),
        (with_text("generation_config.json", "guidance"), "generation_config.json of .* is damaged"),
        (with_a_text_encoder_of_fewer_tokens, "makes tokens up to 257, and its text encoder knows 200"),
        (lambda folder: (folder / WEIGHTS).unlink(), "lacks its file model.safetensors"),
        (lambda folder: (folder / WEIGHTS).write_bytes(b""), "truncated or damaged"),
        (truncated, "truncated or damaged"),
        (pickled, "only pickled weights"),
        (without_a_weight, "lacks 1 of its weights, such as decoder.lm_heads.2.weight"),
        (
            with_a_weight_of_another_shape,
            "lm_heads.2.weight is 3 × 3 and should be 2048 × 192; give both files",
        ),
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


def test_byte_order_marks_are_passed_over(seeded_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(seeded_folder, tmp_path / "marked")
    marked = [path for path in folder.iterdir() if path.suffix in (".json", ".md")]
    assert len(marked) >= 5
    for path in marked:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    checkpoint = load_checkpoint(str(folder))
    assert checkpoint.licence == "MIT"
    assert encode_prompt(checkpoint, "rain")[0].shape == (5, 192)


@pytest.mark.parametrize("said", ["architectures", "decoder"])
def test_an_architecture_that_is_said_only_in_passing_is_read(
    seeded_folder: Path, tmp_path: Path, said: str
) -> None:
    folder = shutil.copytree(seeded_folder, tmp_path / "bare")
    config = json.loads((folder / "config.json").read_text())
    del config["model_type"]
    if said == "decoder":
        del config["architectures"]
    else:
        del config["decoder"]["model_type"]
    (folder / "config.json").write_text(json.dumps(config))
    assert load_checkpoint(str(folder)).melody is None


def test_a_single_file_counts_more_than_an_index_as_in_the_library(
    seeded_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(seeded_folder, tmp_path / "both")
    (folder / f"{WEIGHTS}.index.json").write_text(json.dumps({"weight_map": {"a": "old.safetensors"}}))
    assert load_checkpoint(str(folder)).name == "both"


def test_a_file_instead_of_a_folder_is_named(seeded_folder: Path) -> None:
    with pytest.raises(CheckpointError, match=r"is a file; give the folder that contains it"):
        load_checkpoint(str(seeded_folder / WEIGHTS))


def test_what_the_system_does_not_let_us_see_is_told(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(CheckpointError, match="There is no checkpoint folder"):
        load_checkpoint(str(tmp_path / "loop"))
    with pytest.raises(CheckpointError, match=r"cannot be read \(File name too long\)"):
        load_checkpoint(str(tmp_path / ("x" * 300)))


def test_weights_that_older_versions_saved_and_nobody_reads_are_passed_over(
    seeded_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(seeded_folder, tmp_path / "old")
    weights = load_file(folder / WEIGHTS)
    weights["decoder.model.decoder.embed_positions.weights"] = torch.zeros(4, 4)
    for key in [key for key in weights if ".parametrizations.weight.original" in key]:
        old = key.replace(".parametrizations.weight.original0", ".weight_g")
        weights[old.replace(".parametrizations.weight.original1", ".weight_v")] = weights.pop(key)
    weights["text_encoder.encoder.embed_tokens.weight"] = weights["text_encoder.shared.weight"].clone()
    save_file(weights, folder / WEIGHTS, {"format": "pt"})
    assert load_checkpoint(str(folder)).name == "old"
