// Self-attention of one record in products of bfloat16 (AVX512-BF16), included by kernels_body.h where the target has
// them.
//
// Per head, keys are laid out by pairs of dimensions and values by pairs of tokens, as the instruction adds two
// products at a time. Eight queries go together. A weight is e^(s - top) for the largest score `top` of its query. A
// bfloat16 holds the exponent and seven bits of the mantissa, so that the bits of 2^y are those of (y + 127) * 128 with
// the lower seven replaced by what a table has for them. Rounding y to a 128th and the table's entry to seven bits is
// off by less than 0.7 %, either way; a query's weights are divided by the sum of the rounded ones.

enum { TILE = 8, LANES = 16 };

// For f in 128ths: (2^f - 1) * 128.
static const uint8_t mantissas[128] = {
    0,   1,   1,   2,   3,   4,   4,   5,   6,   6,   7,   8,   9,   9,   10,  11,  12,  12,  13,  14,  15,  15,
    16,  17,  18,  19,  19,  20,  21,  22,  23,  23,  24,  25,  26,  27,  28,  28,  29,  30,  31,  32,  33,  34,
    34,  35,  36,  37,  38,  39,  40,  41,  42,  43,  43,  44,  45,  46,  47,  48,  49,  50,  51,  52,  53,  54,
    55,  56,  57,  58,  59,  60,  61,  62,  63,  64,  65,  66,  67,  68,  69,  70,  72,  73,  74,  75,  76,  77,
    78,  79,  80,  82,  83,  84,  85,  86,  87,  88,  90,  91,  92,  93,  94,  96,  97,  98,  99,  100, 102, 103,
    104, 105, 107, 108, 109, 111, 112, 113, 115, 116, 117, 118, 120, 121, 123, 124, 125, 127,
};

INLINE __mmask32 halves_below(int64_t count) {
    return count >= 32 ? 0xFFFFFFFFu : count > 0 ? (1u << count) - 1 : 0;
}

// 32 halves, those from `count` on as zero.
INLINE __m512i some_halves(const uint16_t *p, int64_t count) {
    return _mm512_maskz_loadu_epi16(halves_below(count), p);
}

// Two halves to every lane.
INLINE __m512bh every_pair(const uint16_t *p) {
    int32_t pair;
    memcpy(&pair, p, sizeof pair);
    return (__m512bh)_mm512_set1_epi32(pair);
}

// The transpose of 16 rows of 16 lanes of 32 bits.
INLINE void transpose_lanes(__m512i r[LANES]) {
    __m512i t[LANES];
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++) {
        t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < LANES; i += 4) {
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; j++) {
        __m512i a = _mm512_shuffle_i32x4(r[j], r[4 + j], 0x88), b = _mm512_shuffle_i32x4(r[8 + j], r[12 + j], 0x88);
        __m512i c = _mm512_shuffle_i32x4(r[j], r[4 + j], 0xDD), d = _mm512_shuffle_i32x4(r[8 + j], r[12 + j], 0xDD);
        t[j] = _mm512_shuffle_i32x4(a, b, 0x88), t[8 + j] = _mm512_shuffle_i32x4(a, b, 0xDD);
        t[4 + j] = _mm512_shuffle_i32x4(c, d, 0x88), t[12 + j] = _mm512_shuffle_i32x4(c, d, 0xDD);
    }
    memcpy(r, t, sizeof t);
}

// keys (a row for every two dimensions, `padded` pairs long) of `tokens` rows that are `stride` apart.
static void pack_keys(uint32_t *keys, const uint16_t *rows, int64_t stride, int64_t tokens, int64_t size,
                      int64_t padded) {
    for (int64_t t = 0; t < padded; t += LANES)
        for (int64_t d = 0; d < size; d += 2 * LANES) {
            __m512i block[LANES];
            int64_t left = (size - d + 1) / 2;
#pragma clang loop unroll(full)
            for (int64_t i = 0; i < LANES; i++)
                block[i] = t + i < tokens ? some_halves(rows + (t + i) * stride + d, size - d) : _mm512_setzero_si512();
            transpose_lanes(block);
#pragma clang loop unroll(full)
            for (int64_t i = 0; i < LANES; i++)
                if (i < left) _mm512_storeu_si512(keys + (d / 2 + i) * padded + t, block[i]);
        }
}

// The first token of a pair of values: weights of 32 tokens are packed by eights, four of the first 16 and four of the
// others in turn; the last 16 of an odd number lie in order.
INLINE int64_t token_of_pair(int64_t pair, int64_t padded) {
    int64_t group = pair / 16 * 32, place = pair % 16;
    if (group + 32 > padded) return group + 2 * place;
    return group + place / 4 * 4 + place % 2 * 2 + (place % 4 >= 2 ? 16 : 0);
}

// values (a row for every two tokens, `width` pairs long).
static void pack_values(uint32_t *values, const uint16_t *rows, int64_t stride, int64_t tokens, int64_t size,
                        int64_t width, int64_t padded) {
    const __m512i first = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6,
                                           37, 5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
    const __m512i second = _mm512_add_epi16(first, _mm512_set1_epi16(16));
    for (int64_t pair = 0; pair < padded / 2; pair++) {
        int64_t t = token_of_pair(pair, padded);
        for (int64_t d = 0; d < width; d += 2 * LANES) {
            __m512i a = t < tokens ? some_halves(rows + t * stride + d, size - d) : _mm512_setzero_si512();
            __m512i b = t + 1 < tokens ? some_halves(rows + (t + 1) * stride + d, size - d) : _mm512_setzero_si512();
            uint32_t *to = values + pair * width + d;
            _mm512_storeu_si512(to, _mm512_permutex2var_epi16(a, first, b));
            if (d + LANES < width) _mm512_storeu_si512(to + LANES, _mm512_permutex2var_epi16(a, second, b));
        }
    }
}

// s (`rows` × `vectors`) += left (pairs along a row, rows `stride` apart) · right (a row for every pair).
INLINE void multiply_pairs(__m512 s[TILE][3], const uint16_t *left, int64_t left_stride, const uint32_t *right,
                           int64_t right_stride, int64_t pairs, const int rows, const int vectors) {
    for (int64_t p = 0; p < pairs; p++, left += 2, right += right_stride) {
        __m512bh r[3];
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) r[v] = (__m512bh)_mm512_loadu_si512(right + v * LANES);
#pragma clang loop unroll(full)
        for (int q = 0; q < rows; q++) {
            __m512bh x = every_pair(left + q * left_stride);
#pragma clang loop unroll(full)
            for (int v = 0; v < vectors; v++) s[q][v] = _mm512_dpbf16_ps(s[q][v], x, r[v]);
        }
    }
}

// What is the same for all queries of a head.
typedef struct {
    const uint32_t *keys, *values;
    float *scores;
    uint16_t *weights;
    int64_t tokens, padded, size, width, stride;
    float scale;
} head_work;

// Scores of `vectors` vectors of keys from token t on; those beyond the last token become minus infinity.
INLINE void score(const head_work *work, const uint16_t *query, int64_t t, __m512 top[TILE], const int rows,
                  const int vectors) {
    __m512 s[TILE][3] = {0};
    multiply_pairs(s, query, work->stride, work->keys + t, work->padded, (work->size + 1) / 2, rows, vectors);
    if (t + vectors * LANES > work->tokens) {
        __mmask16 in = (__mmask16)((1u << (work->tokens - t - (vectors - 1) * LANES)) - 1);
#pragma clang loop unroll(full)
        for (int q = 0; q < rows; q++)
            s[q][vectors - 1] = _mm512_mask_mov_ps(_mm512_set1_ps(-INFINITY), in, s[q][vectors - 1]);
    }
#pragma clang loop unroll(full)
    for (int q = 0; q < rows; q++)
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) {
            _mm512_storeu_ps(work->scores + q * work->padded + t + v * LANES, s[q][v]);
            top[q] = _mm512_max_ps(top[q], s[q][v]);
        }
}

// In order of the queries: eight folded with `fold`, into lanes 0, 4, 8, 12, 1, 5, 9, 13.
#define FOLD_EIGHT(fold, x)                                                                                            \
    ({                                                                                                                 \
        __m512 a_ = fold(_mm512_shuffle_f32x4(x[0], x[1], 0x44), _mm512_shuffle_f32x4(x[0], x[1], 0xEE));              \
        __m512 b_ = fold(_mm512_shuffle_f32x4(x[2], x[3], 0x44), _mm512_shuffle_f32x4(x[2], x[3], 0xEE));              \
        __m512 c_ = fold(_mm512_shuffle_f32x4(x[4], x[5], 0x44), _mm512_shuffle_f32x4(x[4], x[5], 0xEE));              \
        __m512 d_ = fold(_mm512_shuffle_f32x4(x[6], x[7], 0x44), _mm512_shuffle_f32x4(x[6], x[7], 0xEE));              \
        a_ = fold(_mm512_shuffle_f32x4(a_, b_, 0x88), _mm512_shuffle_f32x4(a_, b_, 0xDD));                             \
        c_ = fold(_mm512_shuffle_f32x4(c_, d_, 0x88), _mm512_shuffle_f32x4(c_, d_, 0xDD));                             \
        a_ = fold(_mm512_unpacklo_ps(a_, c_), _mm512_unpackhi_ps(a_, c_));                                             \
        fold(a_, _mm512_permute_ps(a_, 0x4E));                                                                         \
    })

INLINE int lane_of(int q) { return q % 4 * 4 + q / 4; }

// Weights (not yet divided by their sum, which is returned lane by lane) of the scores of `rows` queries.
INLINE void weigh(const head_work *work, const __m512 top[TILE], __m512 total[TILE], const int rows) {
    const __m512i low = _mm512_loadu_si512(mantissas), high = _mm512_loadu_si512(mantissas + 64);
    const __m512i fraction = _mm512_set1_epi16(127), nothing = _mm512_setzero_si512();
    const __m512 factor = _mm512_set1_ps(work->scale * 1.44269504f * 128);
    const __m512bh ones = (__m512bh)_mm512_set1_epi16(0x3F80);
    float tops[LANES];
    __m512 shift[TILE];
    _mm512_storeu_ps(tops, _mm512_fnmadd_ps(FOLD_EIGHT(_mm512_max_ps, top), factor, _mm512_set1_ps(127 * 128)));
#pragma clang loop unroll(full)
    for (int q = 0; q < rows; q++) shift[q] = _mm512_set1_ps(tops[lane_of(q)]), total[q] = _mm512_setzero_ps();
    for (int64_t t = 0; t < work->padded; t += 2 * LANES) {
        int both = t + LANES < work->padded;
#pragma clang loop unroll(full)
        for (int q = 0; q < rows; q++) {
            const float *scores = work->scores + q * work->padded + t;
            __m512i a = _mm512_cvtps_epi32(_mm512_fmadd_ps(_mm512_loadu_ps(scores), factor, shift[q])), bits;
            // Negative bits are those of less than 2^-127: saturated to nought.
            if (both) {
                __m512i b = _mm512_cvtps_epi32(_mm512_fmadd_ps(_mm512_loadu_ps(scores + LANES), factor, shift[q]));
                bits = _mm512_packus_epi32(a, b);
            } else {
                bits = _mm512_inserti64x4(nothing, _mm512_cvtusepi32_epi16(_mm512_max_epi32(a, nothing)), 0);
            }
            __m512i mantissa = _mm512_permutex2var_epi8(low, _mm512_and_si512(bits, fraction), high);
            // (bits & ~fraction) | mantissa
            __m512i weights = _mm512_ternarylogic_epi32(bits, fraction, mantissa, 0xBA);
            _mm512_storeu_si512(work->weights + q * (work->padded + LANES) + t, weights);
            total[q] = _mm512_dpbf16_ps(total[q], (__m512bh)weights, ones);
        }
    }
}

// output (rows of `size` elements, `width` apart) = weights · values, divided by the weights' sums.
INLINE void mix(const head_work *work, float *output, int64_t width, const __m512 total[TILE], const int rows) {
    float sums[LANES];
    _mm512_storeu_ps(sums, _mm512_div_ps(_mm512_set1_ps(1), FOLD_EIGHT(_mm512_add_ps, total)));
    int64_t whole = work->padded / 32 * 16, pairs = whole + (work->tokens - 2 * whole + 1) / 2;
    if (2 * whole >= work->tokens) pairs = whole;
    for (int64_t d = 0; d < work->width; d += 2 * LANES) {
        int vectors = d + LANES < work->width ? 2 : 1;
        __m512 s[TILE][3] = {0};
        if (vectors == 2)
            multiply_pairs(s, work->weights, work->padded + LANES, work->values + d, work->width, pairs, rows, 2);
        else multiply_pairs(s, work->weights, work->padded + LANES, work->values + d, work->width, pairs, rows, 1);
#pragma clang loop unroll(full)
        for (int q = 0; q < rows; q++) {
            __m512 inverse = _mm512_set1_ps(sums[lane_of(q)]);
            __mmask32 in = halves_below(work->size - d);
            _mm512_mask_storeu_ps(output + q * width + d, (__mmask16)in, s[q][0] * inverse);
            if (vectors == 2)
                _mm512_mask_storeu_ps(output + q * width + d + LANES, (__mmask16)(in >> 16), s[q][1] * inverse);
        }
    }
}

// `rows` queries of one head from their scores to their output.
INLINE void attend_tile(const head_work *work, const uint16_t *query, float *output, int64_t width, const int rows) {
    __m512 top[TILE], total[TILE];
#pragma clang loop unroll(full)
    for (int q = 0; q < TILE; q++) top[q] = _mm512_set1_ps(-INFINITY), total[q] = _mm512_set1_ps(1);
    int64_t t = 0;
    for (; t + 2 * LANES <= work->padded && t + 3 * LANES != work->padded; t += 2 * LANES)
        score(work, query, t, top, rows, 2);
    if (t + 3 * LANES == work->padded) score(work, query, t, top, rows, 3);
    else if (t < work->padded) score(work, query, t, top, rows, 1);
    weigh(work, top, total, rows);
    mix(work, output, width, total, rows);
}

static void attend_bfloat16(const centroidd_bfloat16_attention *record) {
    const int64_t tokens = record->tokens, size = record->head_size, width = record->heads * size, stride = 3 * width;
    const int64_t padded = padded_to(tokens, LANES), padded_size = padded_to(size, LANES);
    uint32_t *keys = (uint32_t *)record->scratch, *values = keys + (size + 1) / 2 * padded;
    float *scores = (float *)(values + padded / 2 * padded_size);
    head_work work = {keys, values, scores, (uint16_t *)(scores + TILE * padded), tokens, padded, size, padded_size,
                      stride, record->scale};
    for (int64_t head = 0; head < record->heads; head++) {
        const uint16_t *query = record->qkv + head * size;
        float *output = record->output + head * size;
        pack_keys(keys, query + width, stride, tokens, size, padded);
        pack_values(values, query + 2 * width, stride, tokens, size, padded_size, padded);
        // The last tile goes over what is left and some rows before it, which come out the same.
        if (tokens >= TILE) {
            int64_t t = 0;
            for (; t + TILE <= tokens; t += TILE)
                attend_tile(&work, query + t * stride, output + t * width, width, TILE);
            if (tokens - t > TILE / 2)
                attend_tile(&work, query + (tokens - TILE) * stride, output + (tokens - TILE) * width, width, TILE);
            else if (t < tokens)
                attend_tile(&work, query + (tokens - 4) * stride, output + (tokens - 4) * width, width, 4);
        } else {
            for (int64_t t = 0; t < tokens; t++) attend_tile(&work, query + t * stride, output + t * width, width, 1);
        }
    }
}
