// Which kinds of processor this one is.
#include <stdbool.h>
#include <string.h>

#include "kinds.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <stdint.h>

// Bits of CPUID and XCR0: Intel, Software Developer's Manual, volume 2 (CPUID) and volume 1, chapter 13.
static bool has(uint32_t bits, int bit) { return bits >> bit & 1; }

static uint64_t saved_by_the_system(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

bool kind_supported(const char *kind) {
    if (!strcmp(kind, "portable")) return true;
    uint32_t a, b, c, d, a7, b7, c7, d7;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !__get_cpuid_count(7, 0, &a7, &b7, &c7, &d7)) return false;
    if (!has(c, 27) || (saved_by_the_system() & 0x06) != 0x06) return false;  // OSXSAVE; registers of AVX
    // What x86-64-v3 has beside AVX; virtual machines leave out any of it.
    uint32_t ae, be, ce, de;
    if (!__get_cpuid(0x80000001, &ae, &be, &ce, &de) || !has(ce, 5)) return false;  // LZCNT
    if (!has(c, 12) || !has(c, 22) || !has(c, 29)) return false;                    // FMA, MOVBE, F16C
    if (!has(b7, 3) || !has(b7, 5) || !has(b7, 8)) return false;                    // BMI1, AVX2, BMI2
    if (!strcmp(kind, "avx2")) return true;
    if (!strcmp(kind, "avx_vnni")) return a7 >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) && has(a, 4);
    bool avx512 = has(b7, 16) && has(b7, 17) && has(b7, 28) && has(b7, 30) && has(b7, 31);  // F, DQ, CD, BW, VL
    bool vnni = has(c7, 11);
    return !strcmp(kind, "avx512_vnni") && avx512 && vnni && (saved_by_the_system() & 0xe6) == 0xe6;
}

#elif defined(__aarch64__)

#if defined(__linux__)
#include <sys/auxv.h>
#define HWCAP_ASIMDDP (1 << 20)  // Linux, arch/arm64/include/uapi/asm/hwcap.h
static bool has_dot_product(void) { return getauxval(AT_HWCAP) & HWCAP_ASIMDDP; }
#elif defined(_WIN32)
#include <windows.h>
#define DOT_PRODUCT 43  // PF_ARM_V82_DP_INSTRUCTIONS_AVAILABLE, which old headers lack
static bool has_dot_product(void) { return IsProcessorFeaturePresent(DOT_PRODUCT); }
#elif defined(__APPLE__)
static bool has_dot_product(void) { return true; }  // every Apple processor for macOS has it
#else
static bool has_dot_product(void) { return false; }  // nobody to ask
#endif

bool kind_supported(const char *kind) {
    if (!strcmp(kind, "neon_dotprod")) return has_dot_product();
    return !strcmp(kind, "portable");
}

#else

bool kind_supported(const char *kind) { return !strcmp(kind, "portable"); }

#endif
