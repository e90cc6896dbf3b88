// Verifiers, effects, folds and the syntax of agent.graph. The rest is generated from Agent.td, which explains the design.
#include "AgentDialect.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace agentopt;

#include "AgentDialect.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "AgentTypes.cpp.inc"
#define GET_OP_CLASSES
#include "AgentOps.cpp.inc"

void AgentDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "AgentTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "AgentOps.cpp.inc"
      >();
}

namespace {

// What a draw that is not reproducible writes: nothing anyone reads, but no two draws are the same.
struct Sampler : SideEffects::Resource::Base<Sampler> {
  StringRef getName() final { return "agent.sampler"; }
};

bool isHostValue(Type t) {
  return isa<ValueType, TextType, PromptType, CompletionType, EmbeddingType, PassagesType, ListType>(t) || t.isInteger(1);
}

bool isReproducible(StringRef sampling) { return sampling == "greedy" || sampling.contains("seed="); }

LogicalResult verifySampling(Operation *op, StringRef sampling, bool deterministic) {
  if (deterministic && !isReproducible(sampling))
    return op->emitOpError() << "is marked deterministic, but sampling \"" << sampling << "\" is neither greedy nor seeded";
  return success();
}

// A KV cache is mutated by its consumer: one consumer, run once for each time the cache is made.
LogicalResult verifySingleConsumer(Operation *op, Value cache) {
  if (!cache.use_empty() && !cache.hasOneUse())
    return op->emitOpError() << "makes a KV cache with " << std::distance(cache.use_begin(), cache.use_end())
                             << " consumers; decoding mutates the cache, so give each consumer a prefill of its own";
  for (Operation *user : cache.getUsers())
    if (user->getBlock() != op->getBlock())
      return op->emitOpError() << "makes a KV cache that '" << user->getName() << "' consumes in another block; prefill in the block that decodes";
  return success();
}

LogicalResult verifyRoute(Operation *op, StringRef from, StringRef to) {
  if (from == to) return op->emitOpError() << "moves from \"" << from << "\" to itself";
  return success();
}

LogicalResult verifyModel(Operation *op, StringRef model, Value cache) {
  StringRef cached = cast<KvCacheType>(cache.getType()).getModel().getValue();
  if (model != cached)
    return op->emitOpError() << "runs model \"" << model << "\" on a KV cache of model \"" << cached << "\"";
  return success();
}

// The block of a region must take these arguments ("any" where null) and end in agent.yield of these types.
LogicalResult verifyBlock(Operation *op, Block &block, StringRef region, ArrayRef<Type> arguments, ArrayRef<Type> yields) {
  if (block.getNumArguments() != arguments.size())
    return op->emitOpError() << region << " must take " << arguments.size() << " argument(s), but takes " << block.getNumArguments();
  for (auto [i, expected] : llvm::enumerate(arguments)) {
    Type actual = block.getArgument(i).getType();
    if (expected && actual != expected)
      return op->emitOpError() << region << " takes " << actual << ", but is given " << expected;
    if (!isHostValue(actual)) return op->emitOpError() << region << " takes " << actual << ", which is not a host value";
  }
  auto yield = dyn_cast<YieldOp>(block.back());
  if (!yield) return op->emitOpError() << region << " must end in 'agent.yield', but ends in '" << block.back().getName() << "'";
  if (yield.getNumOperands() != yields.size())
    return yield.emitOpError() << "must yield " << yields.size() << " value(s) to '" << op->getName() << "', but yields "
                               << yield.getNumOperands();
  for (auto [i, expected] : llvm::enumerate(yields)) {
    Type actual = yield.getOperand(i).getType();
    if (expected && actual != expected)
      return yield.emitOpError() << "value " << i << " must be " << expected << " for '" << op->getName() << "', but is " << actual;
    if (!isHostValue(actual)) return yield.emitOpError() << "value " << i << " is " << actual << ", which is not a host value";
  }
  return success();
}

// A nested graph is typed on its own: either side of its border may know only that there is a value, or only that there is a list.
bool sameValue(Type inner, Type outer) {
  auto isElements = [](Type t) { return isa<ListType, PassagesType>(t); };
  return inner == outer || isa<ValueType>(inner) || isa<ValueType>(outer) || (isElements(inner) && isElements(outer));
}

} // namespace

//===-- Model calls ---------------------------------------------------------------------------------------------------------------------===//

LogicalResult GenerateOp::verify() { return verifySampling(*this, getSampling(), getDeterministic()); }

void GenerateOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  if (!getDeterministic()) effects.emplace_back(MemoryEffects::Write::get(), Sampler::get());
}

Speculation::Speculatability GenerateOp::getSpeculatability() {
  return getDeterministic() ? Speculation::Speculatable : Speculation::NotSpeculatable;
}

LogicalResult PrefixOp::verify() {
  StringRef kept = getPrefix().getType().getModel().getValue();
  if (getModel() == kept) return success();
  return emitOpError() << "runs model \"" << getModel() << "\" for a prefix of model \"" << kept << "\"";
}

LogicalResult PrefillOp::verify() {
  if (Value prefix = getPrefix()) {
    StringRef kept = cast<KvPrefixType>(prefix.getType()).getModel().getValue();
    if (getModel() != kept) return emitOpError() << "runs model \"" << getModel() << "\" behind a prefix of model \"" << kept << "\"";
  }
  return success(succeeded(verifyModel(*this, getModel(), getCache())) && succeeded(verifySingleConsumer(*this, getCache())));
}

LogicalResult KvTransferOp::verify() {
  return success(succeeded(verifyRoute(*this, getFrom(), getTo())) && succeeded(verifySingleConsumer(*this, getTarget())));
}

LogicalResult DecodeOp::verify() {
  return success(succeeded(verifyModel(*this, getModel(), getCache())) &&
                 succeeded(verifySampling(*this, getSampling(), getDeterministic())));
}

//===-- Host calls ----------------------------------------------------------------------------------------------------------------------===//

void ToolOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  if (getIdempotent()) return;
  effects.emplace_back(MemoryEffects::Read::get(), SideEffects::DefaultResource::get());
  effects.emplace_back(MemoryEffects::Write::get(), SideEffects::DefaultResource::get());
}

Speculation::Speculatability ToolOp::getSpeculatability() {
  return getIdempotent() ? Speculation::Speculatable : Speculation::NotSpeculatable;
}

LogicalResult TransferOp::verify() { return verifyRoute(*this, getFrom(), getTo()); }

OpFoldResult TransferOp::fold(FoldAdaptor) {
  auto before = getSource().getDefiningOp<TransferOp>();
  if (!before || before.getTo() != getFrom()) return {};
  if (before.getFrom() == getTo()) return before.getSource();
  setFromAttr(before.getFromAttr());
  getSourceMutable().assign(before.getSource());
  return getResult();
}

//===-- Regions -------------------------------------------------------------------------------------------------------------------------===//

LogicalResult GraphOp::verifyRegions() { return verifyBlock(*this, *getBody(), "body", {Type()}, {getResultType()}); }

SmallVector<Region *> LoopOp::getLoopRegions() { return {&getBodyRegion()}; }

LogicalResult LoopOp::verifyRegions() {
  double expected = getExpected().convertToDouble();
  if (!(expected >= 1 && expected <= static_cast<double>(getMax())))
    return emitOpError() << "expects " << expected << " rounds, which is outside 1.." << getMax();
  Type state = getInit().getType();
  return verifyBlock(*this, *getBody(), "body", {state}, {IntegerType::get(getContext(), 1), getResult().getType(), state});
}

LogicalResult WhenOp::verifyRegions() {
  double probability = getProbability().convertToDouble();
  if (!(probability >= 0 && probability <= 1)) return emitOpError() << "has probability " << probability << ", which is outside 0..1";
  Type result = getResult().getType();
  return success(succeeded(verifyBlock(*this, getThenRegion().front(), "then", {}, {result})) &&
                 succeeded(verifyBlock(*this, getElseRegion().front(), "else", {}, {result})));
}

LogicalResult ForEachOp::verifyRegions() {
  double expected = getExpected().convertToDouble();
  if (!(expected >= 0 && expected <= 1e18)) return emitOpError() << "expects " << expected << " elements; it must be 0 or more, and finite";
  return verifyBlock(*this, *getBody(), "body", {Type()}, {Type()});
}

LogicalResult SubgraphOp::verifyRegions() {
  if (failed(verifyBlock(*this, *getBody(), "body", {Type()}, {Type()}))) return failure();
  Type argument = getBody()->getArgument(0).getType(), yielded = getBody()->back().getOperand(0).getType();
  if (!sameValue(argument, getInput().getType()))
    return emitOpError() << "body takes " << argument << ", but is given " << getInput().getType();
  if (!sameValue(yielded, getResult().getType()))
    return emitOpError() << "body yields " << yielded << " where the result is " << getResult().getType();
  return success();
}

LogicalResult FusedOp::verifyRegions() {
  SmallVector<Type> arguments(getArguments().getTypes());
  for (Operation &inner : *getBody())
    if (!isa<TransformOp, YieldOp>(inner)) return emitOpError() << "fuses transforms only, but holds '" << inner.getName() << "'";
  return verifyBlock(*this, *getBody(), "body", arguments, {getResult().getType()});
}

ParseResult GraphOp::parse(OpAsmParser &parser, OperationState &state) {
  StringAttr name;
  OpAsmParser::Argument input;
  Type result;
  if (parser.parseSymbolName(name, getSymNameAttrName(state.name), state.attributes) || parser.parseLParen() ||
      parser.parseArgument(input, /*allowType=*/true) || parser.parseRParen() || parser.parseArrow() || parser.parseType(result) ||
      parser.parseOptionalAttrDictWithKeyword(state.attributes))
    return failure();
  state.attributes.set(getResultTypeAttrName(state.name), TypeAttr::get(result));
  return parser.parseRegion(*state.addRegion(), input);
}

void GraphOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printer << '(';
  printer.printRegionArgument(getBody()->getArgument(0));
  printer << ") -> " << getResultType();
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {getSymNameAttrName(), getResultTypeAttrName()});
  printer << ' ';
  printer.printRegion(getBodyRegion(), /*printEntryBlockArgs=*/false);
}
