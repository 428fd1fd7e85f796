"""LLVM IR of the matrix product of `int8_gemm.py`.

`multiply` first quantises each input row to integers of at most ±`MAX_INPUT`, stored as two rows of signed
bytes: q = 256 · high + low. A trailer follows them: the initial value of both sums, which corrects for the
zero point of the weights, and the row's peak. Then it reads the weights once, a group of panels at a time,
each for all rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from audio.musicgen.kernels.llvm import broadcast, float_hex

ZERO_POINT: Final = 128
"""Weights are stored as unsigned bytes, this much higher."""
MAX_INPUT: Final = 127 * 256 + 127
"""The largest magnitude of a quantised input."""
DOT_BYTES: Final = 4
"""Byte products that the instruction adds up to one int32."""
INPUT_MULTIPLE: Final = 16
"""Inputs are padded to a multiple of this."""
TRAILER_BYTES: Final = 12
"""Bytes after a quantised row: two int32 and one float32."""
_PANELS: Final = 4
"""Panels of a group, read side by side: processors fetch four streams 1.15 times as fast as one, and this
many independent sums hide the latency of the instruction."""
_PREFETCH_BYTES: Final = 1024
"""Distance of the weight prefetch. With 0, two rows take 1.05 times as long (Xeon)."""
_MIN_PEAK: Final = 2.0**-100
"""Lower bound of a row's peak, so that `MAX_INPUT` / peak is a finite float32."""


@dataclass(frozen=True, slots=True)
class VectorWidth:
    """The vectors of a processor and how many rows its registers allow."""

    lanes: int
    """int32 or float32 values per vector."""
    rows: int
    """Rows multiplied at once; their sums stay in registers."""

    @property
    def outputs(self) -> int:
        """Outputs of a group of panels."""
        return self.lanes * _PANELS

    @property
    def product(self) -> str:
        return f"@llvm.x86.avx512.vpdpbusd.{self.lanes * 32}"


AVX512: Final = VectorWidth(lanes=16, rows=2)
AVX2: Final = VectorWidth(lanes=8, rows=1)
"""These processors also have half as many registers."""


def int8_gemm_ir(width: VectorWidth) -> str:
    """Return a module with `multiply(x, weights, scales, quantised, out, rows, inputs, outputs, accumulate)`.

    `quantised` is scratch memory: (2 · inputs + `TRAILER_BYTES`) bytes per row. If `accumulate` is not 0, the
    product is added to `out`.
    """
    sums = f"<{width.lanes} x i32>"
    # the signature up to LLVM 21; later versions upgrade it
    product = f"declare {sums} {width.product}({sums}, {sums}, {sums})"
    panels = [_multiply_panels(width, rows) for rows in range(width.rows, 0, -1)]
    return "\n".join([product, _QUANTISE, *panels, _multiply(width)])


_QUANTISE: Final = f"""
define private void @quantise(ptr %x, ptr %quantised, i64 %inputs) {{
begin:
  br label %measure
measure:
  %measure.at = phi i64 [0, %begin], [%measure.next, %measure]
  %max = phi <16 x float> [zeroinitializer, %begin], [%max.next, %measure]
  %measure.x = getelementptr float, ptr %x, i64 %measure.at
  %measure.values = load <16 x float>, ptr %measure.x, align 4
  %magnitudes = call <16 x float> @llvm.fabs.v16f32(<16 x float> %measure.values)
  %max.next = call <16 x float> @llvm.maximum.v16f32(<16 x float> %max, <16 x float> %magnitudes)
  %measure.next = add i64 %measure.at, {INPUT_MULTIPLE}
  %measure.done = icmp eq i64 %measure.next, %inputs
  br i1 %measure.done, label %scale, label %measure
scale:
  %max.reduced = call float @llvm.vector.reduce.fmaximum.v16f32(<16 x float> %max.next)
  %max.row = call float @llvm.maximum.f32(float %max.reduced, float {float_hex(_MIN_PEAK)})
  %factor = fdiv float {float_hex(MAX_INPUT)}, %max.row{broadcast("factor", "float", 16)}
  br label %round
round:
  %at = phi i64 [0, %scale], [%next, %round]
  %high.sums = phi <16 x i32> [zeroinitializer, %scale], [%high.sums.next, %round]
  %low.sums = phi <16 x i32> [zeroinitializer, %scale], [%low.sums.next, %round]
  %x.here = getelementptr float, ptr %x, i64 %at
  %values = load <16 x float>, ptr %x.here, align 4
  %scaled = fmul <16 x float> %values, %factor.vec
  %rounded = call <16 x float> @llvm.rint.v16f32(<16 x float> %scaled)
  %integers = call <16 x i32> @llvm.fptosi.sat.v16i32.v16f32(<16 x float> %rounded)
  %biased = add <16 x i32> %integers, splat (i32 128)
  %high = ashr <16 x i32> %biased, splat (i32 8)
  %high.shifted = shl <16 x i32> %high, splat (i32 8)
  %low = sub <16 x i32> %integers, %high.shifted
  %high.sums.next = add <16 x i32> %high.sums, %high
  %low.sums.next = add <16 x i32> %low.sums, %low
  %high.bytes = trunc <16 x i32> %high to <16 x i8>
  %low.bytes = trunc <16 x i32> %low to <16 x i8>
  %out = getelementptr i8, ptr %quantised, i64 %at
  store <16 x i8> %high.bytes, ptr %out, align 1
  %out.low = getelementptr i8, ptr %out, i64 %inputs
  store <16 x i8> %low.bytes, ptr %out.low, align 1
  %next = add i64 %at, {INPUT_MULTIPLE}
  %round.done = icmp eq i64 %next, %inputs
  br i1 %round.done, label %trailer, label %round
trailer:
  %high.sum = call i32 @llvm.vector.reduce.add.v16i32(<16 x i32> %high.sums.next)
  %low.sum = call i32 @llvm.vector.reduce.add.v16i32(<16 x i32> %low.sums.next)
  %high.init = mul i32 %high.sum, {-ZERO_POINT}
  %low.init = mul i32 %low.sum, {-ZERO_POINT}
  %bytes = mul i64 %inputs, 2
  %trailer.at = getelementptr i8, ptr %quantised, i64 %bytes
  store i32 %high.init, ptr %trailer.at, align 4
  %trailer.low = getelementptr i8, ptr %trailer.at, i64 4
  store i32 %low.init, ptr %trailer.low, align 4
  %trailer.max = getelementptr i8, ptr %trailer.at, i64 8
  store float %max.row, ptr %trailer.max, align 4
  ret void
}}
"""


def _multiply_panels(width: VectorWidth, rows: int) -> str:
    """Return IR that multiplies `rows` rows by one group of panels.

    Its arguments `quantised` and `out` belong to the first row.
    """
    lanes, parts, weight_bytes = width.lanes, range(_PANELS), width.lanes * DOT_BYTES
    sums, floats = f"<{lanes} x i32>", f"<{lanes} x float>"
    # each row has its high bytes and its low bytes
    halves = [(row, half) for row in range(rows) for half in range(2)]
    results = [(row, part) for row in range(rows) for part in parts]

    setup = [
        f"""
  %row{row}.offset = mul i64 %length, {row}
  %row{row} = getelementptr i8, ptr %quantised, i64 %row{row}.offset
  %trailer{row} = getelementptr i8, ptr %row{row}, i64 %bytes"""
        for row in range(rows)
    ] + [
        f"""
  %bytes{row}.{half}.at = mul i64 %inputs, {half}
  %bytes{row}.{half} = getelementptr i8, ptr %row{row}, i64 %bytes{row}.{half}.at
  %init{row}.{half}.at = getelementptr i8, ptr %trailer{row}, i64 {4 * half}
  %init{row}.{half} = load i32, ptr %init{row}.{half}.at, align 4"""
        + broadcast(f"init{row}.{half}", "i32", lanes)
        for row, half in halves
    ]
    phis = [
        f"""
  %sum{row}.{half}.{part} = phi {sums}
    [%init{row}.{half}.vec, %begin], [%sum{row}.{half}.{part}.next, %dot]"""
        for row, half in halves
        for part in parts
    ]
    prefetched = [
        f"""
  %ahead{part} = getelementptr i8, ptr %panel{part}, i64 {_PREFETCH_BYTES}
  call void @llvm.prefetch.p0(ptr %ahead{part}, i32 0, i32 3, i32 1)"""
        for part in parts
    ]
    loaded = [
        f"""
  %panel{part}.offset = mul i64 %panel_bytes, {part}
  %panel{part}.begin = getelementptr i8, ptr %weights, i64 %panel{part}.offset
  %panel{part} = getelementptr i8, ptr %panel{part}.begin, i64 %offset
  %weights{part} = load {sums}, ptr %panel{part}, align {weight_bytes}"""
        for part in parts
    ]
    dotted = [
        f"""
  %x{row}.{half}.at = getelementptr i8, ptr %bytes{row}.{half}, i64 %at
  %x{row}.{half} = load i32, ptr %x{row}.{half}.at, align 4{broadcast(f"x{row}.{half}", "i32", lanes)}"""
        + "".join(
            f"""
  %sum{row}.{half}.{part}.next = call {sums} {width.product}(
    {sums} %sum{row}.{half}.{part}, {sums} %weights{part}, {sums} %x{row}.{half}.vec)"""
            for part in parts
        )
        for row, half in halves
    ]
    scaled = [
        f"""
  %scales{part}.at = getelementptr float, ptr %scales, i64 {part * lanes}
  %scales{part} = load {floats}, ptr %scales{part}.at, align 4"""
        for part in parts
    ] + [
        f"""
  %max{row}.at = getelementptr i8, ptr %trailer{row}, i64 8
  %max{row} = load float, ptr %max{row}.at, align 4{broadcast(f"max{row}", "float", lanes)}
  %out{row}.at = mul i64 %outputs, {row}
  %out{row} = getelementptr float, ptr %out, i64 %out{row}.at"""
        for row in range(rows)
    ]
    stored = [
        f"""
  %high{row}.{part} = sitofp {sums} %sum{row}.0.{part}.next to {floats}
  %low{row}.{part} = sitofp {sums} %sum{row}.1.{part}.next to {floats}
  %high{row}.{part}.shifted = fmul {floats} %high{row}.{part}, splat (float {float_hex(256)})
  %dot{row}.{part} = fadd {floats} %high{row}.{part}.shifted, %low{row}.{part}
  %scaled{row}.{part} = fmul {floats} %dot{row}.{part}, %scales{part}
  %product{row}.{part} = fmul {floats} %scaled{row}.{part}, %max{row}.vec
  %out{row}.{part}.at = getelementptr float, ptr %out{row}, i64 {part * lanes}
  %out{row}.{part} = load {floats}, ptr %out{row}.{part}.at, align 4
  %base{row}.{part} = select i1 %accumulating, {floats} %out{row}.{part}, {floats} zeroinitializer
  %result{row}.{part} = fadd {floats} %product{row}.{part}, %base{row}.{part}
  store {floats} %result{row}.{part}, ptr %out{row}.{part}.at, align 4"""
        for row, part in results
    ]
    return f"""
define private void @multiply_panels{rows}(
  ptr %weights, ptr %scales, ptr %quantised, ptr %out, i64 %inputs, i64 %length, i64 %outputs,
  i64 %accumulate
) {{
begin:
  %accumulating = icmp ne i64 %accumulate, 0
  %bytes = mul i64 %inputs, 2
  %panel_bytes = mul i64 %inputs, {lanes}{"".join(setup)}
  br label %dot
dot:
  %at = phi i64 [0, %begin], [%next, %dot]{"".join(phis)}
  %offset = mul i64 %at, {lanes}{"".join(loaded + prefetched + dotted)}
  %next = add i64 %at, {DOT_BYTES}
  %done = icmp eq i64 %next, %inputs
  br i1 %done, label %store, label %dot
store:{"".join(scaled + stored)}
  ret void
}}
"""


def _multiply(width: VectorWidth) -> str:
    """Return IR of `multiply`: rows go through in groups of `width.rows`, the rest one by one."""
    return f"""
define void @multiply(
  ptr %x, ptr %weights, ptr %scales, ptr %quantised, ptr %out, i64 %rows, i64 %inputs, i64 %outputs,
  i64 %accumulate
) {{
begin:
  %bytes = mul i64 %inputs, 2
  %length = add i64 %bytes, {TRAILER_BYTES}
  %grouped_rows = and i64 %rows, {-width.rows}
  br label %quantise
quantise:
  %row = phi i64 [0, %begin], [%next, %quantise]
  %x.offset = mul i64 %row, %inputs
  %x.row = getelementptr float, ptr %x, i64 %x.offset
  %quantised.offset = mul i64 %row, %length
  %quantised.row = getelementptr i8, ptr %quantised, i64 %quantised.offset
  call void @quantise(ptr %x.row, ptr %quantised.row, i64 %inputs)
  %next = add i64 %row, 1
  %quantise.done = icmp eq i64 %next, %rows
  br i1 %quantise.done, label %panels.loop, label %quantise
panels.loop:
  %output = phi i64 [0, %quantise], [%output.next, %panels.next]
  %panels.offset = mul i64 %output, %inputs
  %panels = getelementptr i8, ptr %weights, i64 %panels.offset
  %panels.scales = getelementptr float, ptr %scales, i64 %output
  br label %rows.loop
rows.loop:
  %done = phi i64 [0, %panels.loop], [%done.group, %rows.group], [%done.single, %rows.single]
  %q.offset = mul i64 %done, %length
  %q = getelementptr i8, ptr %quantised, i64 %q.offset
  %out.row = mul i64 %done, %outputs
  %out.offset = add i64 %out.row, %output
  %out.here = getelementptr float, ptr %out, i64 %out.offset
  %group = icmp ult i64 %done, %grouped_rows
  br i1 %group, label %rows.group, label %rows.rest
rows.group:
  call void @multiply_panels{width.rows}(
    ptr %panels, ptr %panels.scales, ptr %q, ptr %out.here, i64 %inputs, i64 %length, i64 %outputs,
    i64 %accumulate)
  %done.group = add i64 %done, {width.rows}
  br label %rows.loop
rows.rest:
  %single = icmp ult i64 %done, %rows
  br i1 %single, label %rows.single, label %panels.next
rows.single:
  call void @multiply_panels1(
    ptr %panels, ptr %panels.scales, ptr %q, ptr %out.here, i64 %inputs, i64 %length, i64 %outputs,
    i64 %accumulate)
  %done.single = add i64 %done, 1
  br label %rows.loop
panels.next:
  %output.next = add i64 %output, {width.outputs}
  %panels.done = icmp eq i64 %output.next, %outputs
  br i1 %panels.done, label %end, label %panels.loop
end:
  ret void
}}
"""
