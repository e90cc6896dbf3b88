// Operations, values, attributes and types.
#include "capi.h"

#include "mlir/AsmParser/AsmParser.h"

using namespace agentopt;

namespace {

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

EXPORT int64_t agentoptIsRegistered(void *session, const char *name, int64_t length) {
  return RegisteredOperationName::lookup(StringRef(name, length), contextOf(session)).has_value();
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
  return opaque(StringAttr::get(contextOf(session), StringRef(s, length)));
}

EXPORT void *agentoptIntegerAttribute(void *session, int64_t v) { return opaque(Builder(contextOf(session)).getI64IntegerAttr(v)); }

EXPORT void *agentoptDoubleAttribute(void *session, double v) { return opaque(Builder(contextOf(session)).getF64FloatAttr(v)); }

EXPORT void *agentoptBoolAttribute(void *session, int64_t v) { return opaque(Builder(contextOf(session)).getBoolAttr(v)); }

EXPORT void *agentoptUnitAttribute(void *session) { return opaque(UnitAttr::get(contextOf(session))); }

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
