"""Scores the exported models on the questions of one shop, with ONNX Runtime on the CPU, end to end: embed the question,
take the four nearest passages, let the decoder reply, run the tool it calls, let it report.

  python3 evaluate.py SUPPORT_1 SUPPORT_EMBED SHOP_FOLDER SCORES.json [WRONG.txt]

Without WRONG.txt no model output is written: so the held-out shop is scored unseen.
A tool question is right when the call is exact (name and arguments) and, counted apart, when the answer holds every value
of the result; any other question is right when the reply is no call and holds what is expected. Policy answers are
counted a second time as exact when they are, word by word, a sentence of the passage that answers.
"""
import collections, concurrent.futures, json, os, sys

import numpy as np

from generator import SYSTEM, TOOLS, run_tool
from tokenizer import END, prompt


class DecoderSession:
    """One conversation on KV buffers that past and present share."""
    def __init__(self, folder, threads=2):
        import onnxruntime as ort
        from tokenizers import Tokenizer
        o = ort.SessionOptions()
        o.intra_op_num_threads = threads
        a = json.load(open(os.path.join(folder, "model.json")))["architecture"]
        self.tok = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        self.s = ort.InferenceSession(os.path.join(folder, "model.onnx"), o, providers=["CPUExecutionProvider"])
        zeros = lambda: ort.OrtValue.ortvalue_from_numpy(np.zeros((1, a["kvHeads"], a["maxContext"], a["headDim"]), np.float32))
        self.kv = {f"{i}.{s}": zeros() for i in range(a["layers"]) for s in ("key", "value")}
        self.limit, self.n = a["maxContext"], 0

    def clear(self):
        self.n = 0

    def step(self, ids):
        """The logits after the last of the given tokens."""
        b = self.s.io_binding()
        self.n += len(ids)
        b.bind_cpu_input("input_ids", np.array([ids], np.int64))
        b.bind_cpu_input("attention_mask", np.ones((1, self.n), np.int64))
        for name, value in self.kv.items():
            b.bind_ortvalue_input("past_key_values." + name, value)
            b.bind_ortvalue_output("present." + name, value)
        b.bind_output("logits")
        self.s.run_with_iobinding(b)
        return b.get_outputs()[-1].numpy()[0, -1]

    def reply(self, ids, most=120):
        """The greedy continuation up to <end>."""
        self.clear()
        out, nxt = [], int(self.step(ids).argmax())
        while nxt != END and len(out) < most and self.n < self.limit - 1:
            out.append(nxt)
            nxt = int(self.step([nxt]).argmax())
        return out

    def say(self, turns):
        return self.tok.decode(self.reply(self.tok.encode(prompt(turns, True), add_special_tokens=False).ids))


class EmbedderSession:
    def __init__(self, folder, threads=2):
        import onnxruntime as ort
        from tokenizers import Tokenizer
        o = ort.SessionOptions()
        o.intra_op_num_threads = threads
        self.tok = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
        self.s = ort.InferenceSession(os.path.join(folder, "model.onnx"), o, providers=["CPUExecutionProvider"])

    def embed(self, texts):
        rows = [self.tok.encode(t, add_special_tokens=False).ids for t in texts]
        ids = np.zeros((len(rows), max(map(len, rows))), np.int64); mask = np.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, :len(row)] = row; mask[i, :len(row)] = 1
        return self.s.run(["embedding"], {"input_ids": ids, "attention_mask": mask})[0]


def tool_call(text):
    """The call a reply is, or None."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        call = json.loads(text)
        return call if set(call) == {"name", "arguments"} and call["name"] in TOOLS else {"name": None, "arguments": text}
    except ValueError:
        return {"name": None, "arguments": text}

def answer(decoder, question, passages, shop):
    """The calls and the last reply to a question."""
    turns, calls = [("sys", SYSTEM)] + [("doc", p) for p in passages] + [("user", question)], []
    while True:
        text = decoder.say(turns)
        call = tool_call(text)
        if call is None or len(calls) == 3:
            return calls, text
        calls.append(call)
        try:
            result = run_tool(call["name"], call["arguments"], shop)
        except (KeyError, TypeError):
            return calls, text
        turns += [("asst", text), ("tool", json.dumps(result, ensure_ascii=False))]

def main():
    support, embed, folder, scores = sys.argv[1:5]
    wrong_path = sys.argv[5] if len(sys.argv) > 5 else None
    lines = lambda name: [json.loads(l) for l in open(os.path.join(folder, name))]
    policies, questions, shop = lines("policies.jsonl"), lines("questions.jsonl"), json.load(open(os.path.join(folder, "shop.json")))
    embedder = EmbedderSession(embed, 4)
    near = np.argsort(-(np.stack([embedder.embed([q["question"]])[0] for q in questions]) @ embedder.embed([p["text"] for p in policies]).T), axis=1)[:, :4]
    workers = 7
    def run(k):
        decoder = DecoderSession(support)
        return [(i, answer(decoder, questions[i]["question"], [policies[j]["text"] for j in near[i]], shop)) for i in range(k, len(questions), workers)]
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        replies = dict(x for part in pool.map(run, range(workers)) for x in part)
    text_of = {p["id"]: p["text"] for p in policies}
    count, found = collections.defaultdict(lambda: collections.Counter()), 0
    wrong = []
    for i, q in enumerate(questions):
        calls, text = replies[i]
        called = calls == ([q["expectTool"]] if q["expectTool"] else [])
        told = all(x.lower() in text.lower() for x in q["expectAnswer"]["contains"])
        c = count[q["kind"]]
        c["questions"] += 1; c["exact call or none"] += called; c["right"] += called and told
        if q["passage"]:
            hit = q["passage"] in [policies[j]["id"] for j in near[i]]
            found += hit
            c["right of those retrieved"] += hit and called and told
            c["sentence of the passage"] += text in text_of[q["passage"]]
        if not (called and told):
            wrong.append((q, calls, text, [policies[j]["text"] for j in near[i]]))
    total = collections.Counter()
    for c in count.values():
        total.update(c)
    asked = sum(1 for q in questions if q["passage"])
    out = {"questions": len(questions), "passages": len(policies), "recallAt4": round(found / asked, 4),
           "exactToolCalls": round(count["tool"]["exact call or none"] / count["tool"]["questions"], 4),
           "rightAnswers": round(total["right"] / total["questions"], 4), "byKind": {k: dict(c) for k, c in count.items()}}
    json.dump(out, open(scores, "w"), indent=1)
    print(json.dumps(out))
    if wrong_path:
        with open(wrong_path, "w") as f:
            for q, calls, text, passages in wrong:
                f.write(f"[{q['kind']}] {q['question']}\n   want {q['expectTool'] or ''} {q['expectAnswer']['contains']} {q['passage'] and text_of[q['passage']] in passages}\n   got  {calls} {text}\n" + "".join(f"     - {p}\n" for p in passages))

if __name__ == "__main__":
    main()
