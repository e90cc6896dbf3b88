// What MLIR of a kernel may be: checked before any pass looks at it, and again after its own schedule has changed it. Passes and code generators are made for
// compilers' output; given anything they may end the process, call what they find, or take hours. So kernels have the operations named here, values of
// bounded size, and as many operations as bounded time allows. What a kernel's code does when it runs is its author's matter.
#include "registration.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/Pass/Pass.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlir;

namespace {

constexpr int64_t MOST_OPS = 10'000;             // the largest kernel of the catalog has some 400
constexpr int64_t MOST_OPS_WITH_CALLS = 100'000; // calls written out
constexpr int64_t MOST_VECTOR_ELEMENTS = 1'024;
constexpr int64_t MOST_ELEMENTS_OF_ALL_VECTORS = 200'000; // results of operations; n-dimensional ones are unrolled, wide ones split
constexpr int64_t MOST_STACK_BYTES = 512 << 10;           // as stack_check.cpp
constexpr int64_t MOST_CONSTANT_BYTES = 16 << 20;
constexpr int64_t MOST_BUFFER_BYTES = int64_t(1) << 46; // of one memref: products of lengths and strides stay far from overflow
constexpr int64_t MOST_MAP_NODES = 200;
constexpr int64_t MOST_ALIGNMENT = 4'096;
constexpr int64_t MOST_OPERANDS = 256;
constexpr int64_t MOST_UNROLLING = 64;
constexpr int64_t MOST_RANK = 8;

int64_t product(int64_t a, int64_t b) {
  int64_t result;
  return llvm::MulOverflow(a, b, result) ? std::numeric_limits<int64_t>::max() : result;
}

int64_t sum(int64_t a, int64_t b) {
  int64_t result;
  return llvm::AddOverflow(a, b, result) ? std::numeric_limits<int64_t>::max() : result;
}

// Whole dialects without memory, calls or output, and single operations of others.
bool allowed(Operation *op) {
  static const llvm::StringSet<> dialects = {"arith", "math", "scf"};
  static const llvm::StringSet<> refused = {"scf.execute_region", "scf.parallel", "scf.reduce", "scf.reduce.return", "scf.forall", "scf.forall.in_parallel"};
  static const llvm::StringSet<> operations = {
      "builtin.module", "func.func", "func.call", "func.return", "affine.apply", "affine.min", "affine.max", "llvm.fence",
      // gpu
      "gpu.module", "gpu.func", "gpu.return", "gpu.launch", "gpu.terminator", "gpu.barrier", "gpu.shuffle", "gpu.all_reduce", "gpu.subgroup_reduce",
      "gpu.yield", "gpu.block_id", "gpu.block_dim", "gpu.grid_dim", "gpu.thread_id", "gpu.lane_id", "gpu.subgroup_id", "gpu.subgroup_size",
      "gpu.cluster_id", "gpu.cluster_block_id", "gpu.cluster_dim", "gpu.cluster_dim_blocks",
      // linalg
      "linalg.generic", "linalg.index", "linalg.yield", "linalg.fill", "linalg.copy", "linalg.map", "linalg.reduce", "linalg.broadcast", "linalg.transpose",
      "linalg.dot", "linalg.matvec", "linalg.vecmat", "linalg.matmul", "linalg.batch_matmul",
      // memref
      "memref.alloca", "memref.load", "memref.store", "memref.atomic_rmw", "memref.dim", "memref.cast", "memref.subview", "memref.collapse_shape", "memref.expand_shape",
      "memref.reinterpret_cast", "memref.extract_aligned_pointer_as_index", "memref.prefetch", "memref.global", "memref.get_global", "memref.copy",
      // vector
      "vector.bitcast", "vector.broadcast", "vector.compressstore", "vector.constant_mask", "vector.create_mask", "vector.expandload", "vector.extract",
      "vector.extract_strided_slice", "vector.fma", "vector.from_elements", "vector.insert", "vector.insert_strided_slice", "vector.interleave",
      "vector.deinterleave", "vector.load", "vector.maskedload", "vector.maskedstore", "vector.multi_reduction", "vector.outerproduct", "vector.reduction",
      "vector.shape_cast", "vector.shuffle", "vector.splat", "vector.step", "vector.store", "vector.to_elements", "vector.transfer_read",
      "vector.transfer_write", "vector.transpose", "vector.gather", "vector.scatter", "vector.yield",
      // schedules
      "transform.named_sequence", "transform.yield", "transform.structured.match", "transform.structured.convert_to_loops", "transform.loop.unroll",
      "transform.param.constant", "transform.annotate", "transform.scf.take_assumed_branch"};
  StringRef name = op->getName().getStringRef();
  if (auto intrinsic = dyn_cast<LLVM::CallIntrinsicOp>(op)) // what lanes of a GPU tell each other
    return intrinsic.getIntrin() == "llvm.nvvm.vote.ballot.sync" || intrinsic.getIntrin() == "llvm.amdgcn.ballot.i64";
  if (!op->isRegistered() || refused.contains(name)) return false;
  return operations.contains(name) || dialects.contains(op->getName().getDialectNamespace());
}

class KernelCheck {
public:
  explicit KernelCheck(ModuleOp module) : module(module) {
    walker.addWalk([&](Type type) { return seen.insert(type.getAsOpaquePointer()).second ? look(type) : WalkResult::skip(); });
    walker.addWalk([&](Attribute attribute) { return seen.insert(attribute.getAsOpaquePointer()).second ? look(attribute) : WalkResult::skip(); });
  }

  LogicalResult run() {
    WalkResult result = module.walk<WalkOrder::PreOrder>([&](Operation *op) { return check(op) ? WalkResult::advance() : WalkResult::interrupt(); });
    if (result.wasInterrupted()) return failure();
    if (schedule > 1 && growth(schedule) > MOST_OPS_WITH_CALLS)
      return module.emitError("the schedule may make more than ") << MOST_OPS_WITH_CALLS << " operations of " << ops << ": unroll by less";
    return calls();
  }

private:
  ModuleOp module;
  Operation *current = nullptr;
  AttrTypeWalker walker;
  llvm::DenseSet<const void *> seen;
  int64_t ops = 0, elements = 0, stack = 0, constants = 0, schedule = 1, deepest = 0;

  template <typename... Parts> bool refuse(Parts &&...parts) {
    InFlightDiagnostic error = current->emitError("a kernel may not have ");
    ((error << parts), ...);
    return false;
  }

  bool check(Operation *op) {
    current = op;
    if (++ops > MOST_OPS) return refuse("more than ", MOST_OPS, " operations");
    if (!allowed(op)) return refuse("'", op->getName().getStringRef(), "'");
    // The interpreter of schedules takes whatever stands in one for an operation of its own.
    bool scheduling = op->getName().getDialectNamespace() == "transform", sequence = op->getName().getStringRef() == "transform.named_sequence";
    bool inSequence = op->getParentOp() && op->getParentOp()->getName().getStringRef() == "transform.named_sequence";
    if (sequence ? op->getParentOp() != module : scheduling != inSequence) return refuse("'", op->getName().getStringRef(), "' here: schedules stand by themselves");
    if (op->getNumOperands() > MOST_OPERANDS || op->getNumResults() > MOST_OPERANDS) return refuse("more than ", MOST_OPERANDS, " operands or results");
    for (Region &region : op->getRegions()) {
      if (region.getBlocks().size() > 1) return refuse("a region of several blocks: write scf.if, scf.for or scf.while");
      for (Block &block : region)
        for (BlockArgument argument : block.getArguments())
          if (!value(argument.getType())) return false;
    }
    for (Type type : op->getOperandTypes())
      if (!value(type)) return false;
    for (Type type : op->getResultTypes()) {
      if (!value(type)) return false;
      if (auto vector = dyn_cast<VectorType>(type)) elements = sum(elements, count(vector));
    }
    if (elements > MOST_ELEMENTS_OF_ALL_VECTORS) return refuse("vectors of more than ", MOST_ELEMENTS_OF_ALL_VECTORS, " elements in all operations together");
    for (NamedAttribute attribute : op->getAttrs())
      if (!check(attribute)) return false;
    return TypeSwitch<Operation *, bool>(op)
        .Case<func::FuncOp, gpu::GPUFuncOp>([&](auto f) { return function(f); })
        .Case([&](memref::AllocaOp o) { return alloca(o); })
        .Case([&](memref::GlobalOp o) { return global(o); })
        .Case([&](memref::DimOp o) { return dimension(o); })
        .Case([&](scf::ForOp o) { return loop(o); })
        .Default([&](Operation *o) { return o->getName().getStringRef() == "transform.loop.unroll" ? unroll(o) : true; });
  }

  static int64_t count(ShapedType type) {
    int64_t n = 1;
    for (int64_t length : type.getShape()) n = product(n, ShapedType::isDynamic(length) ? 1 : length);
    return n;
  }

  static int64_t bytes(ShapedType type) {
    Type element = type.getElementType();
    int64_t inner = 8;
    if (auto vector = dyn_cast<VectorType>(element)) inner = product(count(vector), 8);
    else if (element.isIntOrFloat()) inner = llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
    return product(count(type), inner);
  }

  // Whether an operation may have such an operand or result; what the type is made of is looked at too.
  bool value(Type type) {
    if (!isa<IntegerType, FloatType, IndexType, VectorType, MemRefType>(type) && type.getDialect().getNamespace() != "transform")
      return refuse("a value of type ", type, ": numbers, vectors and memrefs are values");
    return !walker.walk(type).wasInterrupted();
  }

  WalkResult look(Type type) {
    auto no = [&](auto... parts) {
      refuse(parts...);
      return WalkResult::interrupt();
    };
    if (auto integer = dyn_cast<IntegerType>(type)) {
      if (integer.getWidth() > 64 || integer.getWidth() == 0) return no("the type ", type, ": integers have 1 to 64 bits");
    } else if (isa<FloatType>(type)) {
      if (!type.isF16() && !type.isBF16() && !type.isF32() && !type.isF64()) return no("the type ", type, ": f16, bf16, f32 and f64 are there");
    } else if (auto vector = dyn_cast<VectorType>(type)) {
      if (vector.isScalable()) return no("a vector of unknown length");
      if (count(vector) > MOST_VECTOR_ELEMENTS || vector.getRank() > MOST_RANK)
        return no("a vector of more than ", MOST_VECTOR_ELEMENTS, " elements, such as ", type, ": loop over smaller ones");
    } else if (auto memref = dyn_cast<MemRefType>(type)) {
      if (memref.getRank() > MOST_RANK) return no("a memref of more than ", MOST_RANK, " dimensions");
      if (bytes(memref) > MOST_BUFFER_BYTES) return no("a memref of more than ", MOST_BUFFER_BYTES, " bytes");
      if (!isa<StridedLayoutAttr>(memref.getLayout()) && !memref.getLayout().isIdentity()) return no("a memref with a map for a layout: say strided<...>");
      if (auto strided = dyn_cast<StridedLayoutAttr>(memref.getLayout())) {
        for (int64_t stride : strided.getStrides())
          if (!ShapedType::isDynamic(stride) && (stride > MOST_BUFFER_BYTES || stride < 0)) return no("a stride of ", stride);
        if (!ShapedType::isDynamic(strided.getOffset()) && (strided.getOffset() > MOST_BUFFER_BYTES || strided.getOffset() < 0))
          return no("an offset of ", strided.getOffset());
      }
      if (Attribute space = memref.getMemorySpace(); space && !isa<gpu::AddressSpaceAttr>(space)) return no("a memory space other than #gpu.address_space");
    } else if (auto tensor = dyn_cast<RankedTensorType>(type)) { // of constants
      if (bytes(tensor) > MOST_CONSTANT_BYTES) return no("a constant of more than ", MOST_CONSTANT_BYTES, " bytes");
    } else if (!isa<IndexType, FunctionType, NoneType>(type) && type.getDialect().getNamespace() != "transform") {
      return no("the type ", type);
    }
    return WalkResult::advance();
  }

  WalkResult look(Attribute attribute) {
    auto no = [&](auto... parts) {
      refuse(parts...);
      return WalkResult::interrupt();
    };
    if (isa<DenseStringElementsAttr, SparseElementsAttr, OpaqueAttr, DenseResourceElementsAttr, DistinctAttr>(attribute))
      return no("an attribute such as ", attribute.getAbstractAttribute().getName());
    if (auto map = dyn_cast<AffineMapAttr>(attribute)) {
      AffineMap m = map.getValue();
      int64_t nodes = 0;
      bool divides = false;
      m.walkExprs([&](AffineExpr e) {
        nodes++;
        if (e.getKind() == AffineExprKind::FloorDiv || e.getKind() == AffineExprKind::CeilDiv || e.getKind() == AffineExprKind::Mod) {
          auto by = dyn_cast<AffineConstantExpr>(cast<AffineBinaryOpExpr>(e).getRHS());
          divides |= !by || by.getValue() <= 0;
        }
      });
      if (nodes > MOST_MAP_NODES || m.getNumInputs() > 2 * MOST_RANK) return no("a map of more than ", MOST_MAP_NODES, " terms or ", 2 * MOST_RANK, " inputs");
      if (divides) return no("a map that divides by what is no positive constant");
    } else if (isa<IntegerSetAttr>(attribute)) return no("an affine set");
    StringRef dialect = attribute.getDialect().getNamespace();
    static const llvm::StringSet<> dialects = {"builtin", "arith", "vector", "linalg", "gpu", "transform"};
    if (!dialects.contains(dialect) && !isa<LLVM::LoopAnnotationAttr, LLVM::LoopVectorizeAttr, LLVM::LoopInterleaveAttr, LLVM::FastmathFlagsAttr>(attribute))
      return no("an attribute of '", dialect, "'");
    return WalkResult::advance();
  }

  bool check(NamedAttribute attribute) {
    StringRef name = attribute.getName();
    if (name == "alignment") {
      auto alignment = dyn_cast<IntegerAttr>(attribute.getValue());
      bool fits = alignment && alignment.getValue().getActiveBits() <= 13 && llvm::isPowerOf2_64(alignment.getValue().getZExtValue()) &&
                  alignment.getValue().getZExtValue() <= MOST_ALIGNMENT;
      if (!fits) return refuse("an alignment that is no power of two up to ", MOST_ALIGNMENT);
    }
    // Becomes text of LLVM's, where it could say anything: only what the catalog says.
    if (name == "passthrough") {
      auto words = dyn_cast<ArrayAttr>(attribute.getValue());
      bool inlined = words && words.size() == 1 && words[0] == StringAttr::get(module.getContext(), "alwaysinline");
      return inlined || refuse("'passthrough' other than [\"alwaysinline\"]");
    }
    if ((name.starts_with("llvm.") || name.starts_with("nvvm.") || name.starts_with("rocdl.") || name.starts_with("dlti.")) && name != "llvm.loop_annotation")
      return refuse("the attribute '", name, "'");
    return !walker.walk(attribute.getValue()).wasInterrupted();
  }

  bool name(StringRef symbol) {
    bool plain = !symbol.empty() && symbol.size() <= 200 && llvm::all_of(symbol, [](char c) { return llvm::isAlnum(c) || c == '_'; });
    if (!plain) return refuse("a symbol '", symbol.take_front(200), "': names are letters, digits and _");
    static const llvm::TargetLibraryInfoImpl library{llvm::Triple("x86_64-unknown-linux-gnu")};
    llvm::LibFunc known;
    if (symbol.starts_with("__") || library.getLibFunc(symbol, known)) return refuse("a symbol '", symbol, "', which is a function of the C library");
    return true;
  }

  template <typename Function> bool function(Function f) {
    if (f.isExternal()) return refuse("a function '", f.getName(), "' that is declared and not defined: nothing is linked to kernels");
    // What LLVM's functions have for attributes of their own would be taken over.
    static const llvm::StringSet<> own = {"passthrough", "transform.readonly", "workgroup_attributions", "known_block_size", "known_grid_size", "gpu.kernel", "sym_name"};
    for (NamedAttribute attribute : f->getDiscardableAttrs())
      if (StringRef n = attribute.getName(); !own.contains(n) && !n.starts_with("agentopt.")) return refuse("the attribute '", n, "' at a function");
    for (unsigned i = 0; i < f.getNumArguments(); i++)
      if (DictionaryAttr attributes = f.getArgAttrDict(i); attributes && !attributes.empty()) return refuse("attributes at a function's arguments");
    for (unsigned i = 0; i < f.getNumResults(); i++)
      if (DictionaryAttr attributes = f.getResultAttrDict(i); attributes && !attributes.empty()) return refuse("attributes at a function's results");
    return name(f.getName());
  }

  bool alloca(memref::AllocaOp op) {
    stack = sum(stack, bytes(op.getType()));
    if (stack > MOST_STACK_BYTES) return refuse("more than ", MOST_STACK_BYTES, " bytes on the stack: pass scratch memory as a buffer");
    return true;
  }

  bool global(memref::GlobalOp op) {
    if (op.isExternal() || op.isUninitialized()) return refuse("a global without a value");
    constants = sum(constants, bytes(op.getType()));
    if (constants > MOST_CONSTANT_BYTES) return refuse("globals of more than ", MOST_CONSTANT_BYTES, " bytes");
    return name(op.getSymName());
  }

  // Folding a dimension that there is not ends the process; one that is not known now could become one by folding.
  bool dimension(memref::DimOp op) {
    auto type = dyn_cast<MemRefType>(op.getSource().getType());
    std::optional<int64_t> index = op.getConstantIndex();
    if (type && index && *index >= 0 && *index < type.getRank()) return true;
    return refuse("'memref.dim' of a dimension that is no constant, or that the memref does not have");
  }

  bool loop(scf::ForOp op) {
    int64_t depth = 1;
    for (Operation *p = op->getParentOp(); p; p = p->getParentOp()) depth += isa<scf::ForOp>(p);
    deepest = std::max(deepest, depth);
    return true;
  }

  bool unroll(Operation *op) {
    auto factor = op->getAttrOfType<IntegerAttr>("factor");
    if (!factor || factor.getValue().getActiveBits() > 32 || factor.getValue().getZExtValue() > MOST_UNROLLING || factor.getValue().isZero())
      return refuse("a loop unrolled by other than 1 to ", MOST_UNROLLING);
    schedule = product(schedule, factor.getValue().getZExtValue());
    return true;
  }

  int64_t growth(int64_t factor) {
    int64_t most = ops;
    for (int64_t i = 0; i < std::min<int64_t>(deepest, 2); i++) most = product(most, factor);
    return most;
  }

  // Calls are inlined, and a function that reaches itself would end the stack.
  LogicalResult calls() {
    llvm::DenseMap<Operation *, int64_t> size;
    llvm::SmallPtrSet<Operation *, 16> open;
    SymbolTableCollection tables;
    std::function<int64_t(Operation *)> written = [&](Operation *function) -> int64_t {
      if (auto known = size.find(function); known != size.end()) return known->second;
      if (!open.insert(function).second || open.size() > 200) {
        function->emitError("a kernel may not have a function that calls itself, or calls 200 deep");
        return -1;
      }
      int64_t total = 0;
      WalkResult walked = function->walk([&](Operation *op) {
        total = sum(total, 1);
        if (auto call = dyn_cast<func::CallOp>(op)) {
          Operation *callee = tables.lookupNearestSymbolFrom(call, call.getCalleeAttr());
          int64_t inner = callee ? written(callee) : 0;
          if (inner < 0) return WalkResult::interrupt();
          total = sum(total, inner);
        }
        return WalkResult::advance();
      });
      open.erase(function);
      if (walked.wasInterrupted()) return -1;
      if (total > MOST_OPS_WITH_CALLS) {
        function->emitError("a kernel may not have more than ") << MOST_OPS_WITH_CALLS << " operations with its calls written out";
        return -1;
      }
      return size[function] = total;
    };
    WalkResult result = module.walk([&](FunctionOpInterface f) { return written(f) < 0 ? WalkResult::interrupt() : WalkResult::advance(); });
    return failure(result.wasInterrupted());
  }
};

struct CheckKernel : PassWrapper<CheckKernel, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CheckKernel)

  StringRef getArgument() const override { return "agentopt-check-kernel"; }
  StringRef getDescription() const override { return "Refuse what kernels may not have"; }

  void runOnOperation() override {
    if (failed(KernelCheck(getOperation()).run())) signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace

namespace agentopt {
void registerKernelCheck() { PassRegistration<CheckKernel>(); }
} // namespace agentopt
