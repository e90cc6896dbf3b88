"""bench_torch_llm.py SHAPE SECONDS: decode and prefill of a decoder with random float16 weights in PyTorch, as GpuLlm runs it: the same shapes, 512 positions
held, greedy, the same matrices packed. Decode is eager in a CUDA graph, then torch.compile in a CUDA graph; nothing is begun after SECONDS."""
import sys
import time

import torch
import torch.nn.functional as F

SHAPES = {  # layers, width, heads, KV heads, inner width, vocabulary
    "small": (2, 256, 4, 2, 512, 1000),
    "1b": (22, 2048, 32, 4, 5632, 32000),
    "8b": (32, 4096, 32, 8, 14336, 128256),
}
HELD, STEPS, ROUNDS = 512, 64, 5


class Decoder:
    def __init__(self, layers, width, heads, kv_heads, inner, vocabulary, capacity):
        self.width, self.heads, self.kv_heads, self.inner, self.vocabulary = width, heads, kv_heads, inner, vocabulary
        self.d, self.capacity = width // heads, capacity
        self.gain = torch.ones(width, dtype=torch.float16, device="cuda")
        self.embedding, self.head = self.matrix(vocabulary, width), self.matrix(width, vocabulary)
        kv = kv_heads * self.d
        self.layers = [
            (self.matrix(width, width + 2 * kv), self.matrix(width, width), self.matrix(width, 2 * inner), self.matrix(inner, width)) for _ in range(layers)
        ]
        angle = torch.arange(capacity, device="cuda")[:, None] * 10000 ** (-torch.arange(self.d // 2, device="cuda") * 2 / self.d)
        self.cos, self.sin = angle.cos().half(), angle.sin().half()

    @staticmethod
    def matrix(rows, columns):
        return ((torch.rand(rows, columns, dtype=torch.float16, device="cuda") * 2 - 1) * (3 / rows) ** 0.5).contiguous()

    def cache(self, batch):
        shape = (batch, self.kv_heads, self.capacity, self.d)
        return [torch.zeros(shape, dtype=torch.float16, device="cuda") for _ in range(2 * len(self.layers))]

    def norm(self, x):
        return F.rms_norm(x, (self.width,), self.gain, 1e-5)

    def rotate(self, t, cos, sin):
        a, b = t.chunk(2, -1)
        return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)

    def run(self, ids, positions, cache, attend):
        batch, length = ids.shape
        x, kv = self.embedding[ids], self.kv_heads * self.d
        cos, sin = self.cos[positions], self.sin[positions]
        for i, (qkv_w, out_w, gate_up_w, down_w) in enumerate(self.layers):
            q, k, v = (self.norm(x) @ qkv_w).split((self.width, kv, kv), -1)
            q = self.rotate(q.view(batch, length, self.heads, self.d).transpose(1, 2), cos, sin)
            k = self.rotate(k.view(batch, length, self.kv_heads, self.d).transpose(1, 2), cos, sin)
            v = v.view(batch, length, self.kv_heads, self.d).transpose(1, 2)
            cache[2 * i].index_copy_(2, positions, k)
            cache[2 * i + 1].index_copy_(2, positions, v)
            x = x + attend(q, k, v, cache[2 * i], cache[2 * i + 1]).transpose(1, 2).reshape(batch, length, self.width) @ out_w
            gate, up = (self.norm(x) @ gate_up_w).chunk(2, -1)
            x = x + (F.silu(gate) * up) @ down_w
        return (self.norm(x[:, -1:]) @ self.head)[:, 0].argmax(-1, keepdim=True)

    def prefill(self, ids, positions, cache):
        return self.run(
            ids, positions, cache, lambda q, k, v, keys, values: F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        )

    def decode(self, ids, positions, cache):
        # The mean length of the answers that GpuLlm times; grouped heads as rows, so that keys and values are read once.
        n, group = HELD + STEPS, self.heads // self.kv_heads

        def attend(q, k, v, keys, values):
            grouped = q.reshape(q.shape[0], self.kv_heads, group, self.d)
            return F.scaled_dot_product_attention(grouped, keys[:, :, :n], values[:, :, :n]).reshape(q.shape)

        return self.run(ids, positions, cache, attend)


def milliseconds(work, repetitions):
    for _ in range(3):
        work()
    torch.cuda.synchronize()
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(repetitions):
            work()
            torch.cuda.synchronize()  # the next token is told to listeners step by step
        best = min(best, (time.perf_counter() - start) * 1e3 / repetitions)
    return best


def graph(function, *inputs):
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            function(*inputs)
    torch.cuda.current_stream().wait_stream(side)
    captured = torch.cuda.CUDAGraph()
    with torch.cuda.graph(captured):
        function(*inputs)
    return captured.replay


@torch.no_grad()
def main():
    name, end = sys.argv[1], time.monotonic() + float(sys.argv[2])
    model = Decoder(*SHAPES[name], capacity=2560)
    print(f"torch {torch.__version__}, {name} on {torch.cuda.get_device_name()}", flush=True)

    def measure(what, make, repetitions):
        if time.monotonic() > end:
            print(f"torch {name} {what}: left out, no time", flush=True)
            return
        try:
            start = time.monotonic()
            work = make()
            torch.cuda.synchronize()
            prepared = time.monotonic() - start
            print(f"torch {name} {what}: {milliseconds(work, repetitions):.3f} ms (prepared in {prepared:.1f} s)", flush=True)
        except Exception as problem:  # one way may lack what the other has
            print(f"torch {name} {what}: failed: {type(problem).__name__}: {str(problem)[:300]}", flush=True)

    one = model.cache(1)
    for length in (512, 2048):
        ids = torch.randint(0, model.vocabulary, (1, length), device="cuda")
        positions = torch.arange(length, device="cuda")
        measure(f"prefill {length}, eager", lambda: lambda: model.prefill(ids, positions, one), 4)
        measure(f"prefill {length}, eager + graph", lambda: graph(model.prefill, ids, positions, one), 4)
    for way in ("eager", "torch.compile"):
        for batch in (1, 16):
            cache = one if batch == 1 else model.cache(batch)
            ids = torch.randint(0, model.vocabulary, (batch, 1), device="cuda")
            inputs = (ids, torch.tensor([HELD + STEPS - 1], device="cuda"), cache)

            def make():
                if way == "eager":
                    return graph(model.decode, *inputs)
                torch._dynamo.reset()
                return graph(torch.compile(model.decode, fullgraph=True, dynamic=False), *inputs)

            measure(f"decode batch {batch}, {way} + graph", make, 100)


if __name__ == "__main__":
    main()
