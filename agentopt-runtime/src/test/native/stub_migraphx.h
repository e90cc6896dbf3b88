/*
 * What the stub has of AMD's MIGraphX provider, as read in its source: a whole graph is one program, made for one set of
 * input shapes at a time, and made anew for others; a run is over when it returns; a run of several tokens fills rows from
 * position 0, whatever they hold. The model of the graph's file is computed by ONNX Runtime's CPU provider.
 *
 * Tests pull the strings: runs can fail or be held, programs that were made are counted.
 */
#include <stdio.h>
#include <time.h>

enum {
    CREATE_ENV = 3, CREATE_SESSION = 7, RUN = 9, CREATE_OPTIONS = 10, THREADS = 24, CREATE_TENSOR = 49,
    ELEMENT_TYPE = 60, CPU_MEMORY = 69, RELEASE_ENV = 92, RELEASE_STATUS = 93, RELEASE_MEMORY = 94, RELEASE_SESSION = 95,
    RELEASE_VALUE = 96, RELEASE_OPTIONS = 100, VALUE_NAME = 289, MODEL_PATH = 334, NODE_INPUT_COUNT = 353,
    NODE_INPUTS = 354, NODE_OUTPUT_COUNT = 355, NODE_OUTPUTS = 356
};
enum { MOST = 512, MOST_DIMENSIONS = 8 };

struct fusion {
    uint32_t version;
    bool drop_constants;
};

struct named {
    const char *name;
    int64_t shape[MOST_DIMENSIONS];
    size_t rank;
};

struct model {
    struct compute compute; /* first, because ONNX Runtime has a pointer to it */
    void *env, *session, *cpu;
    size_t inputs, outputs;
    struct named in[MOST], out[MOST];
    uint64_t shapes; /* those that the program was made for */
};

static volatile int programs, failing, holding; /* holding: 1 the next run waits, 2 it does */

int stub_programs(void) { return programs; }
int stub_fail_run(void) { return failing = 1; }
int stub_hold_run(void) { return holding = 1; }
int stub_is_held(void) { return holding == 2; }
int stub_go(void) { return holding = 0; }

static bool takes_model(void *graph, char *path) {
    const char *found = NULL;
    status s = CALL(ort, MODEL_PATH, status (*)(void *, const char **))(graph, &found);
    if (s) CALL(ort, RELEASE_STATUS, void (*)(void *))(s);
    if (s || !found || !*found) return false;
    snprintf(path, 4096, "%s", found);
    return true;
}

static status names(void *node, int count, int values, struct named *all, size_t *n) {
    void *found[MOST];
    status s = CALL(ort, count, status (*)(void *, size_t *))(node, n);
    if (!s && *n > MOST) return failure("The stub has no room for so many inputs.");
    if (!s) s = CALL(ort, values, status (*)(void *, void **, size_t))(node, found, *n);
    for (size_t i = 0; i < *n && !s; i++) {
        const char *name;
        s = CALL(ort, VALUE_NAME, status (*)(void *, const char **))(found[i], &name);
        if (!s) all[i].name = strdup(name);
    }
    return s;
}

/* Numbers of a kernel's tensor, over which the other session gets a tensor of its own. */
static status wrap(struct model *m, void *value, struct named *as, void **data, void **tensor) {
    void *info;
    int type;
    size_t count;
    status s = CALL(ort, TYPE_AND_SHAPE, status (*)(void *, void **))(value, &info);
    if (s) return s;
    s = CALL(ort, RANK, status (*)(void *, size_t *))(info, &as->rank);
    if (!s && as->rank > MOST_DIMENSIONS) s = failure("The stub takes tensors of at most 8 dimensions.");
    if (!s) s = CALL(ort, DIMENSIONS, status (*)(void *, int64_t *, size_t))(info, as->shape, as->rank);
    if (!s) s = CALL(ort, ELEMENT_TYPE, status (*)(void *, int *))(info, &type);
    if (!s) s = CALL(ort, GET_DATA, status (*)(void *, void **))(value, data);
    if (!s) s = CALL(ort, SIZE_IN_BYTES, status (*)(void *, size_t *))(value, &count);
    CALL(ort, RELEASE_TYPE_AND_SHAPE, void (*)(void *))(info);
    if (s) return s;
    return CALL(ort, CREATE_TENSOR, status (*)(void *, void *, size_t, int64_t *, size_t, int, void **))(
        m->cpu, *data, count, as->shape, as->rank, type, tensor);
}

static struct named *input(struct model *m, const char *name) {
    for (size_t i = 0; i < m->inputs; i++)
        if (strcmp(m->in[i].name, name) == 0) return &m->in[i];
    return NULL;
}

/* present.L.key has the shape of past_key_values.L.key. */
static struct named *past(struct model *m, const char *present) {
    char name[256];
    if (strncmp(present, "present.", 8)) return NULL;
    snprintf(name, sizeof name, "past_key_values.%s", present + 8);
    return input(m, name);
}

static uint64_t shapes(struct model *m) {
    uint64_t h = 1469598103934665603u;
    for (size_t i = 0; i < m->inputs; i++)
        for (size_t d = 0; d < m->in[i].rank; d++) h = (h ^ (uint64_t)m->in[i].shape[d]) * 1099511628211u;
    return h;
}

/* A prompt's rows are filled from the start, so its last token stands at its length. */
static void *from_the_start(struct model *m, void *context, int64_t *last) {
    struct named *ids = input(m, "input_ids"), *lasts = input(m, "seqlens");
    (void)context;
    if (!ids || !lasts || ids->rank != 2 || ids->shape[1] == 1) return NULL;
    *last = ids->shape[1] - 1;
    return lasts;
}

static status run_model(struct compute *self, void *state, void *context) {
    struct model *m = (struct model *)self;
    (void)state;
    if (__sync_bool_compare_and_swap(&holding, 1, 2))
        for (struct timespec t = {0, 200000}; holding == 2;) nanosleep(&t, NULL);
    if (__sync_bool_compare_and_swap(&failing, 1, 0)) return failure("HIP failure 719: unspecified launch failure");
    const char *in_names[MOST], *out_names[MOST];
    void *in[MOST] = {0}, *out[MOST] = {0}, *data[MOST], *results[MOST] = {0};
    int32_t moved[256];
    status s = NULL;
    for (size_t i = 0; i < m->inputs && !s; i++) {
        void *value;
        in_names[i] = m->in[i].name;
        s = CALL(ort, CONTEXT_INPUT, status (*)(void *, size_t, void **))(context, i, &value);
        if (!s) s = wrap(m, value, &m->in[i], &data[i], &in[i]);
    }
    if (!s && m->shapes != shapes(m)) {
        m->shapes = shapes(m);
        __sync_fetch_and_add(&programs, 1);
    }
    int64_t last;
    struct named *lasts = s ? NULL : from_the_start(m, context, &last);
    if (lasts) {
        size_t i = (size_t)(lasts - m->in), n = 1;
        for (size_t d = 0; d < lasts->rank; d++) n *= (size_t)lasts->shape[d];
        if (n > 256) s = failure("The stub fills at most 256 rows at once.");
        for (size_t r = 0; r < n && !s; r++) moved[r] = (int32_t)last;
        CALL(ort, RELEASE_VALUE, void (*)(void *))(in[i]);
        in[i] = NULL;
        if (!s)
            s = CALL(ort, CREATE_TENSOR, status (*)(void *, void *, size_t, int64_t *, size_t, int, void **))(
                m->cpu, moved, n * sizeof *moved, lasts->shape, lasts->rank, 6, &in[i]);
    }
    for (size_t i = 0; i < m->outputs && !s; i++) {
        struct named *same = past(m, out_names[i] = m->out[i].name);
        if (!same) continue;
        s = CALL(ort, CONTEXT_OUTPUT, status (*)(void *, size_t, int64_t *, size_t, void **))(
            context, i, same->shape, same->rank, &results[i]);
        void *at;
        if (!s) s = wrap(m, results[i], &m->out[i], &at, &out[i]);
    }
    if (!s)
        s = CALL(ort, RUN, status (*)(void *, void *, const char **, void **, size_t, const char **, size_t, void **))(
            m->session, NULL, in_names, in, m->inputs, out_names, m->outputs, out);
    for (size_t i = 0; i < m->outputs && !s; i++) { /* those whose shape only the run knew */
        if (results[i]) continue;
        void *from, *to, *copy = NULL;
        size_t bytes;
        s = wrap(m, out[i], &m->out[i], &from, &copy);
        if (copy) CALL(ort, RELEASE_VALUE, void (*)(void *))(copy);
        if (!s)
            s = CALL(ort, CONTEXT_OUTPUT, status (*)(void *, size_t, int64_t *, size_t, void **))(
                context, i, m->out[i].shape, m->out[i].rank, &results[i]);
        if (!s) s = CALL(ort, GET_DATA, status (*)(void *, void **))(results[i], &to);
        if (!s) s = CALL(ort, SIZE_IN_BYTES, status (*)(void *, size_t *))(out[i], &bytes);
        if (!s) memcpy(to, from, bytes);
    }
    for (size_t i = 0; i < m->inputs; i++)
        if (in[i]) CALL(ort, RELEASE_VALUE, void (*)(void *))(in[i]);
    for (size_t i = 0; i < m->outputs; i++)
        if (out[i]) CALL(ort, RELEASE_VALUE, void (*)(void *))(out[i]);
    return s;
}

static status open_model(const char *path, void *node, struct compute **out) {
    struct model *m = calloc(1, sizeof *m);
    void *options = NULL;
    *out = &m->compute;
    m->compute = (struct compute){VERSION, create_state, run_model, release_state};
    status s = names(node, NODE_INPUT_COUNT, NODE_INPUTS, m->in, &m->inputs);
    if (!s) s = names(node, NODE_OUTPUT_COUNT, NODE_OUTPUTS, m->out, &m->outputs);
    if (!s) s = CALL(ort, CREATE_ENV, status (*)(int, const char *, void **))(3, "stub", &m->env);
    if (!s) s = CALL(ort, CPU_MEMORY, status (*)(int, int, void **))(0, 0, &m->cpu);
    if (!s) s = CALL(ort, CREATE_OPTIONS, status (*)(void **))(&options);
    if (!s) s = CALL(ort, THREADS, status (*)(void *, int))(options, 1);
    if (!s)
        s = CALL(ort, CREATE_SESSION, status (*)(void *, const char *, void *, void **))(
            m->env, path, options, &m->session);
    if (options) CALL(ort, RELEASE_OPTIONS, void (*)(void *))(options);
    return s;
}

static void close_model(struct compute *compute) {
    struct model *m = (struct model *)compute;
    if (m->session) CALL(ort, RELEASE_SESSION, void (*)(void *))(m->session);
    if (m->cpu) CALL(ort, RELEASE_MEMORY, void (*)(void *))(m->cpu);
    if (m->env) CALL(ort, RELEASE_ENV, void (*)(void *))(m->env);
    for (size_t i = 0; i < m->inputs; i++) free((char *)m->in[i].name);
    for (size_t i = 0; i < m->outputs; i++) free((char *)m->out[i].name);
}
