// Verifiers, effects and folds of the ops. Agent.td explains the design.
#include "AgentDialect.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace agentopt;

namespace {

// What a draw that is not reproducible writes: nothing anyone reads, but no two draws are the same.
struct Sampler : SideEffects::Resource::Base<Sampler> {
  StringRef getName() final { return "agent.sampler"; }
};

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

LogicalResult verifyNames(Operation *op, std::optional<ArrayAttr> names, StringRef what, size_t values) {
  if (names && names->size() != values)
    return op->emitOpError() << "has " << values << ' ' << what << "(s), but names " << names->size();
  return success();
}

bool isWord(StringRef s) {
  return !s.empty() && llvm::all_of(s, [](char c) { return llvm::isAlnum(c) || c == '_' || c == '.' || c == '-'; });
}

// A kernel's specification is a word, and in braces what it is specialised for, as in "cosine{d=384,type=f32}".
LogicalResult verifySpecification(Operation *op, StringRef specification) {
  StringRef name = specification, parameters;
  if (size_t brace = specification.find('{'); brace != StringRef::npos && specification.ends_with("}")) {
    name = specification.take_front(brace);
    parameters = specification.drop_front(brace + 1).drop_back();
  }
  SmallVector<StringRef> pairs;
  if (!parameters.empty()) parameters.split(pairs, ',');
  bool valid = isWord(name) && llvm::all_of(pairs, [](StringRef pair) { return isWord(pair.split('=').first) && isWord(pair.split('=').second); });
  if (!valid)
    return op->emitOpError() << "has specification \"" << specification << "\", which is not of the form name{key=value,...}";
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

LogicalResult EndpointOp::verify() { return verifySampling(*this, getSampling(), getDeterministic()); }

void EndpointOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  if (!getDeterministic()) effects.emplace_back(MemoryEffects::Write::get(), Sampler::get());
}

Speculation::Speculatability EndpointOp::getSpeculatability() {
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
  if (auto prefill = getCache().getDefiningOp<PrefillOp>(); prefill && prefill.getShards().value_or(1) != getShards().value_or(1))
    return emitOpError() << "runs on " << getShards().value_or(1) << " shard(s), but its KV cache was made on "
                         << prefill.getShards().value_or(1) << "; move it by 'agent.kv_transfer'";
  return success(succeeded(verifyModel(*this, getModel(), getCache())) &&
                 succeeded(verifySampling(*this, getSampling(), getDeterministic())));
}

LogicalResult InferOp::verify() {
  if (getOutputs().empty()) return emitOpError() << "has no result; a model gives at least one";
  if (failed(verifyNames(*this, getInputNames(), "operand", getArguments().size()))) return failure();
  bool together = getOutputs().size() == 1 && isa<ValueType>(getOutputs().front().getType()); // one value of the host holds all that are named
  if (together && getOutputNames() && !getOutputNames()->empty()) return success();
  return verifyNames(*this, getOutputNames(), "result", getOutputs().size());
}

LogicalResult AllReduceOp::verify() {
  if (!llvm::is_contained({"sum", "mean", "min", "max"}, getReduction()))
    return emitOpError() << "reduces by \"" << getReduction() << "\"; it must be sum, mean, min or max";
  if (getShards() < 2) return emitOpError() << "reduces over " << getShards() << " shard; there must be 2 or more";
  Operation *source = getPartial().getDefiningOp();
  auto made = source ? source->getAttrOfType<IntegerAttr>("shards") : IntegerAttr();
  if (made && made.getInt() != getShards())
    return emitOpError() << "reduces over " << getShards() << " shards what '" << source->getName() << "' made on " << made.getInt();
  return success();
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

LogicalResult KernelOp::verify() {
  if (getOutputs().empty()) return emitOpError() << "has no result; a kernel gives at least one";
  if (auto specification = dyn_cast<StringAttr>(getKernel())) return verifySpecification(*this, specification.getValue());
  if (!isa<FlatSymbolRefAttr>(getKernel()))
    return emitOpError() << "names its kernel by " << getKernel() << "; it must be a specification or the symbol of one";
  return success();
}

LogicalResult KernelOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto symbol = dyn_cast<FlatSymbolRefAttr>(getKernel());
  if (symbol && !symbols.lookupNearestSymbolFrom<KernelDeclOp>(*this, symbol))
    return emitOpError() << "names " << symbol << ", which is no 'agent.kernel_decl' of the module";
  return success();
}

LogicalResult KernelDeclOp::verify() { return verifySpecification(*this, getSpec()); }

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
