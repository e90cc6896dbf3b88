#!/bin/sh
# build.sh OUT: puts libagentopt-mlir.so and its checksum under OUT/io/agentopt/mlir/natives/linux-x86_64/.
# The library is a function of the sources beside this script and of the installed LLVM/MLIR, so it is kept under a hash of both in
# ${AGENTOPT_CACHE:-~/.cache/agentopt}/natives and built only when that hash is new. Where it cannot be built this says why, once, and succeeds:
# the Java side reports the library as unavailable. A compile error is an error. AGENTOPT_LLVM names an LLVM/MLIR 22 elsewhere than /usr/lib/llvm-22.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
packages="libmlir-22-dev llvm-22-dev lld-22 mlir-22-tools zlib1g-dev libzstd-dev g++"
library=libagentopt-mlir.so
mkdir -p "$out"

skip() { rm -rf "$out/io"; echo "agentopt-mlir: native library skipped: $*"; exit 0; }

[ -z "${AGENTOPT_SKIP_NATIVES:-}" ] || skip "AGENTOPT_SKIP_NATIVES is set; unset it to build."
platform=$(uname -s)-$(uname -m)
[ "$platform" = Linux-x86_64 ] || skip "it is built on Linux-x86_64 only, and this is $platform."

llvm=${AGENTOPT_LLVM:-/usr/lib/llvm-22}
archives=$(c++ -print-file-name=libz.a 2>/dev/null || true)
for need in "$llvm/lib/libMLIRIR.a" "$llvm/lib/libLLVMSupport.a" "$llvm/bin/mlir-tblgen" "$llvm/bin/ld.lld" "$archives"; do
    [ -e "$need" ] || skip "LLVM/MLIR 22 is incomplete (no ${need:-C++ compiler}). On Debian or Ubuntu: apt-get install $packages"
done
libz=$archives
libzstd=$(c++ -print-file-name=libzstd.a)
[ -e "$libzstd" ] || skip "libzstd.a is missing. On Debian or Ubuntu: apt-get install libzstd-dev"

version=$("$llvm/bin/llvm-config" --version)
packaged=$(dpkg-query -W -f '${Package}=${Version} ' libmlir-22-dev llvm-22-dev g++ 2>/dev/null || true)
hash=$({ echo "$version $packaged"; c++ --version; cd "$here"; cat ./*.td ./*.cpp ./*.h ./*.c ./*.map ./build.sh; } | sha256sum | cut -c 1-32)
cache=${AGENTOPT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/agentopt}/natives
kept=$cache/$hash

build() {
    echo "agentopt-mlir: building the native library against MLIR $version (once; under a minute)"
    generated=$1
    cd "$generated"
    for job in dialect-decls:AgentDialect.h dialect-defs:AgentDialect.cpp typedef-decls:AgentTypes.h typedef-defs:AgentTypes.cpp \
        attrdef-decls:AgentAttributes.h attrdef-defs:AgentAttributes.cpp op-decls:AgentOps.h op-defs:AgentOps.cpp; do
        "$llvm/bin/mlir-tblgen" "-gen-${job%%:*}" -I "$llvm/include" -I "$here" "$here/Agent.td" -o "${job#*:}.inc"
    done
    common="-O2 -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections"
    cxx="-std=c++17 -fno-rtti -fno-exceptions -fvisibility-inlines-hidden -I. -I$here -I$llvm/include"
    c++ $common $cxx -c "$here/AgentDialect.cpp" -o AgentDialect.o & dialect=$!
    c++ $common $cxx -c "$here/AgentVerifiers.cpp" -o AgentVerifiers.o & verifiers=$!
    c++ $common $cxx -c "$here/capi_modules.cpp" -o capi_modules.o & modules=$!
    c++ $common $cxx -c "$here/capi_ops.cpp" -o capi_ops.o & ops=$!
    c++ $common $cxx -c "$here/capi_kinds.cpp" -o capi_kinds.o & kinds=$!
    wait $dialect
    wait $verifiers
    wait $modules
    wait $ops
    wait $kinds
    cc $common -c "$here/glibc_floor.c" -o glibc_floor.o
    cc $common -c "$here/signals.c" -o signals.o
    cc $common -c "$here/dynamic_ops.c" -o dynamic_ops.o
    mkdir linker
    ln -s "$llvm/bin/ld.lld" linker/ld.lld
    mlir=$(ls "$llvm"/lib/libMLIR*.a | grep -viE 'test|RegisterAll|CAPIRegisterEverything')
    c++ -shared -Blinker -fuse-ld=lld -o "$library" AgentDialect.o AgentVerifiers.o capi_modules.o capi_ops.o capi_kinds.o glibc_floor.o signals.o dynamic_ops.o \
        -Wl,--whole-archive "$llvm/lib/libMLIRCAPIIR.a" -Wl,--no-whole-archive -Wl,--start-group $mlir "$llvm"/lib/libLLVM*.a "$libz" "$libzstd" -Wl,--end-group \
        -static-libstdc++ -static-libgcc -Wl,--gc-sections -Wl,--icf=all "-Wl,--version-script=$here/export.map" -Wl,-s -Wl,-z,defs -Wl,-O2 \
        -Wl,--wrap=sigaction -Wl,--wrap=sigaltstack -lm -ldl -lpthread -lrt
    sha256sum "$library" | cut -d ' ' -f 1 >"$library.sha256"
}

if [ ! -e "$kept/$library.sha256" ]; then
    mkdir -p "$cache"
    temporary=$(mktemp -d "$cache/.building.XXXXXX")
    trap 'rm -rf "$temporary"' EXIT
    mkdir "$temporary/work" "$temporary/done"
    (build "$temporary/work")
    mv "$temporary/work/$library" "$temporary/work/$library.sha256" "$temporary/done"
    # Two builds at once: the first one to arrive stays, the other is thrown away.
    mv -T "$temporary/done" "$kept" 2>/dev/null || [ -e "$kept/$library.sha256" ]
fi

target=$out/io/agentopt/mlir/natives/linux-x86_64
mkdir -p "$target"
cmp -s "$kept/$library.sha256" "$target/$library.sha256" || cp "$kept/$library" "$kept/$library.sha256" "$target"
