#!/bin/sh
# Trains and exports both models and scores them on the dev shop; the held-out shop is scored by a last, separate step.
#   ./train.sh OUT [SECONDS_DECODER] [SECONDS_EMBEDDER]
# Needs Python 3.11+, torch, tokenizers, onnx, onnxruntime, numpy and one CUDA GPU (requirements.txt).
set -eu
cd "$(dirname "$0")"
out=${1:?folder for the results}; seconds=${2:-500}; embedder=${3:-80}; cores=$(nproc)
mkdir -p "$out"
python3 generator.py check
python3 generator.py shop dev "$out/dev"
python3 tokenizer.py "$out/tokenizer.json"
# both train at once on one GPU: the embedder is small and leaves it early
python3 train_embedder.py "$out" --seconds "$embedder" --workers 3 &
python3 train.py "$out" --seconds "$seconds" --workers $((cores > 6 ? cores - 4 : 2)) ${INIT:+--init "$INIT"} ${RATE:+--rate "$RATE"} ${SEED:+--seed "$SEED"}
wait
python3 export.py "$out" "$out/support-1" "$out/support-embed"
python3 evaluate.py "$out/support-1" "$out/support-embed" "$out/dev" "$out/dev_scores.json" "$out/dev_wrong.txt"
