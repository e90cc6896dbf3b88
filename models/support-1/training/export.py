"""Writes the ONNX files, the model.json files and reference.json, and checks ONNX Runtime against PyTorch.

  python3 export.py OUT SUPPORT_1 SUPPORT_EMBED

The decoder's attention is com.microsoft.GroupQueryAttention with the rotation inside; past and present are one buffer that
the caller owns, written in place. Only the last position is multiplied with the vocabulary. Weights are stored in fp16 and
cast to fp32 once when a session folds its constants.
"""
import json, os, shutil, sys, time

import numpy as np, onnx, torch
from onnx import TensorProto as T, helper as h, numpy_helper as nh

from generator import SYSTEM, World
from model import Decoder, Encoder, load
from tokenizer import END, PAD, SPECIAL, prompt


class Graph:
    """Nodes and weights under unique names."""
    def __init__(self):
        self.nodes, self.weights, self.count = [], [], 0

    def node(self, op, inputs, outputs=None, domain="", **attributes):
        self.count += 1
        name = f"{op}_{self.count}"
        outputs = outputs or [name + "_out"]
        self.nodes.append(h.make_node(op, inputs, outputs, name=name, domain=domain, **attributes))
        return outputs[0]

    def const(self, name, value):
        if name not in {w.name for w in self.weights}:
            self.weights.append(nh.from_array(np.ascontiguousarray(value), name))
        return name

    def matrix(self, name, p, transpose=True):
        a = p.detach().float().numpy()
        return self.node("Cast", [self.const(name, (a.T if transpose else a).astype(np.float16))], to=T.FLOAT)

    def linear(self, x, name, module):
        return self.node("MatMul", [x, self.matrix(name, module.weight)])

    def norm(self, x, name, p, eps):
        return self.node("SimplifiedLayerNormalization", [x, self.const(name, p.detach().float().numpy())], axis=-1, epsilon=eps, stash_type=1)

    def feed_forward(self, x, i, block, eps):
        y = self.norm(x, f"{i}.n2", block.n2, eps)
        g = self.linear(y, f"{i}.gate", block.gate)
        g = self.node("Mul", [self.node("Mul", [g, self.node("Sigmoid", [g])]), self.linear(y, f"{i}.up", block.up)])
        return self.node("Add", [x, self.linear(g, f"{i}.down", block.down)])

    def model(self, name, inputs, outputs):
        info = h.make_tensor_value_info
        graph = h.make_graph(self.nodes, name, [info(*x) for x in inputs], [info(*x) for x in outputs], self.weights)
        return h.make_model(graph, opset_imports=[h.make_opsetid("", 20), h.make_opsetid("com.microsoft", 1)], ir_version=10, producer_name="agentopt-demo")


def decoder_graph(m):
    c, g = m.c, Graph()
    i64 = lambda name, v: g.const(name, np.array(v, np.int64))
    cos, sin = g.const("cos", m.cos.numpy()), g.const("sin", m.sin.numpy())
    valid = g.node("ReduceSum", ["attention_mask", i64("axis_1", [1])], keepdims=0)
    lengths = g.node("Cast", [g.node("Sub", [valid, i64("one", 1)])], to=T.INT32)
    total = g.node("Cast", [g.node("Gather", [g.node("Shape", ["attention_mask"]), i64("one", 1)])], to=T.INT32)
    embed = g.matrix("embed", m.embed.weight, False)
    x = g.node("Gather", [embed, "input_ids"])
    for i, b in enumerate(m.blocks):
        y = g.norm(x, f"{i}.n1", b.n1, c.eps)
        a = g.node("GroupQueryAttention", [g.linear(y, f"{i}.q", b.q), g.linear(y, f"{i}.k", b.k), g.linear(y, f"{i}.v", b.v),
                   f"past_key_values.{i}.key", f"past_key_values.{i}.value", lengths, total, cos, sin],
                   [f"attention.{i}", f"present.{i}.key", f"present.{i}.value"], "com.microsoft",
                   num_heads=c.heads, kv_num_heads=c.kv_heads, do_rotary=1, rotary_interleaved=0)
        x = g.node("Add", [x, g.linear(a, f"{i}.o", b.o)])
        x = g.feed_forward(x, i, b, c.eps)
    last = g.node("Slice", [x, i64("minus_one", [-1]), i64("end", [np.iinfo(np.int64).max]), i64("axis_1", [1])])
    g.node("MatMul", [g.norm(last, "norm", m.norm, c.eps), g.node("Transpose", [embed], perm=[1, 0])], ["logits"])
    past, present = ["batch", c.kv_heads, "buffer", c.dim // c.heads], ["batch", c.kv_heads, "buffer_out", c.dim // c.heads]
    inputs = [("input_ids", T.INT64, ["batch", "sequence"]), ("attention_mask", T.INT64, ["batch", "total"])]
    outputs = [("logits", T.FLOAT, ["batch", 1, c.vocab])]
    for i in range(c.layers):
        inputs += [(f"past_key_values.{i}.{s}", T.FLOAT, past) for s in ("key", "value")]
        outputs += [(f"present.{i}.{s}", T.FLOAT, present) for s in ("key", "value")]
    return g.model("support-1", inputs, outputs)


def embedder_graph(m):
    c, g = m.c, Graph()
    hd = c.dim // c.heads
    i64 = lambda name, v: g.const(name, np.array(v, np.int64))
    f32 = lambda name, v: g.const(name, np.array(v, np.float32))
    length = g.node("Slice", [g.node("Shape", ["input_ids"]), i64("one", [1]), i64("two", [2])])
    table = lambda name, t: g.node("Slice", [g.const(name, t.numpy()), i64("zero", [0]), length, i64("zero", [0])])
    cos, sin = table("cos", m.cos), table("sin", m.sin)
    mask = g.node("Cast", ["attention_mask"], to=T.FLOAT)
    bias = g.node("Mul", [g.node("Sub", [g.node("Unsqueeze", [mask, i64("axes_12", [1, 2])]), f32("f_one", 1)]), f32("large", 1e9)])
    x = g.node("Gather", [g.matrix("embed", m.embed.weight, False), "input_ids"])
    def heads(y):
        return g.node("Transpose", [g.node("Reshape", [y, i64("split", [0, 0, c.heads, hd])])], perm=[0, 2, 1, 3])
    def rotated(y):
        y = heads(y)
        a, b = (g.node("Slice", [y, i64(f"from_{k}", [k * hd // 2]), i64(f"to_{k}", [(k + 1) * hd // 2]), i64("axis_3", [3])]) for k in (0, 1))
        mul = lambda p, q: g.node("Mul", [p, q])
        return g.node("Concat", [g.node("Sub", [mul(a, cos), mul(b, sin)]), g.node("Add", [mul(b, cos), mul(a, sin)])], axis=-1)
    for i, b in enumerate(m.blocks):
        y = g.norm(x, f"{i}.n1", b.n1, c.eps)
        q, k, v = rotated(g.linear(y, f"{i}.q", b.q)), rotated(g.linear(y, f"{i}.k", b.k)), heads(g.linear(y, f"{i}.v", b.v))
        s = g.node("Mul", [g.node("MatMul", [q, g.node("Transpose", [k], perm=[0, 1, 3, 2])]), f32("scale", hd ** -.5)])
        a = g.node("MatMul", [g.node("Softmax", [g.node("Add", [s, bias])], axis=-1), v])
        a = g.node("Reshape", [g.node("Transpose", [a], perm=[0, 2, 1, 3]), i64("join", [0, 0, c.dim])])
        x = g.node("Add", [x, g.linear(a, f"{i}.o", b.o)])
        x = g.feed_forward(x, i, b, c.eps)
    x = g.norm(x, "norm", m.norm, c.eps)
    kept = g.node("Mul", [x, g.node("Unsqueeze", [mask, i64("axis_2", [2])])])
    mean = g.node("Div", [g.node("ReduceSum", [kept, i64("axis_1", [1])], keepdims=0), g.node("ReduceSum", [mask, i64("axis_1", [1])], keepdims=1)])
    g.node("Div", [mean, g.node("ReduceL2", [mean, i64("axis_1", [1])], keepdims=1)], ["embedding"])
    shape = ["batch", "sequence"]
    return g.model("support-embed", [("input_ids", T.INT64, shape), ("attention_mask", T.INT64, shape)], [("embedding", T.FLOAT, ["batch", c.dim])])


def describe(id, kind, c, description, architecture, onnx_part, more):
    return {"format": 1, "id": id, "kind": kind, "description": description, "licence": "Apache-2.0",
            "architecture": {"layers": c.layers, "hidden": c.dim, "heads": c.heads, "kvHeads": c.kv_heads, "headDim": c.dim // c.heads, "ffn": c.ffn, "ffnGated": True,
                             "vocab": c.vocab, "tiedEmbeddings": kind == "decoder", "maxContext": c.context} | architecture,
            "weightPrecision": "fp16", "computePrecision": "fp32"} | ({"kvPrecision": "fp32"} if kind == "decoder" else {"maxContext": c.context}) | {
            "onnx": onnx_part, "tokenizer": {"file": "tokenizer.json"}} | more

def write_json(path, value):
    with open(path, "w") as f:
        json.dump(value, f, indent=1, ensure_ascii=False); f.write("\n")


def main():
    out, support, embed = sys.argv[1:4]
    torch.set_grad_enabled(False); torch.set_num_threads(4)
    from evaluate import DecoderSession, EmbedderSession
    decoder, encoder = load(os.path.join(out, "decoder.pt"), Decoder).eval(), load(os.path.join(out, "embedder.pt"), Encoder).eval()
    for folder in (support, embed):
        os.makedirs(folder, exist_ok=True)
        shutil.copyfile(os.path.join(out, "tokenizer.json"), os.path.join(folder, "tokenizer.json"))
    for model, folder in ((decoder_graph(decoder), support), (embedder_graph(encoder), embed)):
        names = [n.name for n in model.graph.node]
        assert len(names) == len(set(names))
        onnx.save(model, os.path.join(folder, "model.onnx"))
        print(f"{folder}/model.onnx {os.path.getsize(os.path.join(folder, 'model.onnx')) / 1e6:.2f} MB")
    write_json(os.path.join(support, "model.json"), describe("support-1", "decoder", decoder.c,
        "A demonstration decoder for a synthetic order-support language: tool calls, answers from passages, refusals.", {},
        {"file": "model.onnx", "layout": "gqa-in-place", "inputIds": "input_ids", "attentionMask": "attention_mask", "logits": "logits", "logitsPositions": "last",
         "pastKey": "past_key_values.%d.key", "pastValue": "past_key_values.%d.value", "presentKey": "present.%d.key", "presentValue": "present.%d.value"},
        {"chat": {role: f"<{tag}>{{text}}<end>" for role, tag in dict(system="sys", passage="doc", user="user", assistant="asst", tool="tool").items()}
                 | {"generationPrompt": "<asst>", "stopTokens": ["<end>"]}}))
    write_json(os.path.join(embed, "model.json"), describe("support-embed", "embedder", encoder.c,
        "A demonstration text embedder for the questions and policy passages of support-1: unit vectors, compare by dot product.", {"dimension": encoder.c.dim},
        {"file": "model.onnx", "inputIds": "input_ids", "attentionMask": "attention_mask", "embedding": "embedding"}, {}))

    # ONNX Runtime against PyTorch
    s, e = DecoderSession(support), EmbedderSession(embed)
    world, worst, tokens, spent, prefill = World("dev", 5), 0., 0, 0., []
    for k in range(30):
        turns = world.conversation()
        last = max(i for i, t in enumerate(turns) if t[0] == "asst")
        ids = s.tok.encode(prompt(turns[:last], True), add_special_tokens=False).ids
        s.clear(); t = time.perf_counter(); logits = s.step(ids); prefill.append((time.perf_counter() - t) / len(ids))
        want = decoder(torch.tensor([ids])).numpy()[0]
        worst = max(worst, float(np.abs(want[-1] - logits).max()))
        if k < 5:  # a prompt in two parts
            s.clear(); s.step(ids[:len(ids) // 2]); worst = max(worst, float(np.abs(want[-1] - s.step(ids[len(ids) // 2:])).max()))
        got, steps, nxt = [], [], int(logits.argmax())
        while nxt != END and len(got) < 100:
            got.append(nxt); t = time.perf_counter(); logits = s.step([nxt]); spent += time.perf_counter() - t; tokens += 1
            steps.append(logits); nxt = int(logits.argmax())
        if got:
            want = decoder(torch.tensor([ids + got])).numpy()[0]
            worst = max(worst, float(np.abs(want[-len(got):] - np.stack(steps)).max()))
    print(f"decoder: largest logit difference to PyTorch {worst:.2e}; decode {tokens / spent:.0f} tokens/s, prefill {1 / np.median(prefill):.0f} tokens/s (2 CPU threads)")
    texts = ["how long can i return winter coats", "Winter coats can be returned within 30 days. Other terms may apply.", "Where is my order A-1042?"]
    rows = [s.tok.encode(t, add_special_tokens=False).ids for t in texts]
    ids = torch.full((3, max(map(len, rows))), PAD)
    for i, row in enumerate(rows):
        ids[i, :len(row)] = torch.tensor(row)
    vectors = e.embed(texts)
    print(f"embedder: largest difference to PyTorch {np.abs(encoder(ids).numpy() - vectors).max():.2e}, alone against in a batch {max(np.abs(e.embed([t])[0] - v).max() for t, v in zip(texts, vectors)):.2e}")

    # what another runtime has to reproduce
    prompts = [[("sys", SYSTEM), ("doc", "Winter coats can be returned within 30 days."), ("doc", "Delivery of winter coats costs you 4.20 dollars."), ("user", "how long can i return winter coats?")],
               [("sys", SYSTEM), ("doc", "Refunds for cameras are paid within 9 days."), ("user", "Where is my order AB-27154?")],
               [("sys", SYSTEM), ("user", "Where is my order AB-27154?"), ("asst", '{"name": "order_status", "arguments": {"order": "AB-27154"}}'),
                ("tool", '{"order": "AB-27154", "status": "in transit", "carrier": "DHL", "date": "2026-03-02"}')]]
    reference = {"prompts": [], "embeddings": []}
    for turns in prompts:
        text = prompt(turns, True)
        ids = s.tok.encode(text, add_special_tokens=False).ids
        s.clear(); logits = s.step(ids)
        got = s.reply(ids)
        reference["prompts"].append({"prompt": text, "ids": ids, "logitsFirst16": [round(float(v), 5) for v in logits[:16]], "logitsArgmax": int(logits.argmax()),
                                     "continuationIds": got, "continuation": s.tok.decode(got)})
        print("reference:", s.tok.decode(got))
    for t, row, v in zip(texts, rows, (e.embed([t])[0] for t in texts)):
        reference["embeddings"].append({"text": t, "ids": row, "vector": [round(float(x), 6) for x in v]})
    write_json(os.path.join(support, "reference.json"), reference)

if __name__ == "__main__":
    main()
