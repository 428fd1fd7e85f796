// Numbers in 16 bits as two planes of signed bytes, 256 high + low, so that `dot4` multiplies them.
#pragma once

#include "vectors.h"

#define PLANES 2
#define LARGEST_INPUT 32512.0f  // so that a high byte is at most 127

// Round 16 numbers of at most LARGEST_INPUT to whole ones, write their planes, and return them.
INLINE Ints round_to_planes(Floats numbers, int8_t *high, int8_t *low) {
    Ints whole = __builtin_convertvector(nearest(numbers), Ints);
    Ints upper = (whole + 128) >> 8;
    Bytes high_bytes = __builtin_convertvector(upper, Bytes);
    Bytes low_bytes = __builtin_convertvector(whole - (upper << 8), Bytes);
    memcpy(high, &high_bytes, sizeof high_bytes);
    memcpy(low, &low_bytes, sizeof low_bytes);
    return whole;
}

// Sums of products with numbers, from those with their planes.
INLINE Ints joined(Ints high, Ints low) { return (high << 8) + low; }
