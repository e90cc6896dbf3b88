# ort.sh, read by parts: unpacks what llm-bundle.sh added, once, and gives `ort_java` with it on its path. The libraries of CUDA 13 and cuDNN 9 are those
# of the host, or of its PyTorch. CUDA_XZ names the provider where it came by another way than the rest.
unpack() { if command -v xz >/dev/null; then xz -dc "$1"; else python3 -c 'import lzma, shutil, sys; shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer)' "$1"; fi; }
if [ ! -d "$WORK/ort" ]; then
    mkdir -p "$WORK/ort" "$WORK/jars"
    unpack "${CUDA_XZ:-$HERE/ort/cuda.xz}" >"$WORK/ort/libonnxruntime_providers_cuda.so" &
    unpack "$HERE/ort/core.xz" >"$WORK/ort/libonnxruntime.so" &
    unpack "$HERE/ort/jars.tar.xz" | tar xf - -C "$WORK/jars" &
    wait
    cp "$HERE/ort/libonnxruntime_providers_shared.so" "$WORK/ort/"
fi
site=$(python3 -c 'import site; print(site.getsitepackages()[0])' 2>/dev/null)
libraries="$WORK/ort"
for folder in "$site"/nvidia/*/lib /usr/local/cuda/lib64 /usr/local/cuda-13*/lib64 /usr/local/cuda/targets/x86_64-linux/lib; do
    [ -d "$folder" ] && libraries="$libraries:$folder"
done
# ort_java ARGUMENTS: the JVM with the jars, variables of the environment before the first option.
ort_java() {
    # shellcheck disable=SC2086
    env AGENTOPT_CACHE="${CACHE:-$WORK}" LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" ${VARIABLES:-} timeout -k 5 "${LIMIT:-240}" \
        "$WORK/jre/bin/java" --enable-native-access=ALL-UNNAMED -Dai.djl.offline=true -DOPT_OUT_TRACKING=true -DDJL_CACHE_DIR="$WORK" \
        -Dagentopt.onnxruntime.library="$WORK/ort/libonnxruntime.so" -cp "$(ls "$WORK"/jars/*.jar | tr '\n' ':')" "$@" </dev/null
}
