#!/bin/sh
# agent_opt.sh DIALECT: builds mlir-opt with the dialect whose sources are in DIALECT, once for each state of the sources, and prints its path. Says why
# not on stderr and fails where LLVM/MLIR 22 is not installed.
set -eu
dialect=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
llvm=${AGENTOPT_LLVM:-/usr/lib/llvm-22}
for need in "$llvm/lib/libMLIROptLib.a" "$llvm/bin/mlir-tblgen" "$llvm/bin/ld.lld"; do
    [ -e "$need" ] || { echo "LLVM/MLIR 22 is incomplete (no $need)" >&2; exit 1; }
done
hash=$({ "$llvm/bin/llvm-config" --version; c++ --version; cat "$dialect"/Agent* "$here"/agent_opt.*; } | sha256sum | cut -c 1-32)
cache=${AGENTOPT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/agentopt}/natives
kept=$cache/opt-$hash/agent-opt
if [ ! -x "$kept" ]; then
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/.building.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    cd "$work"
    for job in dialect-decls:AgentDialect.h dialect-defs:AgentDialect.cpp typedef-decls:AgentTypes.h typedef-defs:AgentTypes.cpp \
        attrdef-decls:AgentAttributes.h attrdef-defs:AgentAttributes.cpp op-decls:AgentOps.h op-defs:AgentOps.cpp; do
        "$llvm/bin/mlir-tblgen" "-gen-${job%%:*}" -I "$llvm/include" -I "$dialect" "$dialect/Agent.td" -o "${job#*:}.inc"
    done
    for source in "$dialect"/Agent*.cpp "$here/agent_opt.cpp"; do
        c++ -std=c++17 -O2 -fno-rtti -fno-exceptions -ffunction-sections -fdata-sections -I. -I"$dialect" -I"$llvm/include" -c "$source" -o "$(basename "$source" .cpp).o"
    done
    mkdir linker
    ln -s "$llvm/bin/ld.lld" linker/ld.lld
    mlir=$(ls "$llvm"/lib/libMLIR*.a | grep -viE 'test|RegisterAll|CAPI')
    c++ -Blinker -fuse-ld=lld -o agent-opt ./*.o -Wl,--start-group $mlir "$llvm"/lib/libLLVM*.a -Wl,--end-group -Wl,--gc-sections -lz -lzstd -lm -ldl -lpthread
    mkdir -p "$cache/opt-$hash"
    mv agent-opt "$kept"
fi
echo "$kept"
