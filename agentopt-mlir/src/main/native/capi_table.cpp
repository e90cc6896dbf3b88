// A whole module in one crossing: op by op from Java, every part of every op costs a call.
#include "capi.h"

#include <cstdlib>
#include <cstring>

using namespace agentopt;

namespace {

class Table {
public:
  std::vector<int64_t> words;

  void add(Operation *root) {
    words.assign(2, 0);
    SmallVector<std::tuple<Operation *, int64_t, int64_t>> open = {{root, -1, -1}};
    while (!open.empty()) { // without recursion
      auto [o, parent, region] = open.pop_back_val();
      op(o, parent, region);
      int64_t self = ops - 1;
      for (int64_t i = o->getNumRegions(); i-- > 0;)
        for (Block &block : llvm::reverse(o->getRegion(i)))
          for (Operation &inner : llvm::reverse(block)) open.push_back({&inner, self, i});
    }
    words[0] = ops;
    words[1] = values.size();
  }

private:
  llvm::DenseMap<Value, int64_t> values;
  NamedAttrList attributes;
  int64_t ops = 0;

  static int64_t word(const void *p) { return reinterpret_cast<int64_t>(p); }

  // Not yet numbered: a use before its definition, which only an op that does not verify has.
  int64_t number(Value v) { return values.try_emplace(v, values.size()).first->second; }

  void add(NamedAttribute a) {
    words.push_back(word(opaque(a.getName())));
    words.push_back(word(opaque(a.getValue())));
  }

  void op(Operation *o, int64_t parent, int64_t region) {
    ++ops;
    size_t start = words.size();
    words.insert(words.end(), {0, word(o), word(o->getName().getAsOpaquePointer()), word(opaque(nameIn(o->getLoc()))), parent, region});
    words.push_back(o->getNumOperands());
    for (Value v : o->getOperands()) words.push_back(number(v));
    words.push_back(o->getNumResults());
    for (Value v : o->getResults()) words.push_back(number(v));
    attributes.clear();
    if (o->getPropertiesStorageSize()) o->getName().populateInherentAttrs(o, attributes); // making a dictionary of both takes longer than the rest
    size_t counted = words.size();
    words.push_back(0);
    for (NamedAttribute a : attributes) add(a);
    for (NamedAttribute a : o->getRawDictionaryAttrs()) add(a);
    words[counted] = (words.size() - counted - 1) / 2;
    words.push_back(o->getNumRegions());
    for (Region &r : o->getRegions()) { // every region of the dialect has one block
      words.push_back(r.empty() ? 0 : r.front().getNumArguments());
      if (!r.empty())
        for (Value v : r.front().getArguments()) words.push_back(number(v));
    }
    words[start] = words.size() - start;
  }
};

FusedLoc declaration(Operation *op) { return dyn_cast<FusedLoc>(op->getLoc()); }

} // namespace

Attribute agentopt::nameIn(Location location) {
  if (auto named = dyn_cast<NameLoc>(location)) return named.getName();
  if (isa<UnknownLoc, FileLineColLoc>(location)) return {};
  Attribute found;
  if (auto fused = dyn_cast<FusedLoc>(location); fused && fused.getLocations().size() == 1) return nameIn(fused.getLocations().front());
  location->walk([&](Location l) {
    auto named = dyn_cast<NameLoc>(l);
    if (!named) return WalkResult::advance();
    found = named.getName();
    return WalkResult::interrupt();
  });
  return found;
}

// Two words (ops, values), then for each op, outer before inner: its length in words, handle, kind, name (a string attribute or 0), the number of the
// op around it (-1 for the root), its region there; counted lists of operands and results (values are numbered), of attributes (name, value), and of
// regions, each with the counted list of its block's arguments. Java frees the buffer.
EXPORT char *agentoptTable(void *root, int64_t *length) {
  Table table;
  table.add(operation(root));
  return copy(StringRef(reinterpret_cast<const char *>(table.words.data()), table.words.size() * sizeof(int64_t)), length);
}

EXPORT void *agentoptDeclared(void *op, const char *name, int64_t length) {
  FusedLoc fused = declaration(operation(op));
  auto all = fused ? dyn_cast_or_null<DictionaryAttr>(fused.getMetadata()) : DictionaryAttr();
  return all ? opaque(all.get(StringRef(name, length))) : nullptr;
}
