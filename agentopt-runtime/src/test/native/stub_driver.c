/*
 * Drivers of GPUs for tests: the functions of the CUDA and of the HIP driver that detection calls, and COUNT devices.
 * PROPERTIES makes the devices tell what they are (an H200's numbers), at bus ids that stub_nvml.c knows.
 */
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
#ifdef PROPERTIES
    snprintf(text, (size_t)bytes, "NVIDIA H200");
#else
    snprintf(text, (size_t)bytes, "Stub %d", device);
#endif
    return 0;
}

static int memory(size_t *bytes, int device) {
#ifdef PROPERTIES
    *bytes = 150754820096u;
#else
    *bytes = (size_t)1 << 30;
#endif
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

static const char *error_name(int error) {
    return error == 3 ? "STUB_NOT_INITIALIZED" : "STUB_ERROR";
}

int cuGetErrorName(int e, const char **t) { *t = error_name(e); return 0; }
int cuGetErrorString(int e, const char **t) { *t = error_name(e); return 0; }
const char *hipGetErrorName(int e) { return error_name(e); }
const char *hipGetErrorString(int e) { return error_name(e); }

#ifdef PROPERTIES
static int bus(char *text, int bytes, int device) {
    snprintf(text, (size_t)bytes, "0000:%02X:00.0", device);
    return 0;
}

int cuDeviceGetAttribute(int *value, int attribute, int device) {
    if (device < 40) return 101;
    switch (attribute) {
    case 75: *value = 9; return 0;
    case 76: *value = 0; return 0;
    case 13: *value = 1980000; return 0;
    case 16: *value = 132; return 0;
    case 36: *value = 3201000; return 0;
    case 37: *value = 6144; return 0;
    default: return 1;
    }
}
int cuDeviceGetPCIBusId(char *t, int n, int d) { return bus(t, n, d); }
int hipDeviceGetPCIBusId(char *t, int n, int d) { return bus(t, n, d - 40); }
#endif
