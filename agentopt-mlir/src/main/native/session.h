// What both libraries share: sessions with collected diagnostics, and the border's rules:
//
// - No struct crosses by value and nothing calls back: handles, integers and pointers only. Text goes in as (pointer, length), comes out as a
//   malloc'ed buffer or a view. Diagnostics are collected here and read afterwards. So no Java exception can ever meet a native frame.
// - What LLVM would answer with undefined behaviour (erasing a used op, moving an op into itself, nesting without end) is refused here with a code.
// - Whatever recurses over the IR runs on a stack of its own (onDeepStack): a Java thread has 1 MB or less, and overflowing it in native code ends the
//   process.
// - One thread per context: MLIR's thread pool is off.
#ifndef AGENTOPT_SESSION_H
#define AGENTOPT_SESSION_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

#include <deque>
#include <string>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace agentopt {

using namespace mlir;

constexpr int64_t MAX_DEPTH = 256; // ops within ops; printing and walking recurse

class Session;

// Runs work on a thread with a deep stack and waits. Where LLVM gives up (report_fatal_error, which would end the process) the work is left off with
// an error in the session's diagnostics; the session is then broken and its memory is given up.
void onDeepStack(llvm::function_ref<void()> work, Session *session = nullptr);

// The same for work that recurses over the ops of a module and over nothing else. It stays on this thread where the module is shallow and the stack has
// room: its ops are in this processor's caches, and the allocator's memory is this thread's.
void onStackFor(Operation *root, llvm::function_ref<void()> work, Session *session = nullptr);

// Each library's own: its dialects, and its passes, which are registered once in a process.
void loadDialects(MLIRContext &context);
void registerPasses();

// Whether those passes recurse over the ops of a module and over nothing else. LLVM's code generators recurse over more.
extern const bool PASSES_FOLLOW_OPS;

// The longest chain of ops within ops, counting the root.
int64_t height(Operation *root);

// A malloc'ed copy that Java frees.
char *copy(StringRef s, int64_t *length);

// The records are 8-byte fields that Java reads and writes by offset: keep io.agentopt.mlir.ffi in step.
struct View {
  const char *data;
  int64_t length;
};

inline View view(StringRef s) { return {s.data(), static_cast<int64_t>(s.size())}; }

struct DiagnosticRecord {
  int64_t severity, line, column;
  View file, name, message;
};

class Session {
public:
  Session() : context(MLIRContext::Threading::DISABLED) {
    loadDialects(context);
    listenTo(context);
  }

  // Diagnostics of that context are recorded here.
  void listenTo(MLIRContext &other) {
    other.printOpOnDiagnostic(false);
    other.getDiagEngine().registerHandler([this](Diagnostic &d) {
      record(d);
      for (Diagnostic &note : d.getNotes()) record(note);
      return success();
    });
  }

  MLIRContext context;
  SmallVector<DiagnosticRecord> diagnostics;
  std::deque<std::string> texts; // what the records point to
  std::vector<std::string> kinds; // the operator kinds that were loaded
  bool broken = false;

  void clear() {
    diagnostics.clear();
    texts.clear();
  }

  void fail(std::string message) {
    DiagnosticRecord r = {};
    r.severity = static_cast<int64_t>(DiagnosticSeverity::Error);
    r.message = keep(std::move(message));
    diagnostics.push_back(r);
  }

private:
  // A hostile text can have an error in every line, and quote itself in each.
  static constexpr size_t MOST_DIAGNOSTICS = 100, LONGEST_TEXT = 4000;

  void record(Diagnostic &d) {
    if (diagnostics.size() == MOST_DIAGNOSTICS) return;
    DiagnosticRecord r = {};
    r.severity = static_cast<int64_t>(d.getSeverity());
    r.message = keep(d.str());
    d.getLocation()->walk([&](Location l) {
      if (auto named = dyn_cast<NameLoc>(l); named && !r.name.data) r.name = keep(named.getName().str());
      if (auto file = dyn_cast<FileLineColLoc>(l); file && !r.file.data) {
        r.file = keep(file.getFilename().str());
        r.line = file.getLine();
        r.column = file.getColumn();
      }
      return WalkResult::advance();
    });
    diagnostics.push_back(r);
  }

  View keep(std::string s) {
    if (s.size() > LONGEST_TEXT) {
      s.resize(LONGEST_TEXT);
      s += "...";
    }
    texts.push_back(std::move(s));
    return view(texts.back());
  }
};

inline Session *session(void *p) { return static_cast<Session *>(p); }
inline MLIRContext *contextOf(void *p) { return &session(p)->context; }
inline Operation *operation(void *p) { return static_cast<Operation *>(p); }

} // namespace agentopt

#endif
