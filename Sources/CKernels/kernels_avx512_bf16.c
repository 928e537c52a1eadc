#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "kernels.h"

#pragma clang attribute push(                                                                             \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx512vbmi,fma"))), apply_to = function)
#define VECTOR_FLOATS 16
#define VECTOR_REGISTER(x) "+v"(x)
#define HAS_BFLOAT16_PRODUCTS
#define KERNEL_SET_NAME "avx512_bf16"
#define KERNEL_TABLE centroidd_kernels_avx512_bf16
#include "kernels_body.h"
#pragma clang attribute pop
#endif
