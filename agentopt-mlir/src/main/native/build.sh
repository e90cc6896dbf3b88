#!/bin/sh
# build.sh GRAPH CODEGEN: puts libagentopt-mlir.so under GRAPH and libagentopt-codegen.so under CODEGEN, each with its checksum, in
# io/agentopt/mlir/natives/linux-x86_64/.
# A library is a function of its sources and of the installed LLVM/MLIR, so it is kept under a hash of both in
# ${AGENTOPT_CACHE:-~/.cache/agentopt}/natives and built only when that hash is new; compiled units are kept the same way. Where it cannot be built this
# says why, once, and succeeds: the Java side reports the library as unavailable. A compile error is an error. AGENTOPT_LLVM names an LLVM/MLIR 22
# elsewhere than /usr/lib/llvm-22.
set -eu
graph=$1
codegen=$2
here=$(cd "$(dirname "$0")" && pwd)
packages="libmlir-22-dev llvm-22-dev lld-22 mlir-22-tools zlib1g-dev libzstd-dev g++"
newest_glibc=2.34 # Ubuntu 22.04, Debian 12, RHEL 9 and later
mkdir -p "$graph" "$codegen"

skip() { rm -rf "$graph/io" "$codegen/io"; echo "agentopt-mlir: native libraries skipped: $*"; exit 0; }

[ -z "${AGENTOPT_SKIP_NATIVES:-}" ] || skip "AGENTOPT_SKIP_NATIVES is set; unset it to build."
platform=$(uname -s)-$(uname -m)
[ "$platform" = Linux-x86_64 ] || skip "they are built on Linux-x86_64 only, and this is $platform."

llvm=${AGENTOPT_LLVM:-/usr/lib/llvm-22}
libz=$(c++ -print-file-name=libz.a 2>/dev/null || true)
for need in "$llvm/lib/libMLIRIR.a" "$llvm/lib/libLLVMSupport.a" "$llvm/bin/mlir-tblgen" "$llvm/bin/ld.lld" "$libz"; do
    [ -e "$need" ] || skip "LLVM/MLIR 22 is incomplete (no ${need:-C++ compiler}). On Debian or Ubuntu: apt-get install $packages"
done
libzstd=$(c++ -print-file-name=libzstd.a)
[ -e "$libzstd" ] || skip "libzstd.a is missing. On Debian or Ubuntu: apt-get install libzstd-dev"

version=$("$llvm/bin/llvm-config" --version)
toolchain=$version$(dpkg-query -W -f '${Package}=${Version} ' libmlir-22-dev llvm-22-dev g++ 2>/dev/null || true)$(c++ --version)
cache=${AGENTOPT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/agentopt}/natives
units=$cache/units
flags="-O2 -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections"
cxxflags="-std=c++17 -fno-rtti -fno-exceptions -fvisibility-inlines-hidden -I. -I$here -I$llvm/include"
export here units flags cxxflags

hash() { { echo "$toolchain $flags"; cd "$here"; cat "$@"; } | sha256sum | cut -c 1-32; }

# The headers of ours that a source names, beside it.
included() {
    folder=$(dirname "$1")
    sed -n 's/^#include "\([A-Za-z0-9_./]*\)".*/\1/p' "$here/$1" | while read -r header; do
        if [ -e "$here/$folder/$header" ]; then echo "$folder/$header"; fi
    done
}

# Compiles the sources given into ./*.o, as many at once as there are processors. A unit is kept under the hash of it, of the headers that it names and of
# what all units depend on (the first argument).
compile() {
    common=$1
    shift
    for source in "$@"; do echo "$source $(hash "$source" $(included "$source") $common)"; done | xargs -P "$(nproc)" -n 2 sh -c '
        object=$units/$1.o
        if [ ! -e "$object" ]; then
            part=$(mktemp "$units/.part.XXXXXX")
            case $0 in
                *.c) cc $flags -c "$here/$0" -o "$part" ;;
                *) c++ $flags $cxxflags -c "$here/$0" -o "$part" ;;
            esac || { rm -f "$part"; exit 255; }
            mv "$part" "$object"
        fi
        cp "$object" "$(basename "$0" | tr . _).o"'
}

link() { # NAME, EXPORTS, then what is linked whole
    name=$1
    exports=$2
    shift 2
    mkdir linker
    ln -s "$llvm/bin/ld.lld" linker/ld.lld
    mlir=$(ls "$llvm"/lib/libMLIR*.a | grep -viE 'test|RegisterAll|CAPIRegisterEverything')
    c++ -shared -Blinker -fuse-ld=lld -o "$name" ./*.o -Wl,--whole-archive "$@" -Wl,--no-whole-archive \
        -Wl,--start-group $mlir "$llvm"/lib/libLLVM*.a "$libz" "$libzstd" -Wl,--end-group \
        -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,--icf=all "-Wl,--version-script=$here/$exports" -Wl,-s -Wl,-z,defs -Wl,-O2 \
        -Wl,--wrap=sigaction -Wl,--wrap=sigaltstack -lm -ldl -lpthread -lrt
    needed=$(objdump -T "$name" | sed -n 's/.*GLIBC_\([0-9.]*\).*/\1/p' | sort -uV | tail -n 1)
    if [ "$(printf '%s\n' "$needed" "$newest_glibc" | sort -V | tail -n 1)" != "$newest_glibc" ]; then
        echo "agentopt-mlir: $name needs glibc $needed, and at most $newest_glibc is promised: see glibc_floor.c" >&2
        exit 1
    fi
    sha256sum "$name" | cut -d ' ' -f 1 >"$name.sha256"
    echo "agentopt-mlir: $name is $(($(wc -c <"$name") / 1024)) KiB and needs glibc $needed"
}

graph_headers="$(cd "$here" && ls Agent*.td) AgentDialect.h capi.h session.h"
graph_sources="AgentDialect.cpp AgentVerifiers.cpp capi_modules.cpp capi_kinds.cpp capi_ops.cpp capi_table.cpp graph_registration.cpp dynamic_ops.c glibc_floor.c signals.c"
build_graph() {
    for job in dialect-decls:AgentDialect.h dialect-defs:AgentDialect.cpp typedef-decls:AgentTypes.h typedef-defs:AgentTypes.cpp \
        attrdef-decls:AgentAttributes.h attrdef-defs:AgentAttributes.cpp op-decls:AgentOps.h op-defs:AgentOps.cpp; do
        "$llvm/bin/mlir-tblgen" "-gen-${job%%:*}" -I "$llvm/include" -I "$here" "$here/Agent.td" -o "${job#*:}.inc"
    done
    compile "$graph_headers" $graph_sources
    link libagentopt-mlir.so export.map "$llvm/lib/libMLIRCAPIIR.a"
}

codegen_sources="capi_modules.cpp glibc_floor.c signals.c $(cd "$here" && ls codegen/*.cpp codegen/gpu/*.cpp)"
codegen_headers="session.h $(cd "$here" && ls codegen/*.h codegen/gpu/*.h)"
build_codegen() {
    compile "" $codegen_sources
    echo "namespace agentopt { extern const char *const version; const char *const version = \"MLIR $version, $(basename "$kept")\"; }" >version.cpp
    c++ $flags $cxxflags -c version.cpp
    link libagentopt-codegen.so codegen/export.map
}

provide() { # NAME, FUNCTION THAT BUILDS, WHERE TO, HOW LONG, then what it is made of
    library=$1
    builder=$2
    target=$3/io/agentopt/mlir/natives/linux-x86_64
    duration=$4
    shift 4
    kept=$cache/$(hash "$@" build.sh)
    if [ ! -e "$kept/$library.sha256" ]; then
        mkdir -p "$units"
        find "$units" -type f -mtime +30 -exec rm -f {} +
        temporary=$(mktemp -d "$cache/.building.XXXXXX")
        trap 'rm -rf "$temporary"' EXIT
        mkdir "$temporary/work" "$temporary/done"
        echo "agentopt-mlir: building $library against MLIR $version (once; $duration)"
        (cd "$temporary/work" && "$builder")
        mv "$temporary/work/$library" "$temporary/work/$library.sha256" "$temporary/done"
        # Two builds at once: the first one to arrive stays, the other is thrown away.
        mv -T "$temporary/done" "$kept" 2>/dev/null || [ -e "$kept/$library.sha256" ]
        rm -rf "$temporary"
    fi
    mkdir -p "$target"
    cmp -s "$kept/$library.sha256" "$target/$library.sha256" || cp "$kept/$library" "$kept/$library.sha256" "$target"
}

provide libagentopt-mlir.so build_graph "$graph" "under a minute" $graph_headers export.map $graph_sources
provide libagentopt-codegen.so build_codegen "$codegen" "about two minutes" codegen/export.map $codegen_headers $codegen_sources
