/* Drivers of GPUs for tests: the functions of the CUDA and of the HIP driver that detection calls, and COUNT devices. */
#include <stddef.h>
#include <stdio.h>

#ifndef COUNT
#define COUNT 1
#endif
#ifndef INIT
#define INIT 0
#endif

static int init(unsigned flags) {
    return flags ? 1 : INIT;
}

static int count(int *n) {
    *n = COUNT;
    return COUNT ? 0 : 100;
}

static int get(int *device, int number) {
    *device = 40 + number;
    return 0;
}

static int name(char *text, int bytes, int device) {
    snprintf(text, (size_t)bytes, "Stub %d", device);
    return 0;
}

static int memory(size_t *bytes, int device) {
    *bytes = (size_t)1 << 30;
    return device < 40;
}

int cuInit(unsigned f) { return init(f); }
int cuDeviceGetCount(int *n) { return count(n); }
int cuDeviceGet(int *d, int i) { return get(d, i); }
int cuDeviceGetName(char *t, int n, int d) { return name(t, n, d); }
int cuDeviceTotalMem_v2(size_t *b, int d) { return memory(b, d); }
int hipInit(unsigned f) { return init(f); }
int hipGetDeviceCount(int *n) { return count(n); }
int hipDeviceGet(int *d, int i) { return get(d, i); }
int hipDeviceGetName(char *t, int n, int d) { return name(t, n, d); }
int hipDeviceTotalMem(size_t *b, int d) { return memory(b, d); }
