"""The two networks, both of RMSNorm, rotary positions, grouped-query attention and SwiGLU: a decoder with tied embeddings
and an encoder that pools a text to a unit vector."""
from dataclasses import asdict, dataclass

import torch, torch.nn as nn, torch.nn.functional as F

from tokenizer import PAD, VOCAB


@dataclass
class Config:
    vocab: int = VOCAB
    dim: int = 256
    layers: int = 6
    heads: int = 8
    kv_heads: int = 4
    ffn: int = 704
    context: int = 768
    theta: float = 10000.0
    eps: float = 1e-5

DECODER = Config()
EMBEDDER = Config(dim=192, layers=3, heads=6, kv_heads=6, ffn=384, context=256)


def rope_tables(c):
    half = c.dim // c.heads // 2
    angle = torch.outer(torch.arange(c.context).float(), c.theta ** (-torch.arange(half).float() / half))
    return angle.cos(), angle.sin()

def rotate(x, cos, sin):
    a, b = x.float().chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1).to(x.dtype)

def rms_norm(x, weight, eps):
    y = x.float()
    return (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + eps) * weight).to(x.dtype)


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        hd = c.dim // c.heads
        linear = lambda i, o: nn.Linear(i, o, bias=False)
        self.c, self.hd = c, hd
        self.n1, self.n2 = nn.Parameter(torch.ones(c.dim)), nn.Parameter(torch.ones(c.dim))
        self.q, self.k, self.v, self.o = linear(c.dim, c.dim), linear(c.dim, c.kv_heads * hd), linear(c.dim, c.kv_heads * hd), linear(c.dim, c.dim)
        self.gate, self.up, self.down = linear(c.dim, c.ffn), linear(c.dim, c.ffn), linear(c.ffn, c.dim)

    def forward(self, x, cos, sin, mask=None):
        """Causal without a mask; with a mask, each position sees what the mask allows."""
        B, T, D = x.shape
        h = rms_norm(x, self.n1, self.c.eps)
        heads = lambda y, n: y.view(B, T, n, self.hd).transpose(1, 2)
        q, k, v = rotate(heads(self.q(h), self.c.heads), cos, sin), rotate(heads(self.k(h), self.c.kv_heads), cos, sin), heads(self.v(h), self.c.kv_heads)
        g = self.c.heads // self.c.kv_heads
        if g > 1:
            k, v = k.repeat_interleave(g, 1), v.repeat_interleave(g, 1)
        a = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None)
        x = x + self.o(a.transpose(1, 2).reshape(B, T, D))
        h = rms_norm(x, self.n2, self.c.eps)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Network(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c = c
        self.embed = nn.Embedding(c.vocab, c.dim)
        self.blocks = nn.ModuleList(Layer(c) for _ in range(c.layers))
        self.norm = nn.Parameter(torch.ones(c.dim))
        for name, table in zip(("cos", "sin"), rope_tables(c)):
            self.register_buffer(name, table, persistent=False)
        for name, p in self.named_parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02 / ((2 * c.layers) ** .5 if name.endswith(("o.weight", "down.weight")) else 1))

    def hidden(self, ids, mask=None):
        x, T = self.embed(ids), ids.shape[1]
        if torch.is_autocast_enabled("cuda"):
            x = x.bfloat16()
        cos, sin = self.cos[:T], self.sin[:T]
        for b in self.blocks:
            x = b(x, cos, sin, mask)
        return rms_norm(x, self.norm, self.c.eps)


class Decoder(Network):
    def forward(self, ids):
        return self.hidden(ids) @ self.embed.weight.T

class Encoder(Network):
    def forward(self, ids):
        keep = ids != PAD
        x = self.hidden(ids, keep[:, None, None, :].expand(-1, 1, ids.shape[1], -1)).float()
        w = keep.float()[..., None]
        return F.normalize((x * w).sum(1) / w.sum(1), dim=-1)


def optimizer(model, rate, decay):
    matrices = [p for p in model.parameters() if p.dim() == 2]
    gains = [p for p in model.parameters() if p.dim() != 2]
    return torch.optim.AdamW([dict(params=matrices, weight_decay=decay), dict(params=gains, weight_decay=0.)], lr=rate, betas=(.9, .95), fused=True)

def save(path, model):
    """Weights in fp16, as they are exported."""
    torch.save({"config": asdict(model.c), "weights": {k.replace("_orig_mod.", ""): v.half() for k, v in model.state_dict().items()}}, path)

def load(path, kind):
    d = torch.load(path, map_location="cpu")
    m = kind(Config(**d["config"]))
    m.load_state_dict({k: v.float() for k, v in d["weights"].items()})
    return m
