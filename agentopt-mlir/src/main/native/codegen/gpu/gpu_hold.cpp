// A row that several operations read or write is held by the lanes: read once before the first of them, written once after the last. LLVM does the same to
// rows that fill all lanes evenly; where some lanes have one chunk more, it reads and writes memory in each operation.
#include "gpu_lanes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace agentopt;

namespace {

struct Row {
  memref::SubViewOp view;
  int64_t lanes;
  Ahead ahead;
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

  // The second-level cache is asked for the row that some group reads next, while this one's lanes meet and nothing else of theirs is on its way: each lane
  // asks for a line.
  void fetchAhead(ImplicitLocOpBuilder b) {
    constexpr int64_t LINE = 128;
    MemRefType source = view.getSourceType();
    auto loop = dyn_cast<scf::ForOp>(view->getParentOp());
    SmallVector<OpFoldResult> offsets = view.getMixedOffsets();
    if (!loop || source.getRank() != 2 || !source.getLayout().isIdentity() || source.getDimSize(1) != view.getType().getDimSize(0)) return;
    if (offsets[0] != OpFoldResult(loop.getInductionVar())) return;
    auto constant = [&](int64_t value) -> Value { return arith::ConstantIndexOp::create(b, value); };
    int64_t bytes = source.getDimSize(1) * source.getElementTypeBitWidth() / 8, lines = (bytes + LINE - 1) / LINE;
    Value thread = gpu::ThreadIdOp::create(b, gpu::Dimension::x), block = gpu::BlockIdOp::create(b, gpu::Dimension::x);
    Value before = arith::MulIOp::create(b, arith::RemUIOp::create(b, block, constant(ahead.blocks)), constant(lanes / ahead.blocks));
    Value lane = arith::AddIOp::create(b, before, thread);
    Value later = arith::AddIOp::create(b, loop.getInductionVar(), constant(std::max<int64_t>(1, ahead.bytes / bytes)));
    Value exists = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, later, loop.getUpperBound());
    Value start = arith::AddIOp::create(b, memref::ExtractAlignedPointerAsIndexOp::create(b, view.getSource()), arith::MulIOp::create(b, later, constant(bytes)));
    for (int64_t first = 0; first < lines; first += lanes) {
      OpBuilder::InsertionGuard guard(b);
      Value line = arith::AddIOp::create(b, lane, constant(first));
      Value asks = arith::AndIOp::create(b, exists, arith::CmpIOp::create(b, arith::CmpIPredicate::ult, line, constant(lines)));
      b.setInsertionPointToStart(scf::IfOp::create(b, asks, false).thenBlock());
      Value at = arith::AddIOp::create(b, start, arith::MulIOp::create(b, line, constant(LINE)));
      LLVM::InlineAsmOp::create(b, TypeRange(), ValueRange{arith::IndexCastOp::create(b, b.getI64Type(), at)}, "prefetch.global.L2 [$0];", "l", true, false,
                                LLVM::tailcallkind::TailCallKind::None, LLVM::AsmDialectAttr(), ArrayAttr());
    }
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
    if (llvm::all_of(all, [&](linalg::GenericOp op) { return spreadOf(op, lanes).width == width; })) {
      if (reads && ahead.bytes) fetchAhead(ImplicitLocOpBuilder(location, place(all.front())));
      return;
    }
    for (linalg::GenericOp op : ArrayRef(all).drop_front(users.size())) op.erase();
    row.replaceAllUsesWith(view.getResult());
    row.getDefiningOp()->erase();
  }
};

} // namespace

void agentopt::holdRows(gpu::GPUFuncOp kernel, int64_t lanes, Ahead ahead) {
  SmallVector<memref::SubViewOp> views;
  for (auto loop : kernel.getBody().front().getOps<scf::ForOp>())
    for (auto view : loop.getBody()->getOps<memref::SubViewOp>()) views.push_back(view);
  for (memref::SubViewOp view : views) {
    Row row{view, lanes, ahead};
    if (row.isSpread() && row.isAlone()) row.hold(kernel);
  }
}
