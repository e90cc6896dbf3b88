# The LLM engine on the GPU. ARGS are the bench's options, several runs separated by ';', each after
# variables of its environment (NAME=VALUE); `torch SHAPE SECONDS` runs the same shape in PyTorch.
. "$HERE/ort.sh"
# Models lie in memory: 18 GB at most at a time, where there is room.
models=${MODELS:-$WORK/models}
mkdir -p "$models"
[ -n "${MODELS:-}" ] || mount -t tmpfs -o size=40g models "$models" 2>/dev/null || echo "models on disk: no tmpfs can be mounted here"
echo "${ARGS:---model 1b}" | tr ';' '\n' >"$WORK/runs"
while read -r arguments; do
    status=0
    echo "-- $arguments ($(date -u +%T))"
    variables=
    while :; do
        case $arguments in [A-Z]*=*) variables="$variables ${arguments%% *}"; arguments=${arguments#* } ;; *) break ;; esac
    done
    case $arguments in torch*)
        # shellcheck disable=SC2086
        timeout -k 5 "${LIMIT:-240}" python3 "$HERE/bench_torch_llm.py" ${arguments#torch} </dev/null || status=$?
        echo "-- status $status"
        continue
        ;;
    esac
    # shellcheck disable=SC2086
    VARIABLES=$variables ort_java -Dagentopt.cuda.provider="$WORK/ort/libonnxruntime_providers_cuda.so" \
        io.agentopt.benchmarks.llm.GpuLlm --folder "$models" $arguments || status=$?
    echo "-- status $status"
    rm -rf "${models:?}"/*
done <"$WORK/runs"
umount "$models" 2>/dev/null
