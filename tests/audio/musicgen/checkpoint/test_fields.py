"""Every field of every configuration: with any value the sound is the library's, or one sentence refuses it.

The tables name each field that the installed library has. A field that a newer version adds fails the first
tests until somebody has decided.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import shutil
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
import torch
from transformers import (
    EncodecConfig,
    GenerationConfig,
    MusicgenConfig,
    MusicgenDecoderConfig,
    MusicgenForConditionalGeneration,
    MusicgenMelodyConfig,
    MusicgenMelodyDecoderConfig,
    MusicgenMelodyForConditionalGeneration,
    PreTrainedConfig,
    T5Config,
)
from transformers.models.musicgen_melody.feature_extraction_musicgen_melody import (
    MusicgenMelodyFeatureExtractor,
)

from audio.errors import CheckpointError
from audio.musicgen.checkpoint.fields import Generation, check_feature_extractor, generation_of
from audio.musicgen.checkpoint.load import Checkpoint, load_checkpoint
from audio.musicgen.checkpoint.seeded import seeded_tokenizer
from audio.musicgen.engine_core import EngineCore
from audio.piece import Piece
from audio.units import Pcm
from tests.audio.composed import played

Values = dict[str, list[Any]]

PIECE: Final = Piece("a brass band", seconds=0.2, seed=3, interval=0.5, top_k=1)
CODES: Final = 64
"""Codes of a codebook; the next number is the padding token."""

KINDS: dict[str, Any] = {
    "musicgen": MusicgenForConditionalGeneration,
    "musicgen_melody": MusicgenMelodyForConditionalGeneration,
}
CONFIGS: dict[str, tuple[Any, Any]] = {
    "musicgen": (MusicgenConfig, MusicgenDecoderConfig),
    "musicgen_melody": (MusicgenMelodyConfig, MusicgenMelodyDecoderConfig),
}
PARTS: Final = ("text_encoder", "audio_encoder")
"""Parts that are the same in both kinds."""

SMALL: dict[str, dict[str, Any]] = {
    "config": {"chroma_length": 6},
    "text_encoder": {
        "vocab_size": 2 + 256,
        "d_model": 16,
        "d_kv": 8,
        "d_ff": 32,
        "num_layers": 1,
        "num_heads": 2,
    },
    "audio_encoder": {
        "sampling_rate": 32_000,
        "upsampling_ratios": [8, 5, 4, 4],
        "num_filters": 2,
        "hidden_size": 8,
        "codebook_size": CODES,
        "target_bandwidths": [1.2],
        "use_causal_conv": False,
    },
    "decoder": {
        "vocab_size": CODES,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "ffn_dim": 64,
        "pad_token_id": CODES,
        "bos_token_id": CODES,
        "initializer_factor": 0.5,
    },
}
"""The parts of a small model, in the proportions of the published ones."""

GENERATION: dict[str, Any] = {
    **dict.fromkeys(("decoder_start_token_id", "pad_token_id", "bos_token_id"), CODES),
    "guidance_scale": 3.0,
    "do_sample": True,
    "max_length": 1500,
}

COMMON: Values = {
    "transformers_version": ["4.31.0"],
    "architectures": [["SomethingElse"]],
    "output_hidden_states": [True],
    "return_dict": [False],
    "dtype": ["float32", "bfloat16"],
    "chunk_size_feed_forward": [2],
    "is_encoder_decoder": [True, False],
    "id2label": [{"0": "a"}],
    "label2id": [{"a": 0}],
    "problem_type": ["regression"],
}
"""Values of fields that every configuration has."""

SAME: dict[str, Values] = {
    "config": {
        "initializer_factor": [0.3],
        "num_chroma": [12, 16, 32],  # 32 is the decoder's width: no projection
        "chroma_length": [1, 9],
    },
    "text_encoder": {
        "vocab_size": [300],
        "d_model": [24, 32],  # 32 is the decoder's width: no projection
        "d_kv": [4],
        "d_ff": [48],
        "num_layers": [2],
        "num_decoder_layers": [3],
        "num_heads": [3],
        "relative_attention_num_buckets": [8],
        "relative_attention_max_distance": [16],
        "dropout_rate": [0.9],
        "layer_norm_epsilon": [0.1],
        "initializer_factor": [2.0],
        "feed_forward_proj": ["gated-gelu", "gated-silu", "gelu"],
        "use_cache": [False],
        "pad_token_id": [5, None],
        "eos_token_id": [7, None],
        "classifier_dropout": [0.9],
        "is_decoder": [False, True],
    },
    "audio_encoder": {
        "target_bandwidths": [[1.5], [0.6, 1.2], [1.2, 2.4]],
        "sampling_rate": [32_000],
        "audio_channels": [1],
        "normalize": [False],
        "chunk_length_s": [None],
        "overlap": [0.1],
        "hidden_size": [12],
        "num_filters": [4],
        "num_residual_layers": [2],
        "upsampling_ratios": [[4, 4, 5, 8], [16, 40]],
        "norm_type": ["weight_norm"],
        "kernel_size": [5, 4],
        "last_kernel_size": [3],
        "residual_kernel_size": [5],
        "dilation_growth_rate": [3],
        "use_causal_conv": [True],
        "pad_mode": ["reflect"],
        "compress": [1],
        "num_lstm_layers": [1],
        "trim_right_ratio": [1.0],
        "codebook_size": [CODES],
        "codebook_dim": [8],
        "use_conv_shortcut": [False],
    },
    "decoder": {
        "vocab_size": [48],
        "max_position_embeddings": [8, 4096],
        "num_hidden_layers": [1],
        "ffn_dim": [48],
        "num_attention_heads": [1, 4],
        "layerdrop": [0.9],
        "use_cache": [False],
        "activation_function": ["relu", "gelu_new", "silu", "tanh", "gelu_python"],
        "hidden_size": [48],
        "dropout": [0.9],
        "attention_dropout": [0.9],
        "activation_dropout": [0.9],
        "initializer_factor": [0.4],
        "scale_embedding": [True],
        "num_codebooks": [1, 3],
        "audio_channels": [2],
        "pad_token_id": [None, 3],  # generation_config.json counts
        "bos_token_id": [None, 3],
        "eos_token_id": [3],
        "tie_word_embeddings": [True],
        "is_decoder": [True],
        "add_cross_attention": [True],
        "cross_attention_hidden_size": [None],
    },
}
"""Values, by part and field, with which the sound is the library's."""

REFUSED: dict[str, Values] = {
    "config": {"chroma_length": [0, -1], "text_encoder": [None], "audio_encoder": [None], "decoder": [None]},
    "text_encoder": {
        "vocab_size": [200, "258"],
        "feed_forward_proj": ["gated-gated-gelu"],
    },
    "audio_encoder": {
        "target_bandwidths": [[0.3], [], [1.2, 0.6]],
        "sampling_rate": [24_000, 16_000, 0, "32000"],
        "audio_channels": [2],
        "normalize": [True],
        "chunk_length_s": [1.0, 0],
        "upsampling_ratios": [[8, 5, 4, 2], [2, 2], []],
        "norm_type": ["time_group_norm", "batch_norm"],
        "pad_mode": ["constant", "replicate", "circular"],
        "trim_right_ratio": [0.5],
        "codebook_size": [32, 100],
        "codebook_dim": [6],
        "num_lstm_layers": [0],
    },
    "decoder": {
        "vocab_size": [128, 0, None],
        "num_hidden_layers": [0],
        "num_attention_heads": [5, 0],
        "activation_function": ["nothing"],
        "hidden_size": [33, 0],
        "num_codebooks": [5, 0],
        "audio_channels": [3],
        "cross_attention_hidden_size": [16, 32],
    },
}
"""Values, by part and field, that are refused."""

NEUTRAL: Values = {
    "_from_model_config": [True],
    "assistant_confidence_threshold": [0.1],
    "assistant_ensemble_weight": [0.5],
    "assistant_lookbehind": [3],
    "cache_config": [{}],
    "cache_implementation": ["dynamic"],
    "compile_config": [None],
    "continuous_batching_config": [None],
    "disable_compile": [True],
    "early_stopping": [True],
    "is_assistant": [True],
    "length_penalty": [2.0],
    "low_memory": [True],
    "max_cache_len": [100],
    "max_length": [20, 4000],
    "max_matching_ngram_size": [2],
    "max_new_tokens": [500],
    "max_time": [0.001],
    "min_length": [10],
    "min_new_tokens": [10],
    "num_assistant_tokens": [3],
    "num_assistant_tokens_schedule": ["heuristic"],
    "num_return_sequences": [2],
    "output_attentions": [True],
    "output_hidden_states": [True],
    "output_logits": [True],
    "output_scores": [True],
    "prefill_chunk_size": [4],
    "prompt_lookup_num_tokens": [None],
    "remove_invalid_values": [True],
    "renormalize_logits": [True],
    "return_dict_in_generate": [True],
    "speculation_type": [None],
    "stop_strings": [None],
    "target_lookbehind": [3],
    "token_healing": [False],
    "transformers_version": ["4.31.0"],
    "use_cache": [False],
    "use_mtp": [False],
    # what follows is heard where its value is another one
    "bos_token_id": [3, None],
    "eos_token_id": [None, CODES, [CODES]],
    "pad_token_id": [None, str(CODES)],
    "decoder_start_token_id": [None, str(CODES)],
    "guidance_scale": ["3.0"],
    "do_sample": [True, None],
    "top_k": [None, 250],
    "temperature": [1.0, None],
    "top_p": [1.0],
    "repetition_penalty": [1.0],
    "bad_words_ids": [[]],
}
"""Values of a generation configuration that change no sound."""

REFUSED_GENERATION: Values = {
    "assistant_early_exit": [2],
    "bad_words_ids": [[[3]]],
    "begin_suppress_tokens": [[3]],
    "constraints": [[1]],
    "diversity_penalty": [0.5],
    "dola_layers": ["high"],
    "encoder_no_repeat_ngram_size": [2],
    "encoder_repetition_penalty": [1.5],
    "eos_token_id": [3, [CODES, 3], "3"],
    "epsilon_cutoff": [0.1],
    "eta_cutoff": [0.1],
    "exponential_decay_length_penalty": [[1, 1.5]],
    "force_words_ids": [[[3]]],
    "forced_bos_token_id": [3],
    "forced_eos_token_id": [3],
    "guidance_scale": ["three", True, [3.0], float("inf")],
    "min_p": [0.1],
    "no_repeat_ngram_size": [2],
    "num_beam_groups": [2],
    "num_beams": [4],
    "pad_token_id": [3],
    "decoder_start_token_id": [3],
    "penalty_alpha": [0.6],
    "repetition_penalty": [1.5],
    "sequence_bias": [[[[3], 1.0]]],
    "suppress_tokens": [[3]],
    "top_h": [0.5],
    "top_p": [0.9],
    "typical_p": [0.5],
    "watermarking_config": [{"bias": 2.0}],
}
"""Values of a generation configuration that are refused."""

NOTED: Values = {"top_k": [50], "temperature": [0.7], "do_sample": [False], "guidance_scale": [None]}
"""Recommendations that the settings or a default overrule, which the operator is told."""

CHROMA_SAME: Values = {
    "feature_size": [12],
    "sampling_rate": [32_000],
    "hop_length": [4096],
    "n_fft": [16_384],
    "num_chroma": [12],
    "chunk_length": [10],
    "padding_value": [1.0],
    "return_attention_mask": [True],
    "stem_indices": [[0]],
}
"""Fields of the feature extractor of melodies; Busker takes the whole sound, as that does without Demucs."""

CHROMA_REFUSED: Values = {
    "feature_size": [24],
    "sampling_rate": [16_000],
    "hop_length": [2048],
    "n_fft": [4096],
    "num_chroma": [24],
}


def config_of(kind: str, part: str = "config", **changes: Any) -> Any:
    """Return the library's configuration of a small model, changed in one part."""
    whole, decoder = CONFIGS[kind]
    parts = {name: fields | (changes if name == part else {}) for name, fields in SMALL.items()}
    if kind == "musicgen":
        parts["config"].pop("chroma_length")
    return whole(
        text_encoder=T5Config(**parts["text_encoder"]),
        audio_encoder=EncodecConfig(**parts["audio_encoder"]),
        decoder=decoder(**parts["decoder"]),
        **parts["config"],
    )


def save(kind: str, config: Any, folder: Path) -> Path:
    """Save a model with random weights from a seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = KINDS[kind](config).eval()
        for quantizer in model.audio_encoder.quantizer.layers:
            quantizer.codebook.embed.normal_()
    model.save_pretrained(folder)
    generation = {
        key: config.decoder.vocab_size if key.endswith("_id") else value for key, value in GENERATION.items()
    }
    (folder / "generation_config.json").write_text(json.dumps(generation))
    seeded_tokenizer().save_pretrained(folder)
    return folder


def edit(path: Path, part: str, **changes: Any) -> None:
    config = json.loads(path.read_text()) if path.exists() else {}
    section = config if part == "config" else config[part]
    section.update(changes)
    path.write_text(json.dumps(config))


def varied(kind: str, base: Path, folder: Path, part: str, field: str, value: object) -> Path:
    """Save a small model with one field changed; where the library makes none, only its configuration is."""
    try:
        save(kind, config_of(kind, part, **{field: value}), folder)
    except Exception:  # whatever keeps the library from it
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base, folder)
    edit(folder / "config.json", part, **{field: value})
    return folder


def heard(checkpoint: Checkpoint) -> Pcm:
    return played(EngineCore(checkpoint, longest=1.0), PIECE)


def heard_of_the_library(kind: str, folder: Path) -> Pcm:
    model = KINDS[kind].from_pretrained(folder, dtype=torch.float32)
    decoder = model.config.decoder
    delay = (decoder.num_codebooks - 1) // decoder.audio_channels
    inputs = seeded_tokenizer()([PIECE.prompt], return_tensors="pt")
    with torch.inference_mode():
        whole = model.generate(**inputs, do_sample=False, max_new_tokens=PIECE.steps + delay)
    pcm: Pcm = (whole if isinstance(whole, torch.Tensor) else whole.sequences)[0].numpy()
    return pcm


@pytest.fixture(scope="module", params=list(CONFIGS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def base(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save(kind, config_of(kind), tmp_path_factory.mktemp("models") / "base")


@pytest.fixture
def changeable(base: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(base, tmp_path / "changed"))


def fields_of(config: type) -> set[str]:
    return {field.name for field in dataclasses.fields(config)}


def cases(*tables: dict[str, Values]) -> list[Any]:
    """Return kind, part, field and value of each entry; text encoder and codec are the same in both kinds."""
    return [
        pytest.param(kind, part, field, value, id=f"{kind} {part}.{field}={value!r:.20}")
        for kind, (whole, decoder) in CONFIGS.items()
        for table in tables
        for part, fields in table.items()
        for field in fields
        if (
            kind == "musicgen"
            if part in PARTS
            else field in fields_of(whole if part == "config" else decoder)
        )
        for value in fields[field]
    ]


def flat_cases(fields: Values) -> list[Any]:
    return [
        pytest.param(field, value, id=f"{field}={value!r:.20}") for field in fields for value in fields[field]
    ]


@pytest.mark.parametrize(
    ("config", "part"),
    [
        (MusicgenConfig, "config"),
        (MusicgenMelodyConfig, "config"),
        (T5Config, "text_encoder"),
        (EncodecConfig, "audio_encoder"),
        (MusicgenDecoderConfig, "decoder"),
        (MusicgenMelodyDecoderConfig, "decoder"),
    ],
)
def test_somebody_has_decided_about_every_field(config: type, part: str) -> None:
    decided = {*COMMON, *SAME[part], *REFUSED[part]}
    assert fields_of(config) - decided == set()
    assert fields_of(PreTrainedConfig) == set(COMMON)


def test_somebody_has_decided_about_every_field_of_generation_and_melody() -> None:
    library: Any = GenerationConfig
    assert set(library().to_dict()) == {*NEUTRAL, *REFUSED_GENERATION, *NOTED}
    parameters = inspect.signature(MusicgenMelodyFeatureExtractor.__init__).parameters
    assert {*parameters} - {"self", "kwargs"} == {*CHROMA_SAME}


def test_the_small_model_sounds_as_the_librarys(kind: str, base: Path) -> None:
    checkpoint = load_checkpoint(str(base))
    pcm = heard(checkpoint)
    assert pcm.std() > 0.01
    np.testing.assert_allclose(pcm, heard_of_the_library(kind, base), atol=1e-4, rtol=0)
    assert checkpoint.notes == ()


@pytest.mark.parametrize(("kind", "part", "field", "value"), cases(SAME), indirect=["kind"])
def test_with_another_value_the_sound_is_the_librarys(
    kind: str, base: Path, tmp_path: Path, part: str, field: str, value: Any
) -> None:
    folder = varied(kind, base, tmp_path / "varied", part, field, value)
    checkpoint = load_checkpoint(str(folder))
    np.testing.assert_allclose(heard(checkpoint), heard_of_the_library(kind, folder), atol=1e-4, rtol=0)
    if part == "audio_encoder":
        noise = np.random.default_rng(1).normal(0, 0.1, (1, 6400)).astype(np.float32)
        model = KINDS[kind].from_pretrained(folder, dtype=torch.float32).audio_encoder
        bandwidth = next(
            rate
            for rate in model.config.target_bandwidths
            if model.quantizer.get_num_quantizers_for_bandwidth(rate) >= 4
        )
        with torch.inference_mode():
            codes = model.encode(torch.from_numpy(noise)[None], bandwidth=bandwidth)[0][0, 0]
        assert np.array_equal(checkpoint.codec.encode(noise), codes.numpy())


@pytest.mark.parametrize(("kind", "part", "field", "value"), cases(REFUSED), indirect=["kind"])
def test_what_would_play_wrong_is_refused_in_one_sentence(
    kind: str, base: Path, tmp_path: Path, part: str, field: str, value: Any
) -> None:
    folder = varied(kind, base, tmp_path / "varied", part, field, value)
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(str(folder))
    sentence = str(caught.value)
    assert "varied" in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert "fetch it again" not in sentence


@pytest.mark.parametrize(("field", "value"), flat_cases(COMMON))
def test_fields_that_every_part_has_change_no_sound(tmp_path: Path, field: str, value: object) -> None:
    folder = save("musicgen", config_of("musicgen"), tmp_path / "varied")
    for part in SMALL:
        edit(folder / "config.json", part, **{field: value})
    checkpoint = load_checkpoint(str(folder))
    whole = (
        folder
        if field not in ("return_dict", "dtype")
        else save("musicgen", config_of("musicgen"), tmp_path / "plain")
    )  # the library itself cannot compose with tuples, and would compute in bfloat16
    np.testing.assert_allclose(heard(checkpoint), heard_of_the_library("musicgen", whole), atol=1e-4, rtol=0)


@pytest.mark.parametrize(("field", "value"), flat_cases(NEUTRAL))
def test_a_neutral_value_of_the_generation_configuration_changes_nothing(field: str, value: object) -> None:
    said = generation_of(GENERATION | {field: value}, config_of("musicgen"), "model")
    assert said == Generation(guidance=3.0, pad_token=CODES)


@pytest.mark.parametrize(("field", "value"), flat_cases(REFUSED_GENERATION))
def test_sampling_that_busker_does_not_do_is_refused(field: str, value: object) -> None:
    with pytest.raises(CheckpointError, match=rf"“model” sets {field} to .* in generation_config\.json; "):
        generation_of(GENERATION | {field: value}, config_of("musicgen"), "model")


@pytest.mark.parametrize(("field", "value"), flat_cases(NOTED))
def test_a_recommendation_that_is_overruled_is_told(field: str, value: object) -> None:
    (note,) = generation_of(GENERATION | {field: value}, config_of("musicgen"), "model").notes
    assert note.startswith("“model” recommends ")


def test_guidance_below_one_is_none() -> None:
    for scale in (0, 0.5, -3.0):
        assert generation_of(GENERATION | {"guidance_scale": scale}, config_of("musicgen"), "m").guidance == 1


@pytest.mark.parametrize("guidance", [1, 4.5])
def test_guidance_is_the_librarys(kind: str, changeable: Path, guidance: float) -> None:
    edit(changeable / "generation_config.json", "config", guidance_scale=guidance)
    np.testing.assert_allclose(
        heard(load_checkpoint(str(changeable))), heard_of_the_library(kind, changeable), atol=1e-4, rtol=0
    )


@pytest.mark.parametrize("pad", [None, CODES])
def test_without_a_generation_configuration_the_decoders_padding_counts(
    changeable: Path, base: Path, pad: int | None
) -> None:
    (changeable / "generation_config.json").unlink()
    edit(changeable / "config.json", "decoder", pad_token_id=pad)
    checkpoint = load_checkpoint(str(changeable))
    assert np.array_equal(heard(checkpoint), heard(load_checkpoint(str(base))))
    edit(changeable / "config.json", "decoder", pad_token_id=3)
    with pytest.raises(CheckpointError, match=r"sets decoder\.pad_token_id to 3 in config\.json"):
        load_checkpoint(str(changeable))


@pytest.mark.parametrize(("field", "value"), flat_cases(CHROMA_REFUSED))
def test_another_chroma_is_refused(field: str, value: int) -> None:
    with pytest.raises(CheckpointError, match=rf"sets {field} of its feature extractor to {value}, and"):
        check_feature_extractor({field: value}, config_of("musicgen_melody"), "model")


@pytest.mark.parametrize(("field", "value"), flat_cases(CHROMA_SAME))
def test_other_fields_of_the_feature_extractor_change_nothing(field: str, value: object) -> None:
    check_feature_extractor({field: value}, config_of("musicgen_melody"), "model")


@pytest.mark.parametrize("file", ["preprocessor_config.json", "processor_config.json"])
def test_the_feature_extractor_counts_where_melodies_are_heard(
    kind: str, changeable: Path, file: str
) -> None:
    fields = {"n_fft": 4096}
    saved = fields if file.startswith("pre") else {"feature_extractor": fields}
    (changeable / file).write_text(json.dumps(saved))
    if kind == "musicgen":
        assert load_checkpoint(str(changeable)).melody is None
        return
    with pytest.raises(CheckpointError, match="sets n_fft of its feature extractor to 4096"):
        load_checkpoint(str(changeable))


def test_the_librarys_default_codec_is_refused_because_of_its_frame_rate(tmp_path: Path) -> None:
    config = MusicgenConfig(
        text_encoder=T5Config(**SMALL["text_encoder"]),
        audio_encoder=EncodecConfig(num_filters=2, hidden_size=8),
        decoder=MusicgenDecoderConfig(**SMALL["decoder"]),
    )
    folder = save("musicgen", config, tmp_path / "default")
    with pytest.raises(CheckpointError, match=r"24000 in config\.json; .* 75 frames a second"):
        load_checkpoint(str(folder))
