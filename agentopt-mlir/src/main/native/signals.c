// The JVM owns the process's signals: its implicit null checks ARE SIGSEGV. LLVM would install handlers of its own on some paths, after which the
// next NullPointerException in compiled code ends the process. Linked with --wrap, LLVM may look at handlers but never set one.
#define _GNU_SOURCE
#include <signal.h>

#define HIDDEN __attribute__((visibility("hidden")))

int __real_sigaction(int, const struct sigaction *, struct sigaction *);

HIDDEN int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *old) {
  (void)action;
  return __real_sigaction(number, 0, old);
}

HIDDEN int __wrap_sigaltstack(const stack_t *stack, stack_t *old) {
  (void)stack;
  if (old) {
    old->ss_flags = SS_DISABLE;
    old->ss_sp = 0;
    old->ss_size = 0;
  }
  return 0;
}

static void nothing(int number) { (void)number; }

// For the test of the wrap: tries to set a handler as LLVM would, on a signal that nobody minds. 1 when it took hold, which is put right again; else 0.
__attribute__((visibility("default"))) long agentoptCanSetSignalHandlers(void) {
  struct sigaction mine = {0}, before, after;
  mine.sa_handler = nothing;
  if (sigaction(SIGURG, &mine, &before) || sigaction(SIGURG, 0, &after)) return -1;
  if (after.sa_handler != nothing) return 0;
  __real_sigaction(SIGURG, &before, 0);
  return 1;
}
