# What detection says of a card, how long that takes, and a calibration on it within a minute, beside what nvidia-smi says. Only in bundles with --llm.
# BUDGET of the calibration in seconds, MODEL (small, 1b, 8b); DEVICE (cuda:0), cpu where there is no card; PROVIDER instead of the bundle's; PROPERTIES for
# every JVM, such as another driver's library; LIMIT for each step.
[ -d "$HERE/ort" ] || { echo "no ONNX Runtime in this bundle"; exit 0; }
. "$HERE/ort.sh"
LIMIT=${LIMIT:-150}
provider="-Dagentopt.cuda.provider=${PROVIDER:-$WORK/ort/libonnxruntime_providers_cuda.so}"
export CACHE="$WORK/devices-cache"
query=uuid,name,driver_version,pci.bus_id,memory.total,clocks.max.sm,clocks.max.mem,power.limit,pcie.link.gen.max,pcie.link.width.max
rm -rf "$CACHE"; mkdir -p "$CACHE"
nvidia-smi -q >"$OUT/nvidia-smi-q.txt" 2>&1 || echo "no nvidia-smi here"
nvidia-smi --query-gpu=$query --format=csv,noheader,nounits >"$WORK/smi.csv" 2>/dev/null || : >"$WORK/smi.csv"
cat "$WORK/smi.csv"
cat /proc/loadavg
"$WORK/jre/bin/java" -Xshare:dump >/dev/null 2>&1 || echo "no shared archive of classes: processes start slower than those of a whole JDK"

# said NAME OPTIONS: the doctor, with the time of the whole process.
said() {
    name=$1; shift
    echo "-- $name ($(date -u +%T), load $(cut -d ' ' -f 1 /proc/loadavg))"
    began=$(date +%s%N); status=0
    # shellcheck disable=SC2086
    ort_java ${PROPERTIES:-} "$@" || status=$?
    echo "-- $name: status $status, whole process $((($(date +%s%N) - began) / 1000000)) ms"
}
said "driver only, nothing kept" io.agentopt.examples.Doctor
for round in 1 2 3; do said "driver only, kept, round $round" io.agentopt.examples.Doctor; done
said "provider, probed in a process of its own" "$provider" io.agentopt.examples.Doctor
said "provider, verdict kept" "$provider" io.agentopt.examples.Doctor
said "provider, without that precaution" "$provider" -Dagentopt.probe=inprocess io.agentopt.examples.Doctor
said "provider that is no library" -Dagentopt.cuda.provider="$WORK/smi.csv" io.agentopt.examples.Doctor
said "as JSON" "$provider" io.agentopt.examples.Doctor --json
for file in "$CACHE"/*/*.properties; do echo "-- kept: $file"; cat "$file"; done

models=$WORK/calibration-models
mkdir -p "$models"
mount -t tmpfs -o size=20g models "$models" 2>/dev/null || echo "models on disk: no tmpfs can be mounted here"
for device in ${DEVICE:-cuda:0}; do
    said "calibration of $device" "$provider" io.agentopt.benchmarks.llm.GpuCalibration --model "${MODEL:-1b}" --folder "$models" --device "$device" \
        --seconds "${BUDGET:-45}" --smi "$WORK/smi.csv" --file "$OUT/calibration-${device%%:*}.json"
done
said "after the calibration" "$provider" io.agentopt.examples.Doctor
said "a plan" "$provider" io.agentopt.benchmarks.llm.LocalPlan --calibration "$OUT" --folder "$models"
umount "$models" 2>/dev/null
