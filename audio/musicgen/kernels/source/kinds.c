// Which kinds of processor this one is.
#include <stdbool.h>
#include <string.h>

#include "kinds.h"

#if defined(__x86_64__) || defined(_M_X64)

bool kind_supported(const char *kind) {
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (!strcmp(kind, "avx512_vnni"))
        return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
    if (!strcmp(kind, "avx_vnni")) return avx2 && __builtin_cpu_supports("avxvnni");
    if (!strcmp(kind, "avx2")) return avx2;
    return !strcmp(kind, "portable");
}

#elif defined(__aarch64__)

#if defined(__linux__)
#include <sys/auxv.h>
#define HWCAP_ASIMDDP (1 << 20)  // Linux, arch/arm64/include/uapi/asm/hwcap.h
static bool has_dot_product(void) { return getauxval(AT_HWCAP) & HWCAP_ASIMDDP; }
#else
static bool has_dot_product(void) { return true; }  // every Apple processor for macOS has it
#endif

bool kind_supported(const char *kind) {
    if (!strcmp(kind, "neon_dotprod")) return has_dot_product();
    return !strcmp(kind, "portable");
}

#else

bool kind_supported(const char *kind) { return !strcmp(kind, "portable"); }

#endif
