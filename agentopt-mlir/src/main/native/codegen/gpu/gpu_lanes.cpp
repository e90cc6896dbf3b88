// One linalg operation as loops over a lane's share of it.
#include "gpu_lanes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace agentopt;

namespace {

using Values = SmallVector<Value>;
using Body = llvm::function_ref<Values(ValueRange carried)>;

struct Lowering {
  linalg::GenericOp op;
  const Spread &spread;
  std::optional<Turns> turns;
  Group &group;
  ImplicitLocOpBuilder b;
  SmallVector<Range> ranges;
  Values ivs; // of each loop; the spread one's is the first element of this lane
  Value slot; // where this lane keeps that element in a fragment

  Lowering(linalg::GenericOp op, const Spread &spread, std::optional<Turns> turns, Group &group)
      : op(op), spread(spread), turns(turns), group(group), b(op.getLoc(), op), ivs(op.getNumLoops()) {
    ranges = cast<linalg::LinalgOp>(op.getOperation()).createLoopRanges(b, op.getLoc());
  }

  Value constant(int64_t value) { return arith::ConstantIndexOp::create(b, value); }
  Value extent(unsigned dim) { return getValueOrCreateConstantIndexOp(b, op.getLoc(), ranges[dim].size); }
  bool reduces(unsigned dim) { return op.getIteratorTypesArray()[dim] == utils::IteratorType::reduction; }
  unsigned outputs() { return op.getNumDpsInits(); }

  SmallVector<unsigned> loops(bool reducing) {
    SmallVector<unsigned> dims;
    for (unsigned d = 0; d < op.getNumLoops(); d++)
      if (int64_t(d) != spread.dim && reduces(d) == reducing) dims.push_back(d);
    return dims;
  }

  // Loops over the dimensions, outermost first, carrying values.
  Values nest(ArrayRef<unsigned> dims, ValueRange carried, Body body, std::optional<Turns> first = {}) {
    if (dims.empty()) return body(carried);
    unsigned d = dims.front();
    Value from = first ? first->first : constant(0), step = first ? first->step : constant(1);
    auto loop = scf::ForOp::create(b, from, extent(d), step, carried);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    ivs[d] = loop.getInductionVar();
    Values results = nest(dims.drop_front(), loop.getRegionIterArgs(), body);
    if (loop.getNumResults()) scf::YieldOp::create(b, results);
    return loop.getResults();
  }

  // This lane's chunks of the spread loop.
  Values chunks(ValueRange carried, Body body) {
    if (spread.dim < 0) return body(carried);
    int64_t stride = spread.width * group.lanes;
    Value mine = arith::MulIOp::create(b, group.lane, constant(spread.width));
    bool known = !ShapedType::isDynamic(spread.extent);
    if (known && spread.extent <= MOST_UNROLLED * stride) {
      Values values(carried);
      int64_t whole = spread.extent / stride, rest = spread.chunks() % group.lanes;
      for (int64_t c = 0; c < whole; c++) values = chunk(arith::AddIOp::create(b, mine, constant(c * stride)), constant(c * spread.width), values, body);
      if (rest == 0) return values;
      Value has = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, group.lane, constant(rest));
      auto guarded = scf::IfOp::create(b, ValueRange(values).getTypes(), has, !values.empty());
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(guarded.thenBlock());
      Values last = chunk(arith::AddIOp::create(b, mine, constant(whole * stride)), constant(whole * spread.width), values, body);
      if (!values.empty()) {
        scf::YieldOp::create(b, last);
        b.setInsertionPointToStart(guarded.elseBlock());
        scf::YieldOp::create(b, values);
      }
      return guarded.getResults();
    }
    auto loop = scf::ForOp::create(b, mine, extent(spread.dim), constant(stride), carried);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value start = arith::SubIOp::create(b, loop.getInductionVar(), mine);
    Value at = arith::DivUIOp::create(b, start, constant(group.lanes));
    Values results = chunk(loop.getInductionVar(), at, loop.getRegionIterArgs(), body);
    if (loop.getNumResults()) scf::YieldOp::create(b, results);
    return loop.getResults();
  }

  Values chunk(Value element, Value at, ValueRange carried, Body body) {
    ivs[spread.dim] = element;
    slot = at;
    return body(carried);
  }

  // --- reading and writing ---

  bool isSpread(AffineMap map) { return spread.dim >= 0 && map.isFunctionOfDim(spread.dim); }
  bool isContiguous(AffineMap map) {
    auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
    return last && last.getPosition() == spread.dim && llvm::none_of(map.getResults().drop_back(), [&](AffineExpr e) { return e.isFunctionOfDim(spread.dim); });
  }

  Values indices(AffineMap map, int64_t offset = 0) {
    Values at = ivs;
    if (offset) at[spread.dim] = arith::AddIOp::create(b, at[spread.dim], constant(offset));
    for (Value &v : at)
      if (!v) v = constant(0);
    Values result;
    for (AffineExpr e : map.getResults()) {
      if (auto d = dyn_cast<AffineDimExpr>(e)) result.push_back(at[d.getPosition()]);
      else result.push_back(affine::AffineApplyOp::create(b, AffineMap::get(map.getNumDims(), 0, e), at));
    }
    return result;
  }

  // Where the operand's elements of this chunk are: in memory, or in this lane's registers.
  std::pair<Value, Values> place(OpOperand &operand) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    Values at = indices(map);
    auto fragment = group.fragments.find(operand.get());
    if (fragment == group.fragments.end()) return {operand.get(), at};
    at.back() = slot;
    return {fragment->second, at};
  }

  Type elementOf(Value memref) { return cast<MemRefType>(memref.getType()).getElementType(); }
  llvm::MaybeAlign alignment(Type element) { return llvm::Align(std::min<uint64_t>(16, llvm::bit_floor<uint64_t>(spread.width * std::max(1u, element.getIntOrFloatBitWidth() / 8)))); }

  // One value where it is the same for all lanes, otherwise one for each element.
  Values read(OpOperand &operand) {
    if (!isa<MemRefType>(operand.get().getType())) return {operand.get()};
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!isSpread(map)) return {memref::LoadOp::create(b, operand.get(), indices(map))};
    if (!isContiguous(map)) {
      Values elements;
      for (int64_t v = 0; v < spread.width; v++) elements.push_back(memref::LoadOp::create(b, operand.get(), indices(map, v)));
      return elements;
    }
    auto [memory, at] = place(operand);
    return readVector(memory, at);
  }

  Values readVector(Value memory, ValueRange at) {
    Type element = elementOf(memory);
    if (spread.width == 1) return {memref::LoadOp::create(b, memory, at)};
    Value vector = vector::LoadOp::create(b, VectorType::get({spread.width}, element), memory, at, false, alignment(element));
    Values elements;
    for (int64_t v = 0; v < spread.width; v++) elements.push_back(vector::ExtractOp::create(b, vector, ArrayRef<int64_t>{v}));
    return elements;
  }

  void write(OpOperand &operand, ValueRange values) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!isSpread(map)) {
      memref::StoreOp::create(b, values.front(), operand.get(), indices(map));
      return;
    }
    if (!isContiguous(map)) {
      for (auto [v, value] : llvm::enumerate(values)) memref::StoreOp::create(b, value, operand.get(), indices(map, v));
      return;
    }
    auto [memory, at] = place(operand);
    if (spread.width == 1) {
      memref::StoreOp::create(b, values.front(), memory, at);
      return;
    }
    Type element = elementOf(memory);
    Value vector = vector::FromElementsOp::create(b, VectorType::get({spread.width}, element), values);
    vector::StoreOp::create(b, vector, memory, at, false, alignment(element));
  }

  // --- the body ---

  // The body's results for each output, element by element, from the outputs' values so far.
  SmallVector<Values> compute(ArrayRef<Values> outputs) {
    llvm::DenseMap<Value, Values> known;
    for (auto [operand, argument] : llvm::zip(op->getOpOperands(), op.getBody()->getArguments()))
      if (op.isDpsInput(&operand)) known[argument] = read(operand);
    for (auto [argument, values] : llvm::zip(op.getRegionOutputArgs(), outputs)) known[argument] = values;
    for (Operation &inner : op.getBody()->without_terminator()) computeOne(inner, known);
    SmallVector<Values> results;
    for (Value v : op.getBody()->getTerminator()->getOperands()) {
      Values values = known.count(v) ? known[v] : Values{v};
      if (values.size() == 1) values.assign(spread.width, values.front());
      results.push_back(values);
    }
    return results;
  }

  void computeOne(Operation &inner, llvm::DenseMap<Value, Values> &known) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      Values values{ivs[index.getDim()]};
      if (int64_t(index.getDim()) == spread.dim)
        for (int64_t v = 1; v < spread.width; v++) values.push_back(arith::AddIOp::create(b, ivs[spread.dim], constant(v)));
      known[index.getResult()] = values;
      return;
    }
    if (auto load = dyn_cast<memref::LoadOp>(inner); load && isRowOfLanes(load, known)) {
      Values at;
      for (Value i : load.getIndices()) at.push_back(known.count(i) ? known[i].front() : i);
      known[load.getResult()] = readVector(load.getMemRef(), at);
      return;
    }
    int64_t copies = 1;
    inner.walk([&](Operation *o) {
      for (Value v : o->getOperands())
        if (known.count(v)) copies = std::max<int64_t>(copies, known[v].size());
    });
    SmallVector<Values> results(inner.getNumResults());
    for (int64_t v = 0; v < copies; v++) {
      IRMapping mapping;
      for (auto &[from, to] : known) mapping.map(from, to[to.size() == 1 ? 0 : v]);
      Operation *copy = b.clone(inner, mapping);
      for (unsigned r = 0; r < results.size(); r++) results[r].push_back(copy->getResult(r));
    }
    for (unsigned r = 0; r < results.size(); r++) known[inner.getResult(r)] = results[r];
  }

  // A load of a row chosen by the body, at the lanes' own places in it.
  bool isRowOfLanes(memref::LoadOp load, llvm::DenseMap<Value, Values> &known) {
    if (spread.width == 1 || load.getIndices().empty()) return false;
    auto index = load.getIndices().back().getDefiningOp<linalg::IndexOp>();
    if (!index || int64_t(index.getDim()) != spread.dim) return false;
    for (Value i : load.getIndices().drop_back())
      if (known.count(i) && known[i].size() > 1) return false;
    MemRefType type = load.getMemRefType();
    return type.getLayout().isIdentity() && !type.isDynamicDim(type.getRank() - 1) && type.getShape().back() % spread.width == 0 &&
           alignmentOf(load.getMemRef()) % spread.width == 0;
  }

  // --- reductions ---

  Operation *combiner(unsigned output) {
    SmallVector<Operation *> combiners;
    matchReduction(op.getRegionOutputArgs(), output, combiners);
    return combiners.front();
  }

  // What a lane without elements brings. MLIR's own choice for maxnumf and minnumf is a NaN, which operations with `nnan` must not see.
  TypedAttr neutral(Operation *by) {
    if (!isa<arith::MaxNumFOp, arith::MinNumFOp>(by)) return *arith::getNeutralElement(by);
    auto type = cast<FloatType>(by->getResult(0).getType());
    return b.getFloatAttr(type, llvm::APFloat::getInf(type.getFloatSemantics(), isa<arith::MaxNumFOp>(by)));
  }

  Value combine(Operation *by, Value x, Value y) { return agentopt::combine(b, by, x, y); }

  void reduceOverLanes() {
    SmallVector<unsigned> summed;
    Values start;
    for (unsigned o = 0; o < outputs(); o++) {
      if (isSpread(op.getMatchingIndexingMap(op.getDpsInitOperand(o)))) continue;
      summed.push_back(o);
      start.append(spread.width, arith::ConstantOp::create(b, neutral(combiner(o))));
    }
    Values sums = nest(loops(true), start, [&](ValueRange outer) {
      return chunks(outer, [&](ValueRange carried) {
        SmallVector<Values> now(outputs());
        for (auto [i, o] : llvm::enumerate(summed)) now[o] = Values(carried.slice(i * spread.width, spread.width));
        for (unsigned o = 0; o < outputs(); o++)
          if (now[o].empty()) now[o] = before(o);
        SmallVector<Values> after = compute(now);
        Values next;
        for (unsigned o = 0; o < outputs(); o++) {
          if (llvm::is_contained(summed, o)) next.append(after[o]);
          else write(*op.getDpsInitOperand(o), after[o]);
        }
        return next;
      });
    });
    Values old, results;
    // The old values are read before the lanes meet: one lane may not write while another still reads.
    for (unsigned o : summed) old.push_back(read(*op.getDpsInitOperand(o)).front());
    for (auto [i, o] : llvm::enumerate(summed)) {
      Operation *by = combiner(o);
      Values mine(ValueRange(sums).slice(i * spread.width, spread.width));
      for (size_t half = mine.size() / 2; half; half /= 2)
        for (size_t v = 0; v < half; v++) mine[v] = combine(by, mine[v], mine[v + half]);
      results.push_back(combine(by, old[i], acrossLanes(b, group, mine.front(), by)));
    }
    for (auto [i, o] : llvm::enumerate(summed)) write(*op.getDpsInitOperand(o), {results[i]});
  }

  // An output's elements of this chunk before the operation.
  Values before(unsigned output) {
    OpOperand *operand = op.getDpsInitOperand(output);
    Values values;
    if (op.payloadUsesValueFromOperand(operand)) values = read(*operand);
    else values = {arith::ConstantOp::create(b, b.getZeroAttr(elementOf(operand->get())))};
    if (values.size() == 1) values.assign(spread.width, values.front());
    return values;
  }

  void mapOverLanes() {
    chunks({}, [&](ValueRange) {
      Values start;
      for (unsigned o = 0; o < outputs(); o++) start.append(before(o));
      Values results = nest(loops(true), start, [&](ValueRange carried) {
        SmallVector<Values> now;
        for (unsigned o = 0; o < outputs(); o++) now.push_back(Values(carried.slice(o * spread.width, spread.width)));
        Values next;
        for (Values &values : compute(now)) next.append(values);
        return next;
      });
      for (unsigned o = 0; o < outputs(); o++) write(*op.getDpsInitOperand(o), ValueRange(results).slice(o * spread.width, spread.width));
      return Values();
    });
  }

  void run() {
    nest(loops(false), {}, [&](ValueRange) {
      if (spread.reduces) reduceOverLanes();
      else mapOverLanes();
      return Values();
    }, turns);
    op.erase();
  }
};

} // namespace

void agentopt::lowerOverLanes(linalg::GenericOp op, const Spread &spread, std::optional<Turns> turns, Group &group) { Lowering(op, spread, turns, group).run(); }
