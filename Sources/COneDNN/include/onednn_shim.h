#pragma once
#include <stdbool.h>
#include <stdint.h>

// Matrix products in 32-bit floats, of bfloat16 and of 8-bit integers over oneDNN, on the calling thread alone.
//
// Two owners: `centroidd_weights` is the right-hand side, packed once and immutable, so any number of threads may
// read it; `centroidd_lane` holds what one thread at a time needs to execute (stream, primitives, scratch memory).

#ifdef __cplusplus
extern "C" {
#endif

typedef struct centroidd_weights centroidd_weights;
typedef struct centroidd_lane centroidd_lane;

/// The fewest and the most rows that `centroidd_multiply` works in at a time (fewer are padded), and those of
/// `centroidd_multiply_int8`.
enum { CENTROIDD_ROW_STEP = 16, CENTROIDD_ROW_BLOCK = 256, CENTROIDD_INT8_STEP = 8, CENTROIDD_INT8_BLOCK = 128 };

/// Packs B (`k × n` row-major, or `n × k` where `transposed`) and copies `bias` (n elements, or NULL).
/// Returns NULL when oneDNN refuses or memory runs out.
centroidd_weights *centroidd_weights_create(const float *b, int64_t k, int64_t n, bool transposed, const float *bias);
/// The same of 8-bit integers. Returns NULL too where oneDNN has no fast product of them for this processor.
centroidd_weights *centroidd_weights_create_int8(const int8_t *b, int64_t k, int64_t n, bool transposed);
/// The same of bfloat16 (the upper halves of 32-bit floats), summed in 32 bits with a bias in 32 bits. Returns NULL too
/// where this processor has no instructions for them.
centroidd_weights *centroidd_weights_create_bfloat16(const uint16_t *b, int64_t k, int64_t n, bool transposed,
                                                     const float *bias);
void centroidd_weights_destroy(centroidd_weights *weights);

centroidd_lane *centroidd_lane_create(void);
void centroidd_lane_destroy(centroidd_lane *lane);

/// C (`m × n`) = A (`m × k`) · B + bias. A row's bits do not depend on `m` nor on the row's place.
/// Returns 0, or oneDNN's status.
int centroidd_multiply(centroidd_lane *lane, const centroidd_weights *weights, const float *a, int64_t m, float *c);

/// C = A · B + bias of bfloat16; B is from `centroidd_weights_create_bfloat16`. Returns 0, or oneDNN's status.
int centroidd_multiply_bfloat16(centroidd_lane *lane, const centroidd_weights *weights, const uint16_t *a, int64_t m,
                                float *c);

/// C = A · B in integers, exact where no element of B exceeds `centroidd_int8_limit` in magnitude; B is from
/// `centroidd_weights_create_int8`. Returns 0, or oneDNN's status.
int centroidd_multiply_int8(centroidd_lane *lane, const centroidd_weights *weights, const uint8_t *a, int64_t m,
                            int32_t *c);
/// The largest right-hand element that this processor multiplies without saturation: 127, or 63 where it has no
/// instructions for sums of byte products. Found by trying.
int32_t centroidd_int8_limit(void);

#ifdef __cplusplus
}
#endif
