#!/bin/sh
# Makes the tiny models of src/test/resources/models anew, with what PyTorch makes of them; no network, no GPU, about 2 minutes.
# Needs Python with torch, transformers, onnx, onnxscript, onnxruntime and sentence-transformers (which the embeddings are compared with).
#   PYTHON=python3 agentopt-runtime/src/test/python/tiny_models.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
scripts=$here/../../../../scripts models=$here/../resources/models
export HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
: "${PYTHON:=python3}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$PYTHON" "$here/make_tiny.py" "$work/source"
"$PYTHON" "$scripts/export_decoder.py" "$work/source/tiny-llama" "$work/made/tiny-llama"
"$PYTHON" "$scripts/export_decoder.py" "$work/source/tiny-qwen2" "$work/made/tiny-qwen2" --index-type int32
"$PYTHON" "$scripts/export_encoder.py" "$work/source/tiny-bert" "$work/made/tiny-bert"
"$PYTHON" "$scripts/export_encoder.py" "$work/source/tiny-roberta" "$work/made/tiny-roberta" --index-type int32
"$PYTHON" "$scripts/export_encoder.py" "$work/source/tiny-ranker" "$work/made/tiny-ranker"
"$PYTHON" "$here/expected.py" "$work/source" "$work/made"
rm -rf "$models"
cp -r "$work/made" "$models"
