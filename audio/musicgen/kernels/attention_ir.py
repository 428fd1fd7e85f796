"""Attention of one query a row in LLVM's intermediate language.

`attend` goes through the rows one by one, each over as many keys and values as its line of the table says. So
a row's sums are made in an order that follows from its own length, and nothing is read that is not needed.
"""

from __future__ import annotations

from math import factorial, log
from typing import Final

from audio.musicgen.kernels.llvm import spread, written

FIELDS: Final = 4
"""Of a row in the table, each of 64 bits: where its first head's keys begin, where its values do, how many
bytes lie between heads, and how many keys there are."""
LANES: Final = 16
"""How many weights are computed at once."""
_TERMS: Final = 7
"""Of the exponential's series after its first, which is then right to 1e-8."""
_MIN: Final = -87.0
"""The exponential of less is no normal float32."""
_LOG2_SHORT: Final = 355 / 512
"""Log 2 in few bits, so that its products by whole numbers are exact; the rest is taken off apart."""


def code(size: int) -> str:
    """A module with `attend(queries, table, out, scores, rows, heads, stride, told)` for heads of `size`.

    Rows of queries are `stride` numbers apart, heads `size`; those of `out` have nothing between them. Where
    `told` is not 0, a row's own key lies so many numbers behind its query, its value as many behind the key,
    and they become the last of its keys and values. `scores` has room for all of a row's and `LANES` more.
    """
    head, lanes = f"<{size} x float>", f"<{LANES} x float>"
    return f"""{_exponential(lanes)}
define void @attend(
  ptr %queries, ptr %table, ptr %out, ptr %scores, i64 %rows, i64 %heads, i64 %stride, i64 %told
) {{
begin:
  %any.told = icmp ne i64 %told, 0
  br label %row
row:
  %row.at = phi i64 [0, %begin], [%row.next, %row.done]
  %line.at = mul i64 %row.at, {8 * FIELDS}
  %line = getelementptr i8, ptr %table, i64 %line.at
  %keys.row = load ptr, ptr %line, align 8
  %second = getelementptr i8, ptr %line, i64 8
  %values.row = load ptr, ptr %second, align 8
  %third = getelementptr i8, ptr %line, i64 16
  %between = load i64, ptr %third, align 8
  %fourth = getelementptr i8, ptr %line, i64 24
  %length = load i64, ptr %fourth, align 8
  %last = sub i64 %length, 1
  %last.at = mul i64 %last, {size}
  %query.row.at = mul i64 %row.at, %stride
  %query.row = getelementptr float, ptr %queries, i64 %query.row.at
  %out.row.heads = mul i64 %row.at, %heads
  br label %head
head:
  %head.at = phi i64 [0, %row], [%head.next, %give]
  %head.offset = mul i64 %head.at, %between
  %keys = getelementptr i8, ptr %keys.row, i64 %head.offset
  %values = getelementptr i8, ptr %values.row, i64 %head.offset
  %query.at = mul i64 %head.at, {size}
  %query.head = getelementptr float, ptr %query.row, i64 %query.at
  %asked = load {head}, ptr %query.head, align 4
  %query = fmul {head} %asked, splat (float {written(size**-0.5)})
  br i1 %any.told, label %tell, label %score.begin
tell:
  %key.own = getelementptr float, ptr %query.head, i64 %told
  %key.told = load {head}, ptr %key.own, align 4
  %key.last = getelementptr float, ptr %keys, i64 %last.at
  store {head} %key.told, ptr %key.last, align 4
  %value.own = getelementptr float, ptr %key.own, i64 %told
  %value.told = load {head}, ptr %value.own, align 4
  %value.last = getelementptr float, ptr %values, i64 %last.at
  store {head} %value.told, ptr %value.last, align 4
  br label %score.begin
score.begin:
  br label %score
score:
  %key.at = phi i64 [0, %score.begin], [%key.next, %score]
  %most = phi float [{written(float("-inf"))}, %score.begin], [%more, %score]
  %key.offset = mul i64 %key.at, {size}
  %key.here = getelementptr float, ptr %keys, i64 %key.offset
  %key = load {head}, ptr %key.here, align 4
  %products = fmul {head} %query, %key
  %score.made = call reassoc float @llvm.vector.reduce.fadd.v{size}f32(float 0.0, {head} %products)
  %score.here = getelementptr float, ptr %scores, i64 %key.at
  store float %score.made, ptr %score.here, align 4
  %more = call float @llvm.maximum.f32(float %most, float %score.made)
  %key.next = add i64 %key.at, 1
  %scored = icmp eq i64 %key.next, %length
  br i1 %scored, label %weigh.begin, label %score
weigh.begin:
  %behind = getelementptr float, ptr %scores, i64 %length
  store {lanes} splat (float {written(float("-inf"))}), ptr %behind, align 4{spread("more", "float", LANES)}
  br label %weigh
weigh:
  %weight.at = phi i64 [0, %weigh.begin], [%weight.next, %weigh]
  %sum = phi {lanes} [zeroinitializer, %weigh.begin], [%sum.more, %weigh]
  %weight.here = getelementptr float, ptr %scores, i64 %weight.at
  %plain = load {lanes}, ptr %weight.here, align 4
  %below = fsub {lanes} %plain, %more.all
  %weights = call {lanes} @exponential({lanes} %below)
  store {lanes} %weights, ptr %weight.here, align 4
  %sum.more = fadd {lanes} %sum, %weights
  %weight.next = add i64 %weight.at, {LANES}
  %unweighed = icmp ult i64 %weight.next, %length
  br i1 %unweighed, label %weigh, label %add.begin
add.begin:
  %total = call reassoc float @llvm.vector.reduce.fadd.v{LANES}f32(float 0.0, {lanes} %sum.more)
  br label %add
add:
  %value.at = phi i64 [0, %add.begin], [%value.next, %add]
  %found = phi {head} [zeroinitializer, %add.begin], [%found.more, %add]
  %own.here = getelementptr float, ptr %scores, i64 %value.at
  %own = load float, ptr %own.here, align 4{spread("own", "float", size)}
  %value.offset = mul i64 %value.at, {size}
  %value.here = getelementptr float, ptr %values, i64 %value.offset
  %value = load {head}, ptr %value.here, align 4
  %found.more = call {head} @llvm.fma.v{size}f32({head} %own.all, {head} %value, {head} %found)
  %value.next = add i64 %value.at, 1
  %added = icmp eq i64 %value.next, %length
  br i1 %added, label %give, label %add
give:{spread("total", "float", size)}
  %made = fdiv {head} %found.more, %total.all
  %out.head = add i64 %out.row.heads, %head.at
  %out.at = mul i64 %out.head, {size}
  %out.here = getelementptr float, ptr %out, i64 %out.at
  store {head} %made, ptr %out.here, align 4
  %head.next = add i64 %head.at, 1
  %heads.done = icmp eq i64 %head.next, %heads
  br i1 %heads.done, label %row.done, label %head
row.done:
  %row.next = add i64 %row.at, 1
  %rows.done = icmp eq i64 %row.next, %rows
  br i1 %rows.done, label %end, label %row
end:
  ret void
}}
"""


def _exponential(lanes: str) -> str:
    """e^x = 2^n · e^rest, with the series of the exponential for the rest, of at most half of log 2."""
    terms = "".join(
        f"""
  %term{power} = call {lanes} @llvm.fma.v{LANES}f32(
    {lanes} %term{power + 1}, {lanes} %rest, {lanes} splat (float {written(1 / factorial(power))}))"""
        for power in range(_TERMS - 1, -1, -1)
    )
    return f"""
define private {lanes} @exponential({lanes} %x) {{
  %some = call {lanes} @llvm.maximum.v{LANES}f32({lanes} %x, {lanes} splat (float {written(_MIN)}))
  %doublings = fmul {lanes} %some, splat (float {written(1 / log(2))})
  %whole = call {lanes} @llvm.rint.v{LANES}f32({lanes} %doublings)
  %less = fneg {lanes} %whole
  %most = call {lanes} @llvm.fma.v{LANES}f32(
    {lanes} %less, {lanes} splat (float {written(_LOG2_SHORT)}), {lanes} %some)
  %rest = call {lanes} @llvm.fma.v{LANES}f32(
    {lanes} %less, {lanes} splat (float {written(log(2) - _LOG2_SHORT)}), {lanes} %most)
  %term{_TERMS} = fadd {lanes} zeroinitializer, splat (float {written(1 / factorial(_TERMS))}){terms}
  %number = call <{LANES} x i32> @llvm.fptosi.sat.v{LANES}i32.v{LANES}f32({lanes} %whole)
  %exponent = shl <{LANES} x i32> %number, splat (i32 23)
  %bits = bitcast {lanes} %term0 to <{LANES} x i32>
  %doubled = add <{LANES} x i32> %bits, %exponent
  %made = bitcast <{LANES} x i32> %doubled to {lanes}
  ret {lanes} %made
}}
"""
