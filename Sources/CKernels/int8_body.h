// What surrounds products of 8-bit integers, included by kernels_body.h: rows are cut into equal steps between their
// smallest and largest value (an affine quantisation for each row, Jacob et al. 2018, equation 1), and the sums of
// products are taken back to floats. What else is done in that pass is in int8_layers_body.h.

typedef int32_t vi_any __attribute__((ext_vector_type(VECTOR_FLOATS), aligned(4), may_alias));
typedef uint8_t vb __attribute__((ext_vector_type(VECTOR_FLOATS)));
typedef uint8_t vb_any __attribute__((ext_vector_type(VECTOR_FLOATS), aligned(1), may_alias));

#ifdef HAS_BFLOAT16_PRODUCTS
// Permutations of bytes gather the lowest of every lane of two vectors at once.
INLINE void store_bytes(uint8_t *q, vi a, vi b, vi c, vi d) {
    const __m512i lowest = _mm512_set_epi8(
        124, 120, 116, 112, 108, 104, 100, 96, 92, 88, 84, 80, 76, 72, 68, 64, 60, 56, 52, 48, 44, 40, 36, 32, 28, 24,
        20, 16, 12, 8, 4, 0, 124, 120, 116, 112, 108, 104, 100, 96, 92, 88, 84, 80, 76, 72, 68, 64, 60, 56, 52, 48, 44,
        40, 36, 32, 28, 24, 20, 16, 12, 8, 4, 0);
    __m512i ab = _mm512_permutex2var_epi8((__m512i)a, lowest, (__m512i)b);
    __m512i cd = _mm512_permutex2var_epi8((__m512i)c, lowest, (__m512i)d);
    _mm512_storeu_si512(q, _mm512_mask_mov_epi64(ab, 0xF0, cd));
}

INLINE void store_bfloat16(uint16_t *x, vf a, vf b) { _mm512_storeu_si512(x, (__m512i)_mm512_cvtne2ps_pbh(b, a)); }
#else
INLINE void store_bytes(uint8_t *q, vi a, vi b, vi c, vi d) {
    *(vb_any *)q = __builtin_convertvector(a, vb), *(vb_any *)(q + W) = __builtin_convertvector(b, vb);
    *(vb_any *)(q + 2 * W) = __builtin_convertvector(c, vb), *(vb_any *)(q + 3 * W) = __builtin_convertvector(d, vb);
}

// The upper halves, to the nearest; of two equally near to the even one.
INLINE vbf bfloat16(vf x) {
    vu bits = (vu)x;
    return __builtin_convertvector((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16, vbf);
}

INLINE void store_bfloat16(uint16_t *x, vf a, vf b) {
    *(vbf_any *)x = bfloat16(a), *(vbf_any *)(x + W) = bfloat16(b);
}
#endif

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
    e->low = smaller(x, e->low);
    e->high = larger(x, e->high);
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

// Rows go through a pass together, so that one waits for the sums and extremes of its lanes while another computes, and
// what belongs to a column is loaded once for all of them. What becomes of a row does not depend on the others.
enum { TOGETHER = 4 };

// Adding 2^23 rounds to the nearest whole number in the low bits of the sum.
INLINE vi steps_of(const float *x, vf low, vf inverse) {
    return (vi)((load(x) - low) * inverse + splat(8388608.0f));
}

// Rows of x, `stride` apart, whose extremes are known.
INLINE void quantise_rows(uint8_t *q, centroidd_row_scale *scales, const float *x, const extremes *range, int64_t n,
                          int32_t levels, const int rows) {
    float low[TOGETHER], inverse[TOGETHER];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
        low[r] = -largest_lane(-range[r].low);
        float high = largest_lane(range[r].high), step = high / (float)levels - low[r] / (float)levels;
        inverse[r] = step > SMALLEST_STEP ? 1 / step : 0;
        scales[r] = (centroidd_row_scale){step > SMALLEST_STEP ? step : 0, low[r]};
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++, x += n, q += n) {
        vf from = splat(low[r]), by = splat(inverse[r]);
        int64_t i = 0;
        for (; i + 4 * W <= n; i += 4 * W)
            store_bytes(q + i, steps_of(x + i, from, by), steps_of(x + i + W, from, by),
                        steps_of(x + i + 2 * W, from, by), steps_of(x + i + 3 * W, from, by));
        for (; i + W <= n; i += W) *(vb_any *)(q + i) = __builtin_convertvector(steps_of(x + i, from, by), vb);
        for (; i < n; i++) q[i] = quantised(x[i], low[r], inverse[r]);
    }
}

INLINE void quantise_some(uint8_t *q, centroidd_row_scale *scales, const float *x, int64_t n, int32_t levels,
                          const int rows) {
    extremes range[TOGETHER];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) range[r] = nothing_yet();
    int64_t i = 0;
    for (; i + W <= n; i += W)
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) reach(&range[r], load(x + r * n + i));
    if (i < n)
        for (int r = 0; r < rows; r++) reach_some(&range[r], load_some(x + r * n + i, n - i), n - i);
    quantise_rows(q, scales, x, range, n, levels, rows);
}

static void quantise(uint8_t *q, centroidd_row_scale *scales, const float *x, int64_t rows, int64_t n,
                     int32_t levels) {
    int64_t row = 0;
    for (; row + TOGETHER <= rows; row += TOGETHER)
        quantise_some(q + row * n, scales + row, x + row * n, n, levels, TOGETHER);
    for (; row < rows; row++) quantise_some(q + row * n, scales + row, x + row * n, n, levels, 1);
}

// What belongs to some columns.
typedef struct {
    vf scale, offset, bias;
} column_values;

INLINE column_values load_columns(centroidd_columns columns, int64_t i) {
    return (column_values){load(columns.scale + i), load(columns.offset + i), load(columns.bias + i)};
}

INLINE column_values load_some_columns(centroidd_columns columns, int64_t i, int64_t count) {
    return (column_values){load_some(columns.scale + i, count), load_some(columns.offset + i, count),
                           load_some(columns.bias + i, count)};
}

// What belongs to some rows, in registers: what is stored might be what it lies in, as far as the compiler can tell.
typedef struct {
    vf step[TOGETHER], low[TOGETHER];
} row_values;

INLINE row_values load_rows(const centroidd_row_scale *scales, const int rows) {
    row_values values;
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) values.step[r] = splat(scales[r].step), values.low[r] = splat(scales[r].low);
    return values;
}

INLINE vf from_sums(vi sums, column_values columns, const row_values *rows, const int r) {
    return __builtin_convertvector(sums, vf) * rows->step[r] * columns.scale
           + (rows->low[r] * columns.offset + columns.bias);
}

static void dequantise(float *x, const int32_t *sums, const centroidd_row_scale *scales,
                       const centroidd_columns *columns, int64_t rows, int64_t n) {
    for (int64_t row = 0; row < rows; row++, x += n, sums += n) {
        row_values values = load_rows(scales + row, 1);
        int64_t i = 0;
        for (; i + W <= n; i += W)
            store(x + i, from_sums(load_sums(sums + i), load_columns(*columns, i), &values, 0));
        if (i < n) {
            vi rest = load_some_sums(sums + i, n - i);
            store_some(x + i, from_sums(rest, load_some_columns(*columns, i, n - i), &values, 0), n - i);
        }
    }
}

// Two vectors at a time, as two become one of bfloat16.
INLINE void dequantise_bfloat16_some(uint16_t *x, const int32_t *sums, const centroidd_row_scale *scales,
                                     centroidd_columns columns, int64_t n, const int rows) {
    row_values values = load_rows(scales, rows);
    int64_t i = 0;
    for (; i + 2 * W <= n; i += 2 * W) {
        column_values a = load_columns(columns, i), b = load_columns(columns, i + W);
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            const int32_t *from = sums + r * n + i;
            store_bfloat16(x + r * n + i, from_sums(load_sums(from), a, &values, r),
                           from_sums(load_sums(from + W), b, &values, r));
        }
    }
    for (; i < n; i += W) {
        int64_t count = n - i < W ? n - i : W;
        column_values columns_left = load_some_columns(columns, i, count);
        for (int r = 0; r < rows; r++) {
            uint16_t halves[2 * W];
            vi rest = load_some_sums(sums + r * n + i, count);
            store_bfloat16(halves, from_sums(rest, columns_left, &values, r), splat(0));
            memcpy(x + r * n + i, halves, (size_t)count * sizeof *x);
        }
    }
}

static void dequantise_bfloat16(uint16_t *x, const int32_t *sums, const centroidd_row_scale *scales,
                                const centroidd_columns *columns, int64_t rows, int64_t n) {
    int64_t row = 0;
    for (; row + TOGETHER <= rows; row += TOGETHER)
        dequantise_bfloat16_some(x + row * n, sums + row * n, scales + row, *columns, n, TOGETHER);
    for (; row < rows; row++) dequantise_bfloat16_some(x + row * n, sums + row * n, scales + row, *columns, n, 1);
}
