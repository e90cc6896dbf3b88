#!/bin/sh
# bundle.sh OUT CLASSPATH CHIP: a folder that measures kernels on a GPU host without Java, Maven or network: `OUT/run.sh LOGS` there.
# The host has the card's driver, tar, xz or Python, and for the peers PyTorch. Everything in parts/ is run in order, each part under limits of its own: to
# add a measurement, add a part, and what it needs here.
set -eu
out=$1
classpath=$2
chip=$3
here=$(cd "$(dirname "$0")" && pwd)
most_mib=60
rm -rf "$out"
mkdir -p "$out/ptx" "$out/lib"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -cp "$classpath" io.agentopt.benchmarks.gpu.GpuCodeFiles "$out/ptx" "$chip"

# Of the class path, what the bench runs: no compiler, no models, no solvers.
"$JAVA_HOME/bin/jar" cf "$out/lib/benchmarks.jar" -C "${classpath%%:*}" io/agentopt/benchmarks
echo "$classpath" | tr : '\n' | grep -E '/(agentopt-(core|mlir)-[^/]*[^0-9a-z_]?|jackson-[^/]*|jspecify-[^/]*)\.jar$' | grep -v -- -natives- |
    while read -r jar; do cp "$jar" "$out/lib/"; done

"$JAVA_HOME/bin/jlink" --add-modules java.base,java.logging,java.management,jdk.management,jdk.unsupported --strip-debug --no-header-files --no-man-pages \
    --compress zip-0 --output "$work/jre"
rm -rf "$work/jre/legal"
tar cf - -C "$work" jre | xz --x86 --lzma2=preset=9e,dict=64MiB -c >"$out/jre.tar.xz"

cp -r "$here/run.sh" "$here/parts" "$here/bench_torch.py" "$out/"
chmod +x "$out/run.sh" "$out"/parts/*.sh
mib=$(du -sm "$out" | cut -f 1)
echo "$out: $mib MiB"
[ "$mib" -le "$most_mib" ] || { echo "The bundle is larger than $most_mib MiB." >&2; exit 1; }
