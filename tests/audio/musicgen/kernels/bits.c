// Steps a small decoder with weights from a generator and prints a digest of its logits, for test_targets.py.
#include <stdio.h>

#include "aligned.h"
#include "cache.h"
#include "decoder.h"

#define LAYERS 2
#define HIDDEN 64
#define HEADS 2
#define INNER 256
#define BOOKS 4
#define CODES 65
#define ROOM 40
#define STEPS 35

static uint32_t state = 1;

static float number(void) {  // in -1 .. 1
    state = state * 1664525u + 1013904223u;
    return (float)(int32_t)state / 2147483648.0f;
}

static float *numbers(int64_t count) {
    float *values = aligned_new(sizeof(float) * (size_t)((count + 15) / 16 * 16));
    for (int64_t at = 0; at < count; at++) values[at] = number();
    return values;
}

// One number after the other, since compilers choose the order in which they compute arguments.
static Norm norm(void) {
    Norm norm = {.weight = numbers(HIDDEN)};
    norm.bias = numbers(HIDDEN);
    return norm;
}

static Matrix matrix(int64_t inputs, int64_t outputs, int64_t bits) {
    int64_t groups = outputs / TILE * (inputs / GROUP), size = group_bytes(bits);
    uint8_t *bytes = aligned_new((size_t)(groups * size));
    for (int64_t group = 0; group < groups; group++)
        for (int64_t at = 0; at < size; at++) {
            uint8_t random = (uint8_t)(number() * 127 + 128);
            if (bits == 8 && random == 0) random = 1;
            // scales are bfloat16: 0.0039 to 0.0078
            bytes[group * size + at] = at >= SCALE_BYTES ? random : at % 2 ? 0x3b : 0x80 | random;
        }
    return (Matrix){bytes, inputs, outputs, bits};
}

int main(void) {
    uint64_t digest = 14695981039346656037u;
    for (int64_t bits = 4; bits <= 8; bits += 4) {
        Layer layers[LAYERS];
        for (int at = 0; at < LAYERS; at++) {
            Layer *layer = layers + at;
            layer->norm = norm();
            layer->cross_norm = norm();
            layer->final_norm = norm();
            layer->qkv = matrix(HIDDEN, 3 * HIDDEN, bits);
            layer->out = matrix(HIDDEN, HIDDEN, bits);
            layer->cross_q = matrix(HIDDEN, HIDDEN, bits);
            layer->cross_out = matrix(HIDDEN, HIDDEN, bits);
            layer->fc1 = matrix(HIDDEN, INNER, bits);
            layer->fc2 = matrix(INNER, HIDDEN, bits);
        }
        Model model = {
            .layers = LAYERS, .hidden = HIDDEN, .heads = HEADS, .codebooks = BOOKS, .codes = CODES,
            .cross = 1, .epsilon = 1e-5f, .norm = norm(), .layer = layers,
        };
        model.embedded = numbers(BOOKS * CODES * HIDDEN);
        model.positions = numbers(ROOM * HIDDEN);
        model.lm_heads = matrix(HIDDEN, BOOKS * (CODES - 1), bits);
        Team *team = team_start(2);
        Workspace *workspace = FOR_KIND(workspace_new)(&model, team, 2, ROOM);
        int64_t size = HIDDEN / HEADS, region = FOR_KIND(cache_bytes)(HEADS, size, ROOM);
        uint8_t *caches[2], *prompt = aligned_new((size_t)(LAYERS * FOR_KIND(cache_bytes)(HEADS, size, 5)));
        for (int row = 0; row < 2; row++) caches[row] = aligned_new((size_t)(LAYERS * region));
        for (int at = 0; at < LAYERS; at++) {
            float *keys = numbers(5 * HIDDEN), *values = numbers(5 * HIDDEN);
            uint8_t *layer = prompt + at * FOR_KIND(cache_bytes)(HEADS, size, 5);
            FOR_KIND(cache_fill)(layer, HEADS, size, 5, 5, keys, values);
        }
        float *logits = numbers(model.lm_heads.outputs);
        for (int64_t step = 0; step < STEPS; step++) {
            int64_t codes[BOOKS] = {step % CODES, step * 7 % CODES, step * 11 % CODES, CODES - 1};
            Row rows[2] = {
                {.cache = caches[0], .prompt = prompt, .room = ROOM, .position = step, .tokens = 5, .codes = codes,
                 .unconditional = 1, .guidance = 3.0f},
                {.cache = caches[1], .room = ROOM, .position = step, .codes = codes, .unconditional = -1},
            };
            FOR_KIND(decoder_step)(&model, workspace, rows, 2, 1, logits);
            for (int64_t at = 0; at < model.lm_heads.outputs; at++) {
                uint32_t number_bits;
                memcpy(&number_bits, logits + at, 4);
                digest = (digest ^ number_bits) * 1099511628211u;  // FNV-1a
            }
        }
        FOR_KIND(workspace_free)(workspace);
        team_end(team);
        printf("%lld bits: first logit %.6f, ", (long long)bits, (double)logits[0]);
    }
    printf("digest %016llx\n", (unsigned long long)digest);
    return 0;
}
