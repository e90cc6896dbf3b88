# Each case in a process of its own: a kernel that hangs or faults takes nothing with it. BYTES and ONLY narrow it.
for file in "$HERE"/ptx/*; do
    name=$(basename "$file" | sed -e 's/\.[a-z]*$//')
    case $name in *@*) continue ;; ${ONLY:-*}) ;; *) continue ;; esac
    timeout -k 5 "${LIMIT:-40}" $JAVA io.agentopt.benchmarks.gpu.GpuKernels --code "$HERE/ptx" --bytes "${BYTES:-1073741824}" --only "$name" >"$OUT/kernel.$name.txt" 2>&1
    status=$?
    grep -E 'GB/s +copy' "$OUT/kernel.$name.txt" || { echo "$name: nothing measured, status $status"; grep -vE '^ *$|^metric|^worst|^written' "$OUT/kernel.$name.txt" | tail -n 6; }
done
