// Vectors of floats and their lanes, included by kernels_body.h.

#define INLINE static inline __attribute__((always_inline))

typedef float vf __attribute__((ext_vector_type(VECTOR_FLOATS)));
typedef int32_t vi __attribute__((ext_vector_type(VECTOR_FLOATS)));
typedef uint32_t vu __attribute__((ext_vector_type(VECTOR_FLOATS)));
// Upper halves of floats.
typedef uint16_t vbf __attribute__((ext_vector_type(VECTOR_FLOATS)));
// The same, at any address.
typedef uint16_t vbf_any __attribute__((ext_vector_type(VECTOR_FLOATS), aligned(2), may_alias));
typedef float vf_any __attribute__((ext_vector_type(VECTOR_FLOATS), aligned(4), may_alias));

enum { W = VECTOR_FLOATS };

INLINE vf load(const float *p) { return *(const vf_any *)p; }
INLINE void store(float *p, vf x) { *(vf_any *)p = x; }
INLINE vf splat(float x) { return (vf)x; }

INLINE vf load_some(const float *p, int64_t count) {
    float lanes[W] = {0};
    memcpy(lanes, p, (size_t)count * sizeof(float));
    return load(lanes);
}

INLINE void store_some(float *p, vf x, int64_t count) {
    float lanes[W];
    store(lanes, x);
    memcpy(p, lanes, (size_t)count * sizeof(float));
}

// The larger or smaller of two by lanes; b's where either is no number.
INLINE vf larger(vf a, vf b) { return a > b ? a : b; }
INLINE vf smaller(vf a, vf b) { return a < b ? a : b; }

typedef float quad __attribute__((ext_vector_type(4)));

INLINE float add_quad(quad x) {
    __typeof__(x.lo) half = x.lo + x.hi;
    return half.x + half.y;
}

INLINE float largest_of_quad(quad x) {
    quad swapped = __builtin_shufflevector(x, x, 2, 3, 0, 1);
    x = x > swapped ? x : swapped;
    return x.x > x.y ? x.x : x.y;
}

#if VECTOR_FLOATS == 4
INLINE float add_lanes(vf x) { return add_quad(x); }
INLINE float largest_lane(vf x) { return largest_of_quad(x); }
#else
typedef float octet __attribute__((ext_vector_type(8)));

INLINE float add_octet(octet x) { return add_quad(x.lo + x.hi); }
INLINE float largest_of_octet(octet x) { return largest_of_quad(x.lo > x.hi ? x.lo : x.hi); }
#if VECTOR_FLOATS == 8
INLINE float add_lanes(vf x) { return add_octet(x); }
INLINE float largest_lane(vf x) { return largest_of_octet(x); }
#else
INLINE float add_lanes(vf x) { return add_octet(x.lo + x.hi); }
INLINE float largest_lane(vf x) { return largest_of_octet(x.lo > x.hi ? x.lo : x.hi); }
#endif
#endif

// A bit for each lane that is not nought, the first lane's the lowest.
INLINE uint32_t lane_bits(vi mask) {
    typedef _Bool lanes __attribute__((ext_vector_type(VECTOR_FLOATS)));
    lanes bits = __builtin_convertvector(mask, lanes);
    uint32_t result = 0;
    memcpy(&result, &bits, sizeof bits);
    return result & ((1u << W) - 1);
}
