// The one operation with instructions of its own on each kind of processor: products of bytes, added up in fours.
//
// dot4(sums, weights, x): lane i of `sums` gains weights[4i .. 4i+3] * x[0 .. 3], where `x` is signed.
// - dot4_nibbles: weights are 0 .. 15.
// - dot4_bytes: weights are stored as unsigned bytes, 128 higher than they are. The result is BYTE_OFFSET times the sum
//   of `x` too high: an instruction for unsigned weights leaves the offset in, one for signed ones removes it.
#pragma once

#include "vectors.h"

INLINE int32_t four_of(const int8_t *x) {
    int32_t four;
    memcpy(&four, x, 4);
    return four;
}

#if defined(__AVX512VNNI__)

#define BYTE_OFFSET 128
typedef __m512i Weights;
INLINE Weights load_weights(const uint8_t *from) { return _mm512_load_si512((const void *)from); }
INLINE Weights low_nibbles(Weights w) { return _mm512_and_si512(w, _mm512_set1_epi8(15)); }
INLINE Weights high_nibbles(Weights w) {
    return _mm512_and_si512(_mm512_srli_epi16(w, 4), _mm512_set1_epi8(15));
}
INLINE Ints dot4_nibbles(Ints sums, Weights w, const int8_t *x) {
    return (Ints)_mm512_dpbusd_epi32((__m512i)sums, w, _mm512_set1_epi32(four_of(x)));
}
INLINE Ints dot4_bytes(Ints sums, Weights w, const int8_t *x) { return dot4_nibbles(sums, w, x); }

#elif defined(__AVX2__)

typedef struct { __m256i half[2]; } Weights;
INLINE Weights load_weights(const uint8_t *from) {
    const __m256i *at = (const __m256i *)from;
    return (Weights){{_mm256_load_si256(at), _mm256_load_si256(at + 1)}};
}
INLINE Weights low_nibbles(Weights w) {
    for (int i = 0; i < 2; i++) w.half[i] = _mm256_and_si256(w.half[i], _mm256_set1_epi8(15));
    return w;
}
INLINE Weights high_nibbles(Weights w) {
    for (int i = 0; i < 2; i++)
        w.half[i] = _mm256_and_si256(_mm256_srli_epi16(w.half[i], 4), _mm256_set1_epi8(15));
    return w;
}
#if defined(__AVXVNNI__)
#define BYTE_OFFSET 128
INLINE __m256i dot4_unsigned(__m256i sums, __m256i w, __m256i x) { return _mm256_dpbusd_avx_epi32(sums, w, x); }
INLINE __m256i dot4_signed(__m256i sums, __m256i w, __m256i x) { return dot4_unsigned(sums, w, x); }
#else
#define BYTE_OFFSET 0
// The sum of two products has 16 bits: 2 * 15 * 128 and 2 * 128 * 127 fit.
INLINE __m256i dot4_unsigned(__m256i sums, __m256i w, __m256i x) {
    __m256i pairs = _mm256_maddubs_epi16(w, x);
    return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
INLINE __m256i dot4_signed(__m256i sums, __m256i w, __m256i x) {
    w = _mm256_xor_si256(w, _mm256_set1_epi8(-128));
    return dot4_unsigned(sums, _mm256_abs_epi8(x), _mm256_sign_epi8(w, x));  // -128 has a magnitude in unsigned bytes
}
#endif
INLINE Ints dot4_halves(Ints sums, Weights w, const int8_t *x, __m256i (*dot4)(__m256i, __m256i, __m256i)) {
    __m256i half[2], four = _mm256_set1_epi32(four_of(x));
    memcpy(half, &sums, sizeof half);
    for (int i = 0; i < 2; i++) half[i] = dot4(half[i], w.half[i], four);
    memcpy(&sums, half, sizeof half);
    return sums;
}
INLINE Ints dot4_nibbles(Ints sums, Weights w, const int8_t *x) { return dot4_halves(sums, w, x, dot4_unsigned); }
INLINE Ints dot4_bytes(Ints sums, Weights w, const int8_t *x) { return dot4_halves(sums, w, x, dot4_signed); }

#elif defined(__ARM_FEATURE_DOTPROD)

#define BYTE_OFFSET 0
typedef struct { uint8x16_t quarter[4]; } Weights;
INLINE Weights load_weights(const uint8_t *from) {
    Weights w;
    for (int i = 0; i < 4; i++) w.quarter[i] = vld1q_u8(from + 16 * i);
    return w;
}
INLINE Weights low_nibbles(Weights w) {
    for (int i = 0; i < 4; i++) w.quarter[i] = vandq_u8(w.quarter[i], vdupq_n_u8(15));
    return w;
}
INLINE Weights high_nibbles(Weights w) {
    for (int i = 0; i < 4; i++) w.quarter[i] = vshrq_n_u8(w.quarter[i], 4);
    return w;
}
INLINE Ints dot4_neon(Ints sums, Weights w, uint8_t flip, const int8_t *x) {
    int8x16_t right = vreinterpretq_s8_s32(vdupq_n_s32(four_of(x)));
    int32x4_t quarter[4];
    memcpy(quarter, &sums, sizeof quarter);
    for (int i = 0; i < 4; i++) {
        int8x16_t left = vreinterpretq_s8_u8(veorq_u8(w.quarter[i], vdupq_n_u8(flip)));
        quarter[i] = vdotq_s32(quarter[i], left, right);
    }
    memcpy(&sums, quarter, sizeof quarter);
    return sums;
}
INLINE Ints dot4_nibbles(Ints sums, Weights w, const int8_t *x) { return dot4_neon(sums, w, 0, x); }
INLINE Ints dot4_bytes(Ints sums, Weights w, const int8_t *x) { return dot4_neon(sums, w, 128, x); }

#else

#define BYTE_OFFSET 128
typedef struct { uint8_t byte[4 * LANES]; } Weights;
INLINE Weights load_weights(const uint8_t *from) {
    Weights w;
    memcpy(&w, from, sizeof w);
    return w;
}
INLINE Weights low_nibbles(Weights w) {
    for (int i = 0; i < 4 * LANES; i++) w.byte[i] &= 15;
    return w;
}
INLINE Weights high_nibbles(Weights w) {
    for (int i = 0; i < 4 * LANES; i++) w.byte[i] >>= 4;
    return w;
}
INLINE Ints dot4_nibbles(Ints sums, Weights w, const int8_t *x) {
    for (int lane = 0; lane < LANES; lane++)
        for (int i = 0; i < 4; i++) sums[lane] += w.byte[4 * lane + i] * x[i];
    return sums;
}
INLINE Ints dot4_bytes(Ints sums, Weights w, const int8_t *x) { return dot4_nibbles(sums, w, x); }

#endif
