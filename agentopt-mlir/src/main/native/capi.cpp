// The library's own C functions. Java binds these beside a few of MLIR's C API. Three rules keep the border small and safe:
//
// - No struct crosses by value and nothing calls back: handles, integers and pointers only. Text goes in as (pointer, length), comes out as a
//   malloc'ed buffer or a view. Diagnostics are collected here and read afterwards. So no Java exception can ever meet a native frame.
// - What LLVM would answer with undefined behaviour (erasing a used op, moving an op into itself, nesting without end) is refused here with a code.
// - Whatever recurses over the IR runs on a stack of its own (onDeepStack): a Java thread has 1 MB or less, and overflowing it in native code ends the
//   process.
// - One thread per context: MLIR's thread pool is off.
#include "AgentDialect.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <pthread.h>

using namespace mlir;

#define EXPORT extern "C" __attribute__((visibility("default")))

namespace {

constexpr int64_t MAX_DEPTH = 256; // ops within ops; printing and walking recurse

constexpr size_t DEEP_STACK = 64 << 20; // address space only; pages are touched as needed

// Runs work on a thread with a deep stack and waits. The thread takes no asynchronous signals: those are the JVM's threads' to handle.
void onDeepStack(llvm::function_ref<void()> work) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, DEEP_STACK);
  sigset_t all, before;
  sigfillset(&all);
  for (int synchronous : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) sigdelset(&all, synchronous);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  auto enter = [](void *p) -> void * {
    (*static_cast<llvm::function_ref<void()> *>(p))();
    return nullptr;
  };
  int refused = pthread_create(&thread, &attributes, enter, &work);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  if (refused) work(); // out of threads or address space: the caller's stack has to do
  else pthread_join(thread, nullptr);
}

struct View {
  const char *data;
  int64_t length;
};

View view(StringRef s) { return {s.data(), static_cast<int64_t>(s.size())}; }

// The records are 8-byte fields that Java reads and writes by offset: keep io.agentopt.mlir.ffi in step.
struct DiagnosticRecord {
  int64_t severity, line, column;
  View file, name, message;
};

struct AttributeRecord {
  int64_t kind; // 0 none, 1 unit, 2 integer, 3 floating point, 4 string, 5 bool, 6 type, 7 other
  int64_t integer;
  double real;
  View text;
  void *type;
};

struct OwnerRecord {
  int64_t isResult; // else a block argument
  void *owner;      // op or block
  int64_t index;
};

struct CreateRequest {
  View name;
  void *location;
  int64_t operandCount;
  void **operands;
  int64_t resultCount;
  void **results;
  int64_t attributeCount;
  View *attributeNames;
  void **attributes;
  int64_t regionCount;
  int64_t *argumentCounts; // per region, of its one block
  void **argumentTypes;    // all regions, one after the other
  void *block;             // where the op goes
  void *before;            // null: at the end of the block
};

class Session {
public:
  Session() : context(MLIRContext::Threading::DISABLED) {
    context.loadDialect<agentopt::AgentDialect>();
    context.printOpOnDiagnostic(false);
    context.getDiagEngine().registerHandler([this](Diagnostic &d) {
      record(d);
      for (Diagnostic &note : d.getNotes()) record(note);
      return success();
    });
  }

  MLIRContext context;
  SmallVector<DiagnosticRecord> diagnostics;
  std::deque<std::string> texts; // what the records point to

  void clear() {
    diagnostics.clear();
    texts.clear();
  }

private:
  void record(Diagnostic &d) {
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
    texts.push_back(std::move(s));
    return view(texts.back());
  }
};

Operation *operation(void *p) { return static_cast<Operation *>(p); }
Type type(const void *p) { return Type::getFromOpaquePointer(p); }
Attribute attribute(const void *p) { return Attribute::getFromOpaquePointer(p); }
Value value(void *p) { return Value::getFromOpaquePointer(p); }
void *opaque(Attribute a) { return const_cast<void *>(a.getAsOpaquePointer()); }

char *copy(StringRef s, int64_t *length) {
  auto *out = static_cast<char *>(std::malloc(s.size() + 1));
  if (!out) { *length = -1; return nullptr; }
  std::memcpy(out, s.data(), s.size());
  out[s.size()] = 0;
  *length = s.size();
  return out;
}

int64_t depth(Operation *op) {
  int64_t n = 0;
  for (; op; op = op->getParentOp()) ++n;
  return n;
}

int64_t height(Operation *root) { // without recursion
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

bool usedOutside(Value v, Operation *op) {
  return llvm::any_of(v.getUsers(), [&](Operation *user) { return !op->isAncestor(user); });
}

} // namespace

//===-- Context -------------------------------------------------------------------------------------------------------------------------===//

EXPORT void *agentoptContextCreate() {
  static const bool once = [] {
    registerCanonicalizerPass();
    registerCSEPass();
    registerInlinerPass();
    registerLoopInvariantCodeMotionPass();
    registerStripDebugInfoPass();
    registerSymbolDCEPass();
    return true;
  }();
  (void)once;
  return new Session();
}

EXPORT void agentoptContextDestroy(void *session) { delete static_cast<Session *>(session); }

EXPORT const void *agentoptDiagnostics(void *session, int64_t *count) {
  auto *s = static_cast<Session *>(session);
  *count = s->diagnostics.size();
  return s->diagnostics.data();
}

EXPORT void agentoptClearDiagnostics(void *session) { static_cast<Session *>(session)->clear(); }

EXPORT void agentoptFree(void *p) { std::free(p); }

//===-- Modules -------------------------------------------------------------------------------------------------------------------------===//

EXPORT void *agentoptModuleCreate(void *session) {
  return ModuleOp::create(UnknownLoc::get(&static_cast<Session *>(session)->context)).getOperation();
}

// Text or bytecode; null when it does not parse or verify.
EXPORT void *agentoptModuleParse(void *session, const char *data, int64_t length, const char *name, int64_t nameLength) {
  MLIRContext &context = static_cast<Session *>(session)->context;
  void *parsed = nullptr;
  onDeepStack([&] {
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(StringRef(data, length), ParserConfig(&context, /*verifyAfterParse=*/false),
                                                               StringRef(name, nameLength));
    if (!module) return;
    if (height(module->getOperation()) > MAX_DEPTH) emitError(UnknownLoc::get(&context)) << "operations nest deeper than " << MAX_DEPTH << " levels";
    else if (succeeded(verify(module->getOperation()))) parsed = module.release().getOperation();
  });
  return parsed;
}

EXPORT void agentoptModuleDestroy(void *op) { onDeepStack([&] { operation(op)->erase(); }); }

EXPORT int64_t agentoptVerify(void *op) {
  bool valid = false;
  onDeepStack([&] { valid = succeeded(verify(operation(op))); });
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
EXPORT int64_t agentoptRunPipeline(void *session, void *module, const char *text, int64_t length, char **error, int64_t *errorLength) {
  int64_t outcome = 0;
  onDeepStack([&] {
    PassManager passes(&static_cast<Session *>(session)->context, ModuleOp::getOperationName());
    std::string message;
    llvm::raw_string_ostream out(message);
    if (failed(parsePassPipeline(StringRef(text, length), passes, out))) {
      *error = copy(message, errorLength);
      outcome = 1;
    } else if (failed(passes.run(operation(module)))) outcome = 2;
  });
  return outcome;
}

//===-- Operations ----------------------------------------------------------------------------------------------------------------------===//

EXPORT int64_t agentoptIsRegistered(void *session, const char *name, int64_t length) {
  return RegisteredOperationName::lookup(StringRef(name, length), &static_cast<Session *>(session)->context).has_value();
}

// Null when the op would nest too deep; an op whose attributes do not fit its definition is created and then fails to verify.
EXPORT void *agentoptCreate(const CreateRequest *r) {
  auto *block = static_cast<Block *>(r->block);
  if (depth(block->getParentOp()) >= MAX_DEPTH) return nullptr;
  OperationState state(Location(cast<LocationAttr>(attribute(r->location))), StringRef(r->name.data, r->name.length));
  for (int64_t i = 0; i < r->operandCount; ++i) state.operands.push_back(value(r->operands[i]));
  for (int64_t i = 0; i < r->resultCount; ++i) state.types.push_back(type(r->results[i]));
  for (int64_t i = 0; i < r->attributeCount; ++i)
    state.addAttribute(StringRef(r->attributeNames[i].data, r->attributeNames[i].length), attribute(r->attributes[i]));
  void **argument = r->argumentTypes;
  for (int64_t i = 0; i < r->regionCount; ++i) {
    auto *body = new Block();
    for (int64_t j = 0; j < r->argumentCounts[i]; ++j) body->addArgument(type(*argument++), state.location);
    state.addRegion()->push_back(body);
  }
  Operation *op = Operation::create(state);
  if (r->before) block->getOperations().insert(Block::iterator(operation(r->before)), op);
  else block->push_back(op);
  return op;
}

// 0 when a result or an inner value is still used outside the op: nothing is erased then.
EXPORT int64_t agentoptErase(void *p) {
  Operation *op = operation(p);
  bool used = false;
  op->walk([&](Operation *inner) {
    for (Value v : inner->getResults()) used |= usedOutside(v, op);
    for (Region &region : inner->getRegions())
      for (Block &block : region)
        for (Value v : block.getArguments()) used |= usedOutside(v, op);
  });
  if (used) return 0;
  op->erase();
  return 1;
}

// 0 when target lies inside op, or the move would nest too deep.
EXPORT int64_t agentoptMove(void *p, void *target, int64_t after) {
  Operation *op = operation(p), *at = operation(target);
  if (op == at) return 1;
  if (op->isAncestor(at) || depth(at->getParentOp()) + height(op) > MAX_DEPTH) return 0;
  if (after) op->moveAfter(at);
  else op->moveBefore(at);
  return 1;
}

EXPORT void *agentoptName(void *op, View *out) {
  OperationName name = operation(op)->getName();
  *out = view(name.getStringRef());
  return name.getAsOpaquePointer();
}

EXPORT int64_t agentoptLocationName(void *op, View *out) {
  bool found = false;
  operation(op)->getLoc()->walk([&](Location l) {
    auto named = dyn_cast<NameLoc>(l);
    if (!named) return WalkResult::advance();
    *out = view(named.getName().getValue());
    found = true;
    return WalkResult::interrupt();
  });
  return found;
}

EXPORT void *agentoptNameLocation(void *session, const char *name, int64_t length) {
  MLIRContext *context = &static_cast<Session *>(session)->context;
  if (!length) return opaque(UnknownLoc::get(context));
  return opaque(NameLoc::get(StringAttr::get(context, StringRef(name, length))));
}

EXPORT void agentoptSetLocation(void *op, void *location) { operation(op)->setLoc(cast<LocationAttr>(attribute(location))); }

EXPORT void agentoptOwner(void *v, OwnerRecord *out) {
  if (auto result = dyn_cast<OpResult>(value(v))) *out = {1, result.getOwner(), result.getResultNumber()};
  else {
    auto argument = cast<BlockArgument>(value(v));
    *out = {0, argument.getOwner(), argument.getArgNumber()};
  }
}

EXPORT void agentoptReplaceAllUses(void *from, void *to) {
  if (from != to) value(from).replaceAllUsesWith(value(to));
}

//===-- Attributes and types ------------------------------------------------------------------------------------------------------------===//

EXPORT void *agentoptAttribute(void *op, const char *name, int64_t length) { return opaque(operation(op)->getAttr(StringRef(name, length))); }

EXPORT int64_t agentoptAttributeNames(void *op, View *out, int64_t capacity) {
  DictionaryAttr all = operation(op)->getAttrDictionary();
  for (auto [i, a] : llvm::enumerate(all))
    if (static_cast<int64_t>(i) < capacity) out[i] = view(a.getName().getValue());
  return all.size();
}

EXPORT void agentoptSetAttribute(void *op, const char *name, int64_t length, void *a) {
  operation(op)->setAttr(StringRef(name, length), attribute(a));
}

EXPORT void agentoptRemoveAttribute(void *op, const char *name, int64_t length) { operation(op)->removeAttr(StringRef(name, length)); }

EXPORT void agentoptReadAttribute(void *p, AttributeRecord *out) {
  *out = {};
  Attribute a = attribute(p);
  if (!a) return;
  if (isa<UnitAttr>(a)) out->kind = 1;
  else if (auto b = dyn_cast<BoolAttr>(a)) { out->kind = 5; out->integer = b.getValue(); }
  else if (auto i = dyn_cast<IntegerAttr>(a); i && i.getValue().getBitWidth() <= 64) { out->kind = 2; out->integer = i.getValue().getSExtValue(); }
  else if (auto f = dyn_cast<FloatAttr>(a)) { out->kind = 3; out->real = f.getValueAsDouble(); }
  else if (auto s = dyn_cast<StringAttr>(a)) { out->kind = 4; out->text = view(s.getValue()); }
  else if (auto t = dyn_cast<TypeAttr>(a)) { out->kind = 6; out->type = const_cast<void *>(t.getValue().getAsOpaquePointer()); }
  else out->kind = 7;
}

EXPORT char *agentoptPrintAttribute(void *a, int64_t *length) {
  std::string text;
  onDeepStack([&] { llvm::raw_string_ostream(text) << attribute(a); });
  return copy(text, length);
}

EXPORT void *agentoptStringAttribute(void *session, const char *s, int64_t length) {
  return opaque(StringAttr::get(&static_cast<Session *>(session)->context, StringRef(s, length)));
}

EXPORT void *agentoptIntegerAttribute(void *session, int64_t v) { return opaque(Builder(&static_cast<Session *>(session)->context).getI64IntegerAttr(v)); }

EXPORT void *agentoptDoubleAttribute(void *session, double v) { return opaque(Builder(&static_cast<Session *>(session)->context).getF64FloatAttr(v)); }

EXPORT void *agentoptBoolAttribute(void *session, int64_t v) { return opaque(Builder(&static_cast<Session *>(session)->context).getBoolAttr(v)); }

EXPORT void *agentoptUnitAttribute(void *session) { return opaque(UnitAttr::get(&static_cast<Session *>(session)->context)); }

EXPORT void *agentoptTypeAttribute(void *t) { return opaque(TypeAttr::get(type(t))); }

EXPORT void *agentoptParseType(void *session, const char *text, int64_t length) {
  Type parsed;
  onDeepStack([&] { parsed = parseType(StringRef(text, length), &static_cast<Session *>(session)->context); });
  return const_cast<void *>(parsed.getAsOpaquePointer());
}

EXPORT char *agentoptPrintType(void *t, int64_t *length) {
  std::string text;
  onDeepStack([&] { llvm::raw_string_ostream(text) << type(t); });
  return copy(text, length);
}

// The tag of !agent.value, the model of !agent.kv_cache; 0 for every other type.
EXPORT int64_t agentoptTypeParameter(void *t, View *out) {
  if (auto v = dyn_cast<agentopt::ValueType>(type(t))) *out = view(v.getTag().getValue());
  else if (auto kv = dyn_cast<agentopt::KvCacheType>(type(t))) *out = view(kv.getModel().getValue());
  else return 0;
  return 1;
}
