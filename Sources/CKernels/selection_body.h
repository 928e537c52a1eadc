// Order statistics; included by kernels_body.h.

// The bits of floats as whole numbers in the order of the floats: those of negative ones run backwards.
INLINE vi ordered(vi bits) { return bits ^ ((bits >> 31) & (vi)INT32_MAX); }
INLINE int32_t ordered_one(int32_t bits) { return bits ^ ((bits >> 31) & INT32_MAX); }

typedef struct {
    int64_t count;
    int32_t below, above;
} split;

// How many values are at most `limit`, the largest of these, and the smallest of the others.
INLINE split split_at(const float *values, int64_t n, int32_t limit) {
    vi count = (vi)0, below = (vi)INT32_MIN, above = (vi)INT32_MAX;
    int64_t i = 0;
    for (; i + W <= n; i += W) {
        vi key = ordered((vi)load(values + i));
        vi is_below = key <= (vi)limit;
        count -= is_below;
        below = __builtin_elementwise_max(below, is_below ? key : (vi)INT32_MIN);
        above = __builtin_elementwise_min(above, is_below ? (vi)INT32_MAX : key);
    }
    split result = {0, __builtin_reduce_max(below), __builtin_reduce_min(above)};
    for (int lane = 0; lane < W; lane++) result.count += count[lane];
    for (; i < n; i++) {
        int32_t bits;
        memcpy(&bits, values + i, sizeof bits);
        int32_t key = ordered_one(bits);
        if (key <= limit) {
            result.count++;
            result.below = key > result.below ? key : result.below;
        } else {
            result.above = key < result.above ? key : result.above;
        }
    }
    return result;
}

// Bisection over the bits, which takes no branch that depends on a single value; both ends are values themselves, so that
// it ends as soon as there is none between them.
static float order_statistic(const float *values, int64_t n, int64_t k) {
    int32_t low = split_at(values, n, INT32_MIN).above, high = split_at(values, n, INT32_MAX).below;
    while (low < high) {
        int32_t middle = (int32_t)(low + ((int64_t)high - low) / 2);
        split parts = split_at(values, n, middle);
        if (parts.count >= k) high = parts.below; else low = parts.above;
        if (parts.count == k) low = high;
        if (parts.count == k - 1) high = low;
    }
    int32_t bits = ordered_one(high);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
