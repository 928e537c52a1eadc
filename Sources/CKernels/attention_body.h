// Self-attention of one record (Vaswani et al. 2017, section 3.2.1), included by kernels_body.h.
//
// Per head, keys are laid out transposed and values densely, so that both products run along full vectors; four
// queries go together, so that every loaded vector is used four times. Padding to whole vectors lives in the scratch
// memory: padded scores are cut off before the softmax, padded values are zero.

enum { QUERIES = 4 };

INLINE int64_t padded_to(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

// scores (QUERIES × padded tokens) = queries · keysᵀ
INLINE void score(float *scores, const float *const query[QUERIES], const float *keys, int64_t padded, int64_t size) {
    for (int64_t j = 0; j < padded; j += 2 * W) {
        vf s[QUERIES][2] = {0};
        for (int64_t d = 0; d < size; d++) {
            vf k0 = load(keys + d * padded + j), k1 = load(keys + d * padded + j + W);
#pragma clang loop unroll(full)
            for (int q = 0; q < QUERIES; q++) {
                vf x = splat(query[q][d]);
                s[q][0] = x * k0 + s[q][0];
                s[q][1] = x * k1 + s[q][1];
            }
        }
        for (int q = 0; q < QUERIES; q++) {
            store(scores + q * padded + j, s[q][0]);
            store(scores + q * padded + j + W, s[q][1]);
        }
    }
}

// mixed (QUERIES × padded head) = probabilities · values
INLINE void mix(float *mixed, const float *scores, const float *values, int64_t tokens, int64_t padded,
                int64_t padded_size) {
    for (int64_t j = 0; j < padded_size; j += 2 * W) {
        vf s[QUERIES][2] = {0};
        for (int64_t t = 0; t < tokens; t++) {
            vf v0 = load(values + t * padded_size + j), v1 = load(values + t * padded_size + j + W);
#pragma clang loop unroll(full)
            for (int q = 0; q < QUERIES; q++) {
                vf x = splat(scores[q * padded + t]);
                s[q][0] = x * v0 + s[q][0];
                s[q][1] = x * v1 + s[q][1];
            }
        }
        for (int q = 0; q < QUERIES; q++) {
            store(mixed + q * padded_size + j, s[q][0]);
            store(mixed + q * padded_size + j + W, s[q][1]);
        }
    }
}

static void attend(const centroidd_attention *work) {
    const int64_t tokens = work->tokens, size = work->head_size, width = work->heads * size, stride = 3 * width;
    const int64_t padded = padded_to(tokens, 2 * W), padded_size = padded_to(size, 2 * W);
    float *keys = work->scratch, *values = keys + size * padded, *scores = values + tokens * padded_size;
    float *mixed = scores + QUERIES * padded;
    memset(work->scratch, 0, (size_t)(size * padded + tokens * padded_size) * sizeof(float));
    for (int64_t head = 0; head < work->heads; head++) {
        const float *query = work->qkv + head * size;
        for (int64_t t = 0; t < tokens; t++) {
            const float *key = query + t * stride + width, *value = key + width;
            for (int64_t d = 0; d < size; d++) keys[d * padded + t] = key[d];
            memcpy(values + t * padded_size, value, (size_t)size * sizeof(float));
        }
        for (int64_t t = 0; t < tokens; t += QUERIES) {
            const float *rows[QUERIES];
            int64_t count = tokens - t < QUERIES ? tokens - t : QUERIES;
            for (int64_t q = 0; q < QUERIES; q++) rows[q] = query + (t + (q < count ? q : 0)) * stride;
            score(scores, rows, keys, padded, size);
            for (int64_t q = 0; q < count; q++) softmax(scores + q * padded, work->scale, tokens);
            mix(mixed, scores, values, tokens, padded, padded_size);
            for (int64_t q = 0; q < count; q++)
                memcpy(work->output + (t + q) * width + head * size, mixed + q * padded_size,
                       (size_t)size * sizeof(float));
        }
    }
}
