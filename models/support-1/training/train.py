"""Trains the decoder on conversations that are drawn while it trains, each seen once (a few twice, to fill up a batch).

  python3 train.py OUT --seconds 430 --workers 14 [--init model.pt]

The learning rate follows a cosine over the steps or the seconds, whichever ends first; the log says how many steps were
taken, so that a slower machine can repeat a run with --steps.
"""
import argparse, collections, math, multiprocessing, os, time

import numpy as np, torch, torch.nn.functional as F

from generator import World
from model import DECODER, Decoder, load, optimizer, save
from tokenizer import ASST, END, PAD, bulk, mark, prompt

SHARD = 16384  # conversations one worker draws and sorts at a time
LONGEST = 704

def shard(job):
    """Batches of conversations of like length: token ids, and 1 where a token is the agent's."""
    path, seed, tokens = job
    tok, world = bulk(path), World("train", seed)
    texts = [mark(prompt(world.conversation())) for _ in range(SHARD)]
    rows = [np.array(e.ids, np.uint16) for e in tok.encode_batch(texts, add_special_tokens=False) if len(e.ids) <= LONGEST]
    widest = -(-max(map(len, rows)) // 64) * 64
    buckets = {width: [] for width in range(64, widest + 1, 64)}
    for row in rows:
        buckets[-(-len(row) // 64) * 64].append(row)
    out = []
    for width, part in buckets.items():  # few shapes, so that kernels are planned once: what fills no batch moves on to the next width
        size = tokens // width
        if width == widest:
            part += [rows[k % len(rows)] for k in range(-len(part) % size)]
        full = len(part) - len(part) % size
        buckets.get(width + 64, []).extend(part[full:])
        out += [batch(part[i:i + size], width) for i in range(0, full, size)]
    return [out[k] for k in np.random.default_rng(seed).permutation(len(out))]

def batch(rows, width):
    ids = np.full((len(rows), width), PAD, np.uint16)
    for k, row in enumerate(rows):
        ids[k, :len(row)] = row
    # the agent's tokens are those whose last opening tag is <asst>
    role = np.maximum.accumulate(np.where((ids >= 1) & (ids < END), np.arange(width)[None], 0), axis=1)
    learn = (np.take_along_axis(ids, role, 1) == ASST) & (ids != ASST) & (ids != PAD)
    return ids, learn.astype(np.uint8)

def stream(pool, path, tokens, first, ahead):
    """Batches of one shard after another; `ahead` shards are being drawn meanwhile."""
    waiting, seed = collections.deque(), first
    while True:
        while len(waiting) < ahead:
            waiting.append(pool.apply_async(shard, ((path, seed, tokens),)))
            seed += 1
        yield from waiting.popleft().get()

def losses(hidden, table, targets, learn, real):
    logits = hidden @ table.T
    loss = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), reduction="none").view(targets.shape)
    rest = real - learn
    return (loss * learn).sum() / learn.sum(), (loss * rest).sum() / rest.sum()

def main():
    a = argparse.ArgumentParser()
    a.add_argument("out")
    a.add_argument("--seconds", type=float, default=430)
    a.add_argument("--steps", type=int, default=10**9)
    a.add_argument("--rate", type=float, default=2e-3)
    a.add_argument("--tokens", type=int, default=65536)
    a.add_argument("--prompt", type=float, default=.2, help="weight of the loss on tokens that are not the agent's")
    a.add_argument("--workers", type=int, default=14)
    a.add_argument("--seed", type=int, default=1)
    a.add_argument("--init", help="weights to go on from")
    a.add_argument("--eager", action="store_true", help="without torch.compile")
    a = a.parse_args()
    torch.manual_seed(a.seed)
    torch.set_float32_matmul_precision("high")
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    pool = multiprocessing.get_context("fork").Pool(a.workers)
    batches = stream(pool, os.path.join(a.out, "tokenizer.json"), a.tokens, a.seed * 1_000_000, 2 * a.workers)
    ahead = next(batches)
    model = (load(a.init, Decoder) if a.init else Decoder(DECODER)).cuda().train()
    print(f"decoder: {sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters", flush=True)
    score = losses
    if not a.eager:
        for b in model.blocks:
            b.compile(dynamic=True)
        score = torch.compile(losses, dynamic=True)
    opt = optimizer(model, a.rate, .1)
    start, step, seen, waited, marks = time.time(), 0, 0, 0., collections.deque([(time.time(), 0)], 6)
    while (done := max((time.time() - start) / a.seconds, step / a.steps)) < 1:
        rate = a.rate * min(1, (step + 1) / 200) * (.01 + .99 * .5 * (1 + math.cos(math.pi * done)))
        for g in opt.param_groups:
            g["lr"] = rate
        ids, learn = (torch.from_numpy(x).pin_memory().cuda(non_blocking=True) for x in ahead)
        ids = ids.long()
        with torch.autocast("cuda", torch.bfloat16):
            targets, learn = F.pad(ids[:, 1:], (0, 1), value=PAD), F.pad(learn[:, 1:].float(), (0, 1))
            answer, rest = score(model.hidden(ids), model.embed.weight, targets, learn, (targets != PAD).float())
        (answer + a.prompt * rest).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.)
        opt.step()
        opt.zero_grad(set_to_none=True)
        step, seen = step + 1, seen + ids.numel()
        t = time.time(); ahead = next(batches); waited += time.time() - t
        if step % 200 == 0:
            value = answer.item()
            marks.append((time.time(), seen))
            print(f"step {step} {time.time() - start:.0f} s, {(marks[-1][1] - marks[0][1]) / (marks[-1][0] - marks[0][0]) / 1e6:.2f} M tokens/s, waited {waited:.0f} s, answer {value:.5f} prompt {rest.item():.3f}", flush=True)
    print(f"decoder: {step} steps, {seen / 1e6:.0f} M tokens, {time.time() - start:.0f} s", flush=True)
    save(os.path.join(a.out, "decoder.pt"), model)
    pool.terminate()

if __name__ == "__main__":
    main()
