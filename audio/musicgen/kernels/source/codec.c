#include "codec.h"

#include "vectors.h"

// Rows and panels whose sums stay in registers.
#if defined(__AVX512F__)
#define ROWS 8
#elif defined(__AVX2__)
#define ROWS 3
#elif defined(__ARM_NEON)
#define ROWS 3
#else
#define ROWS 1
#endif
#define PANELS 2

typedef struct {
    Team *team;
    const Linear *linear;
    const float *x;
    int64_t row_stride, rows;
    float *out;
} Product;

static void store_some(float *to, Floats values, int64_t count) {
    if (count >= LANES) store(to, values);
    else memcpy(to, &values, sizeof(float) * (size_t)count);
}

// Multiply `rows` rows by `panels` panels from output `output` on. With constant arguments this is a kernel of its own.
INLINE void multiply_panels(const Product *product, int64_t row, int64_t output, const int rows, const int panels) {
    const Linear *linear = product->linear;
    const float *weights = linear->weights + output * linear->inputs;
    const float *x = product->x + row * product->row_stride;
    Floats sums[ROWS][PANELS];
    for (int one = 0; one < rows; one++)
        for (int panel = 0; panel < panels; panel++) sums[one][panel] = splat(0.0f);
    for (int64_t input = 0; input < linear->inputs; input++)
        for (int panel = 0; panel < panels; panel++) {
            Floats w = load(weights + panel * LANES * linear->inputs + input * LANES);
            for (int one = 0; one < rows; one++)
                sums[one][panel] =
                    multiply_add(w, splat(x[one * product->row_stride + input]), sums[one][panel]);
        }
    for (int panel = 0; panel < panels; panel++) {
        int64_t first = output + panel * LANES, count = linear->outputs - first;
        Floats bias = splat(0.0f);
        if (linear->bias) memcpy(&bias, linear->bias + first, sizeof(float) * (size_t)(count < LANES ? count : LANES));
        for (int one = 0; one < rows; one++)
            store_some(product->out + (row + one) * linear->outputs + first, sums[one][panel] + bias, count);
    }
}

#define CASE(rows) \
    case rows: \
        if (panels == PANELS) multiply_panels(product, row, output, rows, PANELS); \
        else multiply_panels(product, row, output, rows, 1); \
        break;

static void multiply_rows_of(const Product *product, int64_t row, int64_t rows, int64_t output, int panels) {
    switch (rows) {
        CASE(1)
#if ROWS > 1
        CASE(2)
        CASE(3)
#endif
#if ROWS > 3
        CASE(4)
        CASE(5)
        CASE(6)
        CASE(7)
        CASE(8)
#endif
    }
}

static void multiply(void *argument, int thread) {
    const Product *product = argument;
    int64_t width = PANELS * LANES, blocks = (product->linear->outputs + width - 1) / width;
    int64_t passes = (product->rows + ROWS - 1) / ROWS;  // of about as many rows each
    for (int64_t block; (block = team_next(product->team, thread, blocks)) >= 0;) {
        int64_t output = block * width;
        int panels = product->linear->outputs - output > LANES ? PANELS : 1;
        for (int64_t pass = 0, row = 0; pass < passes; pass++) {
            int64_t rows = (product->rows - row) / (passes - pass);
            multiply_rows_of(product, row, rows, output, panels);
            row += rows;
        }
    }
}

void FOR_KIND(linear_rows)(
    Team *team, const Linear *linear, const float *x, int64_t row_stride, int64_t rows, float *out
) {
    Product product = {team, linear, x, row_stride, rows, out};
    team_run(team, multiply, &product);
}

typedef struct {
    Team *team;
    const Linear *recurrent;
    float *gates;
    int64_t steps;
    float *state, *out;
} Recurrence;

INLINE Floats sigmoid(Floats x) { return 1.0f / (1.0f + exponential(-x)); }
INLINE Floats hyperbolic_tangent(Floats x) { return 2.0f * sigmoid(2.0f * x) - 1.0f; }

// Thread by thread some hidden values, with all four gates of each.
static void recur(void *argument, int thread) {
    const Recurrence *lstm = argument;
    const Linear *linear = lstm->recurrent;
    int64_t hidden = linear->inputs, panel = LANES * hidden;
    float *cell = lstm->state + hidden;
    for (int64_t step = 0; step < lstm->steps; step++) {
        const float *before = step ? lstm->out + (step - 1) * hidden : lstm->state;
        const float *gates = lstm->gates + 4 * step * hidden;
        for (int64_t block; (block = team_next(lstm->team, thread, hidden / LANES)) >= 0;) {
            Floats sums[4];
            const float *weights[4];
            for (int gate = 0; gate < 4; gate++) {
                sums[gate] = load(gates + gate * hidden + block * LANES);
                weights[gate] = linear->weights + (gate * (hidden / LANES) + block) * panel;
            }
            for (int64_t input = 0; input < hidden; input++) {
                Floats x = splat(before[input]);
                for (int gate = 0; gate < 4; gate++)
                    sums[gate] = multiply_add(load(weights[gate] + input * LANES), x, sums[gate]);
            }
            Floats old = load(cell + block * LANES);
            Floats new = sigmoid(sums[1]) * old + sigmoid(sums[0]) * hyperbolic_tangent(sums[2]);
            store(cell + block * LANES, new);
            store(lstm->out + step * hidden + block * LANES, sigmoid(sums[3]) * hyperbolic_tangent(new));
        }
    }
}

void FOR_KIND(lstm_layer)(
    Team *team, const Linear *recurrent, float *gates, int64_t steps, float *state, float *out
) {
    Recurrence lstm = {team, recurrent, gates, steps, state, out};
    team_run(team, recur, &lstm);
    memcpy(state, out + (steps - 1) * recurrent->inputs, sizeof(float) * (size_t)recurrent->inputs);
}
