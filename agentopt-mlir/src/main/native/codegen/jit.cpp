// Object files to running code, by ORC.
#include "../session.h"
#include "targets.h"

#include "llvm/ExecutionEngine/JITLink/JITLinkMemoryManager.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"

#include <cmath>
#include <cstring>

using namespace agentopt;
using namespace llvm::orc;

// Conversions between f16 and f32 for processors without instructions for it; from libgcc.
extern "C" float __extendhfsf2(_Float16);
extern "C" _Float16 __truncsfhf2(float);
extern "C" _Float16 __truncdfhf2(double);

namespace {

// Everything that compiled code may call: no allocation, no files, no process.
SymbolMap allowed(LLJIT &jit) {
  SymbolMap symbols;
  auto add = [&](const char *name, auto *function) {
    symbols[jit.mangleAndIntern(name)] = {ExecutorAddr::fromPtr(function), llvm::JITSymbolFlags::Exported | llvm::JITSymbolFlags::Callable};
  };
  add("memcpy", static_cast<void *(*)(void *, const void *, size_t)>(std::memcpy));
  add("memmove", static_cast<void *(*)(void *, const void *, size_t)>(std::memmove));
  add("memset", static_cast<void *(*)(void *, int, size_t)>(std::memset));
#define FUNCTION_OF_ONE(name)                                                                                                                          \
  add(#name "f", static_cast<float (*)(float)>(::name##f));                                                                                            \
  add(#name, static_cast<double (*)(double)>(::name));
  FUNCTION_OF_ONE(acos) FUNCTION_OF_ONE(asin) FUNCTION_OF_ONE(atan) FUNCTION_OF_ONE(cbrt) FUNCTION_OF_ONE(ceil) FUNCTION_OF_ONE(cos)
  FUNCTION_OF_ONE(cosh) FUNCTION_OF_ONE(erf) FUNCTION_OF_ONE(erfc) FUNCTION_OF_ONE(exp) FUNCTION_OF_ONE(exp2) FUNCTION_OF_ONE(expm1)
  FUNCTION_OF_ONE(fabs) FUNCTION_OF_ONE(floor) FUNCTION_OF_ONE(log) FUNCTION_OF_ONE(log10) FUNCTION_OF_ONE(log1p) FUNCTION_OF_ONE(log2)
  FUNCTION_OF_ONE(nearbyint) FUNCTION_OF_ONE(rint) FUNCTION_OF_ONE(round) FUNCTION_OF_ONE(roundeven) FUNCTION_OF_ONE(sin) FUNCTION_OF_ONE(sinh)
  FUNCTION_OF_ONE(sqrt) FUNCTION_OF_ONE(tan) FUNCTION_OF_ONE(tanh) FUNCTION_OF_ONE(trunc)
#undef FUNCTION_OF_ONE
#define FUNCTION_OF_TWO(name)                                                                                                                          \
  add(#name "f", static_cast<float (*)(float, float)>(::name##f));                                                                                     \
  add(#name, static_cast<double (*)(double, double)>(::name));
  FUNCTION_OF_TWO(atan2) FUNCTION_OF_TWO(fmax) FUNCTION_OF_TWO(fmin) FUNCTION_OF_TWO(fmod) FUNCTION_OF_TWO(pow)
#undef FUNCTION_OF_TWO
  add("fmaf", static_cast<float (*)(float, float, float)>(::fmaf));
  add("fma", static_cast<double (*)(double, double, double)>(::fma));
  add("__extendhfsf2", __extendhfsf2);
  add("__truncsfhf2", __truncsfhf2);
  add("__truncdfhf2", __truncdfhf2);
  return symbols;
}

// Not LLJIT's defaults: those register unwind tables, of which kernels have none, and let code see the whole process.
llvm::Expected<std::unique_ptr<LLJIT>> makeJit(std::shared_ptr<std::string> reported) {
  initializeTargets(); // LLJIT asks for one although it compiles nothing here
  LLJITBuilder builder;
  llvm::Triple triple("x86_64-unknown-linux-gnu");
  builder.setJITTargetMachineBuilder(JITTargetMachineBuilder(triple));
  builder.setDataLayout(llvm::DataLayout(triple.computeDataLayout()));
  builder.setLinkProcessSymbolsByDefault(false);
  builder.setPlatformSetUp(setUpInactivePlatform);
  builder.setObjectLinkingLayerCreator([](ExecutionSession &session) -> llvm::Expected<std::unique_ptr<ObjectLayer>> {
    return std::make_unique<ObjectLinkingLayer>(session);
  });
  auto jit = builder.create();
  if (!jit) return jit;
  // The lookup says that something is missing, the reporter what.
  (*jit)->getExecutionSession().setErrorReporter([reported](llvm::Error error) { *reported += llvm::toString(std::move(error)) + " "; });
  if (llvm::Error error = (*jit)->getMainJITDylib().define(absoluteSymbols(allowed(**jit)))) return std::move(error);
  return jit;
}

} // namespace

// Code of an object file, ready to run; null with *error when it does not link. *entry is the address of its function of this name.
EXPORT void *agentoptLoad(const char *object, int64_t objectLength, const char *name, int64_t nameLength, int64_t *entry, char **error,
                          int64_t *errorLength) {
  void *loaded = nullptr;
  std::string reason = "LLVM gave up";
  auto reported = std::make_shared<std::string>();
  onDeepStack([&] {
    auto jit = makeJit(reported);
    if (!jit) {
      reason = llvm::toString(jit.takeError());
      return;
    }
    auto buffer = llvm::MemoryBuffer::getMemBufferCopy(StringRef(object, objectLength), StringRef(name, nameLength));
    if (llvm::Error failure = (*jit)->addObjectFile(std::move(buffer))) {
      reason = llvm::toString(std::move(failure));
      return;
    }
    auto address = (*jit)->lookup(StringRef(name, nameLength));
    if (!address) {
      reason = llvm::toString(address.takeError());
      return;
    }
    *entry = static_cast<int64_t>(address->getValue());
    loaded = jit->release();
  });
  if (!loaded) *error = copy(*reported + reason, errorLength);
  return loaded;
}

// Frees the code; nobody may be running it.
EXPORT void agentoptUnload(void *loaded) {
  onDeepStack([&] { delete static_cast<LLJIT *>(loaded); });
}
