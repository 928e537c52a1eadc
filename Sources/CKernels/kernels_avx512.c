#if defined(__x86_64__)
#include <math.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "kernels.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)
#define VECTOR_FLOATS 16
#define VECTOR_REGISTER(x) "+v"(x)
#define KERNEL_SET_NAME "avx512"
#define KERNEL_TABLE centroidd_kernels_avx512
#include "kernels_body.h"
#pragma clang attribute pop
#endif
