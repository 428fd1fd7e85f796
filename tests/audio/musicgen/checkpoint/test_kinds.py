from __future__ import annotations

import json
from pathlib import Path

import pytest

from audio.errors import CheckpointError
from audio.musicgen.checkpoint.adapter import checked_adapter
from audio.musicgen.checkpoint.folder import checked_config
from audio.musicgen.checkpoint.kinds import kind_of, names_in

CONFIG = json.dumps({"model_type": "musicgen", "text_encoder": {}, "audio_encoder": {}, "decoder": {}})
ADAPTER = json.dumps({"peft_type": "LORA", "base_model_name_or_path": "facebook/musicgen-melody"})


def folder_with(folder: Path, *names: str) -> Path:
    """Make a folder with these files: configurations that can be read, and else nothing in them."""
    folder.mkdir()
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        text = {"config.json": CONFIG, "adapter_config.json": ADAPTER}.get(Path(name).name, "")
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (
            ["adapter_config.json"],
            "is an adapter .*engine.checkpoint to facebook/musicgen-melody and engine.ad",
        ),
        (
            ["config.json", "tokenizer.json", "adapter_config.json", "adapter_model.safetensors"],
            "is an adapter and not a whole model",
        ),
        (["state_dict.bin", "compression_state_dict.bin"], "audiocraft's own format; convert it with"),
        (["compression_state_dict.bin"], "is the codec of a model in audiocraft's own format"),
        (["config.json", "onnx/decoder_model_merged.onnx"], "is a port to ONNX"),
        (["config.json", "model.onnx"], "is a port to ONNX"),
        (["model-q4_0.gguf"], "holds quantised weights .GGUF."),
        (["config.json", "openvino_model.xml", "openvino_model.bin"], "is a port to OpenVINO"),
        (["config.json", "tf_model.h5"], "holds weights for TensorFlow"),
        (["config.json", "flax_model.msgpack"], "holds weights for Flax"),
        (["model.mlpackage/Manifest.json"], "is a port to Core ML"),
        (["model_index.json", "unet/config.json"], "is a pipeline of diffusers"),
        (["config.json", "model.fp16.safetensors"], "rename that file to model.safetensors"),
        (
            ["config.json", "model.fp16-00001-of-00002.safetensors"],
            "as variant='fp16' and save it again with save_pretrained",
        ),
        (
            ["config.json", "pytorch_model.bin", "training_args.bin"],
            "only pickled weights .pytorch_model.bin.",
        ),
        (["config.json", "pytorch_model-00001-of-00002.bin"], "only pickled weights"),
        (["model.ckpt"], "only pickled weights .model.ckpt."),
        (
            [
                "config.json",
                "training_args.bin",
                "checkpoint-500/model.safetensors",
                "checkpoint-1000/model.safetensors",
            ],
            "whose newest state is checkpoint-1000; give .*/checkpoint-1000 instead",
        ),
        (
            ["checkpoint-20/adapter_config.json", "checkpoint-20/adapter_model.safetensors"],
            "state is checkpoint-20, an adapter; give .*/checkpoint-20 as engine.adapter",
        ),
        (["musicgen/config.json", "musicgen/model.safetensors"], "its folder musicgen is; give .*/musicgen"),
        (["config.json"], "lacks its file model.safetensors; fetch it again"),
        (["config.json", "training_args.bin", "optimizer.pt"], "lacks its file model.safetensors"),
        ([], "has no config.json; give the folder that save_pretrained wrote"),
    ],
)
def test_a_folder_that_cannot_play_is_told_what_it_is(
    tmp_path: Path, names: list[str], sentence: str
) -> None:
    folder = folder_with(tmp_path / "given", *names)
    with pytest.raises(CheckpointError, match=sentence) as caught:
        checked_config(folder, "given")
    assert "\n" not in str(caught.value)


def test_a_repository_of_the_hub_is_told_by_the_names_of_files_that_were_not_fetched(tmp_path: Path) -> None:
    folder = folder_with(tmp_path / "snapshot", "config.json")
    there = ["config.json", "checkpoint-7/config.json", "checkpoint-7/model.safetensors"]
    with pytest.raises(CheckpointError, match=r"download somebody/tune/checkpoint-7 and give that folder"):
        checked_config(folder, "somebody/tune", there)
    adapter = folder_with(tmp_path / "adapter", "adapter_config.json")
    with pytest.raises(CheckpointError, match=r"and engine\.adapter to somebody/tune\."):
        checked_config(adapter, "somebody/tune")


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["config.json", "model.safetensors"], "is a whole model .*engine.checkpoint to it instead"),
        (["pytorch_lora_weights.bin"], "only pickled weights"),
        (["adapter_config.json"], "lacks its file adapter_model.safetensors"),
        (["adapter_config.json", "adapter_model.bin"], "only pickled weights .adapter_model.bin.*with peft"),
        (
            ["adapter_config.json", "adapter_model.safetensors"],
            "adapter_model.safetensors of .* is truncated",
        ),
        (
            ["checkpoint-9/adapter_config.json", "checkpoint-9/adapter_model.safetensors"],
            "newest state is checkpoint-9, an adapter",
        ),
        ([], "has no adapter_config.json"),
    ],
)
def test_a_folder_that_is_no_adapter_is_told_what_it_is(
    tmp_path: Path, names: list[str], sentence: str
) -> None:
    folder = folder_with(tmp_path / "given", *names)
    with pytest.raises(CheckpointError, match=sentence):
        checked_adapter(folder, "given")


def test_a_folder_that_may_not_be_listed_tells_nothing(tmp_path: Path) -> None:
    assert names_in(tmp_path / "gone") == []
    assert kind_of(tmp_path / "gone", [], "gone") is None
