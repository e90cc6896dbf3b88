// Operations, values, attributes and types.
#include "capi.h"

#include "mlir/AsmParser/AsmParser.h"

#include <cmath>

using namespace agentopt;

namespace {

struct AttributeRecord {
  int64_t kind; // 0 none, 1 unit, 2 integer, 3 floating point, 4 string, 5 bool, 6 type, 7 other, 8 estimate
  int64_t integer;
  double real;
  View text;
  void *type;
  double numbers[3]; // NaN where missing
};

struct OwnerRecord {
  int64_t isResult; // else a block argument
  void *owner;      // op or block
  int64_t index;
};

// Reads a request word by word.
class Request {
public:
  explicit Request(const int64_t *words) : at(words) {}

  int64_t number() { return *at++; }
  void *pointer() { return reinterpret_cast<void *>(*at++); }
  Attribute attribute() { return agentopt::attribute(pointer()); }

  // A counted list of names, which are string attributes, and values.
  template <typename Use> void attributes(Use use) {
    for (int64_t i = number(); i > 0; --i) {
      StringAttr name = cast<StringAttr>(attribute());
      use(NamedAttribute(name, attribute()));
    }
  }

private:
  const int64_t *at;
};

// A name, and behind it what was declared of an op but is no part of its meaning: CSE does not compare it.
Location location(MLIRContext *context, Attribute name, ArrayRef<NamedAttribute> declared) {
  Location named = name ? Location(NameLoc::get(cast<StringAttr>(name))) : Location(UnknownLoc::get(context));
  if (declared.empty()) return named;
  return FusedLoc::get(context, {named}, DictionaryAttr::get(context, declared));
}

int64_t depth(Operation *op) {
  int64_t n = 0;
  for (; op; op = op->getParentOp()) ++n;
  return n;
}

bool usedOutside(Value v, Operation *op) {
  return llvm::any_of(v.getUsers(), [&](Operation *user) { return !op->isAncestor(user); });
}

} // namespace

//===-- Operations ----------------------------------------------------------------------------------------------------------------------===//

// The kind of ops of this name, as agentoptName gives it; null when no loaded dialect defines it.
EXPORT void *agentoptKind(void *session, const char *name, int64_t length) {
  auto kind = RegisteredOperationName::lookup(StringRef(name, length), contextOf(session));
  return kind ? kind->getAsOpaquePointer() : nullptr;
}

// Words: the op that the new one goes before, or 0; the block at whose end it goes otherwise; its kind; its name (a string attribute or 0); counted lists of
// what is declared (name, value), operands, result types, attributes (name, value), and regions, each with the counted list of its block's arguments' types.
// Null when the op would nest too deep; an op whose attributes do not fit its definition is created and then fails to verify.
EXPORT void *agentoptCreate(void *session, const int64_t *words) {
  Request r(words);
  void *before = r.pointer();
  auto *block = static_cast<Block *>(r.pointer());
  if (before) block = operation(before)->getBlock();
  if (depth(block->getParentOp()) >= MAX_DEPTH) return nullptr;
  OperationName kind = OperationName::getFromOpaquePointer(r.pointer());
  Attribute name = r.attribute();
  SmallVector<NamedAttribute> declared;
  r.attributes([&](NamedAttribute a) { declared.push_back(a); });
  OperationState state(location(contextOf(session), name, declared), kind);
  for (int64_t i = r.number(); i > 0; --i) state.operands.push_back(value(r.pointer()));
  for (int64_t i = r.number(); i > 0; --i) state.types.push_back(type(r.pointer()));
  r.attributes([&](NamedAttribute a) { state.attributes.push_back(a); });
  for (int64_t i = r.number(); i > 0; --i) {
    auto *body = new Block();
    for (int64_t j = r.number(); j > 0; --j) body->addArgument(type(r.pointer()), state.location);
    state.addRegion()->push_back(body);
  }
  Operation *op = Operation::create(state);
  if (before) block->getOperations().insert(Block::iterator(operation(before)), op);
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
  Attribute name = nameIn(operation(op)->getLoc());
  if (name) *out = view(cast<StringAttr>(name).getValue());
  return static_cast<bool>(name);
}

EXPORT void *agentoptNameLocation(void *session, const char *name, int64_t length) {
  MLIRContext *context = contextOf(session);
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

// Names of attributes are string attributes.
EXPORT void *agentoptAttribute(void *op, void *name) { return opaque(operation(op)->getAttr(cast<StringAttr>(attribute(name)))); }

EXPORT int64_t agentoptAttributeNames(void *op, View *out, int64_t capacity) {
  DictionaryAttr all = operation(op)->getAttrDictionary();
  for (auto [i, a] : llvm::enumerate(all))
    if (static_cast<int64_t>(i) < capacity) out[i] = view(a.getName().getValue());
  return all.size();
}

EXPORT void agentoptSetAttribute(void *op, void *name, void *a) { operation(op)->setAttr(cast<StringAttr>(attribute(name)), attribute(a)); }

EXPORT void agentoptRemoveAttribute(void *op, void *name) { operation(op)->removeAttr(cast<StringAttr>(attribute(name))); }

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
  else if (auto e = dyn_cast<agentopt::EstimateAttr>(a)) {
    out->kind = 8;
    FloatAttr numbers[] = {e.getSeconds(), e.getDollars(), e.getSpread()};
    for (int i = 0; i < 3; ++i) out->numbers[i] = numbers[i] ? numbers[i].getValueAsDouble() : std::nan("");
    if (e.getConfidence()) out->text = view(e.getConfidence().getValue());
  } else out->kind = 7;
}

EXPORT char *agentoptPrintAttribute(void *a, int64_t *length) {
  std::string text;
  onDeepStack([&] { llvm::raw_string_ostream(text) << attribute(a); });
  return copy(text, length);
}

EXPORT void *agentoptStringAttribute(void *session, const char *s, int64_t length) {
  return opaque(StringAttr::get(contextOf(session), StringRef(s, length)));
}

EXPORT void *agentoptIntegerAttribute(void *session, int64_t v) { return opaque(Builder(contextOf(session)).getI64IntegerAttr(v)); }

EXPORT void *agentoptDoubleAttribute(void *session, double v) { return opaque(Builder(contextOf(session)).getF64FloatAttr(v)); }

EXPORT void *agentoptBoolAttribute(void *session, int64_t v) { return opaque(Builder(contextOf(session)).getBoolAttr(v)); }

EXPORT void *agentoptUnitAttribute(void *session) { return opaque(UnitAttr::get(contextOf(session))); }

// Seconds, dollars and spread, NaN where missing; confidence is missing where it is empty. Null, and diagnostics, where the verifier refuses one.
EXPORT void *agentoptEstimateAttribute(void *session, const double *numbers, const char *confidence, int64_t length) {
  MLIRContext *context = contextOf(session);
  Builder builder(context);
  FloatAttr given[3];
  for (int i = 0; i < 3; ++i)
    if (!std::isnan(numbers[i])) given[i] = builder.getF64FloatAttr(numbers[i]);
  StringAttr word = length ? builder.getStringAttr(StringRef(confidence, length)) : StringAttr();
  Location location = UnknownLoc::get(context);
  return opaque(agentopt::EstimateAttr::getChecked([&] { return emitError(location); }, context, given[0], given[1], given[2], word));
}

EXPORT void *agentoptTypeAttribute(void *t) { return opaque(TypeAttr::get(type(t))); }

EXPORT void *agentoptParseAttribute(void *session, const char *text, int64_t length) {
  Attribute parsed;
  onDeepStack([&] { parsed = parseAttribute(StringRef(text, length), contextOf(session)); });
  return opaque(parsed);
}

EXPORT void *agentoptParseType(void *session, const char *text, int64_t length) {
  Type parsed;
  onDeepStack([&] { parsed = parseType(StringRef(text, length), contextOf(session)); });
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
  else if (auto prefix = dyn_cast<agentopt::KvPrefixType>(type(t))) *out = view(prefix.getModel().getValue());
  else return 0;
  return 1;
}
