#include "kernels.h"

#include <stddef.h>

extern const centroidd_kernel_table centroidd_kernels_baseline;
#if defined(__x86_64__)
extern const centroidd_kernel_table centroidd_kernels_avx2;
extern const centroidd_kernel_table centroidd_kernels_avx512;
extern const centroidd_kernel_table centroidd_kernels_avx512_bf16;

static int runs_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

static int runs_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
           && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static int runs_avx512_bf16(void) {
    return runs_avx512() && __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vbmi");
}
#endif

const centroidd_kernel_table *centroidd_kernels_for(centroidd_instruction_set set) {
    switch (set) {
    case CENTROIDD_BASELINE: return &centroidd_kernels_baseline;
#if defined(__x86_64__)
    case CENTROIDD_AVX2: return runs_avx2() ? &centroidd_kernels_avx2 : NULL;
    case CENTROIDD_AVX512: return runs_avx512() ? &centroidd_kernels_avx512 : NULL;
    case CENTROIDD_AVX512_BF16: return runs_avx512_bf16() ? &centroidd_kernels_avx512_bf16 : NULL;
#endif
    default: return NULL;
    }
}

const centroidd_kernel_table *centroidd_kernels(void) {
    // Asking again is a few loads of what the C runtime found at start, so nothing is remembered.
    for (int set = CENTROIDD_AVX512_BF16; set > CENTROIDD_BASELINE; set--) {
        const centroidd_kernel_table *table = centroidd_kernels_for((centroidd_instruction_set)set);
        if (table) return table;
    }
    return &centroidd_kernels_baseline;
}

int64_t centroidd_attention_scratch(int64_t tokens, int64_t head_size) {
    int64_t padded_tokens = (tokens + 31) / 32 * 32, padded_size = (head_size + 31) / 32 * 32;
    // Keys transposed, values, and the scores of the queries in hand, at most eight; one head's rows in floats.
    return head_size * padded_tokens + padded_tokens * padded_size + 8 * padded_tokens + 8 * padded_size
           + 3 * padded_tokens * head_size;
}

double centroidd_fma_peak_gflops(double seconds) { return centroidd_kernels()->peak_gflops(seconds); }
