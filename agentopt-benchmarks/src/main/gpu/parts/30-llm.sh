# The LLM engine on the GPU. ARGS are the bench's options, several runs separated by ';', each after
# variables of its environment (NAME=VALUE); `torch SHAPE SECONDS` runs the same shape in PyTorch. The libraries of
# CUDA 13 and cuDNN 9 are those of the host, or of its PyTorch. CUDA_XZ names the provider where it came by another way than the rest.
mkdir -p "$WORK/ort" "$WORK/jars"
unpack() { if command -v xz >/dev/null; then xz -dc "$1"; else python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer)' "$1"; fi; }
unpack "${CUDA_XZ:-$HERE/ort/cuda.xz}" >"$WORK/ort/libonnxruntime_providers_cuda.so" &
unpack "$HERE/ort/core.xz" >"$WORK/ort/libonnxruntime.so" &
unpack "$HERE/ort/jars.tar.xz" | tar xf - -C "$WORK/jars" &
wait
cp "$HERE/ort/libonnxruntime_providers_shared.so" "$WORK/ort/"
site=$(python3 -c 'import site; print(site.getsitepackages()[0])' 2>/dev/null)
libraries="$WORK/ort"
for folder in "$site"/nvidia/*/lib /usr/local/cuda/lib64 /usr/local/cuda-13*/lib64 /usr/local/cuda/targets/x86_64-linux/lib; do
    [ -d "$folder" ] && libraries="$libraries:$folder"
done
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
    env $variables AGENTOPT_CACHE="$WORK" LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" timeout -k 5 "${LIMIT:-240}" \
        "$WORK/jre/bin/java" --enable-native-access=ALL-UNNAMED -Dai.djl.offline=true -DOPT_OUT_TRACKING=true -DDJL_CACHE_DIR="$WORK" \
        -Dagentopt.onnxruntime.library="$WORK/ort/libonnxruntime.so" -Dagentopt.cuda.provider="$WORK/ort/libonnxruntime_providers_cuda.so" \
        -cp "$(ls "$WORK"/jars/*.jar | tr '\n' ':')" io.agentopt.benchmarks.llm.GpuLlm --folder "$models" $arguments </dev/null || status=$?
    echo "-- status $status"
    rm -rf "${models:?}"/*
done <"$WORK/runs"
umount "$models" 2>/dev/null
