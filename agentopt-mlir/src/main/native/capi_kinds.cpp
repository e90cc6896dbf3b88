// Operator kinds of the user: dialects that are defined at run time, in IRDL.
#include "capi.h"

#include "mlir/Dialect/IRDL/IR/IRDL.h"
#include "mlir/Dialect/IRDL/IRDLLoading.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringSet.h"

using namespace agentopt;

namespace {

struct KindsRequest {
  View text, source;
  int64_t count; // of ops whose effects are promised
  View *names;
  int64_t *effects; // 0 none, 1 reads, 2 anything
};

// A promise speaks of the op itself: one with regions may do whatever is in them.
void addEffects(Operation *op, bool reads, SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  if (reads || op->getNumRegions()) effects.emplace_back(MemoryEffects::Read::get(), SideEffects::DefaultResource::get());
  if (op->getNumRegions()) effects.emplace_back(MemoryEffects::Write::get(), SideEffects::DefaultResource::get());
}

struct NoEffects : MemoryEffectOpInterface::FallbackModel<NoEffects> {
  void getEffects(Operation *op, SmallVectorImpl<MemoryEffects::EffectInstance> &effects) const { addEffects(op, false, effects); }
};

struct Reads : MemoryEffectOpInterface::FallbackModel<Reads> {
  void getEffects(Operation *op, SmallVectorImpl<MemoryEffects::EffectInstance> &effects) const { addEffects(op, true, effects); }
};

struct Anytime : ConditionallySpeculatable::FallbackModel<Anytime> {
  Speculation::Speculatability getSpeculatability(Operation *op) const {
    return op->getNumRegions() ? Speculation::NotSpeculatable : Speculation::Speculatable;
  }
};

// How often a constraint asks others, at most: each alternative of an any_of is tried, and that one's own. Doubling 60 times takes 60 lines.
constexpr int64_t MOST_TRIES = 10000;

LogicalResult checkCost(irdl::DialectOp dialect) {
  llvm::DenseMap<Value, int64_t> tries;
  WalkResult known = dialect.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (!isa<irdl::AnyOfOp, irdl::AllOfOp, irdl::ParametricOp>(op)) return WalkResult::advance();
    int64_t sum = 1;
    for (Value v : op->getOperands()) sum += std::max<int64_t>(1, tries.lookup(v));
    if (sum > MOST_TRIES) {
      op->emitOpError() << "takes more than " << MOST_TRIES << " tries with all that it is made of";
      return WalkResult::interrupt();
    }
    for (Value v : op->getResults()) tries[v] = sum;
    return WalkResult::advance();
  });
  return success(!known.wasInterrupted());
}

// What the loader would answer with the end of the process, or without a reason.
LogicalResult check(ModuleOp module, MLIRContext &context) {
  for (Operation &child : *module.getBody()) {
    Operation *op = &child;
    auto dialect = dyn_cast<irdl::DialectOp>(op);
    if (!dialect) return op->emitOpError() << "stands where only 'irdl.dialect' may";
    if (context.getLoadedDialect(dialect.getSymName()))
      return dialect.emitOpError() << "name '" << dialect.getSymName() << "' is taken by a dialect of this context; choose another";
    WalkResult known = dialect.walk([&](Operation *inner) {
      if (isa<irdl::CPredOp>(inner)) inner->emitOpError() << "is C++, which is not known here";
      else if (isa<irdl::DialectOp>(inner) && inner != op) inner->emitOpError() << "stands in another dialect; it must stand beside it";
      else return WalkResult::advance();
      return WalkResult::interrupt();
    });
    if (known.wasInterrupted() || failed(checkCost(dialect))) return failure();
  }
  return success();
}

bool load(MLIRContext &context, StringRef text, StringRef source) {
  context.loadDialect<irdl::IRDLDialect>();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, ParserConfig(&context, /*verifyAfterParse=*/false), source);
  if (!module) return false;
  if (height(module->getOperation()) > MAX_DEPTH) {
    emitError(UnknownLoc::get(&context)) << "operations nest deeper than " << MAX_DEPTH << " levels";
    return false;
  }
  return succeeded(verify(module->getOperation())) && succeeded(check(*module, context)) && succeeded(irdl::loadDialects(*module));
}

} // namespace

// 1 loaded; 0 not, as the diagnostics say; -1 - i when the i-th op of those whose effects are promised is none of the text. A failure leaves the
// session as it was: the text is tried in a context of its own first.
EXPORT int64_t agentoptLoadKinds(void *p, const KindsRequest *r) {
  auto *session = static_cast<Session *>(p);
  StringRef text(r->text.data, r->text.length), source(r->source.data, r->source.length);
  int64_t outcome = 0; // also where LLVM gives up
  onDeepStack([&] {
    MLIRContext trial(MLIRContext::Threading::DISABLED);
    trial.loadDialect<agentopt::AgentDialect>();
    for (const std::string &earlier : session->kinds) load(trial, earlier, "");
    session->listenTo(trial);
    llvm::StringSet<> before;
    for (RegisteredOperationName op : trial.getRegisteredOperations()) before.insert(op.getStringRef());
    if (!load(trial, text, source)) return;
    for (int64_t i = 0; i < r->count; ++i) {
      StringRef name(r->names[i].data, r->names[i].length);
      if (before.contains(name) || name.starts_with("irdl.") || !RegisteredOperationName::lookup(name, &trial)) {
        outcome = -1 - i;
        return;
      }
    }
    if (!load(session->context, text, source)) return;
    session->kinds.push_back(text.str());
    for (int64_t i = 0; i < r->count; ++i) {
      if (r->effects[i] == 2) continue;
      auto op = RegisteredOperationName::lookup(StringRef(r->names[i].data, r->names[i].length), &session->context);
      if (r->effects[i]) op->attachInterface<Reads>();
      else op->attachInterface<NoEffects>();
      op->attachInterface<Anytime>();
    }
    outcome = 1;
  }, session);
  return outcome;
}
