// Self-attention of one record (Vaswani et al. 2017, section 3.2.1), included by kernels_body.h.
//
// Per head, keys are laid out transposed and values densely, so that both products run along full vectors; four or
// eight queries go together, as many as there are registers for, so that every loaded vector is used as often. Padding
// to whole vectors lives in the scratch memory: padded scores count as minus infinity, padded values are zero.

enum { QUERIES = VECTOR_FLOATS == 16 ? 8 : 4 };

INLINE int64_t padded_to(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

// out (QUERIES × `vectors` vectors) = left (QUERIES rows of `length`) · right (`length` rows, `stride` apart)
INLINE void multiply_block(float *out, const float *const left[QUERIES], const float *right, int64_t length,
                           int64_t stride, const int vectors, const float factor[QUERIES]) {
    vf s[QUERIES][3] = {0};
    for (int64_t d = 0; d < length; d++, right += stride) {
        vf r[3];
        for (int v = 0; v < vectors; v++) r[v] = load(right + v * W);
#pragma clang loop unroll(full)
        for (int q = 0; q < QUERIES; q++) {
            vf x = splat(left[q][d]);
            for (int v = 0; v < vectors; v++) s[q][v] = x * r[v] + s[q][v];
        }
    }
    for (int q = 0; q < QUERIES; q++)
        for (int v = 0; v < vectors; v++) store(out + q * stride + v * W, s[q][v] * splat(factor[q]));
}

// out (QUERIES × stride) = left · right, `stride` being whole vectors: two at a time, and the last three together, as
// one alone would wait for itself.
INLINE void multiply_rows(float *out, const float *const left[QUERIES], const float *right, int64_t length,
                          int64_t stride, const float factor[QUERIES]) {
    int64_t j = 0;
    for (; j + 2 * W <= stride && j + 3 * W != stride; j += 2 * W)
        multiply_block(out + j, left, right + j, length, stride, 2, factor);
    if (j + 3 * W == stride) multiply_block(out + j, left, right + j, length, stride, 3, factor);
    else if (j < stride) multiply_block(out + j, left, right + j, length, stride, 1, factor);
}

typedef float quad_any __attribute__((ext_vector_type(4), aligned(4), may_alias));

// to (4 rows, `to_stride` apart) = the transpose of from (4 rows, `from_stride` apart)
INLINE void transpose_quad(float *to, int64_t to_stride, const float *from, int64_t from_stride) {
    quad a = *(const quad_any *)from, b = *(const quad_any *)(from + from_stride);
    quad c = *(const quad_any *)(from + 2 * from_stride), d = *(const quad_any *)(from + 3 * from_stride);
    quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    quad AB = __builtin_shufflevector(a, b, 2, 6, 3, 7), CD = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    *(quad_any *)to = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
    *(quad_any *)(to + to_stride) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
    *(quad_any *)(to + 2 * to_stride) = __builtin_shufflevector(AB, CD, 0, 1, 4, 5);
    *(quad_any *)(to + 3 * to_stride) = __builtin_shufflevector(AB, CD, 2, 3, 6, 7);
}

// to (columns × to_stride) = the transpose of from (rows × columns, rows `from_stride` apart)
INLINE void transpose(float *to, int64_t to_stride, const float *from, int64_t from_stride, int64_t rows,
                      int64_t columns) {
    int64_t whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
    for (int64_t t = 0; t < whole_rows; t += 4)
        for (int64_t d = 0; d < whole_columns; d += 4)
            transpose_quad(to + d * to_stride + t, to_stride, from + t * from_stride + d, from_stride);
#pragma clang loop vectorize(disable)
    for (int64_t t = 0; t < rows; t++)
#pragma clang loop vectorize(disable)
        for (int64_t d = t < whole_rows ? whole_columns : 0; d < columns; d++)
            to[d * to_stride + t] = from[t * from_stride + d];
}

// scores = e^(scores - their largest), and inverse = one over the sum of a row. All rows go together, so that one
// waits while another computes.
INLINE void exponentials(float *scores, int64_t tokens, int64_t padded, float inverse[QUERIES]) {
    vf top[QUERIES], total[QUERIES];
    for (int q = 0; q < QUERIES; q++) {
        for (int64_t t = tokens; t < padded; t++) scores[q * padded + t] = -INFINITY;
        top[q] = splat(-INFINITY), total[q] = splat(0);
    }
    for (int64_t i = 0; i < padded; i += W)
        for (int q = 0; q < QUERIES; q++) top[q] = larger(load(scores + q * padded + i), top[q]);
    for (int q = 0; q < QUERIES; q++) top[q] = splat(largest_lane(top[q]));
    for (int64_t i = 0; i < padded; i += W) {
#pragma clang loop unroll(full)
        for (int q = 0; q < QUERIES; q++) {
            vf e = exponential(load(scores + q * padded + i) - top[q]);
            store(scores + q * padded + i, e);
            total[q] += e;
        }
    }
    for (int q = 0; q < QUERIES; q++) inverse[q] = 1 / add_lanes(total[q]);
}

// One head of a record: where its rows are, how far apart, and what it may use.
typedef struct {
    const float *query, *key, *value;
    int64_t stride, tokens, size;
    float scale;
    float *scratch;
} head_attention;

// output (rows `width` apart) of one head. The scratch memory's padding must be zero.
static void attend_head(const head_attention *head, float *output, int64_t width) {
    const int64_t tokens = head->tokens, size = head->size, stride = head->stride;
    const int64_t padded = padded_to(tokens, W), padded_size = padded_to(size, W);
    float *keys = head->scratch, *values = keys + size * padded, *scores = values + tokens * padded_size;
    float *mixed = scores + QUERIES * padded, inverse[QUERIES], factor[QUERIES];
    for (int q = 0; q < QUERIES; q++) factor[q] = head->scale;
    transpose(keys, padded, head->key, stride, tokens, size);
    for (int64_t t = 0; t < tokens; t++)
        memcpy(values + t * padded_size, head->value + t * stride, (size_t)size * sizeof(float));
    for (int64_t t = 0; t < tokens; t += QUERIES) {
        const float *rows[QUERIES], *weights[QUERIES];
        int64_t count = tokens - t < QUERIES ? tokens - t : QUERIES;
        for (int64_t q = 0; q < QUERIES; q++) {
            rows[q] = head->query + (t + (q < count ? q : 0)) * stride;
            weights[q] = scores + q * padded;
        }
        multiply_rows(scores, rows, keys, size, padded, factor);
        exponentials(scores, tokens, padded, inverse);
        multiply_rows(mixed, weights, values, tokens, padded_size, inverse);
        for (int64_t q = 0; q < count; q++)
            memcpy(output + (t + q) * width, mixed + q * padded_size, (size_t)size * sizeof(float));
    }
}

INLINE void clear_padding(float *scratch, int64_t tokens, int64_t size) {
    int64_t floats = size * padded_to(tokens, W) + tokens * padded_to(size, W);
    memset(scratch, 0, (size_t)floats * sizeof(float));
}

static void attend(const centroidd_attention *record) {
    const int64_t size = record->head_size, width = record->heads * size;
    clear_padding(record->scratch, record->tokens, size);
    for (int64_t first = 0; first < width; first += size) {
        const float *query = record->qkv + first;
        head_attention head = {query,         query + width, query + 2 * width, 3 * width,
                               record->tokens, size,          record->scale,     record->scratch};
        attend_head(&head, record->output + first, width);
    }
}

#ifndef HAS_BFLOAT16_PRODUCTS
INLINE void to_floats(float *to, const uint16_t *from, int64_t count) {
    int64_t i = 0;
    for (; i + W <= count; i += W) store(to + i, (vf)(__builtin_convertvector(*(const vbf_any *)(from + i), vu) << 16));
    for (; i < count; i++) {
        uint32_t bits = (uint32_t)from[i] << 16;
        memcpy(to + i, &bits, sizeof bits);
    }
}

// A head's rows go through floats, which is exact.
static void attend_bfloat16(const centroidd_bfloat16_attention *record) {
    const int64_t tokens = record->tokens, size = record->head_size, width = record->heads * size;
    float *rows = record->scratch, *scratch = rows + padded_to(3 * tokens * size, W);
    clear_padding(scratch, tokens, size);
    for (int64_t first = 0; first < width; first += size) {
        for (int64_t t = 0; t < tokens; t++)
            for (int64_t part = 0; part < 3; part++)
                to_floats(rows + (3 * t + part) * size, record->qkv + (3 * t + part) * width + first, size);
        head_attention head = {rows, rows + size, rows + 2 * size, 3 * size, tokens, size, record->scale, scratch};
        attend_head(&head, record->output + first, width);
    }
}
#endif
