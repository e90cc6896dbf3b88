// Sessions and modules: contexts, diagnostics, parsing, printing, passes. Part of both libraries.
#include "session.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/ErrorHandling.h"

#include <csetjmp>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <pthread.h>

using namespace agentopt;

constexpr size_t DEEP_STACK = 64 << 20; // address space only; pages are touched as needed
constexpr int64_t SHALLOW = 16;         // ops within ops, of which each takes some kilobytes of stack
constexpr size_t ROOM = 512 << 10;      // the JVM's guard pages are at the end of it

namespace {
struct Work {
  llvm::function_ref<void()> run;
  bool gaveUp = false;
  std::string reason;
  jmp_buf start;
};

thread_local Work *current = nullptr;

// Returning would end the process. The frames between are abandoned: what they own leaks.
void giveUp(void *, const char *reason, bool) {
  if (!current) return;
  current->reason = reason;
  _longjmp(current->start, 1);
}

void *enter(void *p) {
  auto *work = static_cast<Work *>(p);
  current = work;
  if (_setjmp(work->start)) work->gaveUp = true;
  else work->run();
  current = nullptr;
  return nullptr;
}
} // namespace

static void handleFatalErrors() {
  static const bool handled = [] {
    llvm::install_fatal_error_handler(giveUp);
    return true;
  }();
  (void)handled;
}

static void report(const Work &work, Session *session) {
  if (!work.gaveUp || !session) return;
  session->broken = true;
  session->fail("LLVM gave up: " + work.reason);
}

// The thread takes no asynchronous signals: those are the JVM's threads' to handle.
void agentopt::onDeepStack(llvm::function_ref<void()> run, Session *session) {
  handleFatalErrors();
  Work work{run, false, {}, {}};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, DEEP_STACK);
  sigset_t all, before;
  sigfillset(&all);
  for (int synchronous : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) sigdelset(&all, synchronous);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  int refused = pthread_create(&thread, &attributes, enter, &work);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (refused) enter(&work); // out of threads or address space: the caller's stack has to do
  else pthread_join(thread, nullptr);
  report(work, session);
}

// The lowest address of this thread's stack; 0 where it is not known.
static uintptr_t endOfStack() {
  static thread_local const uintptr_t end = [] {
    pthread_attr_t attributes;
    void *lowest = nullptr;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes)) return uintptr_t(0);
    if (pthread_attr_getstack(&attributes, &lowest, &size)) lowest = nullptr;
    pthread_attr_destroy(&attributes);
    return reinterpret_cast<uintptr_t>(lowest);
  }();
  return end;
}

void agentopt::onStackFor(Operation *root, llvm::function_ref<void()> run, Session *session) {
  char here;
  uintptr_t end = endOfStack();
  bool room = end && reinterpret_cast<uintptr_t>(&here) - end >= ROOM;
  if (!room || height(root) > SHALLOW) return onDeepStack(run, session);
  handleFatalErrors();
  Work work{run, false, {}, {}};
  enter(&work);
  report(work, session);
}

char *agentopt::copy(StringRef s, int64_t *length) {
  auto *out = static_cast<char *>(std::malloc(s.size() + 1));
  if (!out) { *length = -1; return nullptr; }
  std::memcpy(out, s.data(), s.size());
  out[s.size()] = 0;
  *length = s.size();
  return out;
}

int64_t agentopt::height(Operation *root) { // without recursion
  int64_t most = 0;
  SmallVector<std::pair<Operation *, int64_t>> open = {{root, 1}};
  while (!open.empty()) {
    auto [op, level] = open.pop_back_val();
    most = std::max(most, level);
    for (Region &region : op->getRegions())
      for (Block &block : region)
        for (Operation &child : block) open.push_back({&child, level + 1});
  }
  return most;
}

//===-- Context -------------------------------------------------------------------------------------------------------------------------===//

EXPORT void *agentoptContextCreate() {
  static const bool once = [] {
    registerPasses();
    return true;
  }();
  (void)once;
  return new Session();
}

EXPORT void agentoptContextDestroy(void *p) {
  if (!session(p)->broken) delete session(p);
}

EXPORT const void *agentoptDiagnostics(void *p, int64_t *count) {
  *count = session(p)->diagnostics.size();
  return session(p)->diagnostics.data();
}

EXPORT void agentoptClearDiagnostics(void *p) { session(p)->clear(); }

EXPORT void agentoptFree(void *p) { std::free(p); }

//===-- Modules -------------------------------------------------------------------------------------------------------------------------===//

EXPORT void *agentoptModuleCreate(void *session) {
  return ModuleOp::create(UnknownLoc::get(contextOf(session))).getOperation();
}

// Text or bytecode; null when it does not parse or verify.
EXPORT void *agentoptModuleParse(void *p, const char *data, int64_t length, const char *name, int64_t nameLength) {
  MLIRContext &context = *contextOf(p);
  void *parsed = nullptr;
  onDeepStack([&] {
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(StringRef(data, length), ParserConfig(&context, /*verifyAfterParse=*/false),
                                                               StringRef(name, nameLength));
    if (!module) return;
    if (height(module->getOperation()) > MAX_DEPTH) emitError(UnknownLoc::get(&context)) << "operations nest deeper than " << MAX_DEPTH << " levels";
    else if (succeeded(verify(module->getOperation()))) parsed = module.release().getOperation();
  }, session(p));
  return parsed;
}

EXPORT void agentoptModuleDestroy(void *op) { onStackFor(operation(op), [&] { operation(op)->erase(); }); }

EXPORT int64_t agentoptVerify(void *op) {
  bool valid = false;
  onStackFor(operation(op), [&] { valid = succeeded(verify(operation(op))); });
  return valid;
}

// flags: 1 with locations, 2 in generic form
EXPORT char *agentoptPrint(void *op, int64_t flags, int64_t *length) {
  std::string text;
  llvm::raw_string_ostream out(text);
  OpPrintingFlags printing;
  if (flags & 1) printing.enableDebugInfo(true, /*prettyForm=*/false);
  if (flags & 2) printing.printGenericOpForm();
  onDeepStack([&] { operation(op)->print(out, printing); });
  return copy(text, length);
}

EXPORT char *agentoptWriteBytecode(void *op, int64_t *length) {
  std::string bytes;
  llvm::raw_string_ostream out(bytes);
  bool written = false;
  onDeepStack([&] { written = succeeded(writeBytecodeToFile(operation(op), out)); });
  if (!written) {
    *length = -1;
    return nullptr;
  }
  return copy(bytes, length);
}

// 0 done, 1 the text is no pipeline (said in *error), 2 a pass failed (said in the diagnostics)
EXPORT int64_t agentoptRunPipeline(void *p, void *module, const char *text, int64_t length, char **error, int64_t *errorLength) {
  int64_t outcome = 2;
  auto work = [&] {
    PassManager passes(contextOf(p), ModuleOp::getOperationName());
    StringRef pipeline(text, length);
    std::string message;
    llvm::raw_string_ostream out(message);
    LogicalResult parsed = success();
    // As an element, "builtin.module(...)" means modules inside this one, of which there are none: it would run on nothing and succeed.
    if (pipeline.starts_with("builtin.module(")) {
      FailureOr<OpPassManager> whole = parsePassPipeline(pipeline, out);
      parsed = LogicalResult(whole);
      if (succeeded(whole)) static_cast<OpPassManager &>(passes) = std::move(*whole);
    } else parsed = parsePassPipeline(pipeline, passes, out);
    if (failed(parsed)) {
      *error = copy(message, errorLength);
      outcome = 1;
    } else if (succeeded(passes.run(operation(module)))) outcome = 0;
  };
  if (PASSES_FOLLOW_OPS) onStackFor(operation(module), work, session(p));
  else onDeepStack(work, session(p));
  return outcome;
}
