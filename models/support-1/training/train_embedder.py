"""Trains the embedder on pairs (question, passage that answers it) and measures recall on the dev shop.

  python3 train_embedder.py OUT --seconds 120 --workers 8

A batch is made of families: questions about one subject and its near namesakes ("winter coats", "winter boots") over a few
topics, so the hard negatives of every question, same subject or same topic, lie in its own batch.
"""
import argparse, collections, json, multiprocessing, os, random, time, zlib

import numpy as np, torch, torch.nn.functional as F

from generator import POLICY, World
from model import EMBEDDER, Encoder, optimizer, save
from tokenizer import PAD, bulk, mark

FAMILIES, BATCH, WIDTH = 2048, 1024, 128

def key(topic, subject):
    return zlib.crc32(f"{topic}|{subject}".encode())

def family(world):
    """Questions, passages and the facts of each passage, of one subject and its neighbours."""
    r, subject = world.r, world.word("subject")
    near = [world.near(subject) for _ in range(r.randint(0, 2))]
    topics = r.sample(list(POLICY), 4)
    asked = [(t, subject) for t in topics] + [(t, s) for s in near for t in topics[:2]]
    taken = set(asked)
    for topic, s in asked:
        facts = set()
        text = world.passage(topic, s, facts)
        while len(facts & taken) > 1:  # a second fact must not answer another question of the family
            facts = set()
            text = world.passage(topic, s, facts)
        yield world.policy_question(topic, s), text, key(topic, s), [key(*f) for f in facts]

def pad(rows, width):
    longest = -(-max(map(len, rows)) // 8) * 8
    out = np.full((len(rows), min(width, longest)), PAD, np.int64)
    for i, row in enumerate(rows):
        out[i, :len(row)] = row[:width]
    return out

def shard(job):
    path, seed = job
    tok, world, families = bulk(path), World("train", seed), []
    for _ in range(FAMILIES):
        families += list(family(world))
    out = []
    for i in range(0, len(families) - BATCH, BATCH):
        part = families[i:i + BATCH]
        q, d = ([e.ids for e in tok.encode_batch([mark(p[k]) for p in part], add_special_tokens=False)] for k in (0, 1))
        facts = np.array([(p[3] + p[3])[:2] for p in part], np.int64)
        out.append((pad(q, WIDTH), pad(d, WIDTH), np.array([p[2] for p in part], np.int64), facts))
    return out

def stream(pool, path, first, ahead):
    waiting, seed = collections.deque(), first
    while True:
        while len(waiting) < ahead:
            waiting.append(pool.apply_async(shard, ((path, seed),)))
            seed += 1
        yield from waiting.popleft().get()

@torch.no_grad()
def recall(model, path, split, seeds, k=4):
    """Share of policy questions of whole shops whose passage is the first, and among the first k."""
    tok, first, among, count = bulk(path), 0, 0, 0
    model.eval()
    for seed in seeds:
        policies, _, questions = World(split, seed).shop()
        asked = [q for q in questions if q["passage"]]
        vectors = [model(torch.from_numpy(pad([e.ids for e in tok.encode_batch([mark(t) for t in texts], add_special_tokens=False)], 256)).cuda())
                   for texts in ([q["question"] for q in asked], [p["text"] for p in policies])]
        top = (vectors[0] @ vectors[1].T).topk(k).indices.tolist()
        for q, row in zip(asked, top):
            found = [policies[i]["id"] for i in row]
            first += found[0] == q["passage"]; among += q["passage"] in found; count += 1
    model.train()
    return first / count, among / count

def main():
    a = argparse.ArgumentParser()
    a.add_argument("out")
    a.add_argument("--seconds", type=float, default=120)
    a.add_argument("--rate", type=float, default=2e-3)
    a.add_argument("--workers", type=int, default=8)
    a.add_argument("--seed", type=int, default=2)
    a = a.parse_args()
    torch.manual_seed(a.seed)
    torch.set_float32_matmul_precision("high")
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    path = os.path.join(a.out, "tokenizer.json")
    pool = multiprocessing.get_context("fork").Pool(a.workers)
    batches = stream(pool, path, a.seed * 1_000_000, 2 * a.workers)
    ahead = next(batches)
    model = Encoder(EMBEDDER).cuda().train()
    print(f"embedder: {sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters", flush=True)
    opt = optimizer(model, a.rate, .05)
    start, step = time.time(), 0
    while (done := (time.time() - start) / a.seconds) < 1:
        for g in opt.param_groups:
            g["lr"] = a.rate * min(1, (step + 1) / 200) * (1 - .98 * done)
        q, d, asked, facts = (torch.from_numpy(x).cuda() for x in ahead)
        with torch.autocast("cuda", torch.bfloat16):
            q, d = model(q), model(d)
        scores = q.float() @ d.float().T / .05
        # another passage that happens to answer the question is no negative
        same = ((asked[:, None] == facts[None, :, 0]) | (asked[:, None] == facts[None, :, 1])) & ~torch.eye(len(asked), dtype=torch.bool, device="cuda")
        scores = scores.masked_fill(same, -1e4)
        target = torch.arange(len(asked), device="cuda")
        loss = F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.)
        opt.step()
        opt.zero_grad(set_to_none=True)
        step += 1
        if step % 200 == 0:
            print(f"embedder step {step} {time.time() - start:.0f} s loss {loss.item():.4f}", flush=True)
        ahead = next(batches)
    save(os.path.join(a.out, "embedder.pt"), model)
    one, four = recall(model, path, "dev", range(300, 306))
    print(f"embedder: {step} steps, {step * BATCH / 1e6:.1f} M pairs, {time.time() - start:.0f} s; six dev shops: recall@1 {one:.4f} recall@4 {four:.4f}", flush=True)
    pool.terminate()

if __name__ == "__main__":
    main()
