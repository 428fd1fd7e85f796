// Vectors of 16 lanes for any processor, by the vector extension of GCC and Clang.
//
// The compiler splits them into the registers that the processor has. Every operation is defined per lane, and sums
// over lanes have one order, so all processors compute the same bits (build with -ffp-contract=off).
#pragma once

#include <stdint.h>
#include <string.h>
#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#define LANES 16

typedef float Floats __attribute__((vector_size(4 * LANES)));
typedef int32_t Ints __attribute__((vector_size(4 * LANES)));
typedef int8_t Bytes __attribute__((vector_size(LANES)));
typedef uint16_t Halves __attribute__((vector_size(2 * LANES)));

#define INLINE static inline __attribute__((always_inline))

INLINE Floats splat(float value) { return (Floats){0} + value; }

INLINE Floats load(const float *from) {
    Floats values;
    memcpy(&values, from, sizeof values);
    return values;
}

INLINE void store(float *to, Floats values) { memcpy(to, &values, sizeof values); }

INLINE Floats to_floats(Ints values) { return __builtin_convertvector(values, Floats); }

// a * b + c: rounded once where the processor can, so only for sums whose bits may differ from kind to kind.
INLINE Floats multiply_add(Floats a, Floats b, Floats c) {
#if defined(__AVX512F__)
    return (Floats)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__)
    __m256 left[2], right[2], sum[2];
    memcpy(left, &a, sizeof left);
    memcpy(right, &b, sizeof right);
    memcpy(sum, &c, sizeof sum);
    for (int i = 0; i < 2; i++) sum[i] = _mm256_fmadd_ps(left[i], right[i], sum[i]);
    memcpy(&c, sum, sizeof sum);
    return c;
#elif defined(__ARM_NEON)
    float32x4_t left[4], right[4], sum[4];
    memcpy(left, &a, sizeof left);
    memcpy(right, &b, sizeof right);
    memcpy(sum, &c, sizeof sum);
    for (int i = 0; i < 4; i++) sum[i] = vfmaq_f32(sum[i], left[i], right[i]);
    memcpy(&c, sum, sizeof sum);
    return c;
#else
    return a * b + c;
#endif
}

// 16 signed bytes. By the vector extension GCC 12 converts them one by one.
INLINE Floats load_bytes(const int8_t *from) {
#if defined(__AVX512F__)
    return (Floats)_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)from)));
#elif defined(__AVX2__)
    __m256 half[2];
    for (int i = 0; i < 2; i++)
        half[i] = _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)(from + 8 * i))));
    Floats values;
    memcpy(&values, half, sizeof half);
    return values;
#else
    Bytes values;
    memcpy(&values, from, sizeof values);
    return __builtin_convertvector(values, Floats);
#endif
}

// 16 numbers in bfloat16, the upper half of a float32.
INLINE Floats load_bfloat16(const uint16_t *from) {
    Halves halves;
    memcpy(&halves, from, sizeof halves);
    Ints bits = __builtin_convertvector(halves, Ints) << 16;
    Floats values;
    memcpy(&values, &bits, sizeof values);
    return values;
}

INLINE Floats select_floats(Ints mask, Floats yes, Floats no) {
    Ints yes_bits, no_bits;
    memcpy(&yes_bits, &yes, sizeof yes);
    memcpy(&no_bits, &no, sizeof no);
    Ints bits = (mask & yes_bits) | (~mask & no_bits);
    Floats values;
    memcpy(&values, &bits, sizeof values);
    return values;
}

INLINE Floats max_floats(Floats a, Floats b) { return select_floats(a > b, a, b); }

INLINE Floats magnitude(Floats values) {
    Ints bits;
    memcpy(&bits, &values, sizeof bits);
    bits &= 0x7fffffff;
    memcpy(&values, &bits, sizeof bits);
    return values;
}

// Sums and the maximum over lanes, by halves.
#define REDUCE(name, Vector, Scalar, COMBINE)                                    \
    INLINE Scalar name(Vector values) {                                          \
        Scalar lanes[LANES];                                                     \
        memcpy(lanes, &values, sizeof lanes);                                    \
        for (int lane = 0; lane < 8; lane++) COMBINE(lanes[lane], lanes[lane + 8]); \
        for (int lane = 0; lane < 4; lane++) COMBINE(lanes[lane], lanes[lane + 4]); \
        for (int lane = 0; lane < 2; lane++) COMBINE(lanes[lane], lanes[lane + 2]); \
        COMBINE(lanes[0], lanes[1]);                                             \
        return lanes[0];                                                         \
    }
#define PLUS(a, b) a += (b)
#define LARGER(a, b) a = (b) > a ? (b) : a
REDUCE(sum_of, Floats, float, PLUS)
REDUCE(sum_of_ints, Ints, int32_t, PLUS)
REDUCE(max_of, Floats, float, LARGER)

// NaN in every lane of a NaN or an infinity, else 0: rounding to whole numbers would hide them.
INLINE Floats not_finite(Floats values) { return values * 0.0f; }

// Nearest whole number, ties to even, for magnitudes below 2^22: adding 1.5 * 2^23 leaves no bits for a fraction.
INLINE Floats nearest(Floats values) { return (values + 12582912.0f) - 12582912.0f; }

// e^x with a relative error below 2e-7, 0 below -87: 2^n * e^r with |r| <= ln(2) / 2 and the Taylor series of e^r.
INLINE Floats exponential(Floats x) {
    Ints underflow = x < -87.0f;
    x = select_floats(underflow, splat(0.0f), x);
    Floats n = nearest(x * 1.44269504f);
    Floats r = (x - n * 0.693359375f) + n * 2.12194440e-4f;  // ln(2) in two parts, the first exact in products
    Floats e = splat(1.0f / 5040);
    e = e * r + 1.0f / 720;
    e = e * r + 1.0f / 120;
    e = e * r + 1.0f / 24;
    e = e * r + 1.0f / 6;
    e = e * r + 0.5f;
    e = e * r + 1.0f;
    e = e * r + 1.0f;
    Ints exponent = (__builtin_convertvector(n, Ints) + 127) << 23;
    Floats power;
    memcpy(&power, &exponent, sizeof power);
    return select_floats(underflow, splat(0.0f), e * power);
}

// x * Phi(x), the exact GELU. The error function is formula 7.1.26 of Abramowitz and Stegun (1964), error below 1.5e-7.
INLINE Floats gelu(Floats x) {
    Floats z = magnitude(x) * 0.70710678f;
    Floats t = 1.0f / (1.0f + 0.3275911f * z);
    Floats p = splat(1.061405429f);
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    Floats tail = 0.5f * (p * t) * exponential(-z * z);  // 1 - Phi(|x|)
    return x * select_floats(x < 0.0f, tail, 1.0f - tail);
}
