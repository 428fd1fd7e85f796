// Products of a few float32 rows with weights in 4 or 8 bits.
//
// Weights come in groups of 32 inputs with a scale each, and lie in the order in which they are read: for 32 outputs (a
// tile), for each group: 32 scales (bfloat16), then for each four inputs (with 4 bits: for inputs i and i + 16 of the
// group, the latter in the high nibbles) 64 bytes for the first 16 outputs and 64 for the others.
//
// Inputs are rounded per row and group to 16 bits, which are two planes of signed bytes (planes.h). In 8 bits etude's
// logits would be 4.5 % off instead of 1.4 %, and reading the weights takes as long in either case. Sums of a group are
// whole numbers and exact; groups are added up in float32 in their order. So a result depends on its row alone.
#pragma once

#include <stdint.h>
#include <stdlib.h>

#include "dot.h"
#include "planes.h"

#define GROUP 32
#define TILE 32
#define PANELS (TILE / LANES)
#define SCALE_BYTES (2 * TILE)
#define ROWS_AT_ONCE 2
#define PREFETCH_BYTES 2048

typedef struct {
    const uint8_t *weights;
    int64_t inputs;   // a multiple of GROUP
    int64_t outputs;  // a multiple of TILE
    int64_t bits;     // 4 or 8
} Matrix;

INLINE int64_t group_bytes(int64_t bits) { return SCALE_BYTES + GROUP * TILE * bits / 8; }

INLINE int64_t tiles_of(const Matrix *matrix) { return matrix->outputs / TILE; }

// Rounded rows, all of the same number of inputs.
typedef struct {
    int64_t inputs;
    int8_t *bytes;  // (rows, PLANES, inputs)
    float *scales;  // (rows, groups)
    int32_t *sums;  // (rows, groups): sums of the rounded inputs
} Rounded;

// Round `x` (inputs,) to row `row`; NaN and infinity make the whole row's products NaN.
INLINE void round_row(Rounded *rounded, int64_t row, const float *x) {
    int64_t inputs = rounded->inputs, groups = inputs / GROUP;
    int8_t *bytes = rounded->bytes + row * PLANES * inputs;
    float *scales = rounded->scales + row * groups;
    Floats invalid = splat(0.0f);
    for (int64_t group = 0; group < groups; group++, x += GROUP) {
        Floats parts[2] = {load(x), load(x + LANES)};
        invalid += not_finite(parts[0]) + not_finite(parts[1]);
        float peak = max_of(max_floats(magnitude(parts[0]), magnitude(parts[1])));
        float factor = peak > 1e-30f ? LARGEST_INPUT / peak : 0.0f;
        scales[group] = peak / LARGEST_INPUT;
        Ints sums = {0};
        for (int part = 0; part < 2; part++, bytes += LANES)
            sums += round_to_planes(parts[part] * factor, bytes, bytes + inputs);
        rounded->sums[row * groups + group] = sum_of_ints(sums);
    }
    float failed = sum_of(invalid);
    for (int64_t group = 0; failed != 0.0f && group < groups; group++) scales[group] = failed;
}

// Multiply `rows` rounded rows from `first` on by a tile. With constant arguments this becomes a kernel of its own.
INLINE void multiply_tile_of(
    const uint8_t *weights, const Rounded *x, int64_t first, Floats out[ROWS_AT_ONCE][PANELS],
    const int bits, const int rows
) {
    const int offset = bits == 4 ? 8 : BYTE_OFFSET;  // the stored weights are higher by this
    const int vectors = GROUP / 4 * bits / 8;        // of each panel in a group
    int64_t inputs = x->inputs, groups = inputs / GROUP;
    const int8_t *row_bytes = x->bytes + first * PLANES * inputs;
    const float *row_scales = x->scales + first * groups;
    const int32_t *row_sums = x->sums + first * groups;
    for (int row = 0; row < rows; row++)
        for (int panel = 0; panel < PANELS; panel++) out[row][panel] = splat(0.0f);
    for (int64_t group = 0; group < groups; group++) {
        Ints sums[ROWS_AT_ONCE][PLANES][PANELS];
        for (int row = 0; row < rows; row++)
            for (int plane = 0; plane < PLANES; plane++)
                for (int panel = 0; panel < PANELS; panel++) sums[row][plane][panel] = (Ints){0};
        const uint8_t *at = weights + SCALE_BYTES;
        for (int vector = 0; vector < vectors; vector++) {
            for (int panel = 0; panel < PANELS; panel++, at += 4 * LANES) {
                __builtin_prefetch(at + PREFETCH_BYTES);
                Weights w = load_weights(at);
                for (int row = 0; row < rows; row++)
                    for (int plane = 0; plane < PLANES; plane++) {
                        const int8_t *four =
                            row_bytes + (row * PLANES + plane) * inputs + group * GROUP + 4 * vector;
                        Ints *sum = &sums[row][plane][panel];
                        if (bits == 8) {
                            *sum = dot4_bytes(*sum, w, four);
                        } else {
                            *sum = dot4_nibbles(*sum, low_nibbles(w), four);
                            *sum = dot4_nibbles(*sum, high_nibbles(w), four + GROUP / 2);
                        }
                    }
            }
        }
        for (int panel = 0; panel < PANELS; panel++) {
            Floats scales = load_bfloat16((const uint16_t *)weights + panel * LANES);
            for (int row = 0; row < rows; row++) {
                Ints sum = joined(sums[row][0][panel], sums[row][1][panel]);
                sum -= offset * row_sums[row * groups + group];
                out[row][panel] += to_floats(sum) * (scales * row_scales[row * groups + group]);
            }
        }
        weights = at;
    }
}

INLINE void multiply_tile(
    const uint8_t *weights, const Rounded *x, int64_t first, Floats out[ROWS_AT_ONCE][PANELS], int bits, int rows
) {
    if (bits == 4) {
        if (rows == 1) multiply_tile_of(weights, x, first, out, 4, 1);
        else multiply_tile_of(weights, x, first, out, 4, 2);
    } else {
        if (rows == 1) multiply_tile_of(weights, x, first, out, 8, 1);
        else multiply_tile_of(weights, x, first, out, 8, 2);
    }
}
