// Lowers the glibc that the library needs from 2.36 to 2.34. The static libstdc++ pulls arc4random (2.36, for std::random_device) and the static
// libgcc pulls _dl_find_object (2.35, for unwinding). Both stay local to this library; -1 makes libgcc fall back to dl_iterate_phdr.
#include <sys/random.h>

#define HIDDEN __attribute__((visibility("hidden")))

HIDDEN unsigned arc4random(void) {
  unsigned value = 0;
  (void)!getrandom(&value, sizeof value, 0);
  return value;
}

struct dl_find_object;

HIDDEN int _dl_find_object(void *address, struct dl_find_object *result) {
  (void)address;
  (void)result;
  return -1;
}
