#!/usr/bin/env python3
"""Exports a decoder of Transformers into a folder that ModelPack.read takes, with PyTorch alone. See docs/models.md.

    scripts/export_decoder.py MODEL FOLDER [--index-type int32|int64] [--no-check]

MODEL is a folder of config.json, safetensors and a tokenizer, or a name on the hub if the network is there. FOLDER gets model.onnx (float32; past keys and
values are inputs, they and what is appended are outputs), model.onnx.data, config.json, generation_config.json and the tokenizer's files.
Needs torch >= 2.9, transformers >= 5, onnx, onnxscript; and onnxruntime for the comparison with PyTorch.
"""

import argparse

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, DynamicCache

from exporting import compare, finish, fresh, write


class DecoderStep(torch.nn.Module):
    """Some tokens behind past keys and values: the scores of the last one, and all keys and values."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask, position_ids, past):
        # Without a config every layer keeps all positions; what a sliding window does not see is masked.
        cache = DynamicCache(ddp_cache_data=past)
        out = self.model(
            input_ids=input_ids.long(),
            attention_mask=attention_mask.long(),
            position_ids=position_ids.long(),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=torch.tensor([-1]),
        )
        return out.logits.float(), tuple((layer.keys, layer.values) for layer in out.past_key_values.layers)


def cache_shape(config):
    """Layers, heads of keys and values, and their width."""
    text = config.get_text_config(decoder=True)
    heads = getattr(text, "num_key_value_heads", None) or text.num_attention_heads
    width = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    return text.num_hidden_layers, heads, width


def inputs(config, batch, sequence, past, index, generator):
    """Random tokens behind a random past; the last row of several has a hole in front, as a padded one."""
    layers, heads, width = cache_shape(config)
    ids = torch.randint(0, config.get_text_config().vocab_size, (batch, sequence), generator=generator).to(index)
    mask = torch.ones(batch, past + sequence, dtype=index)
    if batch > 1 and past > 0:
        mask[-1, 0] = 0
    positions = torch.arange(past, past + sequence, dtype=index).expand(batch, sequence).contiguous()

    def tensor():
        return torch.randn(batch, heads, past, width, generator=generator)

    return ids, mask, positions, tuple((tensor(), tensor()) for _ in range(layers))


def names(layers):
    past = [f"past_key_values.{i}.{part}" for i in range(layers) for part in ("key", "value")]
    present = [f"present.{i}.{part}" for i in range(layers) for part in ("key", "value")]
    return ["input_ids", "attention_mask", "position_ids", *past], ["logits", *present]


def cases(step, config, index):
    """Lengths and batches that the example of the export had not, the empty past among them."""
    into, out = names(cache_shape(config)[0])
    generator = torch.Generator().manual_seed(2)
    for batch, sequence, past in [(1, 1, 0), (1, 7, 0), (1, 1, 7), (1, 4, 9), (3, 1, 6), (2, 5, 2)]:
        ids, mask, positions, cache = inputs(config, batch, sequence, past, index, generator)
        with torch.no_grad():
            scores, present = step(ids, mask, positions, cache)
        yield (
            dict(zip(into, [ids, mask, positions, *(t for pair in cache for t in pair)])),
            dict(zip(out, [scores, *(t for pair in present for t in pair)])),
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a folder, or a name on the hub")
    parser.add_argument("folder", help="a new or empty one")
    parser.add_argument("--index-type", choices=["int32", "int64"], default="int64", help="of tokens, mask and positions")
    parser.add_argument("--no-check", action="store_true", help="do not compare the file with PyTorch")
    given = parser.parse_args()
    folder, index = fresh(given.folder), getattr(torch, given.index_type)
    config = AutoConfig.from_pretrained(given.model)
    if config.is_encoder_decoder:
        raise SystemExit(f"'{given.model}' is an encoder-decoder; this script exports decoders.")
    model = AutoModelForCausalLM.from_pretrained(given.model, dtype=torch.float32, attn_implementation="sdpa")
    step, layers = DecoderStep(model).eval(), cache_shape(config)[0]
    cache = {0: "batch", 2: "past"}
    ids, mask = {0: "batch", 1: "sequence"}, {0: "batch", 1: "total"}  # PyTorch finds out that total is past and sequence
    write(
        step,
        inputs(config, 2, 3, 5, index, torch.Generator().manual_seed(1)),
        *names(layers),
        (ids, mask, ids, tuple((cache, cache) for _ in range(layers))),
        folder / "model.onnx",
    )
    config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    AutoTokenizer.from_pretrained(given.model).save_pretrained(folder)
    finish(folder, None if given.no_check else compare(folder / "model.onnx", cases(step, config, index)))


if __name__ == "__main__":
    main()
