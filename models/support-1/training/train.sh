#!/bin/sh
# Trains and exports both models and scores them on the dev shop.
#   ./train.sh OUT [SECONDS_DECODER] [SECONDS_EMBEDDER]
# With INIT=FOLDER (tokenizer.json, decoder.pt, embedder.pt of an earlier run) only the decoder goes on learning.
# Needs one CUDA GPU and what requirements.txt names. The held-out shop is scored by a last, separate step:
#   python3 evaluate.py OUT/support-1 OUT/support-embed ../heldout OUT/heldout_scores.json
set -eu
cd "$(dirname "$0")"
out=${1:?folder for the results}; seconds=${2:-500}; embedder=${3:-80}; cores=$(nproc)
mkdir -p "$out"
python3 generator.py check
python3 generator.py shop dev "$out/dev"
if [ -n "${INIT:-}" ]; then
  cp "$INIT/tokenizer.json" "$INIT/embedder.pt" "$out/"
else
  python3 tokenizer.py "$out/tokenizer.json"
  # both train at once on one GPU: the embedder is small and leaves it early
  python3 train_embedder.py "$out" --seconds "$embedder" --workers 3 &
fi
python3 train.py "$out" --seconds "$seconds" --seed "${SEED:-1}" --tokens "${TOKENS:-65536}" --workers $((cores > 6 ? cores - 3 : 2)) ${INIT:+--init "$INIT/decoder.pt"}
wait
python3 export.py "$out" "$out/support-1" "$out/support-embed"
python3 evaluate.py "$out/support-1" "$out/support-embed" "$out/dev" "$out/dev_scores.json" "$out/dev_wrong.txt"
