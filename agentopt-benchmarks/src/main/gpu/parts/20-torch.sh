# The same kernels under PyTorch, in the same accounting of bytes. BYTES and ONLY narrow it.
python3 -c 'import torch' 2>/dev/null || { echo "no PyTorch here"; exit 0; }
for case in $(python3 "$HERE/bench_torch.py" list); do
    case $case in ${ONLY:-*}) ;; *) continue ;; esac
    timeout -k 5 "${LIMIT:-60}" python3 "$HERE/bench_torch.py" "$case" "${BYTES:-1073741824}" 2>"$OUT/torch.$case.err" || echo "$case: status $?"
done
