// Products and distances of vectors in 64-bit floats, 16 against 16; included by kernels_body.h. A panel holds 16
// vectors column by column: element j of vector i lies at j * 16 + i.

enum { PANEL = 16, PANEL_VECTORS = PANEL / D, PANEL_ROWS = D >= 8 ? 8 : (D >= 4 ? 2 : 1) };

static void panel_products(double *out, const double *a, const double *b, int64_t d, int accumulate) {
    for (int row = 0; row < PANEL; row += PANEL_ROWS) {
        vd sum[PANEL_ROWS][PANEL_VECTORS];
#pragma clang loop unroll(full)
        for (int i = 0; i < PANEL_ROWS; i++)
#pragma clang loop unroll(full)
            for (int v = 0; v < PANEL_VECTORS; v++)
                sum[i][v] = accumulate ? load_double(out + (row + i) * PANEL + v * D) : (vd)0.0;
        for (int64_t j = 0; j < d; j++) {
            vd column[PANEL_VECTORS];
#pragma clang loop unroll(full)
            for (int v = 0; v < PANEL_VECTORS; v++) column[v] = load_double(b + j * PANEL + v * D);
#pragma clang loop unroll(full)
            for (int i = 0; i < PANEL_ROWS; i++)
#pragma clang loop unroll(full)
                for (int v = 0; v < PANEL_VECTORS; v++)
                    sum[i][v] = (vd)a[j * PANEL + row + i] * column[v] + sum[i][v];
        }
#pragma clang loop unroll(full)
        for (int i = 0; i < PANEL_ROWS; i++)
#pragma clang loop unroll(full)
            for (int v = 0; v < PANEL_VECTORS; v++) *(vd_any *)(out + (row + i) * PANEL + v * D) = sum[i][v];
    }
}

static int panel_distances(double *tile, const double *squares_a, const double *squares_b, double precision) {
    vd closest = (vd)1.0;
    for (int i = 0; i < PANEL; i++)
        for (int v = 0; v < PANEL_VECTORS; v++) {
            double *place = tile + i * PANEL + v * D;
            vd lengths = (vd)squares_a[i] + load_double(squares_b + v * D);
            vd square = lengths - load_double(place) * (vd)2.0;
            vd safety = square - lengths * (vd)precision;
            closest = __builtin_elementwise_min(closest, safety);
            vd root = __builtin_elementwise_sqrt(__builtin_elementwise_max(square, (vd)0.0));
            *(vd_any *)place = safety < (vd)0.0 ? (vd)-1.0 : root;
        }
    return __builtin_reduce_min(closest) < 0;
}

static void panel_group_sums(double *sums, int64_t stride, const double *tile, const int32_t *groups, int64_t count) {
    int uniform = count == PANEL && groups[0] == groups[PANEL - 1];
    for (int i = 0; i < PANEL; i++, sums += stride, tile += PANEL) {
        if (uniform) {
            vd sum = load_double(tile);
            for (int v = 1; v < PANEL_VECTORS; v++) sum += load_double(tile + v * D);
            double total = 0;
            for (int lane = 0; lane < D; lane++) total += sum[lane];
            sums[groups[0]] += total;
        } else {
            for (int64_t j = 0; j < count; j++) sums[groups[j]] += tile[j];
        }
    }
}
