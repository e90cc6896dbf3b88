"""What PyTorch makes of the tiny models, in JSON beside each: expected.py SOURCES FOLDER."""
import json, sys
from pathlib import Path
import torch
import transformers
from transformers import AutoModel, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

root, out = Path(sys.argv[1]), Path(sys.argv[2])
VERSIONS = {"torch": torch.__version__, "transformers": transformers.__version__}
CHATS = [[("user", "where is my parcel?")], [("system", "Be brief."), ("user", "what is a cache of keys and values, and what is it worth? " * 3)],
         [("user", "hi"), ("assistant", "hello, what is it?"), ("user", "the order 123 – où est-il ✓")]]
TEXTS = ["where is my parcel", "the graph of an agent is planned, placed and run", "keys", "what is it worth, and where is the order? " * 4]


def decoder(name):
    tok, model = AutoTokenizer.from_pretrained(root / name), AutoModelForCausalLM.from_pretrained(root / name, dtype=torch.float32).eval()
    answers = []
    for chat in CHATS:
        messages = [{"role": r, "content": c} for r, c in chat]
        text = tok.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        prompt = tok(text, add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            made = model.generate(torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long), max_new_tokens=24, do_sample=False,
                                  output_scores=True, return_dict_in_generate=True)
        margins = [float(torch.topk(s[0], 2).values.diff().abs()) for s in made.scores]
        answers.append({"messages": messages, "prompt": prompt, "tokens": made.sequences[0, len(prompt):].tolist(), "leastMargin": min(margins)})
        print(name, len(prompt), answers[-1]["tokens"], min(margins))
    (out / name / "expected.json").write_text(json.dumps({"by": VERSIONS, "answers": answers}, indent=1))


def embedder(name, mode, normalise, limit, prompts):
    tok, model = AutoTokenizer.from_pretrained(root / name), AutoModel.from_pretrained(root / name, dtype=torch.float32).eval()

    def embed(text):
        given = tok(text, return_tensors="pt", truncation=True, max_length=limit)
        with torch.no_grad():
            states = model(**given).last_hidden_state[0]
        v = states[0] if mode == "cls" else states.mean(0)
        return (v / v.norm() if normalise else v), given["input_ids"][0].tolist()

    rows = []
    for text in TEXTS:
        for prompt_name in [None, *prompts]:
            v, ids = embed((prompts[prompt_name] if prompt_name else "") + text)
            rows.append({"text": text, "prompt": prompt_name, "tokens": ids, "embedding": [round(x, 7) for x in v.tolist()]})
    by = dict(VERSIONS)
    try:
        import sentence_transformers
        st = sentence_transformers.SentenceTransformer(str(root / name), device="cpu")
        worst = 0.0
        for row in rows:
            peer = torch.from_numpy(st.encode(row["text"], prompt_name=row["prompt"]))
            worst = max(worst, float((peer - torch.tensor(row["embedding"])).abs().max()))
        print(name, "largest difference from sentence-transformers", worst)
        assert worst < 1e-5
        by["sentence-transformers"] = sentence_transformers.__version__
    except ImportError:
        print("no sentence-transformers")
    (out / name / "expected.json").write_text(json.dumps({"by": by, "rows": rows}, indent=1))


def ranker(name):
    tok, model = AutoTokenizer.from_pretrained(root / name), AutoModelForSequenceClassification.from_pretrained(root / name, dtype=torch.float32).eval()
    pairs = []
    for passage in TEXTS[:3]:
        given = tok("where is the order", passage, return_tensors="pt")
        with torch.no_grad():
            score = float(model(**given).logits[0, 0])
        pairs.append({"query": "where is the order", "passage": passage, "tokens": given["input_ids"][0].tolist(), "score": score})
        print(name, passage, score)
    (out / name / "expected.json").write_text(json.dumps({"by": VERSIONS, "pairs": pairs}, indent=1))


decoder("tiny-llama")
decoder("tiny-qwen2")
embedder("tiny-bert", "mean", True, 32, {"query": "what is ", "document": ""})
embedder("tiny-roberta", "cls", False, 48, {})
ranker("tiny-ranker")
