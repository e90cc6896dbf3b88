// agentopt-gpu-rows: a kernel over rows (func.func @agentopt_NAME(%begin, %end, memrefs...) in linalg and scf) becomes a gpu.func. Groups of threads share
// out the rows, the lanes of a group share out what linalg does within a row. Where the body does not allow that (a scan that carries state, arrays that
// are used both element by element and as a whole) each thread takes rows of its own.
#include "gpu_rows.h"

#include "gpu_lanes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Pass/Pass.h"

#include <set>

using namespace mlir;
using namespace agentopt;

namespace {

constexpr int64_t MOST_LANES = 1024;

// Marks a branch that writes past a processor's caches; what is written otherwise is what a GPU runs.
constexpr const char *CPU_STREAMING = "cpu_streaming";

Value rootOf(Value memref) {
  while (auto view = memref.getDefiningOp<ViewLikeOpInterface>()) memref = view.getViewSource();
  return memref;
}

// How a function uses an array: by lanes along a row of some length, by all lanes alike, or in both ways.
struct Uses {
  bool written = false, read = false, alike = false;
  std::set<std::pair<int64_t, int64_t>> spreads; // (extent, width)

  bool conflict(bool temporary) const {
    if (!written) return false;
    if (temporary) return spreads.size() + alike > 1;
    return read && spreads.size() + alike > 1;
  }
};

using AllUses = llvm::MapVector<Value, Uses>;

AllUses usesOf(gpu::GPUFuncOp kernel, int64_t lanes) {
  AllUses all;
  kernel.walk([&](Operation *op) {
    if (auto generic = dyn_cast<linalg::GenericOp>(op)) {
      Spread spread = spreadOf(generic, lanes);
      for (OpOperand &operand : op->getOpOperands()) {
        if (!isa<MemRefType>(operand.get().getType())) continue;
        Uses &uses = all[rootOf(operand.get())];
        bool out = !generic.isDpsInput(&operand);
        uses.written |= out;
        uses.read |= !out || generic.payloadUsesValueFromOperand(&operand);
        AffineMap map = generic.getMatchingIndexingMap(&operand);
        bool lane = spread.dim >= 0 && map.isFunctionOfDim(spread.dim);
        bool contiguous = lane && isa<AffineDimExpr>(map.getResults().back()) && cast<AffineDimExpr>(map.getResults().back()).getPosition() == spread.dim;
        if (contiguous) uses.spreads.insert({spread.extent, spread.width});
        else if (lane) uses.spreads.insert({-1, -1});
        else uses.alike = true;
      }
      return;
    }
    if (auto load = dyn_cast<memref::LoadOp>(op)) {
      Uses &uses = all[rootOf(load.getMemRef())];
      uses.read = uses.alike = true;
    } else if (auto store = dyn_cast<memref::StoreOp>(op)) {
      Uses &uses = all[rootOf(store.getMemRef())];
      uses.written = uses.alike = true;
    } else if (auto call = dyn_cast<CallOpInterface>(op)) {
      for (Value v : call->getOperands())
        if (isa<MemRefType>(v.getType())) all[rootOf(v)].spreads.insert({-2, -2});
    }
  });
  return all;
}

// A scalar loop that reads what it wrote keeps its state in memory that other lanes would change under it.
bool keepsState(const AllUses &all) {
  return llvm::any_of(all, [](auto &entry) {
    bool temporary = entry.first.template getDefiningOp<memref::AllocaOp>() || entry.first.template getDefiningOp<memref::AllocOp>();
    if (entry.second.conflict(temporary)) return true;
    return !temporary && entry.second.written && entry.second.read && entry.second.alike;
  });
}

struct Rows : PassWrapper<Rows, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(Rows)

  Rows() = default;
  Rows(const Rows &other) : PassWrapper(other) {}

  StringRef getArgument() const override { return "agentopt-gpu-rows"; }
  StringRef getDescription() const override { return "Share out a kernel's rows among groups of GPU threads"; }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<affine::AffineDialect, arith::ArithDialect, gpu::GPUDialect, LLVM::LLVMDialect, memref::MemRefDialect, NVVM::NVVMDialect, scf::SCFDialect,
                    vector::VectorDialect>();
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto functions = llvm::to_vector(module.getOps<func::FuncOp>());
    OpBuilder builder(module.getBodyRegion());
    auto gpuModule = gpu::GPUModuleOp::create(builder, module.getLoc(), "agentopt_kernels");
    module->setAttr(gpu::GPUDialect::getContainerModuleAttrName(), builder.getUnitAttr());
    for (func::FuncOp function : functions) {
      if (!function.getName().starts_with("agentopt_") || function.isExternal()) continue;
      if (failed(convert(function, gpuModule))) return signalPassFailure();
      function.erase();
    }
  }

  LogicalResult convert(func::FuncOp function, gpu::GPUModuleOp gpuModule) {
    FunctionType type = function.getFunctionType();
    if (type.getNumInputs() < 2 || !type.getInput(0).isIndex() || !type.getInput(1).isIndex() || type.getNumResults())
      return function.emitError("a kernel takes its first and last row as index arguments and returns nothing");
    if (failed(check(function))) return failure();
    OpBuilder builder(&gpuModule.getBodyRegion().front(), gpuModule.getBodyRegion().front().end());
    auto kernel = gpu::GPUFuncOp::create(builder, function.getLoc(), function.getName(), type);
    kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), builder.getUnitAttr());
    moveBody(function, kernel);
    dropStreaming(kernel);

    int64_t lanes = lanesFor(kernel);
    if (lanes > 1 && keepsState(usesOf(kernel, lanes))) lanes = 1;
    Group group;
    group.kernel = kernel;
    group.wave = wave;
    if (lanes > 1 && lanes <= wave) {
      int64_t fewer = lanesOfParts(kernel);
      if (fewer) lanes = fewer, group.parts = rowBlocks;
    }
    group.lanes = lanes;
    group.blocks = lanes <= MOST_LANES ? 1 : std::clamp<int64_t>(lanes / clusterThreads, 1, cluster);
    if (lanes > 1) holdRows(kernel, lanes);
    // A group larger than a warp meets at the block's barrier, or its blocks at the cluster's.
    int64_t threads = lanes > wave ? lanes / group.blocks : group.parts > 1 ? partThreads : blockThreads;
    kernel.setKnownBlockSize(ArrayRef<int32_t>{int32_t(threads), 1, 1});
    if (group.blocks > 1) kernel.setKnownClusterSize(ArrayRef<int32_t>{int32_t(group.blocks), 1, 1});
    kernel->setAttr("agentopt.threads", builder.getI64IntegerAttr(threads));
    kernel->setAttr("agentopt.rows_per_block", builder.getI64IntegerAttr(group.parts > 1 ? 1 : std::max<int64_t>(1, threads / lanes)));
    kernel->setAttr("agentopt.blocks_per_row", builder.getI64IntegerAttr(group.blocks * group.parts));
    number(group, threads);
    return lower(kernel, group);
  }

  // What stays behind in the module, and what lanes could not hold.
  static LogicalResult check(func::FuncOp function) {
    auto numbers = [](Type type) {
      auto memref = dyn_cast<MemRefType>(type);
      return !memref || memref.getElementType().isIntOrIndexOrFloat();
    };
    WalkResult result = function.walk([&](Operation *op) {
      if (isa<memref::GetGlobalOp>(op)) return op->emitError("a kernel on a GPU takes tables as operands, not as globals of the module"), WalkResult::interrupt();
      if (isa<CallOpInterface>(op)) return op->emitError("a kernel on a GPU calls no function"), WalkResult::interrupt();
      if (!llvm::all_of(op->getResultTypes(), numbers)) return op->emitError("the elements of a GPU kernel's arrays are numbers"), WalkResult::interrupt();
      return WalkResult::advance();
    });
    if (!llvm::all_of(function.getArgumentTypes(), numbers)) return function.emitError("the elements of a GPU kernel's operands are numbers");
    return failure(result.wasInterrupted());
  }

  // The function's body in the kernel, without what says only that operands do not overlap.
  static void moveBody(func::FuncOp function, gpu::GPUFuncOp kernel) {
    Block &entry = kernel.getBody().front();
    IRMapping mapping;
    for (auto [from, to] : llvm::zip(function.getArguments(), entry.getArguments())) mapping.map(from, to);
    OpBuilder builder(&entry, entry.end());
    for (Operation &op : function.getBody().front()) {
      if (auto distinct = dyn_cast<memref::DistinctObjectsOp>(op)) {
        for (auto [operand, result] : llvm::zip(distinct.getOperands(), distinct.getResults())) mapping.map(result, mapping.lookup(operand));
      } else if (isa<func::ReturnOp>(op)) {
        gpu::ReturnOp::create(builder, op.getLoc());
      } else {
        builder.clone(op, mapping);
      }
    }
  }

  static void dropStreaming(gpu::GPUFuncOp kernel) {
    SmallVector<scf::IfOp> branches;
    kernel.walk([&](scf::IfOp branch) {
      if (branch->hasAttr(CPU_STREAMING) && branch.getNumResults() == 0) branches.push_back(branch);
    });
    for (scf::IfOp branch : branches) {
      if (Block *otherwise = branch.elseBlock())
        branch->getBlock()->getOperations().splice(branch->getIterator(), otherwise->getOperations(), otherwise->begin(), std::prev(otherwise->end()));
      branch.erase();
    }
  }

  // A warp for rows that its lanes hold in a few loads each, a block for longer ones, then a cluster of blocks: several of these small blocks share a
  // multiprocessor, so some read while others reduce. A thread where nothing can be spread.
  int64_t lanesFor(gpu::GPUFuncOp kernel) {
    int64_t chunks = 0;
    kernel.walk([&](linalg::GenericOp op) {
      Spread spread = spreadOf(op, wave);
      if (spread.dim < 0) return;
      chunks = std::max(chunks, ShapedType::isDynamic(spread.extent) ? wave : spread.chunks());
    });
    if (chunks == 0) return 1;
    int64_t wanted = wave;
    while (wanted < MOST_LANES * cluster && wanted * laneChunks < chunks) wanted *= 2;
    // Halved, they have as many registers, but fewer warps meet. A block of all lanes has no registers for twice the columns.
    if (wanted >= MOST_LANES && wanted != 2 * MOST_LANES && wanted / 2 * MOST_UNROLLED >= chunks) wanted /= 2;
    return wanted;
  }

  // Lanes of a group where groups share out the independent work of each row, as many as take 16 bytes at a time of it; 0 where they do not.
  int64_t lanesOfParts(gpu::GPUFuncOp kernel) {
    scf::ForOp rows;
    for (auto loop : kernel.getBody().front().getOps<scf::ForOp>())
      if (!loop.getNumResults() && isRows(kernel, loop)) {
        if (rows) return 0;
        rows = loop;
      }
    Operation *work = rows ? independentWork(rows, wave) : nullptr;
    if (!work) return 0;
    int64_t lanes = wave;
    work->walk([&](linalg::GenericOp op) {
      while (lanes > 2 && spreadOf(op, lanes).width < spreadOf(op, 2).width) lanes /= 2;
    });
    return lanes;
  }

  static void number(Group &group, int64_t threads) {
    Block &entry = group.kernel.getBody().front();
    auto b = ImplicitLocOpBuilder::atBlockBegin(group.kernel.getLoc(), &entry);
    Value thread = gpu::ThreadIdOp::create(b, gpu::Dimension::x), block = gpu::BlockIdOp::create(b, gpu::Dimension::x);
    Value blocks = gpu::GridDimOp::create(b, gpu::Dimension::x);
    Value lanes = arith::ConstantIndexOp::create(b, group.lanes), perBlock = arith::ConstantIndexOp::create(b, std::max<int64_t>(1, threads / group.lanes));
    if (group.blocks > 1) {
      Value perGroup = arith::ConstantIndexOp::create(b, group.blocks), inBlock = arith::ConstantIndexOp::create(b, threads);
      Value before = arith::MulIOp::create(b, arith::RemUIOp::create(b, block, perGroup), inBlock);
      group.lane = arith::AddIOp::create(b, before, thread);
      group.number = arith::DivUIOp::create(b, block, perGroup);
      group.count = arith::DivUIOp::create(b, blocks, perGroup);
      NVVM::ClusterArriveOp::create(b, b.getUnitAttr());
      b.setInsertionPoint(entry.getTerminator());
      NVVM::ClusterWaitOp::create(b, b.getUnitAttr());
      return;
    }
    group.lane = group.lanes == 1 ? arith::ConstantIndexOp::create(b, 0).getResult() : arith::RemUIOp::create(b, thread, lanes).getResult();
    if (group.parts > 1) {
      Value perRow = arith::ConstantIndexOp::create(b, group.parts);
      group.number = arith::DivUIOp::create(b, block, perRow);
      group.count = arith::DivUIOp::create(b, blocks, perRow);
      Value before = arith::MulIOp::create(b, arith::RemUIOp::create(b, block, perRow), perBlock);
      group.part = arith::AddIOp::create(b, before, arith::DivUIOp::create(b, thread, lanes));
      group.partCount = arith::MulIOp::create(b, perRow, perBlock);
      return;
    }
    Value first = arith::MulIOp::create(b, block, perBlock);
    group.number = arith::AddIOp::create(b, first, arith::DivUIOp::create(b, thread, lanes));
    group.count = arith::MulIOp::create(b, blocks, perBlock);
  }

  LogicalResult lower(gpu::GPUFuncOp kernel, Group &group) {
    scf::ForOp rows; // of the row whose work is shared out as well
    Operation *work = nullptr;
    if (group.parts > 1) {
      for (auto loop : kernel.getBody().front().getOps<scf::ForOp>())
        if (!loop.getNumResults() && isRows(kernel, loop)) rows = loop;
      work = independentWork(rows, group.lanes);
      if (auto loop = dyn_cast<scf::ForOp>(work)) shareOut(loop, {group.part, group.partCount});
    }
    bool shared = shareOutLoops(kernel, group);
    if (failed(makeFragments(kernel, group))) return failure();
    SmallVector<linalg::GenericOp> operations;
    kernel.walk([&](linalg::GenericOp op) { operations.push_back(op); });
    for (linalg::GenericOp op : operations) {
      bool spreadRows = op->getParentOp() == kernel && hasRows(op, group);
      std::optional<Turns> turns;
      if (spreadRows) turns = {group.number, group.count};
      if (op == work) turns = {group.part, group.partCount};
      lowerOverLanes(op, spreadOf(op, group.lanes), turns, group);
      shared |= spreadRows;
    }
    if (rows) unrollCopies(rows, partChunks);
    // Otherwise every group would compute all rows.
    if (!shared) return kernel.emitError("no loop from the first row to the last at the top of the kernel could be shared out among groups of threads");
    for (auto &[array, fragment] : group.fragments) {
      if (!array.use_empty()) return emitError(array.getLoc(), "an array of a row is used in a way that cannot be spread over lanes");
      array.getDefiningOp()->erase();
    }
    return success();
  }

  // The loops over rows: those at the top whose number of turns is not known here.
  static bool shareOutLoops(gpu::GPUFuncOp kernel, Group &group) {
    bool shared = false;
    for (Operation &op : kernel.getBody().front()) {
      auto loop = dyn_cast<scf::ForOp>(op);
      if (!loop || loop.getNumResults() || !isRows(kernel, loop)) continue;
      shareOut(loop, {group.number, group.count});
      shared = true;
    }
    return shared;
  }

  static void shareOut(scf::ForOp loop, Turns turns) {
    ImplicitLocOpBuilder b(loop.getLoc(), loop);
    Value skip = arith::MulIOp::create(b, turns.first, loop.getStep());
    loop.setLowerBound(arith::AddIOp::create(b, loop.getLowerBound(), skip));
    loop.setStep(arith::MulIOp::create(b, turns.step, loop.getStep()));
  }

  static bool isRows(gpu::GPUFuncOp kernel, scf::ForOp loop) {
    Value begin = kernel.getArgument(0), end = kernel.getArgument(1);
    if (loop.getLowerBound() == begin && loop.getUpperBound() == end) return true;
    auto count = loop.getUpperBound().getDefiningOp<arith::SubIOp>();
    return getConstantIntValue(loop.getLowerBound()) == 0 && count && count.getLhs() == end && count.getRhs() == begin;
  }

  // An operation on all rows at once: its first loop is parallel, of unknown length, and not the one that lanes share.
  static bool hasRows(linalg::GenericOp op, Group &group) {
    if (op.getNumLoops() == 0 || op.getIteratorTypesArray()[0] != utils::IteratorType::parallel) return false;
    return spreadOf(op, group.lanes).dim != 0 && ShapedType::isDynamic(op.getStaticLoopRanges()[0]);
  }

  // Arrays of a row: what each lane works on, it keeps.
  static LogicalResult makeFragments(gpu::GPUFuncOp kernel, Group &group) {
    for (auto &[root, uses] : usesOf(kernel, group.lanes)) {
      Operation *allocation = root.getDefiningOp();
      if (!allocation || !isa<memref::AllocaOp, memref::AllocOp>(allocation)) continue;
      auto type = cast<MemRefType>(root.getType());
      if (!type.hasStaticShape()) return allocation->emitError("an array of a kernel on a GPU has a size that is known when it is compiled");
      OpBuilder b(allocation);
      for (Operation *user : llvm::make_early_inc_range(root.getUsers()))
        if (isa<memref::DeallocOp>(user)) user->erase();
      if (uses.spreads.empty() || group.lanes == 1) {
        root.replaceAllUsesWith(memref::AllocaOp::create(b, allocation->getLoc(), type));
        allocation->erase();
        continue;
      }
      auto [extent, width] = *uses.spreads.begin();
      int64_t stride = width * group.lanes;
      SmallVector<int64_t> shape(type.getShape());
      shape.back() = (extent + stride - 1) / stride * width;
      group.fragments[root] = memref::AllocaOp::create(b, allocation->getLoc(), MemRefType::get(shape, type.getElementType()));
    }
    return success();
  }

  Option<int64_t> wave{*this, "wave", llvm::cl::desc("threads that shuffle among each other: 32 or 64"), llvm::cl::init(32)};
  Option<int64_t> laneChunks{*this, "lane-chunks", llvm::cl::desc("loads in flight for each lane, and what its registers hold of a row"), llvm::cl::init(8)};
  Option<int64_t> partChunks{*this, "part-chunks", llvm::cl::desc("loads in flight for each lane where groups share out a row's work"), llvm::cl::init(8)};
  Option<int64_t> cluster{*this, "cluster", llvm::cl::desc("the most blocks that share a row; 1 where the target has no clusters"), llvm::cl::init(1)};
  Option<int64_t> clusterThreads{*this, "cluster-threads", llvm::cl::desc("threads of a block from which on blocks form a cluster"), llvm::cl::init(256)};
  Option<int64_t> rowBlocks{*this, "row-blocks", llvm::cl::desc("blocks that share out the independent work of a row"), llvm::cl::init(64)};
  Option<int64_t> partThreads{*this, "part-threads", llvm::cl::desc("threads of a block that shares a row's independent work"), llvm::cl::init(512)};
  Option<int64_t> blockThreads{*this, "block-threads", llvm::cl::desc("threads of a block that works on several rows"), llvm::cl::init(128)};
};

} // namespace

void agentopt::registerGpuRows() { PassRegistration<Rows>(); }
