#include "kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <time.h>

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// As many independent chains as for floats: the instruction has the same latency as a multiply-add.
__attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni"))) static double vnni_peak(double seconds) {
    enum { CHAINS = 12, ROUNDS = 20000 };
    __m512i a = _mm512_set1_epi8(3), b = _mm512_set1_epi8(-2), chain[CHAINS];
    for (int i = 0; i < CHAINS; i++) chain[i] = _mm512_set1_epi32(i);
    double start = seconds_now(), elapsed, operations = 0;
    do {
        for (int round = 0; round < ROUNDS; round++) {
#pragma clang loop unroll(full)
            for (int i = 0; i < CHAINS; i++) chain[i] = _mm512_dpbusd_epi32(chain[i], a, b);
            // Opaque to the compiler, so that the rounds cannot be folded.
            __asm__ volatile("" : "+v"(a), "+v"(b));
        }
        operations += 2.0 * 64 * CHAINS * ROUNDS;
        elapsed = seconds_now() - start;
    } while (elapsed < seconds);
    __m512i sum = _mm512_setzero_si512();
    for (int i = 0; i < CHAINS; i++) sum = _mm512_add_epi32(sum, chain[i]);
    volatile int sink = _mm512_reduce_add_epi32(sum);
    (void)sink;
    return operations / elapsed / 1e9;
}

double centroidd_int8_peak_gops(double seconds) {
    int runs = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
               && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
    return runs ? vnni_peak(seconds) : 0;
}
#else
double centroidd_int8_peak_gops(double seconds) {
    (void)seconds;
    return 0;
}
#endif
