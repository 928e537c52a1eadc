#include "onednn_shim.h"

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// oneDNN 3 made descriptors opaque; 2.x has them as structs. These few names hide the difference.
#if DNNL_VERSION_MAJOR >= 3
typedef dnnl_memory_desc_t descriptor;
typedef const_dnnl_memory_desc_t descriptor_ref;
static descriptor_ref reference(const descriptor *d) { return *d; }
static dnnl_status_t describe(descriptor *d, int64_t rows, int64_t columns, dnnl_data_type_t type,
                              dnnl_format_tag_t tag) {
    dnnl_dims_t dims = {rows, columns};
    return dnnl_memory_desc_create_with_tag(d, 2, dims, type, tag);
}
static dnnl_status_t copy_descriptor(descriptor *to, descriptor_ref from) { return dnnl_memory_desc_clone(to, from); }
static void forget(descriptor *d) {
    if (*d) dnnl_memory_desc_destroy(*d);
}
#else
typedef dnnl_memory_desc_t descriptor;
typedef const dnnl_memory_desc_t *descriptor_ref;
static descriptor_ref reference(const descriptor *d) { return d; }
static dnnl_status_t describe(descriptor *d, int64_t rows, int64_t columns, dnnl_data_type_t type,
                              dnnl_format_tag_t tag) {
    dnnl_dims_t dims = {rows, columns};
    return dnnl_memory_desc_init_by_tag(d, 2, dims, type, tag);
}
static dnnl_status_t copy_descriptor(descriptor *to, descriptor_ref from) {
    *to = *from;
    return dnnl_success;
}
static void forget(descriptor *d) { (void)d; }
#endif

enum { CACHED_PRIMITIVES = 64 };

// The types of a product's left side, right side and result.
typedef struct {
    dnnl_data_type_t a, b, c;
} element_types;

static const element_types floats = {dnnl_f32, dnnl_f32, dnnl_f32};
static const element_types bytes = {dnnl_u8, dnnl_s8, dnnl_s32};
static const element_types bfloats = {dnnl_bf16, dnnl_bf16, dnnl_f32};

static size_t size_of(dnnl_data_type_t type) {
    switch (type) {
        case dnnl_f32:
        case dnnl_s32: return 4;
        case dnnl_bf16: return 2;
        default: return 1;
    }
}

struct centroidd_weights {
    int64_t k, n;
    const element_types *types;
    descriptor packed;
    void *elements;
    float *bias;
};

// One primitive with its memory objects; only the data pointers change between executions.
typedef struct {
    int64_t m, k, n;
    const element_types *types;
    bool has_bias;
    descriptor packed;
    dnnl_primitive_t primitive;
    dnnl_memory_t a, b, bias, c, scratch;
    size_t scratch_bytes;
    uint64_t last_use;
} cached_primitive;

struct centroidd_lane {
    dnnl_stream_t stream;
    int count;
    uint64_t uses;
    cached_primitive cache[CACHED_PRIMITIVES];
    void *scratch;
    size_t scratch_bytes;
    void *padded;
    size_t padded_bytes;
};

// One engine for the process: it holds no per-call state.
static dnnl_engine_t engine;
static void (*set_openmp_threads)(int);
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void prepare(void) {
    // By name at run time: which OpenMP runtime (if any) is loaded is oneDNN's choice, and not linked by us.
    set_openmp_threads = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
    if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) engine = NULL;
}

// The daemon runs one lane per core itself; a second level of threads inside oneDNN would only fight it. The OpenMP
// setting belongs to the calling thread, and a Dispatch queue may come back on another thread, so it is set before
// every use (a store to thread-local memory). OMP_NUM_THREADS would be read too early to set from here.
static void use_one_thread(void) {
    pthread_once(&once, prepare);
    if (set_openmp_threads) set_openmp_threads(1);
}

static void *aligned(size_t bytes) {
    void *memory = NULL;
    size_t rounded = (bytes + 63) / 64 * 64;
    return posix_memalign(&memory, 64, rounded ? rounded : 64) == 0 ? memory : NULL;
}

// The caller owns scratch memory: oneDNN's own is tied to the thread that created the primitive.
static dnnl_primitive_attr_t make_attributes(void) {
    dnnl_primitive_attr_t attributes = NULL;
    if (dnnl_primitive_attr_create(&attributes) != dnnl_success) return NULL;
    if (dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user) == dnnl_success)
        return attributes;
    dnnl_primitive_attr_destroy(attributes);
    return NULL;
}

// A product of m rows with weights in the layout `b` (or one that oneDNN chooses, where `b` is NULL).
static dnnl_status_t make_product(dnnl_primitive_desc_t *product, const element_types *types, int64_t m, int64_t k,
                                  int64_t n, descriptor_ref b, bool has_bias) {
    descriptor da = {0}, db = {0}, dc = {0}, dbias = {0};
    dnnl_status_t status = describe(&da, m, k, types->a, dnnl_ab);
    if (status == dnnl_success) status = describe(&db, k, n, types->b, dnnl_format_tag_any);
    if (status == dnnl_success) status = describe(&dc, m, n, types->c, dnnl_ab);
    if (status == dnnl_success) status = describe(&dbias, 1, n, dnnl_f32, dnnl_ab);
    dnnl_primitive_attr_t attributes = make_attributes();
    if (status == dnnl_success && !attributes) status = dnnl_out_of_memory;
    if (status == dnnl_success) {
        descriptor_ref weights = b ? b : reference(&db), bias = has_bias ? reference(&dbias) : NULL;
#if DNNL_VERSION_MAJOR >= 3
        status = dnnl_matmul_primitive_desc_create(product, engine, reference(&da), weights, bias, reference(&dc),
                                                   attributes);
#else
        dnnl_matmul_desc_t operation;
        status = dnnl_matmul_desc_init(&operation, reference(&da), weights, bias, reference(&dc));
        if (status == dnnl_success)
            status = dnnl_primitive_desc_create(product, &operation, attributes, engine, NULL);
#endif
    }
    if (attributes) dnnl_primitive_attr_destroy(attributes);
    forget(&da), forget(&db), forget(&dc), forget(&dbias);
    return status;
}

static dnnl_status_t pack(centroidd_weights *weights, const void *b, bool transposed) {
    descriptor source = {0};
    dnnl_primitive_desc_t plan = NULL;
    dnnl_primitive_t reorder = NULL;
    dnnl_memory_t from = NULL, to = NULL;
    dnnl_stream_t stream = NULL;
    dnnl_status_t status = describe(&source, weights->k, weights->n, weights->types->b, transposed ? dnnl_ba : dnnl_ab);
    descriptor_ref target = reference(&weights->packed);
    if (status == dnnl_success)
        status = dnnl_reorder_primitive_desc_create(&plan, reference(&source), engine, target, engine, NULL);
    if (status == dnnl_success) status = dnnl_primitive_create(&reorder, plan);
    if (status == dnnl_success) status = dnnl_memory_create(&from, reference(&source), engine, (void *)b);
    if (status == dnnl_success) status = dnnl_memory_create(&to, target, engine, weights->elements);
    if (status == dnnl_success) status = dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
    if (status == dnnl_success) {
        dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
        status = dnnl_primitive_execute(reorder, stream, 2, arguments);
    }
    if (stream) dnnl_stream_wait(stream), dnnl_stream_destroy(stream);
    if (from) dnnl_memory_destroy(from);
    if (to) dnnl_memory_destroy(to);
    if (reorder) dnnl_primitive_destroy(reorder);
    if (plan) dnnl_primitive_desc_destroy(plan);
    forget(&source);
    return status;
}

// Whether the narrower types are worth their error: oneDNN's plain loops over integers, and its products of bfloat16
// that widen each element first, where it has nothing for the processor, are slower than floats.
static bool is_fast(dnnl_primitive_desc_t product, const element_types *types) {
    const char *name = NULL;
    if (types == &floats) return true;
    if (dnnl_primitive_desc_query(product, dnnl_query_impl_info_str, 0, &name) != dnnl_success || !name) return false;
    return types == &bfloats ? strstr(name, "bf16") != NULL : strncmp(name, "ref", 3) != 0;
}

static centroidd_weights *create(const element_types *types, const void *b, int64_t k, int64_t n, bool transposed,
                                 const float *bias) {
    use_one_thread();
    centroidd_weights *weights = calloc(1, sizeof *weights);
    if (!weights || !engine) return free(weights), NULL;
    weights->k = k, weights->n = n, weights->types = types;
    // The layout is asked for once, for a middling row count, and kept for every row count.
    dnnl_primitive_desc_t product = NULL;
    bool done = make_product(&product, types, 64, k, n, NULL, bias != NULL) == dnnl_success;
    if (done) {
        descriptor_ref layout = dnnl_primitive_desc_query_md(product, dnnl_query_weights_md, 0);
        done = copy_descriptor(&weights->packed, layout) == dnnl_success
               && is_fast(product, types);
        dnnl_primitive_desc_destroy(product);
    }
    if (done) {
        weights->elements = aligned(dnnl_memory_desc_get_size(reference(&weights->packed)));
        done = weights->elements && pack(weights, b, transposed) == dnnl_success;
    }
    if (done && bias) {
        weights->bias = aligned((size_t)n * sizeof(float));
        done = weights->bias != NULL;
        if (done) memcpy(weights->bias, bias, (size_t)n * sizeof(float));
    }
    if (done) return weights;
    centroidd_weights_destroy(weights);
    return NULL;
}

centroidd_weights *centroidd_weights_create(const float *b, int64_t k, int64_t n, bool transposed, const float *bias) {
    return create(&floats, b, k, n, transposed, bias);
}

centroidd_weights *centroidd_weights_create_int8(const int8_t *b, int64_t k, int64_t n, bool transposed) {
    return create(&bytes, b, k, n, transposed, NULL);
}

centroidd_weights *centroidd_weights_create_bfloat16(const uint16_t *b, int64_t k, int64_t n, bool transposed,
                                                     const float *bias) {
    return create(&bfloats, b, k, n, transposed, bias);
}

void centroidd_weights_destroy(centroidd_weights *weights) {
    if (!weights) return;
    forget(&weights->packed);
    free(weights->elements);
    free(weights->bias);
    free(weights);
}

centroidd_lane *centroidd_lane_create(void) {
    use_one_thread();
    centroidd_lane *lane = calloc(1, sizeof *lane);
    if (!lane || !engine) return free(lane), NULL;
    if (dnnl_stream_create(&lane->stream, engine, dnnl_stream_default_flags) == dnnl_success) return lane;
    return free(lane), NULL;
}

static void clear(cached_primitive *entry) {
    if (entry->a) dnnl_memory_destroy(entry->a);
    if (entry->b) dnnl_memory_destroy(entry->b);
    if (entry->bias) dnnl_memory_destroy(entry->bias);
    if (entry->c) dnnl_memory_destroy(entry->c);
    if (entry->scratch) dnnl_memory_destroy(entry->scratch);
    if (entry->primitive) dnnl_primitive_destroy(entry->primitive);
    forget(&entry->packed);
    memset(entry, 0, sizeof *entry);
}

void centroidd_lane_destroy(centroidd_lane *lane) {
    if (!lane) return;
    for (int i = 0; i < lane->count; i++) clear(&lane->cache[i]);
    dnnl_stream_destroy(lane->stream);
    free(lane->scratch);
    free(lane->padded);
    free(lane);
}

static dnnl_status_t make_memory(dnnl_memory_t *memory, dnnl_primitive_desc_t product, dnnl_query_t what, int index) {
    return dnnl_memory_create(memory, dnnl_primitive_desc_query_md(product, what, index), engine, DNNL_MEMORY_NONE);
}

static dnnl_status_t fill(cached_primitive *entry, const centroidd_weights *weights, int64_t m) {
    bool has_bias = weights->bias != NULL;
    dnnl_primitive_desc_t product = NULL;
    dnnl_status_t status = make_product(&product, weights->types, m, weights->k, weights->n,
                                        reference(&weights->packed), has_bias);
    if (status != dnnl_success) return status;
    entry->m = m, entry->k = weights->k, entry->n = weights->n;
    entry->types = weights->types, entry->has_bias = has_bias;
    status = copy_descriptor(&entry->packed, reference(&weights->packed));
    if (status == dnnl_success) status = dnnl_primitive_create(&entry->primitive, product);
    if (status == dnnl_success) status = make_memory(&entry->a, product, dnnl_query_src_md, 0);
    if (status == dnnl_success) status = make_memory(&entry->b, product, dnnl_query_weights_md, 0);
    if (status == dnnl_success && has_bias) status = make_memory(&entry->bias, product, dnnl_query_weights_md, 1);
    if (status == dnnl_success) status = make_memory(&entry->c, product, dnnl_query_dst_md, 0);
    if (status == dnnl_success) status = make_memory(&entry->scratch, product, dnnl_query_scratchpad_md, 0);
    entry->scratch_bytes =
        dnnl_memory_desc_get_size(dnnl_primitive_desc_query_md(product, dnnl_query_scratchpad_md, 0));
    dnnl_primitive_desc_destroy(product);
    return status;
}

static bool matches(const cached_primitive *entry, const centroidd_weights *weights, int64_t m) {
    return entry->m == m && entry->k == weights->k && entry->n == weights->n
           && entry->types == weights->types && entry->has_bias == (weights->bias != NULL)
           && dnnl_memory_desc_equal(reference(&entry->packed), reference(&weights->packed));
}

// The cached primitive for this shape; the least recently used one makes room when the cache is full.
static cached_primitive *find(centroidd_lane *lane, const centroidd_weights *weights, int64_t m,
                              dnnl_status_t *status) {
    lane->uses++;
    cached_primitive *oldest = &lane->cache[0];
    for (int i = 0; i < lane->count; i++) {
        cached_primitive *entry = &lane->cache[i];
        if (matches(entry, weights, m)) return entry->last_use = lane->uses, entry;
        if (entry->last_use < oldest->last_use) oldest = entry;
    }
    cached_primitive *entry = lane->count < CACHED_PRIMITIVES ? &lane->cache[lane->count] : oldest;
    bool grows = lane->count < CACHED_PRIMITIVES;
    if (!grows) clear(entry);
    *status = fill(entry, weights, m);
    if (*status != dnnl_success) return clear(entry), NULL;
    if (grows) lane->count++;
    entry->last_use = lane->uses;
    return entry;
}

static dnnl_status_t execute(centroidd_lane *lane, const centroidd_weights *weights, const void *a, int64_t m,
                             void *c) {
    dnnl_status_t status = dnnl_success;
    cached_primitive *entry = find(lane, weights, m, &status);
    if (!entry) return status;
    if (entry->scratch_bytes > lane->scratch_bytes) {
        free(lane->scratch);
        lane->scratch = aligned(entry->scratch_bytes);
        lane->scratch_bytes = lane->scratch ? entry->scratch_bytes : 0;
        if (!lane->scratch) return dnnl_out_of_memory;
    }
    dnnl_memory_set_data_handle(entry->a, (void *)a);
    dnnl_memory_set_data_handle(entry->b, weights->elements);
    dnnl_memory_set_data_handle(entry->c, c);
    dnnl_memory_set_data_handle(entry->scratch, lane->scratch);
    dnnl_exec_arg_t arguments[] = {{DNNL_ARG_SRC, entry->a},
                                   {DNNL_ARG_WEIGHTS, entry->b},
                                   {DNNL_ARG_DST, entry->c},
                                   {DNNL_ARG_SCRATCHPAD, entry->scratch},
                                   {DNNL_ARG_BIAS, entry->bias}};
    if (entry->bias) dnnl_memory_set_data_handle(entry->bias, weights->bias);
    status = dnnl_primitive_execute(entry->primitive, lane->stream, entry->bias ? 5 : 4, arguments);
    return status == dnnl_success ? dnnl_stream_wait(lane->stream) : status;
}

static int64_t row_step(const element_types *types) {
    return types == &bytes ? CENTROIDD_INT8_STEP : CENTROIDD_ROW_STEP;
}

// The last rows that do not fill a step go through a padded copy.
static dnnl_status_t multiply_rest(centroidd_lane *lane, const centroidd_weights *weights, const void *a, int64_t m,
                                   void *c) {
    size_t a_row = (size_t)weights->k * size_of(weights->types->a);
    size_t c_row = (size_t)weights->n * size_of(weights->types->c);
    int64_t step = row_step(weights->types);
    size_t input = ((size_t)step * a_row + 63) / 64 * 64, output = (size_t)step * c_row;
    if (input + output > lane->padded_bytes) {
        free(lane->padded);
        lane->padded = aligned(input + output);
        lane->padded_bytes = lane->padded ? input + output : 0;
        if (!lane->padded) return dnnl_out_of_memory;
    }
    char *product = (char *)lane->padded + input;
    size_t used = (size_t)m * a_row;
    memcpy(lane->padded, a, used);
    memset((char *)lane->padded + used, 0, input - used);
    dnnl_status_t status = execute(lane, weights, lane->padded, step, product);
    memcpy(c, product, (size_t)m * c_row);
    return status;
}

// Few row counts are ever compiled: 16, and the multiples of 64 up to 256. With these oneDNN sums a row in the same
// order; for others it may not (with AVX2, 2.6 cuts the sums of exactly 32 rows differently).
// Sums of integers are exact in any order, and a row costs the same for all multiples of 8 from 16 on: these sixteen row
// counts of the four products of a layer fill the cache.
static int64_t block_rows(const element_types *types, int64_t m) {
    if (types == &bytes)
        return m >= CENTROIDD_INT8_BLOCK ? CENTROIDD_INT8_BLOCK : m / CENTROIDD_INT8_STEP * CENTROIDD_INT8_STEP;
    if (m >= CENTROIDD_ROW_BLOCK) return CENTROIDD_ROW_BLOCK;
    return m >= 4 * CENTROIDD_ROW_STEP ? m / (4 * CENTROIDD_ROW_STEP) * (4 * CENTROIDD_ROW_STEP) : CENTROIDD_ROW_STEP;
}

static int multiply(centroidd_lane *lane, const centroidd_weights *weights, const void *a, int64_t m, void *c) {
    use_one_thread();
    size_t a_row = (size_t)weights->k * size_of(weights->types->a);
    size_t c_row = (size_t)weights->n * size_of(weights->types->c);
    const char *from = a;
    char *to = c;
    dnnl_status_t status = dnnl_success;
    while (m >= row_step(weights->types) && status == dnnl_success) {
        int64_t block = block_rows(weights->types, m);
        status = execute(lane, weights, from, block, to);
        from += (size_t)block * a_row, to += (size_t)block * c_row, m -= block;
    }
    if (m > 0 && status == dnnl_success) status = multiply_rest(lane, weights, from, m, to);
    return status;
}

int centroidd_multiply(centroidd_lane *lane, const centroidd_weights *weights, const float *a, int64_t m, float *c) {
    return weights->types == &floats ? multiply(lane, weights, a, m, c) : dnnl_invalid_arguments;
}

int centroidd_multiply_bfloat16(centroidd_lane *lane, const centroidd_weights *weights, const uint16_t *a, int64_t m,
                                float *c) {
    return weights->types == &bfloats ? multiply(lane, weights, a, m, c) : dnnl_invalid_arguments;
}

int centroidd_multiply_int8(centroidd_lane *lane, const centroidd_weights *weights, const uint8_t *a, int64_t m,
                            int32_t *c) {
    return weights->types == &bytes ? multiply(lane, weights, a, m, c) : dnnl_invalid_arguments;
}

// Without VNNI instructions two neighbouring products are added in 16 bits, which saturate for the largest operands:
// 2 * 255 * 63 still fits. Weights lose the bit, since activations have the outliers.
static int32_t find_limit(void) {
    enum { K = 64, N = 64 };
    int8_t b[K * N];
    uint8_t a[CENTROIDD_ROW_STEP * K];
    int32_t c[CENTROIDD_ROW_STEP * N];
    memset(b, 127, sizeof b);
    memset(a, 255, sizeof a);
    centroidd_weights *weights = centroidd_weights_create_int8(b, K, N, false);
    centroidd_lane *lane = centroidd_lane_create();
    bool exact = weights && lane && centroidd_multiply_int8(lane, weights, a, CENTROIDD_ROW_STEP, c) == dnnl_success;
    for (int i = 0; exact && i < CENTROIDD_ROW_STEP * N; i++) exact = c[i] == K * 255 * 127;
    centroidd_lane_destroy(lane);
    centroidd_weights_destroy(weights);
    return exact ? 127 : 63;
}

static int32_t limit;
static pthread_once_t limit_once = PTHREAD_ONCE_INIT;
static void prepare_limit(void) { limit = find_limit(); }

int32_t centroidd_int8_limit(void) {
    pthread_once(&limit_once, prepare_limit);
    return limit;
}
