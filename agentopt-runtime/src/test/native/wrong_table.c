/* Libraries that claim to be ONNX Runtime and are not: NOTHING has no table, OUTSIDE a table in foreign memory, SHUFFLED one of
 * functions that do something else. */
#include <stdlib.h>
#include <stdint.h>

static void *nothing(void) { return 0; }

#ifdef SHUFFLED
#define TABLE 424
static void *table[TABLE];
#endif

static void **get_api(uint32_t version) {
    (void)version;
#if defined(NOTHING)
    return 0;
#elif defined(OUTSIDE)
    static void **made;
    if (!made) made = calloc(424, sizeof *made);
    return made;
#else
    for (int i = 0; i < TABLE; i++) table[i] = (void *)nothing;
    return table;
#endif
}

static const char *get_version(void) { return "9.9.9"; }

static struct {
    void **(*get_api)(uint32_t);
    const char *(*get_version)(void);
} base = {get_api, get_version};

void *OrtGetApiBase(void) { return &base; }
