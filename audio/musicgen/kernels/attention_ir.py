"""LLVM IR of attention with one query per row.

`attend` processes row after row, each over the number of keys and values in its table entry. The order of a
row's sums therefore depends on its own length alone, and nothing beyond that length is read.
"""

from __future__ import annotations

from math import factorial, log
from typing import Final

from audio.musicgen.kernels.llvm import broadcast, float_hex

TABLE_FIELDS: Final = 4
"""64-bit fields of a table entry: the addresses of the first head's keys and values, the distance between
heads [bytes], and the number of keys."""
LANES: Final = 16
"""Softmax weights computed at once."""
_TERMS: Final = 7
"""Terms of the exponential series after the first; the result is accurate to 1e-8."""
_MIN_EXPONENT: Final = -87.0
"""e^x of a smaller x is not a normal float32."""
_LOG2_SHORT: Final = 355 / 512
"""Log 2 in so few bits that its products with integers are exact; the remainder is subtracted apart."""


def attention_ir(size: int) -> str:
    """Return a module with `attend(queries, table, out, scores, rows, heads, stride, kv_offset)`.

    `size` is the head size [float32]. Rows of `queries` are `stride` floats apart, heads `size`; `out` is
    contiguous. If `kv_offset` is not 0, the row's new key lies that many floats after its query and its new
    value as many after the key; both are first stored as the last of its keys and values. `scores` holds the
    longest row's scores plus `LANES`.
    """
    head, lanes = f"<{size} x float>", f"<{LANES} x float>"
    minus_infinity = float_hex(float("-inf"))
    max_vector = broadcast("max.next", "float", LANES)
    return f"""{_exponential(lanes)}
define void @attend(
  ptr %queries, ptr %table, ptr %out, ptr %scores, i64 %rows, i64 %heads, i64 %stride, i64 %kv_offset
) {{
begin:
  %has_kv_new = icmp ne i64 %kv_offset, 0
  br label %row
row:
  %row.at = phi i64 [0, %begin], [%row.next, %row.done]
  %entry.at = mul i64 %row.at, {8 * TABLE_FIELDS}
  %entry = getelementptr i8, ptr %table, i64 %entry.at
  %keys.row = load ptr, ptr %entry, align 8
  %entry.values = getelementptr i8, ptr %entry, i64 8
  %values.row = load ptr, ptr %entry.values, align 8
  %entry.stride = getelementptr i8, ptr %entry, i64 16
  %head_stride = load i64, ptr %entry.stride, align 8
  %entry.length = getelementptr i8, ptr %entry, i64 24
  %length = load i64, ptr %entry.length, align 8
  %last = sub i64 %length, 1
  %last.offset = mul i64 %last, {size}
  %query.row.at = mul i64 %row.at, %stride
  %query.row = getelementptr float, ptr %queries, i64 %query.row.at
  %out.row.heads = mul i64 %row.at, %heads
  br label %head
head:
  %head.at = phi i64 [0, %row], [%head.next, %store]
  %head.offset = mul i64 %head.at, %head_stride
  %keys = getelementptr i8, ptr %keys.row, i64 %head.offset
  %values = getelementptr i8, ptr %values.row, i64 %head.offset
  %query.at = mul i64 %head.at, {size}
  %query.head = getelementptr float, ptr %query.row, i64 %query.at
  %q.unscaled = load {head}, ptr %query.head, align 4
  %q = fmul {head} %q.unscaled, splat (float {float_hex(size**-0.5)})
  br i1 %has_kv_new, label %append, label %score.begin
append:
  %k.new.at = getelementptr float, ptr %query.head, i64 %kv_offset
  %k.new = load {head}, ptr %k.new.at, align 4
  %k.last.at = getelementptr float, ptr %keys, i64 %last.offset
  store {head} %k.new, ptr %k.last.at, align 4
  %v.new.at = getelementptr float, ptr %k.new.at, i64 %kv_offset
  %v.new = load {head}, ptr %v.new.at, align 4
  %v.last.at = getelementptr float, ptr %values, i64 %last.offset
  store {head} %v.new, ptr %v.last.at, align 4
  br label %score.begin
score.begin:
  br label %score
score:
  %k.at = phi i64 [0, %score.begin], [%k.next, %score]
  %max = phi float [{minus_infinity}, %score.begin], [%max.next, %score]
  %k.offset = mul i64 %k.at, {size}
  %k.here = getelementptr float, ptr %keys, i64 %k.offset
  %k = load {head}, ptr %k.here, align 4
  %products = fmul {head} %q, %k
  %score.value = call reassoc float @llvm.vector.reduce.fadd.v{size}f32(float 0.0, {head} %products)
  %score.here = getelementptr float, ptr %scores, i64 %k.at
  store float %score.value, ptr %score.here, align 4
  %max.next = call float @llvm.maximum.f32(float %max, float %score.value)
  %k.next = add i64 %k.at, 1
  %score.done = icmp eq i64 %k.next, %length
  br i1 %score.done, label %softmax.begin, label %score
softmax.begin:
  %scores.end = getelementptr float, ptr %scores, i64 %length
  store {lanes} splat (float {minus_infinity}), ptr %scores.end, align 4{max_vector}
  br label %softmax
softmax:
  %softmax.at = phi i64 [0, %softmax.begin], [%softmax.next, %softmax]
  %sum = phi {lanes} [zeroinitializer, %softmax.begin], [%sum.next, %softmax]
  %softmax.here = getelementptr float, ptr %scores, i64 %softmax.at
  %score.vec = load {lanes}, ptr %softmax.here, align 4
  %shifted = fsub {lanes} %score.vec, %max.next.vec
  %weights = call {lanes} @exponential({lanes} %shifted)
  store {lanes} %weights, ptr %softmax.here, align 4
  %sum.next = fadd {lanes} %sum, %weights
  %softmax.next = add i64 %softmax.at, {LANES}
  %softmax.more = icmp ult i64 %softmax.next, %length
  br i1 %softmax.more, label %softmax, label %acc.begin
acc.begin:
  %total = call reassoc float @llvm.vector.reduce.fadd.v{LANES}f32(float 0.0, {lanes} %sum.next)
  br label %acc.loop
acc.loop:
  %v.at = phi i64 [0, %acc.begin], [%v.next, %acc.loop]
  %acc = phi {head} [zeroinitializer, %acc.begin], [%acc.next, %acc.loop]
  %weight.here = getelementptr float, ptr %scores, i64 %v.at
  %weight = load float, ptr %weight.here, align 4{broadcast("weight", "float", size)}
  %v.offset = mul i64 %v.at, {size}
  %v.here = getelementptr float, ptr %values, i64 %v.offset
  %v = load {head}, ptr %v.here, align 4
  %acc.next = call {head} @llvm.fma.v{size}f32({head} %weight.vec, {head} %v, {head} %acc)
  %v.next = add i64 %v.at, 1
  %acc.done = icmp eq i64 %v.next, %length
  br i1 %acc.done, label %store, label %acc.loop
store:{broadcast("total", "float", size)}
  %attn_out = fdiv {head} %acc.next, %total.vec
  %out.head = add i64 %out.row.heads, %head.at
  %out.at = mul i64 %out.head, {size}
  %out.here = getelementptr float, ptr %out, i64 %out.at
  store {head} %attn_out, ptr %out.here, align 4
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
    """Return IR of e^x = 2^n · e^rest, where |rest| ≤ log(2) / 2 goes through the exponential series."""
    terms = "".join(
        f"""
  %term{power} = call {lanes} @llvm.fma.v{LANES}f32(
    {lanes} %term{power + 1}, {lanes} %rest, {lanes} splat (float {float_hex(1 / factorial(power))}))"""
        for power in range(_TERMS - 1, -1, -1)
    )
    return f"""
define private {lanes} @exponential({lanes} %x) {{
  %clamped = call {lanes} @llvm.maximum.v{LANES}f32(
    {lanes} %x, {lanes} splat (float {float_hex(_MIN_EXPONENT)}))
  %x.log2 = fmul {lanes} %clamped, splat (float {float_hex(1 / log(2))})
  %n = call {lanes} @llvm.rint.v{LANES}f32({lanes} %x.log2)
  %n.neg = fneg {lanes} %n
  %rest.high = call {lanes} @llvm.fma.v{LANES}f32(
    {lanes} %n.neg, {lanes} splat (float {float_hex(_LOG2_SHORT)}), {lanes} %clamped)
  %rest = call {lanes} @llvm.fma.v{LANES}f32(
    {lanes} %n.neg, {lanes} splat (float {float_hex(log(2) - _LOG2_SHORT)}), {lanes} %rest.high)
  %term{_TERMS} = fadd {lanes} zeroinitializer, splat (float {float_hex(1 / factorial(_TERMS))}){terms}
  %n.int = call <{LANES} x i32> @llvm.fptosi.sat.v{LANES}i32.v{LANES}f32({lanes} %n)
  %exponent = shl <{LANES} x i32> %n.int, splat (i32 23)
  %bits = bitcast {lanes} %term0 to <{LANES} x i32>
  %bits.scaled = add <{LANES} x i32> %bits, %exponent
  %result = bitcast <{LANES} x i32> %bits.scaled to {lanes}
  ret {lanes} %result
}}
"""
