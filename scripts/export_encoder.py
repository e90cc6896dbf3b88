#!/usr/bin/env python3
"""Exports an embedder or a reranker of Transformers into a folder that ModelPack.read takes, with PyTorch alone. See docs/models.md.

    scripts/export_encoder.py MODEL FOLDER [--index-type int32|int64] [--no-check]

MODEL is a folder of config.json, safetensors and a tokenizer, in the layout of sentence-transformers or not, or a name on the hub if the network is there.
A model whose architecture ends in ForSequenceClassification becomes a reranker with the output logits, any other an embedder with last_hidden_state, which
the engine pools as modules.json says. FOLDER gets model.onnx (float32), model.onnx.data, and the files that say how texts are read and pooled.
Needs torch >= 2.9, transformers >= 5, onnx, onnxscript; and onnxruntime for the comparison with PyTorch.
"""

import argparse
import inspect
import shutil
from pathlib import Path

import torch
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification, AutoTokenizer

from exporting import compare, finish, fresh, write

# Of sentence-transformers; 1_Pooling and its like are folders with a config.json.
SENTENCE_FILES = ["modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", "*/config.json"]


class Encoder(torch.nn.Module):
    def __init__(self, model, output, types):
        super().__init__()
        self.model, self.output, self.types = model, output, types

    def forward(self, input_ids, attention_mask, token_type_ids=None):
        more = {"token_type_ids": token_type_ids.long()} if self.types else {}
        return getattr(self.model(input_ids=input_ids.long(), attention_mask=attention_mask.long(), **more), self.output).float()


def inputs(config, types, batch, sequence, index, generator):
    """Random tokens; the last row of several is padded by one."""
    ids = torch.randint(0, config.vocab_size, (batch, sequence), generator=generator)
    pad = 0 if config.pad_token_id is None else config.pad_token_id
    ids[ids == pad] = (pad + 1) % config.vocab_size  # some families find positions by it
    mask = torch.ones(batch, sequence, dtype=index)
    if batch > 1 and sequence > 1:
        mask[-1, -1], ids[-1, -1] = 0, pad
    second = torch.zeros(batch, sequence, dtype=index)
    second[:, sequence // 2 :] = 1 if getattr(config, "type_vocab_size", 0) > 1 else 0
    return (ids.to(index), mask, second) if types else (ids.to(index), mask)


def cases(encoder, config, into, index):
    """Lengths and batches that the example of the export had not."""
    generator = torch.Generator().manual_seed(2)
    for batch, sequence in [(1, 1), (1, 9), (3, 4), (2, 17)]:
        given = inputs(config, encoder.types, batch, sequence, index, generator)
        with torch.no_grad():
            yield dict(zip(into, given)), {"logits" if encoder.output == "logits" else "last_hidden_state": encoder(*given)}


def source(model):
    """The folder of a model, fetched if it is a name on the hub."""
    if Path(model).is_dir():
        return Path(model)
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(model, allow_patterns=["*.json", "*.txt", "*.model", "*.safetensors", "*/config.json"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a folder, or a name on the hub")
    parser.add_argument("folder", help="a new or empty one")
    parser.add_argument("--index-type", choices=["int32", "int64"], default="int64", help="of tokens, mask and types")
    parser.add_argument("--no-check", action="store_true", help="do not compare the file with PyTorch")
    given = parser.parse_args()
    folder, index, origin = fresh(given.folder), getattr(torch, given.index_type), source(given.model)
    config, tokenizer = AutoConfig.from_pretrained(origin), AutoTokenizer.from_pretrained(origin)
    ranks = any(name.endswith("ForSequenceClassification") for name in config.architectures or [])
    kind = AutoModelForSequenceClassification if ranks else AutoModel
    model = kind.from_pretrained(origin, dtype=torch.float32, attn_implementation="sdpa")
    types = "token_type_ids" in inspect.signature(model.forward).parameters and "token_type_ids" in tokenizer.model_input_names
    output = "logits" if ranks else "last_hidden_state"
    encoder = Encoder(model, output, types).eval()
    into = ["input_ids", "attention_mask"] + (["token_type_ids"] if types else [])
    example = inputs(config, types, 2, 5, index, torch.Generator().manual_seed(1))
    write(encoder, example, into, [output], tuple({0: "batch", 1: "sequence"} for _ in into), folder / "model.onnx")
    config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    for pattern in SENTENCE_FILES:
        for file in origin.glob(pattern):
            (folder / file.relative_to(origin)).parent.mkdir(exist_ok=True)
            shutil.copyfile(file, folder / file.relative_to(origin))
    finish(folder, None if given.no_check else compare(folder / "model.onnx", cases(encoder, config, into, index)))


if __name__ == "__main__":
    main()
