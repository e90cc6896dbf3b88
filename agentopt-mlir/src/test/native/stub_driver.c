// A GPU driver without a GPU: device memory is host memory, kernels run on the CPU by name. Compiled twice: as the CUDA driver API, and with -DHIP as HIP.
// It checks what a driver checks (handles, ranges, a current context) so that a launcher's mistake is an error here too, and it fails on demand.
#define _GNU_SOURCE
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef HIP
#define F(cuda, hip) hip
#else
#define F(cuda, hip) cuda
#endif
#define SUCCESS 0
#define INVALID_VALUE 1
#define OUT_OF_MEMORY 2
#define INVALID_CONTEXT 201
#define INVALID_IMAGE F(218, 200)
#define INVALID_HANDLE 400
#define NOT_FOUND 500
#define LAUNCH_FAILED 719
#define CAPACITY (6ull << 30)
#define MOST 4096

enum Kind { NONE, DEVICE, PINNED, STREAM, EVENT, MODULE };
static struct { enum Kind kind; char *address; size_t bytes; int context; } live[MOST];
static int contexts, apart, peers, sticky, fail_code, fail_after, fail_sticks;
static volatile int held; // 1: the call to hold may come; 2: it is there
static int contrary; // the kernel that chooses tokens takes the lowest score
static size_t used;
static char fail_name[64], hold_name[64];
static __thread int current;

// --- what the tests steer ---
void stub_fail(const char *function, int64_t code, int64_t after) { strncpy(fail_name, function, 63); fail_code = code; fail_after = after; fail_sticks = 0; }
void stub_lose(const char *function, int64_t code, int64_t after) { stub_fail(function, code, after); fail_sticks = 1; }
// The function's next call waits until stub_go.
void stub_hold(const char *function) { strncpy(hold_name, function, 63); held = 1; }
static int stub_draws; // launches that drew
int stub_drawn(void) { int n = stub_draws; stub_draws = 0; return n; }
int stub_is_held(void) { return held == 2; }
int stub_go(void) { hold_name[0] = 0; held = 0; return 0; }
// Devices that do not reach each other, as those of different hosts' bridges.
int stub_apart(void) { apart = 1; return 0; }
int stub_peers(void) { return peers; } // copies between devices so far
int stub_choose_lowest(void) { return contrary = 1; }
int stub_reset(void) { sticky = contrary = apart = 0; fail_name[0] = 0; return stub_go(); }
int stub_live(void) { int n = contexts; for (int i = 0; i < MOST; i++) n += live[i].kind != NONE; return n; }

int stub_forget(void) { stub_reset(); for (int i = 0; i < MOST; i++) if (live[i].kind != NONE) { free(live[i].address); live[i].kind = NONE; } contexts = 0; used = 0; return 0; }

static int enter(const char *function, int needs_context) {
  if (held == 1 && !strcmp(function, hold_name) && __sync_bool_compare_and_swap(&held, 1, 2))
    for (struct timespec t = {0, 200000}; held == 2;) nanosleep(&t, 0);
  if (!strcmp(function, fail_name) && fail_after-- == 0) { fail_name[0] = 0; if (fail_sticks) sticky = fail_code; return fail_code; }
  if (needs_context && !current) return INVALID_CONTEXT;
  return needs_context ? sticky : SUCCESS;
}
#define ENTER(c) { int e_ = enter(__func__, c); if (e_) return e_; }

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER; // threads of several engines change it

static void *keep(enum Kind kind, size_t bytes) {
  char *p = aligned_alloc(4096, (bytes + 4095) & ~4095ull);
  if (!p) return 0;
  pthread_mutex_lock(&table);
  for (int i = 0; i < MOST; i++) if (live[i].kind == NONE) {
    live[i].address = p; live[i].bytes = bytes; live[i].context = current; live[i].kind = kind;
    pthread_mutex_unlock(&table);
    return p;
  }
  pthread_mutex_unlock(&table);
  free(p);
  return 0;
}
static int find(enum Kind kind, const void *p, size_t bytes) {
  for (int i = 0; i < MOST; i++)
    if (live[i].kind == kind && (char *)p >= live[i].address && (char *)p + bytes <= live[i].address + live[i].bytes) return i;
  return -1;
}
static int gone(enum Kind kind, void *p) {
  pthread_mutex_lock(&table);
  int i = find(kind, p, 0);
  if (i < 0 || live[i].address != p) { pthread_mutex_unlock(&table); return INVALID_HANDLE; }
  if (kind == DEVICE) __sync_fetch_and_sub(&used, live[i].bytes);
  memset(p, 0xdd, live[i].bytes < 4096 ? live[i].bytes : 4096);
  live[i].kind = NONE; free(p);
  pthread_mutex_unlock(&table);
  return SUCCESS;
}
static int stream_ok(void *s) { return find(STREAM, s, 0) >= 0; }

// --- devices and contexts ---
int F(cuInit, hipInit)(int flags) { ENTER(0); return SUCCESS; }
int F(cuDeviceGetCount, hipGetDeviceCount)(int *n) { ENTER(0); *n = 2; return SUCCESS; }
int F(cuDeviceGet, hipDeviceGet)(int *d, int ordinal) { ENTER(0); *d = ordinal; return SUCCESS; }
int F(cuDeviceGetName, hipDeviceGetName)(char *b, int n, int d) { ENTER(0); strncpy(b, "stub", n); return SUCCESS; }
int F(cuDeviceTotalMem_v2, hipDeviceTotalMem)(size_t *s, int d) { ENTER(0); *s = CAPACITY; return SUCCESS; }
#ifdef HIP
int hipGetDevicePropertiesR0600(char *all, int d) { ENTER(0); memset(all, 0, 1472); strcpy(all, "stub"); strcpy(all + 1160, "gfx942:sramecc+:xnack-"); return SUCCESS; }
#else
int cuDeviceGetAttribute(int *v, int attribute, int d) { ENTER(0); *v = attribute == 75 ? 9 : 0; return attribute == 75 || attribute == 76 ? SUCCESS : INVALID_VALUE; }
#endif
int F(cuDevicePrimaryCtxRetain, hipDevicePrimaryCtxRetain)(void **c, int d) { ENTER(0); __sync_fetch_and_add(&contexts, 1); *c = (void *)(intptr_t)(8 + d); return SUCCESS; }
int F(cuDevicePrimaryCtxRelease_v2, hipDevicePrimaryCtxRelease)(int d) { ENTER(0); if (!contexts) return INVALID_CONTEXT; __sync_fetch_and_sub(&contexts, 1); return SUCCESS; }
#ifdef HIP
int hipSetDevice(int64_t d) { ENTER(0); if (d < 0 || d > 1) return 101; current = 8 + d; return SUCCESS; }
#else
int cuCtxSetCurrent(int64_t c) { ENTER(0); if (c != 8 && c != 9) return INVALID_CONTEXT; current = c; return SUCCESS; }
#endif
int F(cuCtxSynchronize, hipDeviceSynchronize)(void) { ENTER(1); return SUCCESS; }
int F(cuMemGetInfo_v2, hipMemGetInfo)(size_t *f, size_t *t) { ENTER(1); *f = CAPACITY - used; *t = CAPACITY; return SUCCESS; }

// --- memory ---
int F(cuMemAlloc_v2, hipMalloc)(void **p, size_t n) {
  ENTER(1);
  if (n > CAPACITY - used || !(*p = keep(DEVICE, n))) return OUT_OF_MEMORY;
  __sync_fetch_and_add(&used, n); memset(*p, 0xee, n);
  return SUCCESS;
}
int F(cuMemFree_v2, hipFree)(void *p) { ENTER(1); return gone(DEVICE, p); }
int F(cuMemHostAlloc, hipHostMalloc)(void **p, size_t n, unsigned flags) { ENTER(1); return n > CAPACITY || !(*p = keep(PINNED, n)) ? OUT_OF_MEMORY : SUCCESS; }
int F(cuMemFreeHost, hipHostFree)(void *p) { ENTER(1); return gone(PINNED, p); }
int F(cuMemcpyHtoD_v2, hipMemcpyHtoD)(void *d, void *h, size_t n) { ENTER(1); if (find(DEVICE, d, n) < 0) return INVALID_VALUE; memcpy(d, h, n); return SUCCESS; }
int F(cuMemcpyDtoH_v2, hipMemcpyDtoH)(void *h, void *d, size_t n) { ENTER(1); if (find(DEVICE, d, n) < 0) return INVALID_VALUE; memcpy(h, d, n); return SUCCESS; }
int F(cuMemcpyHtoDAsync_v2, hipMemcpyHtoDAsync)(void *d, void *h, size_t n, void *s) { ENTER(1); if (!stream_ok(s)) return INVALID_HANDLE; if (find(DEVICE, d, n) < 0 || find(PINNED, h, n) < 0) return INVALID_VALUE; memcpy(d, h, n); return SUCCESS; }
int F(cuMemcpyDtoHAsync_v2, hipMemcpyDtoHAsync)(void *h, void *d, size_t n, void *s) { ENTER(1); if (!stream_ok(s)) return INVALID_HANDLE; if (find(DEVICE, d, n) < 0 || find(PINNED, h, n) < 0) return INVALID_VALUE; memcpy(h, d, n); return SUCCESS; }
int F(cuMemcpyDtoDAsync_v2, hipMemcpyDtoDAsync)(void *t, void *f, size_t n, void *s) { ENTER(1); if (!stream_ok(s)) return INVALID_HANDLE; if (find(DEVICE, t, n) < 0 || find(DEVICE, f, n) < 0) return INVALID_VALUE; memmove(t, f, n); return SUCCESS; }
int F(cuMemsetD32Async, hipMemsetD32Async)(void *d, unsigned v, size_t n, void *s) { ENTER(1); if (!stream_ok(s)) return INVALID_HANDLE; if (find(DEVICE, d, 4 * n) < 0) return INVALID_VALUE; for (size_t i = 0; i < n; i++) ((unsigned *)d)[i] = v; return SUCCESS; }
// --- two devices: numbers are theirs in HIP; in CUDA a copy names contexts ---
static int reached[2];
int F(cuDeviceCanAccessPeer, hipDeviceCanAccessPeer)(int *can, int d, int peer) { ENTER(0); if (d < 0 || d > 1 || peer < 0 || peer > 1) return 101; *can = d != peer && !apart; return SUCCESS; }
int F(cuCtxEnablePeerAccess, hipDeviceEnablePeerAccess)(int64_t peer, unsigned flags) { ENTER(1); int p = peer - F(8, 0); if (p < 0 || p > 1 || p + 8 == current || flags) return INVALID_VALUE; if (apart) return 217; if (reached[current - 8]++) return 704; return SUCCESS; }
int F(cuMemcpyPeerAsync, hipMemcpyPeerAsync)(void *t, int64_t tc, void *f, int64_t fc, size_t n, void *s) {
  ENTER(1);
  if (!stream_ok(s)) return INVALID_HANDLE;
  int to = find(DEVICE, t, n), from = find(DEVICE, f, n);
  if (to < 0 || from < 0 || live[to].context != tc + F(0, 8) || live[from].context != fc + F(0, 8) || tc == fc) return INVALID_VALUE;
  memcpy(t, f, n); peers++;
  return SUCCESS;
}
static int rows(char *t, size_t tp, char *f, size_t fp, size_t w, size_t h, int from_device, int to_device) {
  if (tp < w || fp < w || find(from_device ? DEVICE : PINNED, f, fp * (h - 1) + w) < 0 || find(to_device ? DEVICE : PINNED, t, tp * (h - 1) + w) < 0) return INVALID_VALUE;
  for (size_t i = 0; i < h; i++) memcpy(t + i * tp, f + i * fp, w);
  return SUCCESS;
}
#ifdef HIP
int hipMemcpy2DAsync(char *t, size_t tp, char *f, size_t fp, size_t w, size_t h, int64_t kind, void *s) { ENTER(1); return stream_ok(s) ? rows(t, tp, f, fp, w, h, kind != 1, kind != 2) : INVALID_HANDLE; }
int hipDrvMemcpy3DAsync(const void *c, void *s) { ENTER(1); return INVALID_VALUE; }
#else
typedef struct { size_t x, y, z, level; int type; char *host, *device; void *array, *reserved; size_t pitch, height; } BoxSide;
typedef struct { BoxSide f, t; size_t w, h, d; } BoxesCopy;
int cuMemcpy3DAsync_v2(const BoxesCopy *c, void *s) {
  ENTER(1);
  if (!stream_ok(s)) return INVALID_HANDLE;
  if (c->f.type != 2 || c->t.type != 2 || c->f.height < c->h || c->t.height < c->h) return INVALID_VALUE;
  for (size_t i = 0; i < c->d; i++) {
    int r = rows(c->t.device + i * c->t.height * c->t.pitch, c->t.pitch, c->f.device + i * c->f.height * c->f.pitch, c->f.pitch, c->w, c->h, 1, 1);
    if (r != SUCCESS) return r;
  }
  return SUCCESS;
}
typedef struct { size_t x, y; int type; char *host, *device; void *array; size_t pitch; } Side;
typedef struct { Side f, t; size_t w, h; } Copy;
int cuMemcpy2DAsync_v2(const Copy *c, void *s) {
  ENTER(1);
  if (!stream_ok(s)) return INVALID_HANDLE;
  return rows(c->t.type == 1 ? c->t.host : c->t.device, c->t.pitch, c->f.type == 1 ? c->f.host : c->f.device, c->f.pitch, c->w, c->h, c->f.type == 2, c->t.type == 2);
}
#endif

// --- streams and events ---
int F(cuStreamCreateWithPriority, hipStreamCreateWithPriority)(void **s, unsigned flags, int64_t priority) { ENTER(1); *s = keep(STREAM, 8); return SUCCESS; }
int F(cuStreamDestroy_v2, hipStreamDestroy)(void *s) { ENTER(1); return gone(STREAM, s); }
int F(cuStreamSynchronize, hipStreamSynchronize)(void *s) { ENTER(1); return stream_ok(s) ? SUCCESS : INVALID_HANDLE; }
int F(cuStreamWaitEvent, hipStreamWaitEvent)(void *s, void *e, int flags) { ENTER(1); return stream_ok(s) && find(EVENT, e, 8) >= 0 ? SUCCESS : INVALID_HANDLE; }
int F(cuEventCreate, hipEventCreateWithFlags)(void **e, unsigned flags) { ENTER(1); *e = keep(EVENT, 8); *(double *)*e = 0; return SUCCESS; }
int F(cuEventDestroy_v2, hipEventDestroy)(void *e) { ENTER(1); return gone(EVENT, e); }
int F(cuEventRecord, hipEventRecord)(void *e, void *s) { ENTER(1); if (!stream_ok(s) || find(EVENT, e, 8) < 0) return INVALID_HANDLE; struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); *(double *)e = t.tv_sec * 1e3 + t.tv_nsec / 1e6; return SUCCESS; }
int F(cuEventSynchronize, hipEventSynchronize)(void *e) { ENTER(1); return find(EVENT, e, 8) >= 0 ? SUCCESS : INVALID_HANDLE; }
int F(cuEventElapsedTime, hipEventElapsedTime)(float *ms, double *a, double *b) { ENTER(1); if (find(EVENT, a, 8) < 0 || find(EVENT, b, 8) < 0 || !*a || !*b) return INVALID_HANDLE; *ms = *b - *a; return SUCCESS; }

// --- modules and kernels ---
int F(cuModuleLoadDataEx, hipModuleLoadDataEx)(void **m, const char *image, int n, int *options, void **values) {
  ENTER(1);
#ifdef HIP
  if (memcmp(image, "\177ELF", 4)) return INVALID_IMAGE;
  // A file of a linker, or a test's text behind the first letters of one.
  size_t bytes = image[4] == 2 ? *(uint64_t *)(image + 40) + (size_t)*(uint16_t *)(image + 58) * *(uint16_t *)(image + 60) : 4 + strlen(image + 4) + 1;
#else
  size_t bytes = strlen(image) + 1;
  if (!strstr(image, ".entry")) {
    for (int i = 0; i < n; i++) if (options[i] == 5) strcpy(values[i], "stub: line 1: no entry");
    return INVALID_IMAGE;
  }
#endif
  *m = keep(MODULE, bytes); memcpy(*m, image, bytes);
  return SUCCESS;
}
int F(cuModuleUnload, hipModuleUnload)(void *m) { ENTER(1); return gone(MODULE, m); }
int F(cuModuleGetFunction, hipModuleGetFunction)(void **f, char *m, const char *name) {
  ENTER(1);
  int i = find(MODULE, m, 0);
  if (i < 0) return INVALID_HANDLE;
  char *at = memmem(m, live[i].bytes, name, strlen(name));
  if (!at) return NOT_FOUND;
  char *base = strdup(name); // kernels live as long as the process here
  *f = base;
  return SUCCESS;
}
int F(cuFuncGetAttribute, hipFuncGetAttribute)(int *v, int attribute, void *f) { ENTER(1); *v = attribute == 0 ? 1024 : 32; return SUCCESS; }

static float widened(uint16_t h) {
  int e = h >> 10 & 31, m = h & 1023;
  float x = e == 31 ? (m ? NAN : INFINITY) : e ? ldexpf(1024 + m, e - 25) : ldexpf(m, -24);
  return h >> 15 ? -x : x;
}
// By repeated search for the best that is left; all in double precision.
static int draw(const float *x, int64_t n, double t, int64_t k, double p, double least, double u, int top) {
  double all = 0, sum = 0, kept_mass = 0, max = x[top];
  char *kept = calloc(n, 1);
  int *order = malloc(n * sizeof(int)), count = 0;
  for (int64_t c = 0; c < n && (k <= 0 || c < k); c++) {
    int at = -1;
    for (int i = 0; i < n; i++) if (!kept[i] && x[i] > -INFINITY && (at < 0 || x[i] > x[at])) at = i;
    if (at < 0 || (least > 0 && x[at] < max + t * log(least))) break;
    kept[at] = 1; order[count++] = at; all += exp((x[at] - max) / t);
  }
  memset(kept, 0, n);
  for (int c = 0; c < count && (c == 0 || p >= 1 || sum < p * all); c++) { kept[order[c]] = 1; sum += exp((x[order[c]] - max) / t); }
  int drawn = top;
  for (int i = 0; i < n; i++) if (kept[i]) { drawn = i; kept_mass += exp((x[i] - max) / t); if (kept_mass > u * sum) break; }
  free(kept); free(order);
  return drawn;
}

#define INDEX(i) (*(int64_t *)p[i])
#define FLOATS(i) (*(float **)p[i])
static int run(const char *name, int64_t blocks, void **p) {
  if (!strcmp(name, "scale")) { // (memref<?xf32>, f32)
    float *x = FLOATS(1); int64_t n = INDEX(3); float by = *(float *)p[5];
    if (find(DEVICE, x, 4 * n) < 0) return 700;
    for (int64_t i = 0; i < n; i++) x[i] *= by;
    return SUCCESS;
  }
  if (!strcmp(name, "agentopt_greedy")) { // (scores, vocabulary, next, held, best), a block a row
    int n = *(int *)p[1];
    float *scores = *(float **)p[0]; int64_t *next = *(int64_t **)p[2]; int *held = *(int **)p[3], *best = *(int **)p[4];
    if (find(DEVICE, scores, 4ull * n * blocks) < 0 || find(DEVICE, next, 8 * blocks) < 0 || find(DEVICE, held, 4 * blocks) < 0 || (find(DEVICE, best, 4 * blocks) < 0 && find(PINNED, best, 4 * blocks) < 0)) return 700;
    for (int64_t r = 0; r < blocks; r++) {
      int at = -1, bad = 0; float highest = -INFINITY;
      for (int i = 0; i < n; i++) { float s = contrary ? -scores[r * n + i] : scores[r * n + i]; bad |= isnan(s) || s == INFINITY; if (s > highest) { highest = s; at = i; } }
      best[r] = bad ? -1 : at; next[r] = best[r] < 0 ? 0 : best[r]; held[r]++;
    }
    return SUCCESS;
  }
  if (!strcmp(name, "agentopt_sample")) { // (index, index, scores, temperature, top_k, top_p, min_p, uniform, best, next), memrefs, a block a row
    int64_t end = INDEX(1), n = INDEX(6);
    float *scores = FLOATS(2), *temperature = FLOATS(9), *top_p = FLOATS(19), *min_p = FLOATS(24), *uniform = FLOATS(29);
    int *top_k = *(int **)p[14], *best = *(int **)p[34]; int64_t *next = *(int64_t **)p[39];
    if (blocks < end || find(DEVICE, scores, 4 * n * end) < 0 || find(DEVICE, temperature, 4 * end) < 0 || find(DEVICE, uniform, 4 * end) < 0 || find(PINNED, best, 4 * end) < 0 || find(DEVICE, next, 8 * end) < 0) return 700;
    if (INDEX(5) < end || (uintptr_t)scores % 4 || (n % 4 == 0 && (uintptr_t)scores % 16)) return 716;
    stub_draws++;
    for (int64_t r = 0; r < end; r++) if (best[r] >= 0 && temperature[r] > 0) {
      best[r] = draw(scores + r * n, n, temperature[r], top_k[r], top_p[r], min_p[r], uniform[r], best[r]);
      next[r] = best[r];
    }
    return SUCCESS;
  }
  if (!strcmp(name, "agentopt_widen")) { // (elements by fours, elements, halves, floats), memrefs
    int64_t n = INDEX(1); uint16_t *halves = *(uint16_t **)p[2]; float *floats = FLOATS(7);
    if (find(DEVICE, halves, 2 * n) < 0 || find(DEVICE, floats, 4 * n) < 0) return 700;
    if (INDEX(0) % 4 || INDEX(0) > n || (INDEX(0) && (uintptr_t)floats % 16)) return 716;
    for (int64_t i = 0; i < n; i++) floats[i] = widened(halves[i]);
    return SUCCESS;
  }
  if (!strncmp(name, "agentopt_swiglu_f", 17)) { // (gate, up, out, columns, stride, parts of a row), a block of 128 threads a part
    int wide = strstr(name, "_wide") != 0, half = name[17] == '1';
    int64_t columns = INDEX(15), stride = INDEX(16), parts = *(int *)p[17], bytes = half ? 2 : 4, lanes = wide ? 16 / bytes : 1;
    char *gate = (char *)FLOATS(1), *up = (char *)FLOATS(6), *out = (char *)FLOATS(11);
    if (wide && (((intptr_t)gate | (intptr_t)up | (intptr_t)out) % 16 || columns % lanes || stride % lanes)) return 716; // misaligned address
    for (int64_t b = 0; b < blocks; b++)
      for (int64_t c = b % parts * 128 * lanes; c < columns && c < (b % parts + 1) * 128 * lanes; c++) {
        int64_t from = b / parts * stride + c, to = b / parts * columns + c;
        if (find(DEVICE, gate + from * bytes, bytes) < 0 || find(DEVICE, up + from * bytes, bytes) < 0 || find(DEVICE, out + to * bytes, bytes) < 0) return 700;
        float g = half ? ((_Float16 *)gate)[from] : ((float *)gate)[from], u = half ? ((_Float16 *)up)[from] : ((float *)up)[from];
        float y = g / (1 + expf(-g)) * u;
        if (half) ((_Float16 *)out)[to] = y; else ((float *)out)[to] = y;
      }
    return SUCCESS;
  }
  if (!strcmp(name, "trap")) { sticky = LAUNCH_FAILED; return SUCCESS; } // the launch succeeds, what follows does not
  int64_t begin = INDEX(0), end = INDEX(1);
  if (!strcmp(name, "agentopt_cosine")) { // (index, index, memref<?xdxf32>, memref<dxf32>, memref<?xf32>)
    float *m = FLOATS(3), *q = FLOATS(10), *out = FLOATS(15); int64_t d = INDEX(6);
    for (int64_t i = begin; i < end; i++) { double s = 0, t = 0, u = 0; for (int64_t j = 0; j < d; j++) { s += (double)m[i * d + j] * q[j]; t += (double)m[i * d + j] * m[i * d + j]; u += (double)q[j] * q[j]; } out[i] = s / sqrt(t * u); }
    return SUCCESS;
  }
  return NOT_FOUND;
}
int F(cuLaunchKernel, hipModuleLaunchKernel)(const char *f, int64_t gx, int64_t gy, int64_t gz, int64_t bx, int64_t by, int64_t bz, int64_t shared, void *s, void **p, void **extra) {
  ENTER(1);
  if (s && !stream_ok(s)) return INVALID_HANDLE; // none is the default stream
  if (gx < 1 || gy != 1 || gz != 1 || bx < 1 || by != 1 || bz != 1 || shared > 48 << 10) return INVALID_VALUE;
  return run(f, gx, p);
}
#ifdef HIP
static const char *name(int e) { return e == OUT_OF_MEMORY ? "hipErrorOutOfMemory" : e == LAUNCH_FAILED ? "hipErrorLaunchFailure" : "hipErrorStub"; }
const char *hipGetErrorName(int e) { return name(e); }
const char *hipGetErrorString(int e) { return e == OUT_OF_MEMORY ? "out of memory" : "stub text"; }
#else
int cuGetErrorName(int e, const char **s) { if (e == 99999) return INVALID_VALUE; *s = e == OUT_OF_MEMORY ? "CUDA_ERROR_OUT_OF_MEMORY" : e == LAUNCH_FAILED ? "CUDA_ERROR_LAUNCH_FAILED" : "CUDA_ERROR_STUB"; return SUCCESS; }
int cuGetErrorString(int e, const char **s) { if (e == 99999) return INVALID_VALUE; *s = e == OUT_OF_MEMORY ? "out of memory" : "stub text"; return SUCCESS; }
#endif
