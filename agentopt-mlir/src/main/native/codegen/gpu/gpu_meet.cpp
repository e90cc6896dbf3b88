// How the values of a group's lanes meet: by shuffles in a warp, by shared memory in a block, by all blocks' shared memory in a cluster.
#include "gpu_lanes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace agentopt;

namespace {

struct Meeting {
  ImplicitLocOpBuilder &b;
  Group &group;
  Operation *by;

  Value constant(int64_t value) { return arith::ConstantIndexOp::create(b, value); }
  Value combine(Value x, Value y) { return agentopt::combine(b, by, x, y); }

  // Shuffles and other blocks' memory take 32 or 64 bits.
  Value packed(Value x) {
    Type type = x.getType();
    if (type.isIndex()) return arith::IndexCastOp::create(b, b.getI64Type(), x);
    if (type.getIntOrFloatBitWidth() >= 32) return x;
    Type bits = b.getIntegerType(type.getIntOrFloatBitWidth());
    if (type != bits) x = arith::BitcastOp::create(b, bits, x);
    return arith::ExtUIOp::create(b, b.getI32Type(), x);
  }

  Value unpacked(Value x, Type type) {
    if (type.isIndex()) return arith::IndexCastOp::create(b, type, x);
    if (type.getIntOrFloatBitWidth() >= 32) return x;
    Type bits = b.getIntegerType(type.getIntOrFloatBitWidth());
    x = arith::TruncIOp::create(b, bits, x);
    return type == bits ? x : arith::BitcastOp::create(b, type, x).getResult();
  }

  Value shuffled(Value x, int64_t distance) {
    Value offset = arith::ConstantIntOp::create(b, distance, 32), width = arith::ConstantIntOp::create(b, group.wave, 32);
    return unpacked(gpu::ShuffleOp::create(b, packed(x), offset, width, gpu::ShuffleMode::XOR).getShuffleResult(), x.getType());
  }

  Value acrossWave(Value x, int64_t lanes) {
    for (int64_t distance = lanes / 2; distance; distance /= 2) x = combine(x, shuffled(x, distance));
    return x;
  }

  Value sharedArray(int64_t length, Type type) {
    auto space = gpu::AddressSpaceAttr::get(b.getContext(), gpu::AddressSpace::Workgroup);
    return group.kernel.addWorkgroupAttribution(MemRefType::get({length}, type, MemRefLayoutAttrInterface(), space), b.getLoc());
  }

  // Every lane gets the combination of all lanes' values.
  Value acrossLanes(Value x) {
    x = acrossWave(x, std::min(group.lanes, group.wave));
    if (group.lanes <= group.wave) return x;
    if (group.blocks > 1) return acrossCluster(x);
    int64_t waves = group.lanes / group.wave;
    Value shared = sharedArray(waves, x.getType());
    Value wave = arith::DivUIOp::create(b, group.lane, constant(group.wave));
    memref::StoreOp::create(b, x, shared, ValueRange{wave});
    gpu::BarrierOp::create(b);
    x = memref::LoadOp::create(b, shared, ValueRange{constant(0)});
    for (int64_t w = 1; w < waves; w++) x = combine(x, memref::LoadOp::create(b, shared, ValueRange{constant(w)}));
    gpu::BarrierOp::create(b); // the next reduction writes to other memory, but the next row to this one
    return x;
  }

  // Each wave puts its value into the shared memory of every block of the cluster. Two phases of the cluster's barrier take turns: all have read what was there
  // before (whose arrival is at the end of the reduction before, or at the kernel's start), and all have written.
  Value acrossCluster(Value x) {
    Type type = x.getType();
    Value bits = packed(x);
    int64_t waves = group.lanes / group.wave, bytes = bits.getType().getIntOrFloatBitWidth() / 8;
    Value shared = sharedArray(waves, bits.getType());
    Value wave = arith::DivUIOp::create(b, group.lane, constant(group.wave)), inWave = arith::RemUIOp::create(b, group.lane, constant(group.wave));
    NVVM::ClusterWaitOp::create(b, b.getUnitAttr());
    // Lane i of a wave writes to block i.
    Value start = memref::ExtractAlignedPointerAsIndexOp::create(b, shared);
    Value place = arith::AddIOp::create(b, start, arith::MulIOp::create(b, wave, constant(bytes)));
    Value operands[] = {arith::IndexCastOp::create(b, b.getI32Type(), place), arith::IndexCastOp::create(b, b.getI32Type(), inWave), bits};
    std::string width = std::to_string(8 * bytes), kind = isa<FloatType>(bits.getType()) ? (bytes == 4 ? "f" : "d") : (bytes == 4 ? "r" : "l");
    std::string store = "{\n.reg .pred writes;\n.reg .b32 there;\nsetp.lt.u32 writes, $1, " + std::to_string(group.blocks) +
                        ";\n@writes mapa.shared::cluster.u32 there, $0, $1;\n@writes st.shared::cluster.b" + width + " [there], $2;\n}";
    LLVM::InlineAsmOp::create(b, TypeRange(), operands, store, "r,r," + kind + ",~{memory}", true, false, LLVM::tailcallkind::TailCallKind::None,
                              LLVM::AsmDialectAttr(), ArrayAttr());
    NVVM::ClusterArriveOp::create(b, b.getUnitAttr());
    NVVM::ClusterWaitOp::create(b, b.getUnitAttr());
    int64_t read = std::min(waves, group.wave);
    Value at = arith::RemUIOp::create(b, inWave, constant(read));
    x = unpacked(memref::LoadOp::create(b, shared, ValueRange{at}), type);
    for (int64_t w = read; w < waves; w += read)
      x = combine(x, unpacked(memref::LoadOp::create(b, shared, ValueRange{arith::AddIOp::create(b, at, constant(w))}), type));
    x = acrossWave(x, read);
    NVVM::ClusterArriveOp::create(b, b.getUnitAttr());
    return x;
  }
};

} // namespace

Value agentopt::combine(ImplicitLocOpBuilder &b, Operation *by, Value x, Value y) {
  Operation *copy = b.clone(*by);
  copy->setOperands({x, y});
  return copy->getResult(0);
}

Value agentopt::acrossLanes(ImplicitLocOpBuilder &b, Group &group, Value x, Operation *by) { return Meeting{b, group, by}.acrossLanes(x); }
