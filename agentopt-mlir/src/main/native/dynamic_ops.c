// MLIR 22 answers "different" when it is asked whether two ops of a run-time dialect have the same properties, though such ops have none. So CSE never
// merges them. The answer is a virtual function that MLIR defines inline, which is a weak symbol; the vtable takes this strong one in its place.
// OperatorKindsTest notices when a later MLIR names it otherwise.
#include <stdbool.h>

__attribute__((visibility("hidden"))) bool agentopt_same_properties(void *definition, void *left, void *right)
    __asm__("_ZN4mlir19DynamicOpDefinition17comparePropertiesENS_16OpaquePropertiesES1_");

bool agentopt_same_properties(void *definition, void *left, void *right) { return left == right; }
