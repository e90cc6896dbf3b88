#!/bin/sh
# Exports a Hugging Face model into a folder that ModelPack.read takes. See docs/models.md.
#   scripts/export-model.sh MODEL FOLDER [--exporter builder|optimum] [--precision int4|fp32] [--python PYTHON]
set -eu

GENAI=0.6.0
ONNXRUNTIME=1.20.1
OPTIMUM=1.24.0
TRANSFORMERS=4.48.3
TORCH=2.5.1
ONNX=1.17.0

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 2; }

usage() { sed -n '2,3s/^# *//p' "$0" >&2; exit "$1"; }

[ "${1:-}" != --help ] && [ "${1:-}" != -h ] || usage 0
[ $# -ge 2 ] || usage 2
model=$1 folder=$2 exporter=builder precision="" python=""
shift 2
while [ $# -gt 0 ]; do
    [ $# -ge 2 ] || fail "The option '$1' needs a value."
    case $1 in
        --exporter) exporter=$2 ;;
        --precision) precision=$2 ;;
        --python) python=$2 ;;
        *) fail "Unknown option '$1'. Known: --exporter, --precision, --python." ;;
    esac
    shift 2
done
case $exporter in
    builder) precision=${precision:-int4} ;;
    optimum) precision=${precision:-fp32} ;;
    *) fail "Unknown exporter '$exporter'. Known: builder, optimum." ;;
esac
case $exporter-$precision in
    builder-int4 | builder-fp32 | optimum-fp32) ;;
    *) fail "The exporter $exporter has no precision '$precision' for the CPU. Known: int4 and fp32 of builder, fp32 of optimum." ;;
esac
case $model in
    -* | "") fail "The model '$model' is no name on the hub, such as Qwen/Qwen2.5-0.5B-Instruct, and no folder." ;;
esac
if [ -d "$folder" ] && [ -n "$(ls -A "$folder")" ]; then
    fail "The folder '$folder' is not empty. Give one that is new, so that nothing of another model stays in it."
fi

supported() { "$1" -c 'import sys, venv; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null; }
if [ -n "$python" ]; then
    supported "$python" || fail "'$python' is no Python 3.10 to 3.12 with venv, which torch $TORCH needs."
else
    for candidate in python3.12 python3.11 python3.10 python3; do
        if command -v "$candidate" >/dev/null 2>&1 && supported "$candidate"; then python=$candidate; break; fi
    done
    [ -n "$python" ] || fail "No Python 3.10 to 3.12 with venv found. Install one (Debian: python3 python3-venv), or name it with --python."
fi

environment=${AGENTOPT_CACHE:-$HOME/.cache/agentopt}/export/$exporter-$GENAI-$OPTIMUM-$TRANSFORMERS-$TORCH
if [ ! -f "$environment/.complete" ]; then
    say "Installing the exporter into $environment (once; about 1 GB)"
    rm -rf "$environment"
    "$python" -m venv "$environment" || fail "No virtual environment could be made (Debian: install python3-venv)."
    common="torch==$TORCH transformers==$TRANSFORMERS onnx==$ONNX onnxruntime==$ONNXRUNTIME"
    case $exporter in
        builder) own="onnxruntime-genai==$GENAI" ;;
        optimum) own="optimum==$OPTIMUM" ;;
    esac
    # shellcheck disable=SC2086 # a list of requirements
    "$environment/bin/pip" install --quiet --extra-index-url https://download.pytorch.org/whl/cpu $common $own ||
        fail "The packages could not be installed (above). The network and about 3 GB of room in $environment are needed."
    touch "$environment/.complete"
fi

mkdir -p "$folder"
say "Exporting $model ($exporter, $precision)"
case $exporter in
    builder) "$environment/bin/python" -m onnxruntime_genai.models.builder -m "$model" -o "$folder" -p "$precision" -e cpu -c "$folder/.source" ;;
    optimum) "$environment/bin/optimum-cli" export onnx --model "$model" --task text-generation-with-past "$folder" ;;
esac

# The model builder writes neither.
"$environment/bin/python" - "$model" "$folder" <<'PYTHON'
import sys
from transformers import AutoConfig, AutoTokenizer, GenerationConfig

model, folder = sys.argv[1:]
AutoConfig.from_pretrained(model).save_pretrained(folder)
AutoTokenizer.from_pretrained(model).save_pretrained(folder)
try:
    GenerationConfig.from_pretrained(model).save_pretrained(folder)
except OSError:
    pass  # not every model has one
PYTHON
rm -rf "$folder/.source"

for file in config.json tokenizer.json; do
    [ -f "$folder/$file" ] || fail "The export left no $file in '$folder'; this model cannot be read. A tokenizer.json needs a 'fast' tokenizer."
done
ls "$folder"/*.onnx >/dev/null 2>&1 || fail "The export left no ONNX file in '$folder' (see above)."
say "$folder is ready: ModelPack.read(Path.of(\"$folder\"))"
