/*
 * NVML for tests: the functions that detection calls, for COUNT cards with the numbers of an H200. Macros make it misbehave:
 *
 *   INIT=n      starting fails with error n
 *   SPARSE      has only what lists cards, as a very old library would
 *   ERRORS      every question about a card is refused (3, not supported)
 *   EMPTY       is no NVML: none of its functions
 *   ENDLESS     says that every NVLink there could be is active
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifndef EMPTY
#ifndef COUNT
#define COUNT 2
#endif
#ifndef INIT
#define INIT 0
#endif
#ifndef MIG
#define MIG 0
#endif
#ifdef ERRORS
#define REFUSE return 3
#else
#define REFUSE
#endif

static int started;

static int card(intptr_t device) { return device > 100 && device <= 100 + COUNT; }

int nvmlInit_v2(void) { started += INIT == 0; return INIT; }
int nvmlShutdown(void) { return started-- > 0 ? 0 : 1; }
int nvmlDeviceGetCount_v2(unsigned *n) { *n = COUNT; return started ? 0 : 1; }
int nvmlDeviceGetHandleByIndex_v2(unsigned i, intptr_t *device) {
    *device = 101 + i;
    return i < COUNT ? 0 : 2;
}
const char *nvmlErrorString(int error) { return error == 9 ? "Driver Not Loaded" : "Stub error"; }

int stub_started(void) { return started; }

int nvmlDeviceGetUUID(intptr_t d, char *t, unsigned n) {
    snprintf(t, n, "GPU-0000-%d", (int)d);
    return card(d) ? 0 : 2;
}

#ifndef SPARSE
struct pci {
    char legacy[16];
    unsigned domain, bus, device, id, subsystem;
    char text[32];
};

static int pci(struct pci *p, int bus) {
    memset(p, 0, sizeof *p);
    snprintf(p->text, sizeof p->text, "00000000:%02X:00.0", bus);
    return 0;
}

int nvmlSystemGetDriverVersion(char *t, unsigned n) { snprintf(t, n, "580.1"); return 0; }
int nvmlDeviceGetPciInfo_v3(intptr_t d, struct pci *p) { REFUSE; return pci(p, (int)d - 61); }
int nvmlDeviceGetName(intptr_t d, char *t, unsigned n) { REFUSE; snprintf(t, n, "NVIDIA H200"); return !card(d); }
int nvmlDeviceGetMemoryInfo(intptr_t d, uint64_t *m) {
    REFUSE;
    m[0] = 150754820096u;
    m[1] = 150000000000u;
    m[2] = m[0] - m[1];
    return !card(d);
}
int nvmlDeviceGetMaxClockInfo(intptr_t d, int type, unsigned *mhz) {
    REFUSE;
    *mhz = type == 2 ? 3201 : 1980;
    return !card(d);
}
int nvmlDeviceGetEnforcedPowerLimit(intptr_t d, unsigned *mw) { REFUSE; *mw = 650000; return !card(d); }
int nvmlDeviceGetMaxPcieLinkGeneration(intptr_t d, unsigned *g) { REFUSE; *g = 5; return !card(d); }
int nvmlDeviceGetMaxPcieLinkWidth(intptr_t d, unsigned *w) { REFUSE; *w = 16; return !card(d); }
int nvmlDeviceGetMemoryBusWidth(intptr_t d, unsigned *b) { REFUSE; *b = 6144; return !card(d); }
int nvmlDeviceGetEccMode(intptr_t d, unsigned *now, unsigned *next) { REFUSE; *now = *next = 1; return !card(d); }
int nvmlDeviceGetMigMode(intptr_t d, unsigned *now, unsigned *next) { REFUSE; *now = *next = MIG; return !card(d); }

/* Two links are up, one to the other card and one to a switch; the third is down. */
int nvmlDeviceGetNvLinkState(intptr_t d, unsigned link, unsigned *up) {
    REFUSE;
#ifdef ENDLESS
    *up = 1;
    return 0;
#endif
    *up = link < 2;
    return link < 3 ? 0 : 2;
}
int nvmlDeviceGetNvLinkVersion(intptr_t d, unsigned link, unsigned *v) { REFUSE; *v = 6; return 0; }
int nvmlDeviceGetNvLinkRemoteDeviceType(intptr_t d, unsigned link, int *type) { REFUSE; *type = link == 0 ? 0 : 2; return 0; }
int nvmlDeviceGetNvLinkRemotePciInfo_v2(intptr_t d, unsigned link, struct pci *p) { REFUSE; return pci(p, link == 0 ? 41 : 7); }
#endif
#else
int stub_nothing(void) { return 0; }
#endif
