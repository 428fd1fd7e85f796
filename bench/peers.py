"""`python -m bench.peers`: a decoder step beside onnxruntime and OpenVINO, which have 8 bits for CPUs, too.

The peers compute only the matrices of a step of musicgen-small's shape, two rows (with guidance), as a graph
of ONNX whose weights onnxruntime has quantised to 8 bits, with inputs rounded at run time. Ours computes the
whole step: matrices, norms, attention over 750 steps and the heads. Medians of rounds in turn.

It needs packages that Busker does not: pip install onnx onnxruntime openvino
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
import torch

from audio.musicgen.checkpoint.seeded import seeded_model
from audio.musicgen.cpu.compiled_decoder import BITS, CompiledDecoder
from audio.musicgen.kernels.library import best_library
from bench.machine import processor
from bench.subject import SHAPES

PACKAGES: Final = ("onnx", "onnxruntime", "openvino")

POSITION: Final = 750
"""In the middle of 30 s."""

ROOM: Final = 1503
ROWS: Final = 2
PROMPT_TOKENS: Final = 16
GUIDANCE: Final = 3.0

QUIET_SECONDS: Final = 0.05
"""Pause before each measurement: idle threads of a peer's pool spin for a while and would take the cores."""

Step = Callable[[], object]


def graph(folder: Path) -> Path:
    """Write the matrices of a step as a graph of ONNX with weights in 8 bits, and return its path."""
    onnx: Any = importlib.import_module("onnx")
    quantization: Any = importlib.import_module("onnxruntime.quantization")
    helper, hidden = onnx.helper, SHAPES["small"]["hidden"]
    generator = np.random.default_rng(0)
    nodes, weights = [], []

    def product(name: str, source: str, inputs: int, outputs: int) -> str:
        values = generator.standard_normal((inputs, outputs), np.float32) / inputs**0.5
        weights.append(onnx.numpy_helper.from_array(values, f"{name}.weight"))
        nodes.append(helper.make_node("MatMul", [source, f"{name}.weight"], [name], name))
        return name

    def first(name: str, source: str) -> str:
        """Take the first `hidden` columns."""
        for key, value in (("begin", 0), ("end", hidden), ("axis", 1)):
            weights.append(onnx.numpy_helper.from_array(np.array([value], np.int64), f"{name}.{key}"))
        keys = [source, *(f"{name}.{key}" for key in ("begin", "end", "axis"))]
        nodes.append(helper.make_node("Slice", keys, [name], name))
        return name

    x = "x"
    for layer in range(SHAPES["small"]["layers"]):
        x = first(f"{layer}.q", product(f"{layer}.qkv", x, hidden, 3 * hidden))
        for name in ("out", "cross_q", "cross_out"):
            x = product(f"{layer}.{name}", x, hidden, hidden)
        x = product(f"{layer}.fc2", product(f"{layer}.fc1", x, hidden, 4 * hidden), 4 * hidden, hidden)
    logits = product("heads", x, hidden, 4 * 2048)
    ends = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [ROWS, columns])
        for name, columns in (("x", hidden), (logits, 4 * 2048))
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "step", ends[:1], ends[1:], weights),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    onnx.save(model, folder / "float.onnx")
    quantization.quantize_dynamic(folder / "float.onnx", folder / "int8.onnx", per_channel=True)
    return folder / "int8.onnx"


def onnxruntime_step(path: Path, threads: int) -> Step:
    runtime: Any = importlib.import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"x": _input()})


def openvino_step(path: Path, threads: int) -> Step:
    core: Any = importlib.import_module("openvino").Core()
    compiled = core.compile_model(str(path), "CPU", {"INFERENCE_NUM_THREADS": threads})
    request = compiled.create_infer_request()
    return lambda: request.infer({"x": _input()})


def our_step(dtype: str, threads: int) -> Step:
    library = best_library()
    if library is None:
        raise SystemExit("There is no C compiler, so there is nothing to compare: pip install ziglang")
    model = seeded_model(**SHAPES["small"])
    decoder = CompiledDecoder(library, model.decoder, 1, ROOM, BITS[dtype], threads)
    decoder.admit(0, torch.zeros(PROMPT_TOKENS, SHAPES["small"]["hidden"]))
    tokens = torch.zeros(1, decoder.codebooks, dtype=torch.int64)
    return lambda: decoder(tokens, [0], [POSITION], [GUIDANCE])


def _input() -> Any:
    return np.ones((ROWS, SHAPES["small"]["hidden"]), np.float32)


def main() -> int:
    """Measure as the command line says. Return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    if missing := [name for name in PACKAGES if importlib.util.find_spec(name) is None]:
        print(
            f"These are not installed: {', '.join(missing)}. Run pip install {' '.join(missing)}",
            file=sys.stderr,
        )
        return 2
    torch.set_num_threads(1)  # its idle threads would take the cores from the others
    with tempfile.TemporaryDirectory() as scratch:
        path = graph(Path(scratch))
        steps = {
            f"{name}, {threads} thread{'s' * (threads != 1)}": step
            for threads in options.threads
            for name, step in (
                ("onnxruntime int8, matrices alone", onnxruntime_step(path, threads)),
                ("OpenVINO int8, matrices alone", openvino_step(path, threads)),
                *((f"Busker {dtype}, whole step", our_step(dtype, threads)) for dtype in BITS),
            )
        }
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(1 + options.rounds):
        for name, step in steps.items():
            time.sleep(QUIET_SECONDS)
            step()  # its threads are awake, and its weights are where they will be
            start = time.perf_counter()
            step()
            if number:
                seconds[name].append(time.perf_counter() - start)
    versions = ", ".join(f"{name} {importlib.import_module(name).__version__}" for name in PACKAGES)
    print(f"One step of musicgen-small's shape on {processor()}; {versions}\n")
    for name, taken in seconds.items():
        print(f"{name:44}{1000 * median(taken):8.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
