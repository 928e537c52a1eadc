// What every processor of the architecture can run: SSE2 on x86-64, NEON on arm64.
#include <math.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include "kernels.h"

#define VECTOR_FLOATS 4
#if defined(__x86_64__)
#define VECTOR_REGISTER(x) "+x"(x)
#else
#define VECTOR_REGISTER(x) "+w"(x)
#endif
#define KERNEL_SET_NAME "baseline"
#define KERNEL_TABLE centroidd_kernels_baseline
#include "kernels_body.h"
