#pragma once
#include <stdint.h>

// Numeric kernels compiled once per instruction set from the same source (kernels_body.h), chosen at run time.
// Shapes are row-major and dense unless a stride is given. None allocates, none keeps state.

#ifdef __cplusplus
extern "C" {
#endif

/// One record's self-attention: `tokens` rows of [query | key | value], each `heads * head_size` wide.
typedef struct {
    const float *qkv;
    int64_t tokens, heads, head_size;
    /// What dot products of queries and keys are multiplied with: 1 / sqrt(head_size).
    float scale;
    /// `tokens × heads * head_size`.
    float *output;
    /// At least `centroidd_attention_scratch(tokens, head_size)` floats, aligned to 64 bytes.
    float *scratch;
} centroidd_attention;

/// The same with rows of bfloat16: the upper halves of 32-bit floats. The scale is positive.
typedef struct {
    const uint16_t *qkv;
    int64_t tokens, heads, head_size;
    float scale;
    float *output;
    float *scratch;
} centroidd_bfloat16_attention;

/// A row of bytes q stands for the values low + step * q.
typedef struct {
    float step, low;
} centroidd_row_scale;

/// What the sums of an integer product stand for: with a left-hand row that is quantised by `row`, column j's value is
/// row.step * scale[j] * sum + row.low * offset[j] + bias[j], where offset[j] is scale[j] times the sum of the
/// right-hand column j.
typedef struct {
    const float *scale, *offset, *bias;
} centroidd_columns;

/// The squared length of a vector, and of what it lost when its elements were rounded.
typedef struct {
    float length, lost;
} centroidd_narrowing;

/// The parameters of a layer normalisation.
typedef struct {
    const float *gain, *bias;
    float epsilon;
} centroidd_norm;

typedef struct {
    const char *name;
    float (*dot)(const float *a, const float *b, int64_t n);
    float (*squared_distance)(const float *a, const float *b, int64_t n);
    /// sum += weight * x.
    void (*add_scaled)(float *sum, const float *x, float weight, int64_t n);
    /// sum += the rows of the table that have the indices, one after another; rows have n elements.
    void (*add_rows)(float *sum, const float *table, const int32_t *rows, int64_t count, int64_t n);
    /// x *= factor.
    void (*scale)(float *x, float factor, int64_t n);
    /// two = the two largest of what it holds and of n values, the larger first. Start from {-inf, -inf}.
    void (*largest_two)(float two[2], const float *values, int64_t n);
    /// x = GELU(x + bias), the form with the error function (Hendrycks and Gimpel 2016).
    void (*bias_gelu)(float *x, const float *bias, int64_t rows, int64_t n);
    /// The same in the form with tanh (ibid., section 2).
    void (*bias_tanh_gelu)(float *x, const float *bias, int64_t rows, int64_t n);
    /// x = max(x + bias, 0).
    void (*bias_relu)(float *x, const float *bias, int64_t rows, int64_t n);
    /// x = LayerNorm(x + residual) * gain + bias (Ba, Kiros, Hinton 2016); `residual` may be NULL.
    void (*add_norm)(float *x, const float *residual, const float *gain, const float *bias, float epsilon,
                     int64_t rows, int64_t n);
    /// x = softmax(x * scale).
    void (*softmax)(float *x, float scale, int64_t n);
    /// out = the mean of the rows.
    void (*mean)(float *out, const float *x, int64_t rows, int64_t n);
    void (*attend)(const centroidd_attention *attention);
    /// The same of rows in bfloat16; weights may be off by 0.7 % either way.
    void (*attend_bfloat16)(const centroidd_bfloat16_attention *attention);
    /// Multiply-adds in registers for about `seconds`: 10^9 operations a second that one core can reach.
    double (*peak_gflops)(double seconds);
    /// |a - b|^2 in doubles.
    double (*exact_squared_distance)(const float *a, const float *b, int64_t n);
    /// sum += weight * x, in doubles.
    void (*add_widened)(double *sum, const float *x, double weight, int64_t n);
    /// out = |query - p|^2 of each of `points` points that lie as d rows of `points` coordinates; `points` is a
    /// multiple of 8.
    void (*block_distances)(double *out, const double *block, const double *query, int64_t d, int64_t points);
    /// The squared distance of a query from the box between the corners `low` and `high`; 0 inside.
    double (*box_distance)(const double *low, const double *high, const double *query, int64_t d);
    /// Writes the indices of the values not below the threshold and returns their number; `indices` has room for n + 1.
    int64_t (*select_at_least)(int32_t *indices, const float *values, int64_t n, float threshold);
    /// narrow = x rounded to bfloat16 (to nearest, ties to even); writes |x|^2 and |x - narrow|^2. Of NaN something is made.
    void (*narrow)(uint16_t *narrow, centroidd_narrowing *lengths, const float *x, int64_t n);
    /// The k-th smallest (k from 1 to n) of values that are no NaN.
    float (*order_statistic)(const float *values, int64_t n, int64_t k);
    /// Cuts every row of x (|x| < 1e38) into `levels` equal steps (at most 255) between its smallest and its largest
    /// value.
    void (*quantise)(uint8_t *q, centroidd_row_scale *scales, const float *x, int64_t rows, int64_t n,
                     int32_t levels);
    /// x = the values that the sums stand for; `scales` are those of the product's left-hand rows.
    void (*dequantise)(float *x, const int32_t *sums, const centroidd_row_scale *scales,
                       const centroidd_columns *columns, int64_t rows, int64_t n);
    /// The same, rounded to the nearest bfloat16, of two equally near to the even one.
    void (*dequantise_bfloat16)(uint16_t *x, const int32_t *sums, const centroidd_row_scale *scales,
                                const centroidd_columns *columns, int64_t rows, int64_t n);
    /// q = GELU of the values that the sums stand for (to 1.2e-3 before it is quantised); `x` has room for four rows.
    void (*dequantise_gelu)(uint8_t *q, centroidd_row_scale *target, float *x, const int32_t *sums,
                            const centroidd_row_scale *scales, const centroidd_columns *columns, int64_t rows,
                            int64_t n, int32_t levels);
    /// x = LayerNorm(x + the values that the sums stand for), and q the same quantised.
    void (*dequantise_add_norm)(float *x, uint8_t *q, centroidd_row_scale *target, const int32_t *sums,
                                const centroidd_row_scale *scales, const centroidd_columns *columns,
                                const centroidd_norm *norm, int64_t rows, int64_t n, int32_t levels);
    /// out (16 x 16) = the dot products of the vectors of panel a with those of panel b, added to where `accumulate`;
    /// element j of vector i of a panel lies at j * 16 + i.
    void (*panel_products)(double *out, const double *a, const double *b, int64_t d, int accumulate);
    /// Turns products into distances by the squared lengths of the vectors. Where a square is below `precision` times
    /// both lengths, -1 is put instead. Returns whether that was done anywhere.
    int (*panel_distances)(double *tile, const double *squares_a, const double *squares_b, double precision);
    /// sums (16 rows, `stride` apart) += each row of the tile by the groups of its first `count` columns, ascending.
    void (*panel_group_sums)(double *sums, int64_t stride, const double *tile, const int32_t *groups, int64_t count);
    /// reach = min(reach, max(|query - p|^2, core of p, query_core)) of each of `stride` points that lie as d rows of
    /// `stride` coordinates, a multiple of 8; returns the first of the points that are left with the least reach.
    int64_t (*reach_step)(double *reach, const double *core, const double *points, const double *query,
                          double query_core, int64_t d, int64_t stride);
} centroidd_kernel_table;

typedef enum {
    CENTROIDD_BASELINE = 0,
    CENTROIDD_AVX2 = 1,
    CENTROIDD_AVX512 = 2,
    /// With products of bfloat16 and permutations of bytes (Zen 4, Sapphire Rapids and later).
    CENTROIDD_AVX512_BF16 = 3
} centroidd_instruction_set;

/// The kernels of one instruction set, or NULL where this machine cannot run them.
const centroidd_kernel_table *centroidd_kernels_for(centroidd_instruction_set set);
/// The fastest kernels of this machine.
const centroidd_kernel_table *centroidd_kernels(void);
/// The floats of scratch memory that one record's attention needs.
int64_t centroidd_attention_scratch(int64_t tokens, int64_t head_size);
/// The peak rate of the fastest instruction set; see `peak_gflops`.
double centroidd_fma_peak_gflops(double seconds);
/// Products of bytes summed in 32 bits (AVX-512 VNNI) in registers for about `seconds`: 10^9 operations a second that
/// one core can reach; 0 where this machine has no such instruction.
double centroidd_int8_peak_gops(double seconds);

#ifdef __cplusplus
}
#endif
