// Memory whose address is a multiple of a cache line, which whole vectors can be read from. Windows has functions of
// its own for it.
#pragma once

#include <stddef.h>
#include <stdlib.h>

#define ALIGNMENT 64

#ifdef _WIN32
#include <malloc.h>
static inline void *aligned_new(size_t bytes) { return _aligned_malloc(bytes, ALIGNMENT); }
static inline void aligned_free(void *memory) { _aligned_free(memory); }
#else
static inline void *aligned_new(size_t bytes) {
    return aligned_alloc(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
}
static inline void aligned_free(void *memory) { free(memory); }
#endif
