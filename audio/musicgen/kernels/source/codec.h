// Products and the LSTM of EnCodec's decoder, in float32.
#pragma once

#include <stdint.h>

#include "kind.h"
#include "threads.h"

// A linear layer. `weights` lie in panels of 16 outputs: (panels, inputs, 16), padded with zeros.
typedef struct {
    const float *weights, *bias;  // bias (outputs,), or NULL
    int64_t inputs, outputs;
} Linear;

// Multiply `rows` rows, each `row_stride` numbers after the one before (rows may overlap); `out` is (rows, outputs).
// Sums go over the inputs in their order, so a row's bits depend on nothing else.
EXPORT void FOR_KIND(linear_rows)(
    Team *team, const Linear *linear, const float *x, int64_t row_stride, int64_t rows, float *out
);

// Run a layer of an LSTM (Hochreiter and Schmidhuber 1997, with a forget gate) over `steps` steps. `gates` are what its
// inputs give, (steps, 4, hidden) in the order input, forget, candidate, output, and are overwritten; `state` is h and c,
// (2, hidden), and is updated; `recurrent` has `hidden` inputs and 4 * hidden outputs; `out` is (steps, hidden).
// `hidden` is a multiple of 16.
EXPORT void FOR_KIND(lstm_layer)(
    Team *team, const Linear *recurrent, float *gates, int64_t steps, float *state, float *out
);
