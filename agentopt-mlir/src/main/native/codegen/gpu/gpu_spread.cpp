// Which loop of an operation the lanes of a group share out, and how many elements a lane takes at once.
#include "gpu_lanes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

#include <numeric>

using namespace mlir;
using namespace agentopt;

namespace {

constexpr int64_t VECTOR_BYTES = 16; // the widest load of a thread
constexpr int64_t MOST_WIDTH = 16;

bool isDim(AffineExpr expr, unsigned dim) {
  auto d = dyn_cast<AffineDimExpr>(expr);
  return d && d.getPosition() == dim;
}

// The loop runs along the operand's innermost dimension and along no other.
bool isContiguous(AffineMap map, unsigned dim) {
  if (map.getNumResults() == 0 || !isDim(map.getResults().back(), dim)) return false;
  for (AffineExpr e : map.getResults().drop_back())
    if (e.isFunctionOfDim(dim)) return false;
  return true;
}

// Lanes can share out a reducing loop: each output is combined by one operation, or written element by element along this loop alone.
bool canReduce(linalg::GenericOp op, unsigned dim) {
  bool alone = llvm::count(op.getIteratorTypesArray(), utils::IteratorType::reduction) == 1;
  for (unsigned i = 0; i < op.getNumDpsInits(); i++) {
    if (op.getMatchingIndexingMap(op.getDpsInitOperand(i)).isFunctionOfDim(dim)) {
      if (!alone || !isContiguous(op.getMatchingIndexingMap(op.getDpsInitOperand(i)), dim)) return false;
      continue;
    }
    SmallVector<Operation *> combiners;
    if (!matchReduction(op.getRegionOutputArgs(), i, combiners) || combiners.size() != 1) return false;
  }
  return true;
}

} // namespace

int64_t agentopt::alignmentOf(Value memref) {
  Operation *definition = memref.getDefiningOp();
  if (!definition || isa<memref::AllocaOp, memref::AllocOp>(definition)) return MOST_WIDTH;
  if (auto cast = dyn_cast<memref::CastOp>(definition)) return alignmentOf(cast.getSource());
  auto view = dyn_cast<memref::SubViewOp>(definition);
  if (!view) return 1;
  int64_t alignment = alignmentOf(view.getSource());
  MemRefType source = view.getSourceType();
  if (!source.getLayout().isIdentity()) {
    // Strided sources are views of views: only a view that keeps the start keeps the alignment.
    for (OpFoldResult offset : view.getMixedOffsets())
      if (getConstantIntValue(offset) != 0) return 1;
    return alignment;
  }
  int64_t stride = 1;
  for (int64_t i = source.getRank() - 1; i >= 0; i--) {
    std::optional<int64_t> offset = getConstantIntValue(view.getMixedOffsets()[i]);
    int64_t step = offset ? *offset * stride : stride;
    alignment = std::gcd(alignment, step);
    if (!source.isDynamicDim(i)) stride *= source.getDimSize(i);
  }
  return alignment;
}

Spread agentopt::spreadOf(linalg::GenericOp op, int64_t lanes) {
  Spread spread;
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  auto kinds = op.getIteratorTypesArray();
  int best = 0;
  for (unsigned d = 0; d < op.getNumLoops(); d++) {
    bool reduces = kinds[d] == utils::IteratorType::reduction;
    if (reduces && !canReduce(op, d)) continue;
    int score = reduces ? 1 : 2;
    for (AffineMap map : op.getIndexingMapsArray()) score += isContiguous(map, d) ? 4 : 0;
    if (score >= best && score > 2) {
      best = score;
      spread.dim = d;
      spread.reduces = reduces;
      spread.extent = extents[d];
    }
  }
  if (spread.dim < 0) return spread;
  int64_t least = VECTOR_BYTES, common = MOST_WIDTH;
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!type || !map.isFunctionOfDim(spread.dim)) continue;
    if (!isContiguous(map, spread.dim)) continue;
    least = std::min<int64_t>(least, std::max<int64_t>(1, type.getElementTypeBitWidth() / 8));
    common = std::gcd(common, alignmentOf(operand.get()));
    // Every row must start on a multiple, not only the first.
    auto shape = type.getShape();
    if (type.getRank() > 1) common = std::gcd(common, ShapedType::isDynamic(shape.back()) ? 1 : shape.back());
    SmallVector<int64_t> strides;
    int64_t offset;
    if (failed(type.getStridesAndOffset(strides, offset)) || strides.empty() || strides.back() != 1) common = 1;
  }
  int64_t width = VECTOR_BYTES / least;
  if (ShapedType::isDynamic(spread.extent)) return spread;
  // A width that leaves lanes without work is too wide.
  while (width > 1 && (common % width || spread.extent % width || spread.extent / width < std::min<int64_t>(lanes, 32))) width /= 2;
  spread.width = lanes == 1 ? 1 : width;
  return spread;
}
