// Passes over the sums of a linear layer in bytes, included by kernels_body.h: back to floats with the bias, then GELU,
// or residual and layer normalisation, and again to bytes, four rows at a time.

// x Φ(x) with Φ(x) = 1/2 + z P(z²), z being x held between -3.4 and 3.4: the P of degree 4 with the smallest largest
// error of x Φ(x) of those for which Φ(3.4) = 1 (by iteratively reweighted least squares). It is off by less than
// 1.2e-3, a tenth of the step of a row that reaches from -0.17 to 3.
INLINE vf short_gelu(vf x) {
    vf z = larger(smaller(x, splat(3.4f)), splat(-3.4f));
    vf s = z * z;
    vf p = splat(1.06452239e-05f);
    p = p * s + splat(-0.000417278531f);
    p = p * s + splat(0.0067284936f);
    p = p * s + splat(-0.059851592f);
    p = p * s + splat(0.394302362f);
    return x * (z * p + splat(0.5f));
}

INLINE void dequantise_gelu_some(uint8_t *q, centroidd_row_scale *target, float *x, const int32_t *sums,
                                 const centroidd_row_scale *scales, centroidd_columns columns, int64_t n,
                                 int32_t levels, const int rows) {
    row_values scale = load_rows(scales, rows);
    extremes range[TOGETHER];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) range[r] = nothing_yet();
    int64_t i = 0;
    for (; i + W <= n; i += W) {
        column_values values = load_columns(columns, i);
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            vf y = short_gelu(from_sums(load_sums(sums + r * n + i), values, &scale, r));
            reach(&range[r], y);
            store(x + r * n + i, y);
        }
    }
    if (i < n) {
        column_values values = load_some_columns(columns, i, n - i);
        for (int r = 0; r < rows; r++) {
            vf y = short_gelu(from_sums(load_some_sums(sums + r * n + i, n - i), values, &scale, r));
            reach_some(&range[r], y, n - i);
            store_some(x + r * n + i, y, n - i);
        }
    }
    quantise_rows(q, target, x, range, n, levels, rows);
}

static void dequantise_gelu(uint8_t *q, centroidd_row_scale *target, float *x, const int32_t *sums,
                            const centroidd_row_scale *scales, const centroidd_columns *columns, int64_t rows,
                            int64_t n, int32_t levels) {
    int64_t row = 0;
    for (; row + TOGETHER <= rows; row += TOGETHER)
        dequantise_gelu_some(q + row * n, target + row, x, sums + row * n, scales + row, *columns, n, levels, TOGETHER);
    for (; row < rows; row++)
        dequantise_gelu_some(q + row * n, target + row, x, sums + row * n, scales + row, *columns, n, levels, 1);
}

INLINE void add_norm_some(float *x, uint8_t *q, centroidd_row_scale *target, const int32_t *sums,
                          const centroidd_row_scale *scales, centroidd_columns columns, centroidd_norm norm,
                          int64_t n, int32_t levels, const int rows) {
    row_values scale = load_rows(scales, rows);
    vf total[TOGETHER], spread[TOGETHER];
    float rest[TOGETHER] = {0}, centre[TOGETHER], inverse[TOGETHER];
    extremes range[TOGETHER];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) total[r] = spread[r] = splat(0), range[r] = nothing_yet();
    const int64_t whole = n / W * W, left = n - whole;
    for (int64_t i = 0; i < whole; i += W) {
        column_values values = load_columns(columns, i);
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            vf y = from_sums(load_sums(sums + r * n + i), values, &scale, r) + load(x + r * n + i);
            store(x + r * n + i, y);
            total[r] += y;
        }
    }
    if (left > 0) {
        column_values values = load_some_columns(columns, whole, left);
        for (int r = 0; r < rows; r++) {
            float *end = x + r * n + whole;
            vf y = from_sums(load_some_sums(sums + r * n + whole, left), values, &scale, r) + load_some(end, left);
            store_some(end, y, left);
            for (int64_t i = 0; i < left; i++) rest[r] += end[i];
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) centre[r] = (add_lanes(total[r]) + rest[r]) / (float)n, rest[r] = 0;
    for (int64_t i = 0; i < whole; i += W)
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            vf d = load(x + r * n + i) - splat(centre[r]);
            spread[r] = d * d + spread[r];
        }
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
        for (int64_t i = whole; i < n; i++) {
            float d = x[r * n + i] - centre[r];
            rest[r] += d * d;
        }
        inverse[r] = 1 / sqrtf((add_lanes(spread[r]) + rest[r]) / (float)n + norm.epsilon);
    }
    for (int64_t i = 0; i < whole; i += W) {
        vf gain = load(norm.gain + i), bias = load(norm.bias + i);
#pragma clang loop unroll(full)
        for (int r = 0; r < rows; r++) {
            vf y = (load(x + r * n + i) - splat(centre[r])) * splat(inverse[r]) * gain + bias;
            store(x + r * n + i, y);
            reach(&range[r], y);
        }
    }
    if (left > 0) {
        vf gain = load_some(norm.gain + whole, left), bias = load_some(norm.bias + whole, left);
        for (int r = 0; r < rows; r++) {
            float *end = x + r * n + whole;
            vf y = (load_some(end, left) - splat(centre[r])) * splat(inverse[r]) * gain + bias;
            store_some(end, y, left);
            reach_some(&range[r], y, left);
        }
    }
    quantise_rows(q, target, x, range, n, levels, rows);
}

static void dequantise_add_norm(float *x, uint8_t *q, centroidd_row_scale *target, const int32_t *sums,
                                const centroidd_row_scale *scales, const centroidd_columns *columns,
                                const centroidd_norm *norm, int64_t rows, int64_t n, int32_t levels) {
    int64_t row = 0;
    for (; row + TOGETHER <= rows; row += TOGETHER)
        add_norm_some(x + row * n, q + row * n, target + row, sums + row * n, scales + row, *columns, *norm, n, levels,
                      TOGETHER);
    for (; row < rows; row++)
        add_norm_some(x + row * n, q + row * n, target + row, sums + row * n, scales + row, *columns, *norm, n, levels,
                      1);
}
