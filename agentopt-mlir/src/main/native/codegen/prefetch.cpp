// agentopt-prefetch-rows: a loop that goes through the rows of a buffer asks for the row some kilobytes ahead while it works on this one.
//
// A processor's own prefetchers run a few lines ahead, and its window of instructions in flight, which could reach further, fills up with arithmetic. So a
// kernel that reads memory once and computes much on it waits, though memory and arithmetic alone would each be fast enough. Asking further ahead keeps as
// many lines under way as a loop that only reads.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;

namespace {

constexpr int64_t lineBytes = 64;
constexpr int64_t aheadBytes = 12288;
constexpr int64_t largestRowBytes = 8192; // of longer rows the processor's own prefetchers see enough

struct PrefetchRows : PassWrapper<PrefetchRows, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(PrefetchRows)

  StringRef getArgument() const override { return "agentopt-prefetch-rows"; }
  StringRef getDescription() const override { return "Ask for rows ahead of the loop that reads them"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, memref::MemRefDialect, scf::SCFDialect>();
  }

  void runOnOperation() override {
    getOperation()->walk([](scf::ForOp loop) {
      if (!isConstantIntValue(loop.getStep(), 1)) return;
      for (auto row : llvm::to_vector(loop.getBody()->getOps<memref::SubViewOp>()))
        if (int64_t bytes = rowBytes(loop, row)) prefetch(loop, row, bytes);
    });
  }

  // The size of a row that the loop's variable selects and that is only read, or 0 when the view is something else.
  static int64_t rowBytes(scf::ForOp loop, memref::SubViewOp row) {
    MemRefType type = row.getType();
    if (type.getRank() != 1 || !type.hasStaticShape() || !type.getElementType().isIntOrFloat() || !loop.isDefinedOutsideOfLoop(row.getSource())) return 0;
    int64_t offset;
    SmallVector<int64_t> strides;
    if (failed(type.getStridesAndOffset(strides, offset)) || strides[0] != 1) return 0;
    unsigned selected = 0;
    for (Value index : row.getOffsets()) {
      if (index == loop.getInductionVar()) selected++;
      else if (!loop.isDefinedOutsideOfLoop(index)) return 0;
    }
    for (Value size : row.getSizes())
      if (!loop.isDefinedOutsideOfLoop(size)) return 0;
    for (Operation *user : row->getUsers())
      if (!readsOnly(user, row)) return 0;
    int64_t bytes = type.getNumElements() * type.getElementTypeBitWidth() / 8;
    return selected == 1 && bytes >= lineBytes && bytes <= largestRowBytes ? bytes : 0;
  }

  static bool readsOnly(Operation *user, Value view) {
    if (isa<memref::LoadOp>(user)) return true;
    if (auto effects = dyn_cast<MemoryEffectOpInterface>(user)) {
      SmallVector<MemoryEffects::EffectInstance> found;
      effects.getEffectsOnValue(view, found);
      return llvm::all_of(found, [](auto &effect) { return isa<MemoryEffects::Read>(effect.getEffect()); });
    }
    return false;
  }

  static void prefetch(scf::ForOp loop, memref::SubViewOp row, int64_t bytes) {
    OpBuilder builder(row);
    Location location = row.getLoc();
    auto constant = [&](int64_t value) { return arith::ConstantIndexOp::create(builder, location, value).getResult(); };
    Value one = constant(1);
    Value last = arith::SubIOp::create(builder, location, loop.getUpperBound(), one);
    Value ahead = arith::AddIOp::create(builder, location, loop.getInductionVar(), constant((aheadBytes + bytes - 1) / bytes));
    IRMapping later;
    later.map(loop.getInductionVar(), arith::MinSIOp::create(builder, location, ahead, last).getResult());
    Value next = builder.clone(*row, later)->getResult(0);
    int64_t elements = row.getType().getNumElements();
    auto lines = scf::ForOp::create(builder, location, constant(0), constant(elements), constant(lineBytes * elements / bytes));
    builder.setInsertionPointToStart(lines.getBody());
    memref::PrefetchOp::create(builder, location, next, ValueRange{lines.getInductionVar()}, /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
  }
};

} // namespace

namespace agentopt {
void registerPrefetch() { PassRegistration<PrefetchRows>(); }
} // namespace agentopt
