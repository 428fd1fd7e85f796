// A cache of keys and values in 8 bits, and attention over it.
//
// One region belongs to one row of the batch in one layer. For each head it holds
// - keys: for 16 steps at a time, for each four dimensions 64 bytes, four of each step; stored as unsigned bytes,
//   128 higher than they are, so that `dot4_bytes` multiplies them;
// - values: the bytes of each step, signed;
// - a float32 scale for the keys and one for the values of each step.
// Queries are rounded to 16 bits, weights of values are float32.
#pragma once

#include "dot.h"
#include "planes.h"

#define MAX_HEAD_SIZE 256

INLINE int64_t padded_room(int64_t room) { return (room + LANES - 1) / LANES * LANES; }

// Bytes of one head of a region for `room` steps.
INLINE int64_t head_bytes(int64_t size, int64_t room) { return padded_room(room) * (2 * size + 8); }

typedef struct {
    uint8_t *keys;
    int8_t *values;
    float *key_scales, *value_scales;
} Head;

INLINE Head head_of(uint8_t *region, int64_t head, int64_t size, int64_t room) {
    uint8_t *at = region + head * head_bytes(size, room);
    int64_t steps = padded_room(room);
    float *scales = (float *)(at + 2 * steps * size);
    return (Head){at, (int8_t *)at + steps * size, scales, scales + steps};
}

// Return the scale that rounds `size` numbers to at most `largest`; NaN if one is not finite.
INLINE float scale_of(const float *x, int64_t size, float largest) {
    Floats peak = splat(0.0f), invalid = splat(0.0f);
    for (int64_t at = 0; at < size; at += LANES) {
        peak = max_floats(peak, magnitude(load(x + at)));
        invalid += not_finite(load(x + at));
    }
    return max_of(peak) / largest + sum_of(invalid);
}

INLINE float inverse(float scale) { return scale > 1e-35f ? 1.0f / scale : 0.0f; }

// Write the key and the value of step `step`, `size` numbers each.
INLINE void cache_append(Head head, int64_t size, int64_t step, const float *key, const float *value) {
    float scale = scale_of(key, size, 127.0f), factor = inverse(scale);
    uint8_t *block = head.keys + step / LANES * LANES * size;
    head.key_scales[step] = scale;
    for (int64_t at = 0; at < size; at += LANES) {
        Ints whole = __builtin_convertvector(nearest(load(key + at) * factor), Ints) + 128;
        for (int lane = 0; lane < LANES; lane++)
            block[(at + lane) / 4 * 4 * LANES + step % LANES * 4 + (at + lane) % 4] = (uint8_t)whole[lane];
    }
    head.value_scales[step] = scale = scale_of(value, size, 127.0f);
    factor = inverse(scale);
    for (int64_t at = 0; at < size; at += LANES) {
        Bytes bytes = __builtin_convertvector(
            __builtin_convertvector(nearest(load(value + at) * factor), Ints), Bytes);
        memcpy(head.values + step * size + at, &bytes, sizeof bytes);
    }
}

// Attend with `query` (size,) to the first `length` steps; `scores` has room for padded_room(length) numbers.
INLINE void attend(Head head, int64_t size, int64_t length, const float *query, float *scores, float *out) {
    int8_t high[MAX_HEAD_SIZE], low[MAX_HEAD_SIZE];
    float scale = scale_of(query, size, LARGEST_INPUT), factor = inverse(scale);
    Ints rounded = {0};
    for (int64_t at = 0; at < size; at += LANES)
        rounded += round_to_planes(load(query + at) * factor, high + at, low + at);
    int32_t total = sum_of_ints(rounded);
    scale /= __builtin_sqrtf((float)size);
    Floats peak = splat(-3e38f);
    const Ints lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    for (int64_t step = 0; step < length; step += LANES) {
        Ints sums[PLANES] = {{0}, {0}};
        const uint8_t *block = head.keys + step * size;
        for (int64_t at = 0; at < size; at += 4, block += 4 * LANES) {
            __builtin_prefetch(block + 1024);
            Weights keys = load_weights(block);
            sums[0] = dot4_bytes(sums[0], keys, high + at);
            sums[1] = dot4_bytes(sums[1], keys, low + at);
        }
        Ints sum = joined(sums[0], sums[1]) - BYTE_OFFSET * total;
        Floats score = to_floats(sum) * (load(head.key_scales + step) * scale);
        score = select_floats(lanes + (int32_t)step < (int32_t)length, score, splat(-3e38f));
        peak = max_floats(peak, score);
        store(scores + step, score);
    }
    float largest = max_of(peak);
    Floats weight_sum = splat(0.0f);
    for (int64_t step = 0; step < length; step += LANES) {
        Floats weights = exponential(load(scores + step) - largest);
        weight_sum += weights;
        store(scores + step, weights * load(head.value_scales + step));
    }
    float norm = 1.0f / sum_of(weight_sum);
    // even and odd steps separately, so that one sum need not wait for the other
    for (int64_t at = 0; at < size; at += LANES * 4) {
        int parts = size - at < LANES * 4 ? (int)((size - at) / LANES) : 4;
        Floats even[4] = {splat(0.0f), splat(0.0f), splat(0.0f), splat(0.0f)};
        Floats odd[4] = {splat(0.0f), splat(0.0f), splat(0.0f), splat(0.0f)};
        const int8_t *values = head.values + at;
        int64_t step = 0;
        if (parts == 4) {
            for (; step + 1 < length; step += 2, values += 2 * size) {
                __builtin_prefetch(values + 1024);
                __builtin_prefetch(values + 1024 + size);
                for (int part = 0; part < 4; part++) {
                    even[part] += scores[step] * load_bytes(values + part * LANES);
                    odd[part] += scores[step + 1] * load_bytes(values + size + part * LANES);
                }
            }
        }
        for (; step < length; step++, values += size)
            for (int part = 0; part < parts; part++) even[part] += scores[step] * load_bytes(values + part * LANES);
        for (int part = 0; part < parts; part++) store(out + at + part * LANES, (even[part] + odd[part]) * norm);
    }
}
