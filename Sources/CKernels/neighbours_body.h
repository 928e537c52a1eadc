// Neighbour search; included by kernels_body.h. Exact distances are sums of doubles, so that those of float vectors
// are told apart wherever the vectors' differences are.

enum { D = VECTOR_FLOATS / 2 };

typedef double vd __attribute__((ext_vector_type(VECTOR_FLOATS / 2)));
typedef double vd_any __attribute__((ext_vector_type(VECTOR_FLOATS / 2), aligned(8), may_alias));
typedef float vh_any __attribute__((ext_vector_type(VECTOR_FLOATS / 2), aligned(4), may_alias));

INLINE vd load_double(const double *p) { return *(const vd_any *)p; }
INLINE vd widen(const float *p) { return __builtin_convertvector(*(const vh_any *)p, vd); }

// Below two vectors' length in the order of the elements, as `block_distances` sums.
static double exact_squared_distance(const float *a, const float *b, int64_t n) {
    double sum = 0;
    int64_t i = 0;
    if (n >= 32) {
        vd s0 = (vd)0.0, s1 = (vd)0.0;
        for (; i + 2 * D <= n; i += 2 * D) {
            vd d0 = widen(a + i) - widen(b + i), d1 = widen(a + i + D) - widen(b + i + D);
            s0 = d0 * d0 + s0;
            s1 = d1 * d1 + s1;
        }
        s0 += s1;
        for (int lane = 0; lane < D; lane++) sum += s0[lane];
    }
    for (; i < n; i++) {
        double d = (double)a[i] - (double)b[i];
        sum = d * d + sum;
    }
    return sum;
}

static void add_widened(double *sum, const float *x, double weight, int64_t n) {
    int64_t i = 0;
    for (; i + D <= n; i += D) *(vd_any *)(sum + i) = widen(x + i) * (vd)weight + load_double(sum + i);
    for (; i < n; i++) sum[i] = (double)x[i] * weight + sum[i];
}

static void block_distances(double *out, const double *block, const double *query, int64_t d, int64_t points) {
    for (int64_t i = 0; i < points; i += D) {
        vd sum = (vd)0.0;
        for (int64_t j = 0; j < d; j++) {
            vd difference = (vd)query[j] - load_double(block + j * points + i);
            sum = difference * difference + sum;
        }
        *(vd_any *)(out + i) = sum;
    }
}

static double box_distance(const double *low, const double *high, const double *query, int64_t d) {
    double sum = 0;
    for (int64_t j = 0; j < d; j++) {
        double below = low[j] - query[j], above = query[j] - high[j];
        double outside = below > above ? below : above;
        outside = outside > 0 ? outside : 0;
        sum = outside * outside + sum;
    }
    return sum;
}

static int64_t select_at_least(int32_t *indices, const float *values, int64_t n, float threshold) {
    int64_t count = 0, i = 0;
    vf limit = splat(threshold);
    for (; i + W <= n; i += W) {
        for (uint32_t hits = lane_bits(load(values + i) >= limit); hits; hits &= hits - 1)
            indices[count++] = (int32_t)(i + __builtin_ctz(hits));
    }
    for (; i < n; i++) {
        indices[count] = (int32_t)i;
        count += values[i] >= threshold;
    }
    return count;
}

typedef int64_t vl __attribute__((ext_vector_type(VECTOR_FLOATS / 2)));

// A step of Prim's algorithm: see `reach_step` in kernels.h.
static int64_t reach_step(double *reach, const double *core, const double *points, const double *query,
                          double query_core, int64_t d, int64_t stride) {
    vd least = (vd)__builtin_inf();
    vl place = (vl)(int64_t)0, lanes;
    for (int lane = 0; lane < D; lane++) lanes[lane] = lane;
    for (int64_t i = 0; i < stride; i += D) {
        vd sum = (vd)0.0;
        for (int64_t j = 0; j < d; j++) {
            vd difference = (vd)query[j] - load_double(points + j * stride + i);
            sum = difference * difference + sum;
        }
        sum = __builtin_elementwise_max(sum, __builtin_elementwise_max(load_double(core + i), (vd)query_core));
        sum = __builtin_elementwise_min(sum, load_double(reach + i));
        *(vd_any *)(reach + i) = sum;
        vl nearer = sum < least;
        least = nearer ? sum : least;
        place = nearer ? lanes + (vl)i : place;
    }
    int64_t best = place[0];
    double value = least[0];
    for (int lane = 1; lane < D; lane++)
        if (least[lane] < value || (least[lane] == value && place[lane] < best)) {
            value = least[lane];
            best = place[lane];
        }
    return best;
}
