// Work within a row that groups share out among them, because no part of it needs another: the positions of a cache, say, whose rows are few and long.
#include "gpu_lanes.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/Utils/Utils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace agentopt;

namespace {

// Marks a loop whose turns write different places and read none that another writes.
constexpr const char *INDEPENDENT = "independent";

bool isMapOverMany(linalg::GenericOp op, int64_t lanes) {
  if (op.getNumLoops() < 2 || op.getNumReductionLoops() || spreadOf(op, lanes).dim <= 0) return false;
  return ShapedType::isDynamic(op.getStaticLoopRanges()[0]);
}

bool writesNothing(Operation *op) { return isMemoryEffectFree(op) || isa<memref::LoadOp, memref::SubViewOp>(op); }

} // namespace

Operation *agentopt::independentWork(scf::ForOp rows, int64_t lanes) {
  Operation *work = nullptr;
  for (Operation &op : rows.getBody()->without_terminator()) {
    auto map = dyn_cast<linalg::GenericOp>(op);
    if ((map && isMapOverMany(map, lanes)) || (isa<scf::ForOp>(op) && op.hasAttr(INDEPENDENT))) {
      if (work) return nullptr;
      work = &op;
    } else if (!writesNothing(&op)) {
      return nullptr;
    }
  }
  return work;
}

void agentopt::unrollCopies(scf::ForOp loop, int64_t turns) {
  SmallVector<scf::ForOp> innermost;
  loop.walk([&](scf::ForOp inner) {
    bool alone = !inner->walk([&](scf::ForOp other) { return other == inner ? WalkResult::advance() : WalkResult::interrupt(); }).wasInterrupted();
    if (alone && inner.getNumResults() == 0 && inner != loop) innermost.push_back(inner);
  });
  for (scf::ForOp inner : innermost) {
    FailureOr<UnrolledLoopInfo> unrolled = loopUnrollByFactor(inner, turns);
    if (failed(unrolled) || !unrolled->mainLoopOp) continue;
    Block *body = unrolled->mainLoopOp->getBody();
    // The kernel's operands do not overlap, so nothing that is loaded was stored before.
    auto isStore = [](Operation &op) { return isa<vector::StoreOp, memref::StoreOp>(op); };
    auto first = llvm::find_if(*body, isStore);
    if (first == body->end()) continue;
    for (Operation &op : llvm::make_early_inc_range(llvm::make_range(std::next(first), std::prev(body->end()))))
      if (!isStore(op)) op.moveBefore(&*first);
  }
}
