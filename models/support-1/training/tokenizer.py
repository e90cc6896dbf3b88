"""The tokenizer: byte-level BPE in one standard tokenizer.json, and the chat format.

Two rules make copying easy for a small model. A capital before a lower-case letter becomes '^' and the small letter, so
'Laptops' and 'laptops' share their tokens wherever they stand; 26 Replace normalizers do it, 26 Replace decoders undo it.
And only runs of lower-case letters are merged: a digit, a capital, a space or a sign is a token of its own, so an id is
copied sign by sign. (The price: a literal '^' before a small letter comes back as a capital.)

  python3 tokenizer.py OUT.json
"""
import re, string, sys

from generator import World

SPECIAL = ["<pad>", "<sys>", "<doc>", "<user>", "<asst>", "<tool>", "<end>"]
PAD, ASST, END = 0, 4, 6
VOCAB = 1536

def prompt(turns, reply=False):
    """The text of a conversation; with `reply` it ends where the agent is to speak."""
    return "".join(f"<{role}>{text}<end>" for role, text in turns) + ("<asst>" if reply else "")

def mark(text):
    """What the 26 normalizers do, in one pass, for encoding in bulk."""
    return re.sub(r"[A-Z](?=[a-z])", lambda m: "^" + m.group().lower(), text)

def build(texts):
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    t = Tokenizer(models.BPE())
    t.normalizer = normalizers.Sequence([normalizers.Replace(Regex(f"{c}(?=[a-z])"), "^" + c.lower()) for c in string.ascii_uppercase])
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(r"[a-z]+|[^a-z]"), "isolated"),
                                               pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.Sequence([decoders.ByteLevel()] + [decoders.Replace("^" + c.lower(), c) for c in string.ascii_uppercase])
    special = [AddedToken(s, special=True, normalized=False) for s in SPECIAL]
    t.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=VOCAB, special_tokens=special, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return t

def bulk(path):
    """The same tokenizer without its normalizers: give it marked text."""
    from tokenizers import Tokenizer, normalizers
    t = Tokenizer.from_file(path)
    t.normalizer = normalizers.Sequence([])
    return t

def main():
    from tokenizers import Tokenizer
    world = World("train", 7)
    tok = build(text for _ in range(30_000) for _, text in world.conversation())
    tok.save(sys.argv[1])
    tok, fast = Tokenizer.from_file(sys.argv[1]), bulk(sys.argv[1])
    for split in ("train", "dev"):
        world = World(split, 8)
        for _ in range(1000):
            turns = world.conversation()
            text = prompt(turns)
            ids = tok.encode(text, add_special_tokens=False).ids
            assert ids == fast.encode(mark(text), add_special_tokens=False).ids, text
            for _, t in turns:
                assert tok.decode(tok.encode(t, add_special_tokens=False).ids) == t, t
    for t in ("Grüße aus Łódź, order #A-1042 — 45.20 €?", "DHL FedEx eBay XXl", "a\tb\nC d"):
        back = tok.decode(tok.encode(t, add_special_tokens=False).ids)
        print("round trip", back == t, repr(back))
    print(f"tokenizer: {tok.get_vocab_size()} entries; round trip and bulk encoding agree on 2000 conversations")

if __name__ == "__main__":
    main()
