#include "decoder.h"

#include "aligned.h"
#include "cache.h"

#define CHUNKS_PER_THREAD 4  // of a matrix: enough to even out a thread that is interrupted

struct Workspace {
    Team *team;
    int64_t threads, room;
    Rounded rounded;
    float *x, *qkv, *attended, *inner, *scores;
};

typedef struct {
    const Model *model;
    Workspace *workspace;
    const Row *rows;
    int64_t count, logit_rows;
    float *logits;
    int thread;  // the one that this copy belongs to
} Step;

// The next number of a loop that all threads share.
static int64_t next(const Step *step, int64_t count) { return team_next(step->workspace->team, step->thread, count); }

static void *allocate(int64_t bytes) { return aligned_new((size_t)bytes); }

void FOR_KIND(workspace_free)(Workspace *space) {
    if (!space) return;
    void *parts[] = {space->rounded.bytes, space->rounded.scales, space->rounded.sums, space->x,
                     space->qkv, space->attended, space->inner, space->scores};
    for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) aligned_free(parts[part]);
    free(space);
}

Workspace *FOR_KIND(workspace_new)(const Model *model, Team *team, int64_t rows, int64_t room) {
    Workspace *space = calloc(1, sizeof(Workspace));
    if (!space) return NULL;
    int64_t hidden = model->hidden, inner = model->layer->fc1.outputs;
    int64_t widest = inner > hidden ? inner : hidden;
    *space = (Workspace){
        .team = team, .threads = team_threads(team), .room = room,
        .rounded = {
            .bytes = allocate(rows * PLANES * widest),
            .scales = allocate(4 * rows * widest / GROUP),
            .sums = allocate(4 * rows * widest / GROUP),
        },
        .x = allocate(4 * rows * hidden),
        .qkv = allocate(4 * rows * 3 * hidden),
        .attended = allocate(4 * rows * hidden),
        .inner = allocate(4 * rows * inner),
        .scores = allocate(4 * team_threads(team) * padded_room(room)),
    };
    Workspace *s = space;
    if (!s->rounded.bytes || !s->rounded.scales || !s->rounded.sums || !s->x || !s->qkv ||
        !s->attended || !s->inner || !s->scores) {
        FOR_KIND(workspace_free)(space);
        return NULL;
    }
    return space;
}

static void normalise(Norm norm, int64_t hidden, float epsilon, const float *x, float *out) {
    Floats sum = splat(0.0f);
    for (int64_t at = 0; at < hidden; at += LANES) sum += load(x + at);
    float mean = sum_of(sum) / (float)hidden;
    Floats squares = splat(0.0f);
    for (int64_t at = 0; at < hidden; at += LANES) {
        Floats deviation = load(x + at) - mean;
        squares += deviation * deviation;
    }
    float factor = 1.0f / __builtin_sqrtf(sum_of(squares) / (float)hidden + epsilon);
    for (int64_t at = 0; at < hidden; at += LANES)
        store(out + at, (load(x + at) - mean) * factor * load(norm.weight + at) + load(norm.bias + at));
}

// Round rows of `width` numbers for the next matrix, normalised first if `norm` is given.
static void round_rows(const Step *step, const float *x, int64_t width, const Norm *norm) {
    Workspace *space = step->workspace;
    Rounded rounded = space->rounded;
    rounded.inputs = width;
    for (int64_t row; (row = next(step, step->count)) >= 0;) {
        const float *from = x + row * width;
        if (norm) {
            float *normalised = space->attended + row * width;  // free here: attention comes later
            normalise(*norm, width, step->model->epsilon, from, normalised);
            from = normalised;
        }
        round_row(&rounded, row, from);
    }
}

typedef enum { WRITE, ADD, GELU } Result;

// Multiply the rounded rows by `matrix`; `out` is (rows, outputs).
static void multiply(const Step *step, const Matrix *matrix, float *out, Result result) {
    Workspace *space = step->workspace;
    Rounded x = space->rounded;
    x.inputs = matrix->inputs;
    int64_t tiles = tiles_of(matrix), tile_bytes = matrix->inputs / GROUP * group_bytes(matrix->bits);
    int64_t chunks = space->threads == 1 ? 1 : space->threads * CHUNKS_PER_THREAD;
    int64_t chunk = tiles > chunks ? tiles / chunks : 1;
    for (int64_t at; (at = next(step, (tiles + chunk - 1) / chunk)) >= 0;) {
        int64_t end = (at + 1) * chunk < tiles ? (at + 1) * chunk : tiles;
        for (int64_t tile = at * chunk; tile < end; tile++) {
            for (int64_t row = 0; row < step->count; row += ROWS_AT_ONCE) {
                int rows = step->count - row < ROWS_AT_ONCE ? (int)(step->count - row) : ROWS_AT_ONCE;
                Floats products[ROWS_AT_ONCE][PANELS];
                multiply_tile(matrix->weights + tile * tile_bytes, &x, row, products, (int)matrix->bits, rows);
                for (int one = 0; one < rows; one++) {
                    float *to = out + (row + one) * matrix->outputs + tile * TILE;
                    for (int panel = 0; panel < PANELS; panel++, to += LANES) {
                        Floats product = products[one][panel];
                        if (result == ADD) product += load(to);
                        if (result == GELU) product = gelu(product);
                        store(to, product);
                    }
                }
            }
        }
    }
}

// Append the keys and values in `qkv` to the caches, and attend to them.
static void self_attention(const Step *step, int64_t layer) {
    const Model *model = step->model;
    Workspace *space = step->workspace;
    int64_t hidden = model->hidden, size = hidden / model->heads;
    // in two loops, since rows of one cache attend to each other if positions let them
    for (int attending = 0; attending < 2; attending++) {
        for (int64_t at; (at = next(step, step->count * model->heads)) >= 0;) {
            const Row *row = step->rows + at / model->heads;
            int64_t number = at % model->heads;
            const float *qkv = space->qkv + at / model->heads * 3 * hidden + number * size;
            uint8_t *region = row->cache + layer * model->heads * head_bytes(size, row->room);
            Head head = head_of(region, number, size, row->room);
            if (attending)
                attend(head, size, row->position + 1, qkv, space->scores + step->thread * padded_room(space->room),
                       space->attended + at / model->heads * hidden + number * size);
            else
                cache_append(head, size, row->position, qkv + hidden, qkv + 2 * hidden);
        }
    }
}

// Attend to the prompts with the queries in `qkv`, (rows, hidden).
static void cross_attention(const Step *step, int64_t layer) {
    const Model *model = step->model;
    Workspace *space = step->workspace;
    int64_t hidden = model->hidden, size = hidden / model->heads;
    for (int64_t at; (at = next(step, step->count * model->heads)) >= 0;) {
        const Row *row = step->rows + at / model->heads;
        int64_t number = at % model->heads;
        float *out = space->attended + at / model->heads * hidden + number * size;
        if (!row->prompt) {
            memset(out, 0, sizeof(float) * (size_t)size);
            continue;
        }
        uint8_t *region = row->prompt + layer * model->heads * head_bytes(size, row->tokens);
        attend(head_of(region, number, size, row->tokens), size, row->tokens,
               space->qkv + at / model->heads * hidden + number * size,
               space->scores + step->thread * padded_room(space->room), out);
    }
}

void FOR_KIND(cache_fill)(
    uint8_t *region, int64_t heads, int64_t size, int64_t room, int64_t tokens, const float *keys,
    const float *values
) {
    for (int64_t token = 0; token < tokens; token++)
        for (int64_t head = 0; head < heads; head++) {
            int64_t at = (token * heads + head) * size;
            cache_append(head_of(region, head, size, room), size, token, keys + at, values + at);
        }
}

int64_t FOR_KIND(cache_bytes)(int64_t heads, int64_t size, int64_t room) { return heads * head_bytes(size, room); }

static void embed(const Step *step) {
    const Model *model = step->model;
    for (int64_t at; (at = next(step, step->count)) >= 0;) {
        const Row *row = step->rows + at;
        float *x = step->workspace->x + at * model->hidden;
        const float *position = model->positions + row->position * model->hidden;
        for (int64_t i = 0; i < model->hidden; i += LANES) {
            Floats sum = row->states ? load(row->states + i) : splat(0.0f);
            for (int64_t book = 0; !row->states && book < model->codebooks; book++)
                sum += load(model->embedded + (book * model->codes + row->codes[book]) * model->hidden + i);
            store(x + i, sum + load(position + i));
        }
    }
}

// Norm and guidance, both before the heads: guidance and heads are linear, so the heads have half the work.
static void guide(const Step *step) {
    const Model *model = step->model;
    Workspace *space = step->workspace;
    int64_t hidden = model->hidden;
    for (int64_t at; (at = next(step, step->count)) >= 0;) {
        const Row *row = step->rows + at;
        float *out = space->attended + at * hidden;
        normalise(model->norm, hidden, model->epsilon, space->x + at * hidden, out);
        if (row->unconditional < 0) continue;
        float *base = space->qkv + at * hidden;
        normalise(model->norm, hidden, model->epsilon, space->x + row->unconditional * hidden, base);
        for (int64_t i = 0; i < hidden; i += LANES)
            store(out + i, load(base + i) + row->guidance * (load(out + i) - load(base + i)));
    }
}

static void step_in_thread(void *argument, int thread) {
    Step of_thread = *(const Step *)argument;
    of_thread.thread = thread;
    const Step *step = &of_thread;
    const Model *model = step->model;
    Workspace *space = step->workspace;
    int64_t hidden = model->hidden;
    embed(step);
    for (int64_t number = 0; number < model->layers; number++) {
        const Layer *layer = model->layer + number;
        round_rows(step, space->x, hidden, &layer->norm);
        multiply(step, &layer->qkv, space->qkv, WRITE);
        self_attention(step, number);
        round_rows(step, space->attended, hidden, NULL);
        multiply(step, &layer->out, space->x, ADD);
        if (model->cross) {
            round_rows(step, space->x, hidden, &layer->cross_norm);
            multiply(step, &layer->cross_q, space->qkv, WRITE);
            cross_attention(step, number);
            round_rows(step, space->attended, hidden, NULL);
            multiply(step, &layer->cross_out, space->x, ADD);
        }
        round_rows(step, space->x, hidden, &layer->final_norm);
        multiply(step, &layer->fc1, space->inner, GELU);
        round_rows(step, space->inner, layer->fc1.outputs, NULL);
        multiply(step, &layer->fc2, space->x, ADD);
    }
    if (!step->logit_rows) return;
    guide(step);
    Step last = of_thread;
    last.count = step->logit_rows;
    round_rows(&last, space->attended, hidden, NULL);
    multiply(&last, &model->lm_heads, step->logits, WRITE);
}

void FOR_KIND(decoder_step)(
    const Model *model, Workspace *workspace, const Row *rows, int64_t count, int64_t logit_rows, float *logits
) {
    Step step = {model, workspace, rows, count, logit_rows, logits, 0};
    team_run(workspace->team, step_in_thread, &step);
}

typedef struct {
    Step step;
    const Matrix *matrix;
    const float *x;
    float *out;
} Product;

static void multiply_in_thread(void *argument, int thread) {
    Product product = *(const Product *)argument;
    product.step.thread = thread;
    round_rows(&product.step, product.x, product.matrix->inputs, NULL);
    multiply(&product.step, product.matrix, product.out, WRITE);
}

void FOR_KIND(multiply_rows)(
    const Model *model, Workspace *workspace, const Matrix *matrix, const float *x, int64_t count, float *out
) {
    Product product = {{model, workspace, NULL, count, 0, NULL, 0}, matrix, x, out};
    team_run(workspace->team, multiply_in_thread, &product);
}
