"""The product of `vnni.py` in LLVM's intermediate language.

`multiply` first makes whole numbers of each row, `LEVELS` on each side of zero, and notes them in two rows of
bytes with a sign: q = 256 · high + low. Behind them it notes what the sums of both begin with, which takes
off how much higher the weights are held, and the row's greatest number. Then it goes through the weights
once, in turns of some panels, each for all rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from audio.musicgen.kernels.llvm import spread, written

RAISED: Final = 128
"""By how much weights are held higher than they are."""
LEVELS: Final = 127 * 256 + 127
"""What an input is at most, as a whole number."""
BYTES: Final = 4
"""How many products of bytes are added up to one number."""
ROOM: Final = 16
"""Inputs are made up to a multiple of so many."""
NOTES: Final = 12
"""Bytes behind those of a row: two int32 and a float32."""
_VECTORS: Final = 4
"""Panels in a turn, read side by side: a processor fetches four streams 1.15 times as fast as one, and so
many sums are in flight that none is waited for."""
_AHEAD: Final = 1024
"""How many bytes ahead weights are fetched. With 0 two rows take 1.05 times as long (Xeon)."""
_MIN: Final = 2.0**-100
"""What a row's greatest number is at least; the levels over it are a float32 yet."""


@dataclass(frozen=True, slots=True)
class Width:
    """How wide the processor multiplies."""

    lanes: int
    """Numbers in a vector."""
    rows: int
    """Rows at once, whose sums its registers hold."""

    @property
    def outputs(self) -> int:
        """In a turn."""
        return self.lanes * _VECTORS

    @property
    def product(self) -> str:
        return f"@llvm.x86.avx512.vpdpbusd.{self.lanes * 32}"


WIDE: Final = Width(lanes=16, rows=2)
NARROW: Final = Width(lanes=8, rows=1)
"""With half as many registers, too."""


def code(width: Width) -> str:
    """A module with `multiply(x, weights, scales, noted, out, rows, inputs, outputs, adds)`, which adds
    to what is in `out` where `adds` is not 0."""
    sums = f"<{width.lanes} x i32>"
    # said as up to LLVM 21; later ones make theirs of it
    product = f"declare {sums} {width.product}({sums}, {sums}, {sums})"
    groups = range(width.rows, 0, -1)
    return "\n".join([product, _QUANTISE, *(_turn(width, rows) for rows in groups), _multiply(width)])


_QUANTISE: Final = f"""
define private void @quantise(ptr %x, ptr %noted, i64 %inputs) {{
begin:
  br label %measure
measure:
  %at = phi i64 [0, %begin], [%next, %measure]
  %most = phi <16 x float> [zeroinitializer, %begin], [%more, %measure]
  %here = getelementptr float, ptr %x, i64 %at
  %numbers = load <16 x float>, ptr %here, align 4
  %sizes = call <16 x float> @llvm.fabs.v16f32(<16 x float> %numbers)
  %more = call <16 x float> @llvm.maximum.v16f32(<16 x float> %most, <16 x float> %sizes)
  %next = add i64 %at, {ROOM}
  %measured = icmp eq i64 %next, %inputs
  br i1 %measured, label %scale, label %measure
scale:
  %found = call float @llvm.vector.reduce.fmaximum.v16f32(<16 x float> %more)
  %greatest = call float @llvm.maximum.f32(float %found, float {written(_MIN)})
  %factor = fdiv float {written(LEVELS)}, %greatest{spread("factor", "float", 16)}
  br label %round
round:
  %from = phi i64 [0, %scale], [%after, %round]
  %highs = phi <16 x i32> [zeroinitializer, %scale], [%highs.more, %round]
  %lows = phi <16 x i32> [zeroinitializer, %scale], [%lows.more, %round]
  %there = getelementptr float, ptr %x, i64 %from
  %plain = load <16 x float>, ptr %there, align 4
  %scaled = fmul <16 x float> %plain, %factor.all
  %near = call <16 x float> @llvm.rint.v16f32(<16 x float> %scaled)
  %whole = call <16 x i32> @llvm.fptosi.sat.v16i32.v16f32(<16 x float> %near)
  %up = add <16 x i32> %whole, splat (i32 128)
  %high = ashr <16 x i32> %up, splat (i32 8)
  %even = shl <16 x i32> %high, splat (i32 8)
  %low = sub <16 x i32> %whole, %even
  %highs.more = add <16 x i32> %highs, %high
  %lows.more = add <16 x i32> %lows, %low
  %high.bytes = trunc <16 x i32> %high to <16 x i8>
  %low.bytes = trunc <16 x i32> %low to <16 x i8>
  %to = getelementptr i8, ptr %noted, i64 %from
  store <16 x i8> %high.bytes, ptr %to, align 1
  %to.low = getelementptr i8, ptr %to, i64 %inputs
  store <16 x i8> %low.bytes, ptr %to.low, align 1
  %after = add i64 %from, {ROOM}
  %rounded = icmp eq i64 %after, %inputs
  br i1 %rounded, label %note, label %round
note:
  %high.sum = call i32 @llvm.vector.reduce.add.v16i32(<16 x i32> %highs.more)
  %low.sum = call i32 @llvm.vector.reduce.add.v16i32(<16 x i32> %lows.more)
  %high.start = mul i32 %high.sum, {-RAISED}
  %low.start = mul i32 %low.sum, {-RAISED}
  %both = mul i64 %inputs, 2
  %behind = getelementptr i8, ptr %noted, i64 %both
  store i32 %high.start, ptr %behind, align 4
  %second = getelementptr i8, ptr %behind, i64 4
  store i32 %low.start, ptr %second, align 4
  %third = getelementptr i8, ptr %behind, i64 8
  store float %greatest, ptr %third, align 4
  ret void
}}
"""


def _turn(width: Width, rows: int) -> str:
    """The results of so many rows by some panels; `noted` and `out` are those of the first row."""
    lanes, parts, held = width.lanes, range(_VECTORS), width.lanes * BYTES
    sums, floats = f"<{lanes} x i32>", f"<{lanes} x float>"
    # of each row that with the high bytes and that with the low ones
    halves = [(row, half) for row in range(rows) for half in range(2)]
    results = [(row, part) for row in range(rows) for part in parts]

    begin = [
        f"""
  %noted{row}.at = mul i64 %length, {row}
  %noted{row} = getelementptr i8, ptr %noted, i64 %noted{row}.at
  %behind{row} = getelementptr i8, ptr %noted{row}, i64 %both"""
        for row in range(rows)
    ] + [
        f"""
  %bytes{row}.{half}.at = mul i64 %inputs, {half}
  %bytes{row}.{half} = getelementptr i8, ptr %noted{row}, i64 %bytes{row}.{half}.at
  %start{row}.{half}.at = getelementptr i8, ptr %behind{row}, i64 {4 * half}
  %start{row}.{half} = load i32, ptr %start{row}.{half}.at, align 4"""
        + spread(f"start{row}.{half}", "i32", lanes)
        for row, half in halves
    ]
    carried = [
        f"""
  %sum{row}.{half}.{part} = phi {sums} [%start{row}.{half}.all, %begin], [%more{row}.{half}.{part}, %add]"""
        for row, half in halves
        for part in parts
    ]
    ahead = [
        f"""
  %ahead{part} = getelementptr i8, ptr %part{part}, i64 {_AHEAD}
  call void @llvm.prefetch.p0(ptr %ahead{part}, i32 0, i32 3, i32 1)"""
        for part in parts
    ]
    loaded = [
        f"""
  %part{part}.at = mul i64 %whole, {part}
  %part{part}.first = getelementptr i8, ptr %weights, i64 %part{part}.at
  %part{part} = getelementptr i8, ptr %part{part}.first, i64 %offset
  %weights{part} = load {sums}, ptr %part{part}, align {held}"""
        for part in parts
    ]
    added = [
        f"""
  %x{row}.{half}.at = getelementptr i8, ptr %bytes{row}.{half}, i64 %at
  %x{row}.{half} = load i32, ptr %x{row}.{half}.at, align 4{spread(f"x{row}.{half}", "i32", lanes)}"""
        + "".join(
            f"""
  %more{row}.{half}.{part} = call {sums} {width.product}(
    {sums} %sum{row}.{half}.{part}, {sums} %weights{part}, {sums} %x{row}.{half}.all)"""
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
  %greatest{row}.at = getelementptr i8, ptr %behind{row}, i64 8
  %greatest{row} = load float, ptr %greatest{row}.at, align 4{spread(f"greatest{row}", "float", lanes)}
  %out{row}.at = mul i64 %outputs, {row}
  %out{row} = getelementptr float, ptr %out, i64 %out{row}.at"""
        for row in range(rows)
    ]
    given = [
        f"""
  %high{row}.{part} = sitofp {sums} %more{row}.0.{part} to {floats}
  %low{row}.{part} = sitofp {sums} %more{row}.1.{part} to {floats}
  %even{row}.{part} = fmul {floats} %high{row}.{part}, splat (float {written(256)})
  %both{row}.{part} = fadd {floats} %even{row}.{part}, %low{row}.{part}
  %scaled{row}.{part} = fmul {floats} %both{row}.{part}, %scales{part}
  %made{row}.{part} = fmul {floats} %scaled{row}.{part}, %greatest{row}.all
  %to{row}.{part} = getelementptr float, ptr %out{row}, i64 {part * lanes}
  %there{row}.{part} = load {floats}, ptr %to{row}.{part}, align 4
  %kept{row}.{part} = select i1 %adding, {floats} %there{row}.{part}, {floats} zeroinitializer
  %sum{row}.{part} = fadd {floats} %made{row}.{part}, %kept{row}.{part}
  store {floats} %sum{row}.{part}, ptr %to{row}.{part}, align 4"""
        for row, part in results
    ]
    return f"""
define private void @turn{rows}(
  ptr %weights, ptr %scales, ptr %noted, ptr %out, i64 %inputs, i64 %length, i64 %outputs, i64 %adds
) {{
begin:
  %adding = icmp ne i64 %adds, 0
  %both = mul i64 %inputs, 2
  %whole = mul i64 %inputs, {lanes}{"".join(begin)}
  br label %add
add:
  %at = phi i64 [0, %begin], [%next, %add]{"".join(carried)}
  %offset = mul i64 %at, {lanes}{"".join(loaded + ahead + added)}
  %next = add i64 %at, {BYTES}
  %done = icmp eq i64 %next, %inputs
  br i1 %done, label %give, label %add
give:{"".join(scaled + given)}
  ret void
}}
"""


def _multiply(width: Width) -> str:
    """Rows go by as many as the width takes, and what is left by one."""
    return f"""
define void @multiply(
  ptr %x, ptr %weights, ptr %scales, ptr %noted, ptr %out, i64 %rows, i64 %inputs, i64 %outputs,
  i64 %adds
) {{
begin:
  %both = mul i64 %inputs, 2
  %length = add i64 %both, {NOTES}
  %whole = and i64 %rows, {-width.rows}
  br label %quantise
quantise:
  %row = phi i64 [0, %begin], [%next, %quantise]
  %x.at = mul i64 %row, %inputs
  %x.row = getelementptr float, ptr %x, i64 %x.at
  %noted.at = mul i64 %row, %length
  %noted.row = getelementptr i8, ptr %noted, i64 %noted.at
  call void @quantise(ptr %x.row, ptr %noted.row, i64 %inputs)
  %next = add i64 %row, 1
  %quantised = icmp eq i64 %next, %rows
  br i1 %quantised, label %turn, label %quantise
turn:
  %first = phi i64 [0, %quantise], [%first.next, %after]
  %own.at = mul i64 %first, %inputs
  %own = getelementptr i8, ptr %weights, i64 %own.at
  %own.scales = getelementptr float, ptr %scales, i64 %first
  br label %rows.left
rows.left:
  %done = phi i64 [0, %turn], [%done.more, %rows.many], [%done.one, %rows.one]
  %heard.at = mul i64 %done, %length
  %heard = getelementptr i8, ptr %noted, i64 %heard.at
  %made.row = mul i64 %done, %outputs
  %made.at = add i64 %made.row, %first
  %made = getelementptr float, ptr %out, i64 %made.at
  %many = icmp ult i64 %done, %whole
  br i1 %many, label %rows.many, label %rows.few
rows.many:
  call void @turn{width.rows}(
    ptr %own, ptr %own.scales, ptr %heard, ptr %made, i64 %inputs, i64 %length, i64 %outputs, i64 %adds)
  %done.more = add i64 %done, {width.rows}
  br label %rows.left
rows.few:
  %few = icmp ult i64 %done, %rows
  br i1 %few, label %rows.one, label %after
rows.one:
  call void @turn1(
    ptr %own, ptr %own.scales, ptr %heard, ptr %made, i64 %inputs, i64 %length, i64 %outputs, i64 %adds)
  %done.one = add i64 %done, 1
  br label %rows.left
after:
  %first.next = add i64 %first, {width.outputs}
  %all = icmp eq i64 %first.next, %outputs
  br i1 %all, label %end, label %turn
end:
  ret void
}}
"""
