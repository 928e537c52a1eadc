// What surrounds products of 8-bit integers, included by kernels_body.h: rows are cut into equal steps between their
// smallest and largest value (an affine quantisation for each row, Jacob et al. 2018, equation 1), products are taken
// back to floats, and bias, GELU, residual and layer normalisation are done in the same pass over a row.

typedef int32_t vi_any __attribute__((ext_vector_type(VECTOR_FLOATS), aligned(4), may_alias));
typedef uint8_t vb __attribute__((ext_vector_type(VECTOR_FLOATS)));
typedef uint8_t vb_any __attribute__((ext_vector_type(VECTOR_FLOATS), aligned(1), may_alias));

// Steps smaller than this are taken as none, so that their reciprocal stays finite.
#define SMALLEST_STEP 1e-30f

INLINE vi load_sums(const int32_t *p) { return *(const vi_any *)p; }

INLINE vi load_some_sums(const int32_t *p, int64_t count) {
    int32_t lanes[W] = {0};
    memcpy(lanes, p, (size_t)count * sizeof(int32_t));
    return load_sums(lanes);
}

// The lowest and the highest value of a row so far, lane by lane.
typedef struct {
    vf low, high;
} extremes;

INLINE extremes nothing_yet(void) { return (extremes){splat(INFINITY), splat(-INFINITY)}; }

INLINE void reach(extremes *e, vf x) {
    e->low = __builtin_elementwise_min(e->low, x);
    e->high = __builtin_elementwise_max(e->high, x);
}

// The last lanes of a row: those beyond its end count as its last element.
INLINE void reach_some(extremes *e, vf x, int64_t count) {
    float lanes[W];
    store(lanes, x);
    for (int64_t i = count; i < W; i++) lanes[i] = lanes[count - 1];
    reach(e, load(lanes));
}

INLINE uint8_t quantised(float x, float low, float inverse) {
    float shifted = (x - low) * inverse + 8388608.0f;
    int32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return (uint8_t)bits;
}

// Adding 2^23 rounds to the nearest whole number in the low bits of the sum.
static centroidd_row_scale quantise_row(uint8_t *q, const float *x, extremes range, int64_t n, int32_t levels) {
    float low = -largest_lane(-range.low), high = largest_lane(range.high);
    float step = high / (float)levels - low / (float)levels, inverse = 0;
    if (step > SMALLEST_STEP) inverse = 1 / step;
    else step = 0;
    int64_t i = 0;
    for (; i + W <= n; i += W) {
        vf shifted = (load(x + i) - splat(low)) * splat(inverse) + splat(8388608.0f);
        *(vb_any *)(q + i) = __builtin_convertvector((vi)shifted, vb);
    }
    if (i < n) {
        float rest[W];
        store(rest, load_some(x + i, n - i));
        for (int64_t j = i; j < n; j++) q[j] = quantised(rest[j - i], low, inverse);
    }
    return (centroidd_row_scale){step, low};
}

static void quantise(uint8_t *q, centroidd_row_scale *scales, const float *x, int64_t rows, int64_t n,
                     int32_t levels) {
    for (int64_t row = 0; row < rows; row++, x += n, q += n) {
        extremes range = nothing_yet();
        int64_t i = 0;
        for (; i + W <= n; i += W) reach(&range, load(x + i));
        if (i < n) reach_some(&range, load_some(x + i, n - i), n - i);
        scales[row] = quantise_row(q, x, range, n, levels);
    }
}

INLINE vf from_sums(vi sums, vf scale, vf offset, vf bias, centroidd_row_scale row) {
    return __builtin_convertvector(sums, vf) * splat(row.step) * scale + (splat(row.low) * offset + bias);
}

INLINE vf dequantised(const int32_t *sums, int64_t i, const centroidd_columns *columns, centroidd_row_scale row) {
    return from_sums(load_sums(sums + i), load(columns->scale + i), load(columns->offset + i),
                     load(columns->bias + i), row);
}

INLINE vf dequantised_some(const int32_t *sums, int64_t i, const centroidd_columns *columns, centroidd_row_scale row,
                           int64_t count) {
    return from_sums(load_some_sums(sums + i, count), load_some(columns->scale + i, count),
                     load_some(columns->offset + i, count), load_some(columns->bias + i, count), row);
}

static void dequantise(float *x, const int32_t *sums, const centroidd_row_scale *scales,
                       const centroidd_columns *columns, int64_t rows, int64_t n) {
    for (int64_t row = 0; row < rows; row++, x += n, sums += n) {
        int64_t i = 0;
        for (; i + W <= n; i += W) store(x + i, dequantised(sums, i, columns, scales[row]));
        if (i < n) store_some(x + i, dequantised_some(sums, i, columns, scales[row], n - i), n - i);
    }
}

// x Φ(x) with Φ(x) = (1 + z P(z²)) / 2, z being x held between -4 and 4: the P of degree 6 with the smallest largest
// error of x Φ(x) of those for which Φ(4) = 1 (by iteratively reweighted least squares). It is off by less than 2e-4,
// an eighth of the step of a row that reaches from -0.17 to 0.3.
INLINE vf short_gelu(vf x) {
    vf z = __builtin_elementwise_max(__builtin_elementwise_min(x, splat(4.0f)), splat(-4.0f));
    vf s = z * z;
    vf p = splat(4.51764031e-08f);
    p = p * s + splat(-3.17765353e-06f);
    p = p * s + splat(9.55277646e-05f);
    p = p * s + splat(-0.00162437488f);
    p = p * s + splat(0.017527381f);
    p = p * s + splat(-0.129108831f);
    p = p * s + splat(0.795740545f);
    vf half = x * splat(0.5f);
    return half * (z * p) + half;
}

static void dequantise_gelu(uint8_t *q, centroidd_row_scale *target, float *x, const int32_t *sums,
                            const centroidd_row_scale *scales, const centroidd_columns *columns, int64_t rows,
                            int64_t n, int32_t levels) {
    for (int64_t row = 0; row < rows; row++, sums += n, q += n) {
        extremes range = nothing_yet();
        int64_t i = 0;
        for (; i + W <= n; i += W) {
            vf y = short_gelu(dequantised(sums, i, columns, scales[row]));
            reach(&range, y);
            store(x + i, y);
        }
        if (i < n) {
            vf y = short_gelu(dequantised_some(sums, i, columns, scales[row], n - i));
            reach_some(&range, y, n - i);
            store_some(x + i, y, n - i);
        }
        target[row] = quantise_row(q, x, range, n, levels);
    }
}

// What a normalised row becomes in bytes; x becomes the normalised row.
static centroidd_row_scale norm_quantise(float *x, uint8_t *q, const centroidd_norm *norm, float centre, int64_t n,
                                         int32_t levels) {
    vf spread = splat(0);
    extremes range = nothing_yet();
    float rest = 0;
    int64_t i;
    for (i = 0; i + W <= n; i += W) {
        vf d = load(x + i) - splat(centre);
        spread = d * d + spread;
    }
    for (; i < n; i++) rest += (x[i] - centre) * (x[i] - centre);
    float inverse = 1 / sqrtf((add_lanes(spread) + rest) / (float)n + norm->epsilon);
    for (i = 0; i + W <= n; i += W) {
        vf y = (load(x + i) - splat(centre)) * splat(inverse) * load(norm->gain + i) + load(norm->bias + i);
        store(x + i, y);
        reach(&range, y);
    }
    if (i < n) {
        vf gain = load_some(norm->gain + i, n - i), bias = load_some(norm->bias + i, n - i);
        vf y = (load_some(x + i, n - i) - splat(centre)) * splat(inverse) * gain + bias;
        store_some(x + i, y, n - i);
        reach_some(&range, y, n - i);
    }
    return quantise_row(q, x, range, n, levels);
}

static void dequantise_add_norm(float *x, uint8_t *q, centroidd_row_scale *target, const int32_t *sums,
                                const centroidd_row_scale *scales, const centroidd_columns *columns,
                                const centroidd_norm *norm, int64_t rows, int64_t n, int32_t levels) {
    for (int64_t row = 0; row < rows; row++, x += n, sums += n, q += n) {
        vf total = splat(0);
        float rest = 0;
        int64_t i = 0;
        for (; i + W <= n; i += W) {
            vf y = dequantised(sums, i, columns, scales[row]) + load(x + i);
            store(x + i, y);
            total += y;
        }
        if (i < n) {
            vf y = dequantised_some(sums, i, columns, scales[row], n - i) + load_some(x + i, n - i);
            store_some(x + i, y, n - i);
            for (; i < n; i++) rest += x[i];
        }
        target[row] = norm_quantise(x, q, norm, (add_lanes(total) + rest) / (float)n, n, levels);
    }
}
