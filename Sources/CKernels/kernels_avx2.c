#if defined(__x86_64__)
#include <math.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "kernels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VECTOR_FLOATS 8
#define VECTOR_REGISTER(x) "+x"(x)
#define KERNEL_SET_NAME "avx2"
#define KERNEL_TABLE centroidd_kernels_avx2
#include "kernels_body.h"
#pragma clang attribute pop
#endif
