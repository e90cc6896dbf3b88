// Between Java and a lowered kernel. MLIR passes a memref as (allocated, aligned, offset, length of each dimension, stride of each dimension); Java gives
// one pointer a buffer, and the lengths of all dimensions of all buffers one after the other. Kernel and entry are inlined into one another, so static
// dimensions stay constants and the rest is read once.
#include "entry.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace {

// The ranks of the memrefs that the kernel takes after its two bounds, or nothing when it takes something else.
std::optional<SmallVector<unsigned>> ranks(const Function &kernel) {
  FunctionType *type = kernel.getFunctionType();
  if (!type->getReturnType()->isVoidTy() || type->getNumParams() < 2) return std::nullopt;
  auto isIndex = [&](unsigned i) { return i < type->getNumParams() && type->getParamType(i)->isIntegerTy(64); };
  auto isPointer = [&](unsigned i) { return i < type->getNumParams() && type->getParamType(i)->isPointerTy(); };
  if (!isIndex(0) || !isIndex(1)) return std::nullopt;
  SmallVector<unsigned> found;
  for (unsigned i = 2; i < type->getNumParams();) {
    if (!isPointer(i) || !isPointer(i + 1)) return std::nullopt;
    unsigned numbers = 0;
    for (i += 2; isIndex(i); i++) numbers++;
    if (numbers % 2 == 0) return std::nullopt;
    found.push_back(numbers / 2);
  }
  return found;
}

void addEntry(Function &kernel, ArrayRef<unsigned> ranks) {
  Module &module = *kernel.getParent();
  LLVMContext &context = module.getContext();
  Type *index = Type::getInt64Ty(context);
  Type *pointer = PointerType::getUnqual(context);
  SmallVector<Type *> parameters = {index, index, pointer};
  parameters.append(ranks.size(), pointer);
  auto *entry = Function::Create(FunctionType::get(Type::getVoidTy(context), parameters, false), GlobalValue::ExternalLinkage, kernel.getName() + ".entry",
                                 module);
  entry->addFnAttr(Attribute::NoUnwind);
  for (unsigned i = 2; i < parameters.size(); i++) entry->addParamAttr(i, Attribute::NoAlias); // Java refuses operands that overlap
  IRBuilder<> builder(BasicBlock::Create(context, "", entry));
  Value *lengths = entry->getArg(2);
  SmallVector<Value *> arguments = {entry->getArg(0), entry->getArg(1)};
  unsigned at = 0;
  for (unsigned i = 0; i < ranks.size(); i++) {
    arguments.append(2, entry->getArg(3 + i));
    arguments.push_back(builder.getInt64(0));
    SmallVector<Value *> length, stride(ranks[i]);
    for (unsigned d = 0; d < ranks[i]; d++) length.push_back(builder.CreateLoad(index, builder.CreateConstGEP1_64(index, lengths, at++)));
    Value *product = builder.getInt64(1);
    for (unsigned d = ranks[i]; d-- > 0;) {
      stride[d] = product;
      if (d > 0) product = builder.CreateMul(product, length[d], "", true, true);
    }
    arguments.append(length);
    arguments.append(stride);
  }
  builder.CreateCall(&kernel, arguments);
  builder.CreateRetVoid();
  kernel.setLinkage(GlobalValue::InternalLinkage);
  kernel.addFnAttr(Attribute::AlwaysInline);
}

} // namespace

bool agentopt::addEntries(Module &module) {
  SmallVector<Function *> kernels;
  for (Function &function : module)
    if (!function.isDeclaration() && function.getName().starts_with("agentopt_") && ranks(function)) kernels.push_back(&function);
  for (Function *kernel : kernels) addEntry(*kernel, *ranks(*kernel));
  return !kernels.empty();
}
