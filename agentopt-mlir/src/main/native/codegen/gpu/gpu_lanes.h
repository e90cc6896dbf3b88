// How one linalg operation is spread over the lanes of a group of GPU threads.
#ifndef AGENTOPT_CODEGEN_GPU_LANES_H
#define AGENTOPT_CODEGEN_GPU_LANES_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace agentopt {

// Chunks of a row that a lane goes through without a loop, and so in registers.
constexpr int64_t MOST_UNROLLED = 16;

// Threads that work on one row together: a part of a warp, a warp, a block, or a cluster of blocks.
struct Group {
  mlir::gpu::GPUFuncOp kernel;
  int64_t lanes = 1;  // threads of the group
  int64_t blocks = 1; // blocks of the group
  int64_t wave = 32; // threads that shuffle among each other
  mlir::Value lane;   // this thread's place in the group
  mlir::Value number; // the group's place in the grid
  mlir::Value count;  // groups in the grid
  int64_t parts = 1; // blocks that share a row's independent work without ever meeting; then all groups of a block have the same number
  mlir::Value part;  // the group's place among those of its row
  mlir::Value partCount;
  // Arrays of the row that live in registers: each lane holds the elements that it works on.
  llvm::DenseMap<mlir::Value, mlir::Value> fragments;
};

// What the lanes share out: consecutive elements along one loop, `width` to each lane at a time.
struct Spread {
  int64_t dim = -1;    // the loop; -1 when all lanes do the same
  int64_t extent = 0;  // its trip count, or ShapedType::kDynamic
  int64_t width = 1;   // elements that a lane takes at once
  bool reduces = false;

  int64_t chunks() const { return extent / width; }
};

// How to spread the operation over this many lanes.
Spread spreadOf(mlir::linalg::GenericOp op, int64_t lanes);

// Elements at multiples of which the memref surely starts, counted from an address that is aligned to 16 bytes; at most 16.
int64_t alignmentOf(mlir::Value memref);

// Turns of a loop that belong to a group: every step-th, from the first.
struct Turns {
  mlir::Value first, step;
};

// Replaces the operation by loops over this lane's share. `turns`: those of the first parallel loop that are this group's; none where all are.
void lowerOverLanes(mlir::linalg::GenericOp op, const Spread &spread, std::optional<Turns> turns, Group &group);

// The one operation of a row's loop that groups may share out among them: a map whose outermost loop is as long as an operand says, or a loop that is marked
// as independent. None where there are several, or others that write.
mlir::Operation *independentWork(mlir::scf::ForOp rows, int64_t lanes);

// Makes several turns of the innermost loops in the operation one, whose loads come before its stores.
void unrollCopies(mlir::scf::ForOp loop, int64_t turns);

// Keeps rows that several operations of a loop use in registers between them.
void holdRows(mlir::gpu::GPUFuncOp kernel, int64_t lanes);

// x and y by an operation of two operands like `by`.
mlir::Value combine(mlir::ImplicitLocOpBuilder &b, mlir::Operation *by, mlir::Value x, mlir::Value y);

// The combination of all lanes' values, for every lane.
mlir::Value acrossLanes(mlir::ImplicitLocOpBuilder &b, Group &group, mlir::Value x, mlir::Operation *by);

} // namespace agentopt

#endif
