/*
 * An execution provider of ONNX Runtime for tests: one pretended GPU that computes Add of floats on the CPU.
 *
 * Functions are called by their place in the published tables, structures hold the members of version 23 in their published
 * order. Macros make it misbehave:
 *   REFUSE  it declines to be used by a session        HANG   it does not come back from that
 *   ABORT   it ends the process when it is loaded      WRONG  it computes wrong numbers
 *   EARLY   it finds no device if anybody but ONNX Runtime loaded it, as a classic provider's constructors crash then
 *   BLIND   it takes no nodes                          MEMORY it has memory of its own, copies and streams
 *   MIGRAPHX  it is like AMD's: stub_migraphx.h        NONE   it finds no device
 *   CUDA    it has the CUDA provider's name and, as that does, takes nodes whose kernels others bring
 * Its own memory is scrambled, so that who reads it without a copy sees other numbers; as MIGRAPHX it is not.
 */
#define _GNU_SOURCE
#ifdef EARLY
#include <dlfcn.h>
#include <execinfo.h>
#endif
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VERSION 23
#ifdef MIGRAPHX
#define VENDOR_ID 0x1002
#define VENDOR "AMD"
#define MEMORY_NAME "Hip"
#define SCRAMBLE 0
#else
#define VENDOR_ID 0x1a9e
#define VENDOR "Stub"
#define MEMORY_NAME "Stub"
#define SCRAMBLE 0x5a
#endif
#ifndef NUMBER
#define NUMBER 0 /* of its memory; two registered in one process need two */
#endif
#ifdef MEMORY
#define HAS_MEMORY true
#else
#define HAS_MEMORY false
#endif
#ifdef MIGRAPHX
static char registered[256]; /* AMD's provider has the name that it is registered by */
#define NAME registered
#elif defined(CUDA)
#define NAME "CUDAExecutionProvider"
#else
#define NAME "StubExecutionProvider"
#endif

typedef void *status; /* OrtStatus*, NULL is success */

struct base {
    void **(*get_api)(uint32_t version);
    const char *(*get_version)(void);
};

static void **ort;    /* OrtApi */
static void **ort_ep; /* OrtEpApi */
static void *hardware;
static void *memory;

enum {
    CREATE_STATUS = 0, GET_DATA = 51, ELEMENT_COUNT = 64, TYPE_AND_SHAPE = 65, RANK = 61, DIMENSIONS = 62,
    CONTEXT_INPUT = 90, CONTEXT_OUTPUT = 91, RELEASE_TYPE_AND_SHAPE = 99, GET_EP_API = 317, SIZE_IN_BYTES = 318,
    CREATE_MEMORY = 320, GRAPH_NODE_COUNT = 344, GRAPH_NODES = 345, NODE_OPERATOR = 350, NODE_DOMAIN = 351
};
enum {
    EP_CREATE_DEVICE = 0, EP_FUSE = 2, EP_ADD_NODE = 3, EP_ADD_ALLOCATOR = 5, EP_VALUE_MEMORY = 7, EP_DEVICE_TYPE = 9, EP_VENDOR = 11,
    EP_CREATE_HARDWARE = 16, EP_RELEASE_HARDWARE = 17
};

#define CALL(table, index, type) ((type)(table)[index])

static status failure(const char *text) {
    return CALL(ort, CREATE_STATUS, status (*)(int, const char *))(1, text);
}

/* Computing a fused node: y = a + b, where b may be a single number. */

struct compute {
    uint32_t version;
    status (*create_state)(struct compute *, void *, void **);
    status (*compute)(struct compute *, void *, void *);
    void (*release_state)(struct compute *, void *);
};

static status create_state(struct compute *self, void *context, void **state) {
    (void)context;
    *state = self;
    return NULL;
}

static void release_state(struct compute *self, void *state) {
    (void)self;
    (void)state;
}

static status operand(void *context, size_t index, float **numbers, size_t *count, int64_t *shape, size_t *rank) {
    void *value, *info;
    status s = CALL(ort, CONTEXT_INPUT, status (*)(void *, size_t, void **))(context, index, &value);
    if (!s) s = CALL(ort, GET_DATA, status (*)(void *, void **))(value, (void **)numbers);
    if (!s) s = CALL(ort, TYPE_AND_SHAPE, status (*)(void *, void **))(value, &info);
    if (s) return s;
    s = CALL(ort, ELEMENT_COUNT, status (*)(void *, size_t *))(info, count);
    if (!s) s = CALL(ort, RANK, status (*)(void *, size_t *))(info, rank);
    if (!s && *rank > 8) s = failure("The stub computes tensors of at most 8 dimensions.");
    if (!s) s = CALL(ort, DIMENSIONS, status (*)(void *, int64_t *, size_t))(info, shape, *rank);
    CALL(ort, RELEASE_TYPE_AND_SHAPE, void (*)(void *))(info);
    return s;
}

/* A number as it is outside the stub's own memory, or inside. */
static float plain(float number) {
    unsigned char bytes[sizeof number];
    memcpy(bytes, &number, sizeof number);
    for (size_t i = 0; HAS_MEMORY && i < sizeof number; i++) bytes[i] ^= SCRAMBLE;
    memcpy(&number, bytes, sizeof number);
    return number;
}

static status compute(struct compute *self, void *state, void *context) {
    (void)self;
    (void)state;
    float *a, *b, *y;
    size_t n, m, rank, other;
    int64_t shape[8], ignored[8];
    void *value;
    status s = operand(context, 0, &a, &n, shape, &rank);
    if (!s) s = operand(context, 1, &b, &m, ignored, &other);
    if (!s && m != n && m != 1) s = failure("The stub adds tensors of one size, or a single number.");
    if (!s)
        s = CALL(ort, CONTEXT_OUTPUT, status (*)(void *, size_t, int64_t *, size_t, void **))(
            context, 0, shape, rank, &value);
    if (!s) s = CALL(ort, GET_DATA, status (*)(void *, void **))(value, (void **)&y);
    if (s) return s;
    for (size_t i = 0; i < n; i++) {
        float sum = plain(a[i]) + plain(b[m == 1 ? 0 : i]);
#ifdef WRONG
        sum += 1;
#endif
        y[i] = plain(sum);
    }
    return NULL;
}

#ifdef MIGRAPHX
#include "stub_migraphx.h"
#endif

/* The provider. */

struct ep {
    uint32_t version;
    const char *(*get_name)(struct ep *);
    status (*get_capability)(struct ep *, void *graph, void *support);
    status (*compile)(struct ep *, void **graphs, void **nodes, size_t, struct compute **, void **contexts);
    void (*release_compute)(struct ep *, struct compute **, size_t);
    void *optional[8];
#ifdef MIGRAPHX
    char model[4096];
#endif
};

static const char *ep_name(struct ep *self) {
    (void)self;
    return NAME;
}

static status get_capability(struct ep *self, void *graph, void *support) {
    (void)self;
#ifdef BLIND
    (void)graph;
    (void)support;
    return NULL;
#else
    size_t n;
    status s = CALL(ort, GRAPH_NODE_COUNT, status (*)(void *, size_t *))(graph, &n);
    if (s) return s;
    void **nodes = calloc(n + 1, sizeof *nodes);
    s = CALL(ort, GRAPH_NODES, status (*)(void *, void **, size_t))(graph, nodes, n);
#ifdef MIGRAPHX
    if (!s && n > 1 && takes_model(graph, ((struct ep *)self)->model)) {
        struct fusion all = {VERSION, true};
        s = CALL(ort_ep, EP_FUSE, status (*)(void *, void **, size_t, void *))(support, nodes, n, &all);
        free(nodes);
        return s;
    }
#endif
    for (size_t i = 0; i < n && !s; i++) {
        const char *operator;
        s = CALL(ort, NODE_OPERATOR, status (*)(void *, const char **))(nodes[i], &operator);
        if (!s && strcmp(operator, "Add") == 0)
            s = CALL(ort_ep, EP_FUSE, status (*)(void *, void **, size_t, void *))(support, nodes + i, 1, NULL);
#ifdef CUDA
        const char *domain;
        if (!s) s = CALL(ort, NODE_DOMAIN, status (*)(void *, const char **))(nodes[i], &domain);
        if (!s && strcmp(domain, "agentopt") == 0)
            s = CALL(ort_ep, EP_ADD_NODE, status (*)(void *, void *))(support, nodes[i]);
#endif
    }
    free(nodes);
    return s;
#endif
}

static status compile(
    struct ep *self, void **graphs, void **nodes, size_t count, struct compute **infos, void **contexts) {
    (void)self;
    (void)graphs;
    (void)nodes;
    (void)contexts;
    for (size_t i = 0; i < count; i++) {
#ifdef MIGRAPHX
        if (self->model[0]) {
            status s = open_model(self->model, nodes[i], &infos[i]);
            if (s) return s;
            continue;
        }
#endif
        infos[i] = calloc(1, sizeof **infos);
        *infos[i] = (struct compute){VERSION, create_state, compute, release_state};
    }
    return NULL;
}

static void release_compute(struct ep *self, struct compute **infos, size_t count) {
    (void)self;
    for (size_t i = 0; i < count; i++) {
#ifdef MIGRAPHX
        if (self->model[0]) close_model(infos[i]);
#endif
        free(infos[i]);
    }
}

/* Memory of its own. */

struct allocator {
    uint32_t version;
    void *(*alloc)(struct allocator *, size_t);
    void (*release)(struct allocator *, void *);
    void *(*info)(struct allocator *);
    void *(*reserve)(struct allocator *, size_t);
    void *optional[3];
};

static void *device_alloc(struct allocator *self, size_t bytes) {
    (void)self;
    return bytes > (size_t)1 << 32 ? NULL : malloc(bytes ? bytes : 1);
}

static void device_free(struct allocator *self, void *at) {
    (void)self;
    free(at);
}

static void *device_info(struct allocator *self) {
    (void)self;
    return memory;
}

static struct allocator device = {VERSION, device_alloc, device_free, device_info, device_alloc, {0}};

struct transfer {
    uint32_t version;
    void (*release)(struct transfer *);
    bool (*can_copy)(struct transfer *, void *, void *);
    status (*copy)(struct transfer *, void **, void **, void **, size_t);
};

static bool is_ours(void *place) {
    return CALL(ort_ep, EP_DEVICE_TYPE, int (*)(void *))(place) == 1
        && CALL(ort_ep, EP_VENDOR, uint32_t (*)(void *))(place) == VENDOR_ID;
}

static bool is_cpu(void *place) {
    return CALL(ort_ep, EP_DEVICE_TYPE, int (*)(void *))(place) == 0;
}

static void transfer_release(struct transfer *self) {
    (void)self;
}

static bool can_copy(struct transfer *self, void *from, void *to) {
    (void)self;
    return (is_ours(from) && (is_ours(to) || is_cpu(to))) || (is_cpu(from) && is_ours(to));
}

static status copy(struct transfer *self, void **from, void **to, void **streams, size_t count) {
    (void)self;
    (void)streams;
    for (size_t i = 0; i < count; i++) {
        unsigned char *a, *b;
        size_t n;
        status s = CALL(ort, SIZE_IN_BYTES, status (*)(void *, size_t *))(from[i], &n);
        if (!s) s = CALL(ort, GET_DATA, status (*)(void *, void **))(from[i], (void **)&a);
        if (!s) s = CALL(ort, GET_DATA, status (*)(void *, void **))(to[i], (void **)&b);
        if (s) return s;
        void *(*place)(void *) = (void *(*)(void *))ort_ep[EP_VALUE_MEMORY];
        unsigned char flip = is_ours(place(from[i])) == is_ours(place(to[i])) ? 0 : SCRAMBLE;
        for (size_t j = 0; j < n; j++) b[j] = a[j] ^ flip;
    }
    return NULL;
}

static struct transfer transfer = {VERSION, transfer_release, can_copy, copy};

struct stream {
    uint32_t version;
    void (*release)(struct stream *);
    void *(*handle)(struct stream *);
    status (*notification)(struct stream *, void **);
    status (*flush)(struct stream *);
    status (*run_ended)(struct stream *);
};

static void stream_release(struct stream *self) {
    free(self);
}

static void *stream_handle(struct stream *self) {
    return self;
}

static status stream_notification(struct stream *self, void **out) {
    (void)self;
    *out = NULL;
    return failure("The stub has no notifications.");
}

static status stream_done(struct stream *self) {
    (void)self;
    return NULL;
}

/* The factory. */

struct factory {
    uint32_t version;
    const char *(*get_name)(struct factory *);
    const char *(*get_vendor)(struct factory *);
    status (*get_devices)(struct factory *, void **, size_t, void **, size_t, size_t *);
    status (*create_ep)(struct factory *, void **, void **, size_t, void *, void *, struct ep **);
    void (*release_ep)(struct factory *, struct ep *);
    uint32_t (*get_vendor_id)(struct factory *);
    const char *(*get_version)(struct factory *);
    void *validate;
    status (*create_allocator)(struct factory *, void *, void *, struct allocator **);
    void (*release_allocator)(struct factory *, struct allocator *);
    status (*create_transfer)(struct factory *, struct transfer **);
    bool (*has_streams)(struct factory *);
    status (*create_stream)(struct factory *, void *, void *, struct stream **);
};

static const char *factory_name(struct factory *self) {
    (void)self;
    return NAME;
}

static const char *factory_vendor(struct factory *self) {
    (void)self;
    return VENDOR;
}

static status get_devices(
    struct factory *self, void **known, size_t count, void **devices, size_t most, size_t *found) {
    (void)known;
    (void)count;
    (void)most;
    *found = 0;
#ifdef NONE
    if (ort) return NULL;
#endif
    status s = NULL;
    if (!hardware)
        s = CALL(ort_ep, EP_CREATE_HARDWARE, status (*)(int, uint32_t, uint32_t, const char *, void *, void **))(
            1, VENDOR_ID, 7, "Stub", NULL, &hardware);
    if (!s)
        s = CALL(ort_ep, EP_CREATE_DEVICE, status (*)(void *, void *, void *, void *, void **))(
            self, hardware, NULL, NULL, devices);
    if (!s && HAS_MEMORY && !memory)
        s = CALL(ort, CREATE_MEMORY, status (*)(const char *, int, uint32_t, int32_t, int, size_t, int, void **))(
            MEMORY_NAME, 1, VENDOR_ID, NUMBER, 0, 0, 0, &memory);
    if (!s && HAS_MEMORY) s = CALL(ort_ep, EP_ADD_ALLOCATOR, status (*)(void *, void *))(devices[0], memory);
    if (!s) *found = 1;
    return s;
}

static status create_ep(
    struct factory *self, void **hardware, void **metadata, size_t count, void *options, void *logger, struct ep **out) {
    (void)self;
    (void)hardware;
    (void)metadata;
    (void)count;
    (void)options;
    (void)logger;
#ifdef REFUSE
    if (ort) return failure("The stub refuses to be used.");
#endif
#ifdef HANG
    for (;;) pause();
#endif
    *out = calloc(1, sizeof **out);
    **out = (struct ep){VERSION, ep_name, get_capability, compile, release_compute, {0}};
    return NULL;
}

static void release_ep(struct factory *self, struct ep *ep) {
    (void)self;
    free(ep);
}

static uint32_t vendor_id(struct factory *self) {
    (void)self;
    return VENDOR_ID;
}

static const char *factory_version(struct factory *self) {
    (void)self;
    return "1.2.3";
}

static status create_allocator(struct factory *self, void *info, void *options, struct allocator **out) {
    (void)self;
    (void)options;
    *out = info ? &device : NULL;
    return NULL;
}

static void release_allocator(struct factory *self, struct allocator *allocator) {
    (void)self;
    (void)allocator;
}

static status create_transfer(struct factory *self, struct transfer **out) {
    (void)self;
    *out = HAS_MEMORY ? &transfer : NULL;
    return NULL;
}

static bool has_streams(struct factory *self) {
    (void)self;
    return HAS_MEMORY;
}

static status create_stream(struct factory *self, void *place, void *options, struct stream **out) {
    (void)self;
    (void)place;
    (void)options;
    *out = calloc(1, sizeof **out);
    **out =
        (struct stream){VERSION, stream_release, stream_handle, stream_notification, stream_done, stream_done};
    return NULL;
}

static struct factory factory = {
    VERSION, factory_name, factory_vendor, get_devices, create_ep, release_ep, vendor_id, factory_version, NULL,
    create_allocator, release_allocator, create_transfer, has_streams, create_stream};

#ifdef EARLY
static int loaded_by_ort;

__attribute__((constructor)) static void loaded(void) {
    void *callers[64];
    Dl_info caller;
    for (int i = backtrace(callers, 64) - 1; i >= 0; i--)
        if (dladdr(callers[i], &caller) && caller.dli_fname && strstr(caller.dli_fname, "libonnxruntime.so")) loaded_by_ort = 1;
}
#endif

status CreateEpFactories(
    const char *name, struct base *base, void *logger, struct factory **factories, size_t most, size_t *found) {
#ifdef MIGRAPHX
    strncpy(registered, name, sizeof registered - 1);
#endif
    (void)name;
    (void)logger;
    (void)most;
#ifdef ABORT
    abort();
#endif
#ifdef EARLY
    if (!loaded_by_ort) {
        *found = 0;
        return NULL;
    }
#endif
    ort = base->get_api(24); /* the first with hardware that a factory makes */
    if (!ort) return NULL;
    ort_ep = (void **)CALL(ort, GET_EP_API, void *(*)(void))();
    factories[0] = &factory;
    *found = 1;
    return NULL;
}

status ReleaseEpFactory(struct factory *unused) {
    (void)unused;
    if (hardware) CALL(ort_ep, EP_RELEASE_HARDWARE, void (*)(void *))(hardware);
    hardware = NULL;
    return NULL;
}
