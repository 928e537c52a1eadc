// The kernels' one source. A file per instruction set defines VECTOR_FLOATS, VECTOR_REGISTER, KERNEL_SET_NAME and
// KERNEL_TABLE, opens the target after the system's headers, and includes this. Sums run in fixed vector lanes, so a
// result depends on its operands alone.

#include "lanes_body.h"

// Casts between vectors of one size keep the bits.
// e^x to a relative 2e-7 for x <= 88: 2^n times the Taylor polynomial of degree 7 on [-ln 2 / 2, ln 2 / 2], whose
// remainder there is below 6e-9. Smaller than e^-87 is taken as e^-87.
INLINE vf exponential(vf x) {
    x = __builtin_elementwise_max(x, splat(-87.0f));
    // Adding 1.5 * 2^23 rounds to an integer in the low bits of the sum.
    const vf rounder = splat(12582912.0f);
    vf shifted = x * splat(1.44269504088896f) + rounder;
    vf whole = shifted - rounder;
    // ln 2 in two parts, so that the product with a whole number is exact in the first.
    vf r = x - whole * splat(0.693359375f);
    r = r + whole * splat(2.12194440e-4f);
    vf p = splat(1.0f / 5040);
    p = p * r + splat(1.0f / 720);
    p = p * r + splat(1.0f / 120);
    p = p * r + splat(1.0f / 24);
    p = p * r + splat(1.0f / 6);
    p = p * r + splat(0.5f);
    p = p * r + splat(1.0f);
    p = p * r + splat(1.0f);
    vi exponent = ((vi)shifted - (vi)rounder) << 23;
    return (vf)((vi)p + exponent);
}

// x Φ(x) with Abramowitz and Stegun 7.1.26 for the error function (absolute error below 1.5e-7).
INLINE vf gelu(vf x) {
    vf z = __builtin_elementwise_abs(x) * splat(0.70710678118654752f);
    vf t = splat(1.0f) / (splat(0.3275911f) * z + splat(1.0f));
    vf p = splat(1.061405429f);
    p = p * t + splat(-1.453152027f);
    p = p * t + splat(1.421413741f);
    p = p * t + splat(-0.284496736f);
    p = p * t + splat(0.254829592f);
    // half = (1 - erf(z)) / 2: what Φ lacks to one for positive x, and Φ itself for negative x.
    vf half = splat(0.5f) * p * t * exponential(-z * z);
    vf magnitude = __builtin_elementwise_abs(x) * half;
    return __builtin_elementwise_max(x, splat(0.0f)) - magnitude;
}

// x (1 + tanh u) / 2 = x / (1 + e^-2u) with u = sqrt(2 / pi) (x + 0.044715 x^3).
INLINE vf tanh_gelu(vf x) {
    vf u = (x * x * splat(0.044715f) + splat(1.0f)) * x * splat(-1.5957691216057308f);
    return x / (splat(1.0f) + exponential(__builtin_elementwise_min(u, splat(87.0f))));
}

static float dot(const float *a, const float *b, int64_t n) {
    vf s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
    int64_t i = 0;
    for (; i + 4 * W <= n; i += 4 * W) {
        s0 = load(a + i) * load(b + i) + s0;
        s1 = load(a + i + W) * load(b + i + W) + s1;
        s2 = load(a + i + 2 * W) * load(b + i + 2 * W) + s2;
        s3 = load(a + i + 3 * W) * load(b + i + 3 * W) + s3;
    }
    for (; i + W <= n; i += W) s0 = load(a + i) * load(b + i) + s0;
    float sum = n >= W ? add_lanes((s0 + s1) + (s2 + s3)) : 0;
    for (; i < n; i++) sum += a[i] * b[i];
    return sum;
}

INLINE vf squared(const float *a, const float *b, vf sum) {
    vf d = load(a) - load(b);
    return d * d + sum;
}

static float squared_distance(const float *a, const float *b, int64_t n) {
    vf s0 = splat(0), s1 = splat(0), s2 = splat(0), s3 = splat(0);
    int64_t i = 0;
    for (; i + 4 * W <= n; i += 4 * W) {
        s0 = squared(a + i, b + i, s0);
        s1 = squared(a + i + W, b + i + W, s1);
        s2 = squared(a + i + 2 * W, b + i + 2 * W, s2);
        s3 = squared(a + i + 3 * W, b + i + 3 * W, s3);
    }
    for (; i + W <= n; i += W) s0 = squared(a + i, b + i, s0);
    float sum = n >= W ? add_lanes((s0 + s1) + (s2 + s3)) : 0;
    for (; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

static void add_scaled(float *sum, const float *x, float weight, int64_t n) {
    int64_t i = 0;
    for (; i + W <= n; i += W) store(sum + i, load(x + i) * splat(weight) + load(sum + i));
    for (; i < n; i++) sum[i] = x[i] * weight + sum[i];
}

// Four vectors of every row at a time stay in registers over all rows; the row after next is fetched meanwhile.
static void add_rows(float *sum, const float *table, const int32_t *rows, int64_t count, int64_t n) {
    int64_t i = 0;
    for (; i + 4 * W <= n; i += 4 * W) {
        vf s0 = load(sum + i), s1 = load(sum + i + W), s2 = load(sum + i + 2 * W), s3 = load(sum + i + 3 * W);
        for (int64_t r = 0; r < count; r++) {
            const float *row = table + rows[r] * n + i;
            if (i == 0 && r + 2 < count)
                for (int64_t j = 0; j < n; j += 16) __builtin_prefetch(table + rows[r + 2] * n + j);
            s0 += load(row), s1 += load(row + W), s2 += load(row + 2 * W), s3 += load(row + 3 * W);
        }
        store(sum + i, s0), store(sum + i + W, s1), store(sum + i + 2 * W, s2), store(sum + i + 3 * W, s3);
    }
    for (int64_t r = 0; r < count; r++) add_scaled(sum + i, table + rows[r] * n + i, 1, n - i);
}

static void scale(float *x, float factor, int64_t n) {
    int64_t i = 0;
    for (; i + W <= n; i += W) store(x + i, load(x + i) * splat(factor));
    for (; i < n; i++) x[i] *= factor;
}

// A bfloat16 is the upper half of a float: what is cut off is first rounded into it.
INLINE uint32_t round_to_upper_half(uint32_t bits) { return (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000; }

static void narrow(uint16_t *narrow, centroidd_narrowing *lengths, const float *x, int64_t n) {
    vf length = splat(0), lost = splat(0);
    int64_t i = 0;
    for (; i + W <= n; i += W) {
        vf value = load(x + i);
        vu bits = (vu)value;
        vu rounded = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000;
        vbf half = __builtin_convertvector(rounded >> 16, vbf);
        memcpy(narrow + i, &half, sizeof half);
        vf error = value - (vf)rounded;
        length = value * value + length;
        lost = error * error + lost;
    }
    lengths->length = n >= W ? add_lanes(length) : 0;
    lengths->lost = n >= W ? add_lanes(lost) : 0;
    for (; i < n; i++) {
        uint32_t bits;
        float value;
        memcpy(&bits, x + i, sizeof bits);
        bits = round_to_upper_half(bits);
        memcpy(&value, &bits, sizeof value);
        narrow[i] = (uint16_t)(bits >> 16);
        lengths->length += x[i] * x[i];
        lengths->lost += (x[i] - value) * (x[i] - value);
    }
}

INLINE void offer(float two[2], float value) {
    if (value > two[0]) two[1] = two[0], two[0] = value;
    else if (value > two[1]) two[1] = value;
}

static void largest_two(float two[2], const float *values, int64_t n) {
    // Each lane keeps its own two; a second chain of lanes hides the latency of the comparisons. Of NaN none is larger.
    vf first = splat(-INFINITY), second = first, other_first = first, other_second = first;
    int64_t i = 0;
    for (; i + 2 * W <= n; i += 2 * W) {
        vf x = load(values + i), y = load(values + i + W);
        second = larger(x > first ? first : x, second);
        first = larger(x, first);
        other_second = larger(y > other_first ? other_first : y, other_second);
        other_first = larger(y, other_first);
    }
    if (i > 0) {
        second = larger(larger(second, other_second), first > other_first ? other_first : first);
        first = larger(first, other_first);
        float best = __builtin_reduce_max(first);
        uint32_t holders = lane_bits(first == splat(best));
        _Bool is_shared = (holders & (holders - 1)) != 0;
        offer(two, best);
        offer(two, is_shared ? best : __builtin_reduce_max(first == splat(best) ? second : first));
    }
    for (; i < n; i++) offer(two, values[i]);
}

typedef enum { ERF_GELU, TANH_GELU, RELU } activation;

INLINE vf activated(vf x, const activation kind) {
    return kind == ERF_GELU ? gelu(x) : kind == TANH_GELU ? tanh_gelu(x) : __builtin_elementwise_max(x, splat(0.0f));
}

INLINE void bias_activation(float *x, const float *bias, int64_t rows, int64_t n, const activation kind) {
    for (int64_t row = 0; row < rows; row++, x += n) {
        int64_t i = 0;
        for (; i + W <= n; i += W) store(x + i, activated(load(x + i) + load(bias + i), kind));
        if (i < n) store_some(x + i, activated(load_some(x + i, n - i) + load_some(bias + i, n - i), kind), n - i);
    }
}

static void bias_gelu(float *x, const float *bias, int64_t rows, int64_t n) {
    bias_activation(x, bias, rows, n, ERF_GELU);
}

static void bias_tanh_gelu(float *x, const float *bias, int64_t rows, int64_t n) {
    bias_activation(x, bias, rows, n, TANH_GELU);
}

static void bias_relu(float *x, const float *bias, int64_t rows, int64_t n) {
    bias_activation(x, bias, rows, n, RELU);
}

static void normalise_row(float *x, const float *gain, const float *bias, float centre, float inverse, int64_t n) {
    int64_t i = 0;
    for (; i + W <= n; i += W)
        store(x + i, (load(x + i) - splat(centre)) * splat(inverse) * load(gain + i) + load(bias + i));
    for (; i < n; i++) x[i] = (x[i] - centre) * inverse * gain[i] + bias[i];
}

static void add_norm(float *x, const float *residual, const float *gain, const float *bias, float epsilon,
                     int64_t rows, int64_t n) {
    for (int64_t row = 0; row < rows; row++, x += n) {
        vf total = splat(0), spread = splat(0);
        float rest = 0, centre, variance;
        int64_t i;
        if (residual) add_scaled(x, residual + row * n, 1, n);
        for (i = 0; i + W <= n; i += W) total += load(x + i);
        for (; i < n; i++) rest += x[i];
        centre = (add_lanes(total) + rest) / (float)n;
        rest = 0;
        for (i = 0; i + W <= n; i += W) {
            vf d = load(x + i) - splat(centre);
            spread = d * d + spread;
        }
        for (; i < n; i++) rest += (x[i] - centre) * (x[i] - centre);
        variance = (add_lanes(spread) + rest) / (float)n;
        normalise_row(x, gain, bias, centre, 1 / sqrtf(variance + epsilon), n);
    }
}

static void softmax(float *x, float factor, int64_t n) {
    vf top = splat(-INFINITY), total = splat(0);
    float best = -INFINITY, sum = 0;
    int64_t i = 0;
    for (; i + W <= n; i += W) top = __builtin_elementwise_max(top, load(x + i));
    best = largest_lane(top);
    for (; i < n; i++) best = x[i] > best ? x[i] : best;
    for (i = 0; i + W <= n; i += W) {
        vf e = exponential((load(x + i) - splat(best)) * splat(factor));
        store(x + i, e);
        total += e;
    }
    if (i < n) {
        vf e = exponential((load_some(x + i, n - i) - splat(best)) * splat(factor));
        store_some(x + i, e, n - i);
        for (int64_t j = i; j < n; j++) sum += x[j];
    }
    scale(x, 1 / (add_lanes(total) + sum), n);
}

static void mean(float *out, const float *x, int64_t rows, int64_t n) {
    memset(out, 0, (size_t)n * sizeof(float));
    for (int64_t row = 0; row < rows; row++) add_scaled(out, x + row * n, 1, n);
    if (rows > 0) scale(out, 1 / (float)rows, n);
}

#include "attention_body.h"
#ifdef HAS_BFLOAT16_PRODUCTS
#include "attention_bfloat16.h"
#endif

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// Twelve independent chains hide the latency of a multiply-add on every processor in use.
static double peak_gflops(double seconds) {
    enum { CHAINS = 12, ROUNDS = 20000 };
    vf a = splat(0.999f), b = splat(0.001f), chain[CHAINS];
    for (int i = 0; i < CHAINS; i++) chain[i] = splat(0.1f * (float)i);
    double start = seconds_now(), elapsed, operations = 0;
    do {
        for (int round = 0; round < ROUNDS; round++) {
#pragma clang loop unroll(full)
            for (int i = 0; i < CHAINS; i++) chain[i] = chain[i] * a + b;
            // Opaque to the compiler, so that the rounds cannot be folded.
            __asm__ volatile("" : VECTOR_REGISTER(a), VECTOR_REGISTER(b));
        }
        operations += 2.0 * W * CHAINS * ROUNDS;
        elapsed = seconds_now() - start;
    } while (elapsed < seconds);
    vf sum = splat(0);
    for (int i = 0; i < CHAINS; i++) sum += chain[i];
    volatile float sink = add_lanes(sum);
    (void)sink;
    return operations / elapsed / 1e9;
}

#include "int8_body.h"
#include "int8_layers_body.h"
#include "neighbours_body.h"
#include "selection_body.h"
#include "panels_body.h"

const centroidd_kernel_table KERNEL_TABLE = {
    .name = KERNEL_SET_NAME,
    .dot = dot,
    .squared_distance = squared_distance,
    .add_scaled = add_scaled,
    .add_rows = add_rows,
    .scale = scale,
    .largest_two = largest_two,
    .bias_gelu = bias_gelu,
    .bias_tanh_gelu = bias_tanh_gelu,
    .bias_relu = bias_relu,
    .add_norm = add_norm,
    .softmax = softmax,
    .mean = mean,
    .attend = attend,
    .attend_bfloat16 = attend_bfloat16,
    .peak_gflops = peak_gflops,
    .exact_squared_distance = exact_squared_distance,
    .add_widened = add_widened,
    .block_distances = block_distances,
    .box_distance = box_distance,
    .select_at_least = select_at_least,
    .narrow = narrow,
    .order_statistic = order_statistic,
    .quantise = quantise,
    .dequantise = dequantise,
    .dequantise_bfloat16 = dequantise_bfloat16,
    .dequantise_gelu = dequantise_gelu,
    .dequantise_add_norm = dequantise_add_norm,
    .panel_products = panel_products,
    .panel_distances = panel_distances,
    .panel_group_sums = panel_group_sums,
    .reach_step = reach_step,
};
