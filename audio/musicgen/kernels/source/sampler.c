// Draws one token per codebook from its likeliest, by the inverse of the distribution function.
#include "sampler.h"

#include <math.h>
#include <stdlib.h>

#define BINS 1024

typedef struct {
    float logit;
    int32_t token;
} Candidate;

// The likeliest first; of equal ones the first token.
static int by_rank(const void *left, const void *right) {
    const Candidate *a = left, *b = right;
    if (a->logit != b->logit) return a->logit > b->logit ? -1 : 1;
    return a->token < b->token ? -1 : a->token > b->token;
}

static int bin_of(float logit, float low, float factor) {
    return factor > 0.0f ? (int)((logit - low) * factor) : 0;
}

// Write the `top_k` likeliest tokens in the order of their rank and return how many they are.
static int64_t likeliest(const float *logits, int64_t vocabulary, int64_t top_k, Candidate *candidates) {
    float low = logits[0], high = logits[0];
    for (int64_t token = 1; token < vocabulary; token++) {
        low = logits[token] < low ? logits[token] : low;
        high = logits[token] > high ? logits[token] : high;
    }
    // count in bins, so that little more than the `top_k` likeliest need sorting
    float range = high - low, factor = range > 1e-30f && range < 1e30f ? (BINS - 1) / range : 0.0f;
    int32_t counts[BINS] = {0};
    for (int64_t token = 0; token < vocabulary; token++) counts[bin_of(logits[token], low, factor)]++;
    int bin = BINS;
    for (int64_t above = 0; bin > 0 && above < top_k;) above += counts[--bin];
    int64_t count = 0;
    for (int64_t token = 0; token < vocabulary; token++)
        if (bin_of(logits[token], low, factor) >= bin)
            candidates[count++] = (Candidate){logits[token], (int32_t)token};
    qsort(candidates, (size_t)count, sizeof(Candidate), by_rank);
    return count < top_k ? count : top_k;
}

bool sample_tokens(
    const float *logits, int64_t codebooks, int64_t vocabulary, const double *numbers, int64_t top_k,
    double temperature, int64_t *tokens
) {
    Candidate *candidates = malloc(sizeof(Candidate) * (size_t)vocabulary);
    double *heights = malloc(sizeof(double) * (size_t)vocabulary);
    bool finite = candidates && heights;
    for (int64_t book = 0; finite && book < codebooks; book++, logits += vocabulary) {
        float sum = 0.0f;
        for (int64_t token = 0; token < vocabulary; token++) sum += logits[token] * 0.0f;
        finite = sum == 0.0f;
        if (!finite) break;
        int64_t count = likeliest(logits, vocabulary, top_k, candidates);
        double total = 0.0;
        for (int64_t rank = 0; rank < count; rank++)
            heights[rank] = total += exp(((double)candidates[rank].logit - candidates[0].logit) / temperature);
        int64_t rank = 0;
        while (rank < count - 1 && heights[rank] <= numbers[book] * total) rank++;
        tokens[book] = candidates[rank].token;
    }
    free(candidates);
    free(heights);
    return finite;
}
