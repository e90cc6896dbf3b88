#!/bin/sh
# llm-bundle.sh OUT CLASSPATH: adds to a bundle what parts/30-llm.sh and parts/40-devices.sh need: ONNX Runtime's library and its CUDA provider, and the jars of the engine.
# The provider travels with the code of Hopper alone (sm_90): with all architectures it is three times as large.
set -eu
out=$1
classpath=$2
here=$(cd "$(dirname "$0")" && pwd)
cache=${AGENTOPT_CACHE:-$HOME/.cache/agentopt}/gpu-bundle
provider=1.28.0-1.5.14
mkdir -p "$out/ort" "$cache"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ ! -f "$cache/cuda-$provider.xz" ]; then
    curl -sfL "https://repo1.maven.org/maven2/org/bytedeco/onnxruntime/$provider/onnxruntime-$provider-linux-x86_64-gpu.jar" -o "$work/gpu.jar"
    unzip -qjo "$work/gpu.jar" '*/libonnxruntime_providers_cuda.so' '*/libonnxruntime_providers_shared.so' -d "$work"
    python3 "$here/one_architecture.py" "$work/libonnxruntime_providers_cuda.so" 90
    strip --strip-unneeded "$work/libonnxruntime_providers_cuda.so"
    cp "$work/libonnxruntime_providers_shared.so" "$cache/"
    xz -T2 --x86 --lzma2=preset=9e,dict=128MiB -c "$work/libonnxruntime_providers_cuda.so" >"$work/cuda.xz"
    mv "$work/cuda.xz" "$cache/cuda-$provider.xz"
fi
core=$(echo "$classpath" | tr : '\n' | grep '/onnxruntime-[0-9.]*\.jar$')
name=core-$(basename "$core" .jar).xz
if [ ! -f "$cache/$name" ]; then
    unzip -qjo "$core" ai/onnxruntime/native/linux-x64/libonnxruntime.so -d "$work"
    xz --x86 --lzma2=preset=9e,dict=64MiB -c "$work/libonnxruntime.so" >"$work/core.xz"
    mv "$work/core.xz" "$cache/$name"
fi
cp "$cache/cuda-$provider.xz" "$out/ort/cuda.xz"
cp "$cache/$name" "$out/ort/core.xz"
cp "$here/bench_torch_llm.py" "$here/ort.sh" "$out/"
cp "$cache/libonnxruntime_providers_shared.so" "$out/ort/"

# Jars without compression, which xz then does better; of natives, the tokenizers' for Linux on x86-64 alone.
mkdir -p "$work/jars"
"$JAVA_HOME/bin/jar" --create --no-compress --file "$work/jars/benchmarks.jar" -C "${classpath%%:*}" io/agentopt/benchmarks
echo "$classpath" | tr : '\n' |
    grep -E '/(agentopt-(core|mlir|runtime|examples)|jackson-[a-z]+|slf4j-[a-z]+|api|tokenizers|gson|jna|commons-(compress|io|codec|math3)|jspecify)-[0-9][^/]*\.jar$' | grep -v -- -natives- |
    while read -r jar; do
        rm -rf "$work/classes"
        mkdir "$work/classes"
        unzip -qo "$jar" -d "$work/classes"
        rm -rf "$work/classes/META-INF/versions" "$work"/classes/native/lib/*-aarch64 "$work"/classes/native/lib/win-* "$work"/classes/com/sun/jna/*-*
        find "$work/classes" -name '*.so' -exec strip --strip-unneeded {} +
        "$JAVA_HOME/bin/jar" --create --no-compress --file "$work/jars/$(basename "$jar")" -C "$work/classes" .
    done
tar cf - -C "$work/jars" . | xz --x86 --lzma2=preset=9e,dict=64MiB -c >"$out/ort/jars.tar.xz"
