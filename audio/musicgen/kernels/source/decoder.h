// One step of a MusicGen decoder for several rows, each at a position of its own.
#pragma once

#include <stdint.h>

#include "kind.h"
#include "matrix.h"
#include "threads.h"

typedef struct {
    const float *weight, *bias;  // (hidden,)
} Norm;

typedef struct {
    Norm norm, cross_norm, final_norm;
    Matrix qkv, out, cross_q, cross_out, fc1, fc2;
} Layer;

typedef struct {
    int64_t layers, hidden, heads, codebooks, codes;  // `codes` are the rows of a codebook's table
    int64_t cross;                                    // 0 if layers have no cross-attention
    float epsilon;
    Norm norm;
    const float *embedded;   // (codebooks * codes, hidden)
    const float *positions;  // (room, hidden)
    Matrix lm_heads;
    const Layer *layer;
} Model;

typedef struct {
    uint8_t *cache;    // (layers, heads) regions for `room` steps
    uint8_t *prompt;   // (layers, heads) regions for `tokens` steps; NULL attends to nothing
    int64_t room, position, tokens;
    const int64_t *codes;  // the input tokens (codebooks,); NULL if `states` are given instead
    const float *states;   // the input (hidden,), positions not included
    int64_t unconditional; // index of the row that guides this one; -1 for none
    float guidance;
} Row;

// The buffers of a step.
typedef struct Workspace Workspace;

// Return NULL if memory does not suffice. `rows` and `room` [steps] are the largest of any step.
EXPORT Workspace *FOR_KIND(workspace_new)(const Model *model, Team *team, int64_t rows, int64_t room);
EXPORT void FOR_KIND(workspace_free)(Workspace *workspace);

// Step `count` rows. `logits` receives those of the first `logit_rows`, (rows, outputs of lm_heads).
EXPORT void FOR_KIND(decoder_step)(
    const Model *model, Workspace *workspace, const Row *rows, int64_t count, int64_t logit_rows, float *logits
);

// Multiply `count` rows `x` (rows, inputs) by a matrix; `out` is (rows, outputs). At most as many as the workspace has.
EXPORT void FOR_KIND(multiply_rows)(
    const Model *model, Workspace *workspace, const Matrix *matrix, const float *x, int64_t count, float *out
);

// Bytes of a cache region of one row and layer; regions are aligned to 64 bytes.
EXPORT int64_t FOR_KIND(cache_bytes)(int64_t heads, int64_t size, int64_t room);

// Fill a region with `tokens` keys and values, both (tokens, heads, size).
EXPORT void FOR_KIND(cache_fill)(
    uint8_t *region, int64_t heads, int64_t size, int64_t room, int64_t tokens, const float *keys,
    const float *values
);
