// A row that several operations read or write is held by the lanes: read once before the first of them, written once after the last. LLVM does the same to
// rows that fill all lanes evenly; where some lanes have one chunk more, it reads and writes memory in each operation.
#include "gpu_lanes.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace agentopt;

namespace {

struct Row {
  memref::SubViewOp view;
  int64_t lanes;
  SmallVector<linalg::GenericOp> users; // in order
  bool written = false;

  // The operation of the row's own block that the user is or is in.
  Operation *place(Operation *user) { return view->getBlock()->findAncestorOpInBlock(*user); }

  // Whether every use of the row is an operation that the lanes share out along it, all in the same way.
  bool isSpread() {
    MemRefType type = view.getType();
    if (type.getRank() != 1 || !type.hasStaticShape()) return false;
    for (Operation *user : view->getUsers()) {
      auto generic = dyn_cast<linalg::GenericOp>(user);
      if (!generic) return false;
      if (!llvm::is_contained(users, generic)) users.push_back(generic);
    }
    if (users.size() < 2) return false;
    llvm::sort(users, [&](linalg::GenericOp x, linalg::GenericOp y) { return place(x) != place(y) && place(x)->isBeforeInBlock(place(y)); });
    for (linalg::GenericOp user : users) {
      written |= llvm::is_contained(user.getDpsInits(), view.getResult());
      if (!sharesRow(user)) return false;
    }
    return true;
  }

  bool sharesRow(linalg::GenericOp user) {
    Spread spread = spreadOf(user, lanes), first = spreadOf(users.front(), lanes);
    if (spread.dim < 0 || spread.extent != view.getType().getDimSize(0) || spread.width != first.width) return false;
    if (spread.chunks() > lanes * MOST_UNROLLED) return false;
    for (OpOperand &operand : user->getOpOperands()) {
      if (operand.get() != view.getResult()) continue;
      auto index = dyn_cast<AffineDimExpr>(user.getMatchingIndexingMap(&operand).getResult(0));
      if (!index || index.getPosition() != spread.dim) return false;
    }
    return true;
  }

  // Whether nothing else reads or writes what the row is a part of; reading is no harm to a row that is only read.
  bool isAlone() {
    for (Operation *user : view.getSource().getUsers()) {
      if (user == view.getOperation() || isa<memref::DimOp, memref::ExtractAlignedPointerAsIndexOp>(user)) continue;
      auto other = dyn_cast<memref::SubViewOp>(user);
      if (written || !other) return false;
      for (Operation *op : other->getUsers()) {
        auto generic = dyn_cast<linalg::GenericOp>(op);
        if (!generic || llvm::is_contained(generic.getDpsInits(), other.getResult())) return false;
      }
    }
    return true;
  }

  bool isReadFirst() {
    linalg::GenericOp first = users.front();
    if (place(first) != first) return true; // in a loop or a branch, which may not run
    for (OpOperand &operand : first->getOpOperands())
      if (operand.get() == view.getResult() && (first.isDpsInput(&operand) || first.payloadUsesValueFromOperand(&operand))) return true;
    return false;
  }

  static linalg::GenericOp copy(OpBuilder &b, Location location, Value from, Value to) {
    AffineMap each = b.getMultiDimIdentityMap(1);
    return linalg::GenericOp::create(b, location, ValueRange{from}, ValueRange{to}, ArrayRef<AffineMap>{each, each},
                                     ArrayRef<utils::IteratorType>{utils::IteratorType::parallel},
                                     [](OpBuilder &body, Location l, ValueRange values) { linalg::YieldOp::create(body, l, values.front()); });
  }

  void hold(gpu::GPUFuncOp kernel) {
    Location location = view.getLoc();
    OpBuilder b(&kernel.getBody().front(), kernel.getBody().front().begin());
    int64_t width = spreadOf(users.front(), lanes).width;
    Value row = memref::AllocaOp::create(b, location, MemRefType::get(view.getType().getShape(), view.getType().getElementType()));
    bool reads = isReadFirst();
    for (linalg::GenericOp user : users) user->replaceUsesOfWith(view.getResult(), row);
    SmallVector<linalg::GenericOp> all = users;
    b.setInsertionPoint(place(users.front()));
    if (reads) all.push_back(copy(b, location, view.getResult(), row));
    b.setInsertionPointAfter(place(users.back()));
    if (written) all.push_back(copy(b, location, row, view.getResult()));
    // An array of the kernel's own may allow other widths than the operand did.
    if (llvm::all_of(all, [&](linalg::GenericOp op) { return spreadOf(op, lanes).width == width; })) return;
    for (linalg::GenericOp op : ArrayRef(all).drop_front(users.size())) op.erase();
    row.replaceAllUsesWith(view.getResult());
    row.getDefiningOp()->erase();
  }
};

} // namespace

void agentopt::holdRows(gpu::GPUFuncOp kernel, int64_t lanes) {
  SmallVector<memref::SubViewOp> views;
  for (auto loop : kernel.getBody().front().getOps<scf::ForOp>())
    for (auto view : loop.getBody()->getOps<memref::SubViewOp>()) views.push_back(view);
  for (memref::SubViewOp view : views) {
    Row row{view, lanes};
    if (row.isSpread() && row.isAlone()) row.hold(kernel);
  }
}
