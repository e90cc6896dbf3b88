#!/bin/sh
# run.sh LOGS [PART...]: unpacks the bundle beside it to /tmp and runs its parts, or those named, one after the other; what they say is under LOGS. A part that
# fails or hangs does not keep the next from running.
set -u
HERE=$(cd "$(dirname "$0")" && pwd)
OUT=${1:?where the logs go}
shift
mkdir -p "$OUT"
OUT=$(cd "$OUT" && pwd)
WORK=$(mktemp -d /tmp/agentopt-gpu-XXXXXX)
trap 'rm -rf "$WORK"' EXIT
if command -v xz >/dev/null; then
    xz -dc "$HERE/jre.tar.xz" | tar xf - -C "$WORK"
else
    python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])' "$HERE/jre.tar.xz" "$WORK"
fi
JAVA="$WORK/jre/bin/java --enable-native-access=ALL-UNNAMED -cp $(ls "$HERE"/lib/*.jar | tr '\n' ':')"
export HERE OUT WORK JAVA
{ date -u; uname -sr; nproc; nvidia-smi; } >"$OUT/host.txt" 2>&1
[ $# -gt 0 ] || set -- $(cd "$HERE/parts" && ls)
for part in "$@"; do
    echo "== $part"
    (cd "$WORK" && sh "$HERE/parts/$part") 2>&1 | tee "$OUT/${part%.sh}.txt"
done
