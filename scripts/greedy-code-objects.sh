#!/bin/sh
# Writes the code objects of llm/execute/greedy.mlir for AMD's chips, under their seals (decision 0030), beside it.
# Needs the tools of LLVM 22 (mlir-22-tools, llvm-22, lld-22). Run it after a change of greedy.mlir; a test compares the sum.
set -eu
cd "$(dirname "$0")/.."
BIN=${LLVM_BIN:-/usr/lib/llvm-22/bin}
HERE=agentopt-runtime/src/main/resources/io/agentopt/runtime/llm/execute
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
for chip in gfx90a gfx942; do
  "$BIN/mlir-opt" "$HERE/greedy.mlir" --pass-pipeline="builtin.module(gpu.module(inline,symbol-dce,canonicalize,cse,expand-strided-metadata,lower-affine,convert-scf-to-cf,convert-gpu-to-rocdl{chipset=$chip},convert-vector-to-llvm,convert-to-llvm,reconcile-unrealized-casts,canonicalize,cse))" -o "$TMP/lowered.mlir"
  # The gpu.module's contents as a module of their own; without its data layout, which llc has by the triple.
  grep . "$TMP/lowered.mlir" | sed -e '1d' -e '2s/.*/module {/' -e '$d' > "$TMP/inner.mlir"
  "$BIN/mlir-translate" --mlir-to-llvmir "$TMP/inner.mlir" -o "$TMP/kernel.ll"
  # Kernels are for blocks of 256 threads unless they say otherwise.
  sed -i 's/"amdgpu-flat-work-group-size"="1,256"/"amdgpu-flat-work-group-size"="1,1024"/' "$TMP/kernel.ll"
  # C wrappers of helpers stay out; helpers are inlined into the kernel.
  "$BIN/opt" -S -mtriple=amdgcn-amd-amdhsa -mcpu=$chip -passes="internalize,globaldce,default<O3>" \
    -internalize-public-api-list=agentopt_greedy "$TMP/kernel.ll" -o "$TMP/kernel.opt.ll"
  "$BIN/llc" -O3 -mtriple=amdgcn-amd-amdhsa -mcpu=$chip -mattr=+wavefrontsize64 -filetype=obj "$TMP/kernel.opt.ll" -o "$TMP/kernel.o"
  "$BIN/ld.lld" -flavor gnu -shared --no-undefined "$TMP/kernel.o" -o "$TMP/kernel.hsaco"
  {
    printf '// triple amdgcn-amd-amdhsa chip %s features +wavefrontsize64\n' $chip
    printf '// threads 1024 rows_per_block 1 blocks_per_row 1\n'
    cat "$TMP/kernel.hsaco"
  } > "$TMP/sealed"
  { printf '// agentopt code 1 sha256 %s\n' "$(sha256sum < "$TMP/sealed" | cut -d' ' -f1)"; cat "$TMP/sealed"; } > "$HERE/greedy.$chip.amdgpu"
done
sha256sum < "$HERE/greedy.mlir" | cut -d' ' -f1 > "$HERE/greedy.amdgpu.source"
