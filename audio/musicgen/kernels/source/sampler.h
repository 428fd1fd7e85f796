#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "export.h"

// Draw one token per codebook from its `top_k` likeliest (at least 1): of the tokens in the order of their rank, the
// first whose share of the distribution function exceeds `numbers[codebook]`, 0 <= number < 1.
// `logits` is (codebooks, vocabulary). Return false if they are not finite or memory is short.
EXPORT bool sample_tokens(
    const float *logits, int64_t codebooks, int64_t vocabulary, const double *numbers, int64_t top_k,
    double temperature, int64_t *tokens
);
