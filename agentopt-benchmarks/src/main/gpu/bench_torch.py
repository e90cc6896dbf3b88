"""bench_torch.py CASE BYTES: a kernel in PyTorch, eager and compiled, beside a device copy; bytes are counted as the Java bench counts them."""
import statistics
import sys

ROUNDS = 9
ROUND_SECONDS = 0.01


def cases():
    table = {}
    for columns in (384, 1024, 4096, 16000, 32000, 128256):
        table[f"softmax.columns{columns}"] = (softmax, columns)
    for columns in (4096, 32000):
        table[f"log_softmax.columns{columns}"] = (log_softmax, columns)
    for d in (768, 1024, 4096):
        table[f"layer_norm.d{d}"] = (layer_norm, d)
    for d in (2048, 4096):
        table[f"rms_norm.d{d}"] = (rms_norm, d)
    for d in (384, 768, 1024):
        table[f"cosine.d{d}"] = (cosine, d)
    table["gather.d768"] = (gather, 768)
    table["mean_pool.d384"] = (mean_pool, 384)
    table["top_k.k10"] = (top_k, 32000)
    table["log_mel.lanes16.mels80"] = (log_mel, 80)
    table["log_mel_scale.lanes16.mels80"] = (log_mel_scale, 80)
    table["resize.channels3"] = (resize, 3)
    return table


def floats(*shape):
    import torch

    return torch.rand(*shape, device="cuda") * 2 - 1


def softmax(columns, size):
    import torch

    rows = size // (8 * columns)
    x = floats(rows, columns)
    return lambda t: torch.softmax(t, -1), (x,), rows * columns * 8


def log_softmax(columns, size):
    import torch

    rows = size // (8 * columns)
    return lambda t, u: torch.log_softmax(t / u, -1), (floats(rows, columns), floats(rows, 1).abs() + 0.5), rows * columns * 8 + rows * 4


def layer_norm(d, size):
    import torch

    rows = size // (8 * d)
    return lambda t, w, b: torch.nn.functional.layer_norm(t, (d,), w, b, 1e-5), (floats(rows, d), floats(d), floats(d)), rows * d * 8


def rms_norm(d, size):
    import torch

    rows = size // (8 * d)
    return lambda t, w: torch.nn.functional.rms_norm(t, (d,), w, 1e-5), (floats(rows, d), floats(d)), rows * d * 8


def cosine(d, size):
    n = size // (4 * d)

    def scores(m, q):
        return (m * q).sum(-1) / ((m * m).sum(-1) * (q * q).sum()).sqrt()

    return scores, (floats(n, d), floats(d)), n * d * 4 + n * 4 + d * 4


def gather(d, size):
    import torch

    n = size // (8 * d)
    ids = torch.randint(0, n, (n,), device="cuda")
    return lambda t, i: t[i], (floats(n, d), ids), n * d * 8 + n * 8


def mean_pool(d, size):
    import torch

    tokens = 256
    batch = size // (4 * d * tokens)

    def pool(h, m):
        return torch.nn.functional.normalize((h * m.unsqueeze(-1)).sum(1), dim=-1)

    mask = torch.ones(batch, tokens, dtype=torch.int64, device="cuda")
    return pool, (floats(batch, tokens, d), mask), batch * tokens * (d * 4 + 8) + batch * d * 4


def top_k(n, size):
    import torch

    rows = size // 4 // (4 * n)
    return lambda s: torch.topk(s, 10, -1), (floats(rows, n),), rows * (n * 4 + 120)


def log_mel(mels, size):
    """Filters are dense here, as Whisper's own code has them."""
    import torch

    frames = size // 4 // (4 * (160 + mels) * 16) * 16
    samples = (frames - 1) * 160 + 400
    window = torch.hann_window(400, device="cuda")

    def levels(audio, filters):
        spectrum = torch.stft(audio, 400, 160, window=window, center=False, return_complex=True)
        level = torch.clamp(filters @ spectrum.abs() ** 2, min=1e-10).log10()
        return level, level.amax(0)

    return levels, (floats(samples), floats(mels, 201).abs()), 4 * (samples + frames * (mels + 1))


def log_mel_scale(mels, size):
    """Levels lie mel by mel here, and their largest is looked for among all of them."""
    import torch

    frames = size // (8 * mels * 16) * 16

    def scale(levels):
        return (torch.maximum(levels, levels.max() - 8.0) + 4.0) / 4.0

    return scale, (floats(mels, frames),), frames * (8 * mels + 4)


def resize(channels, size):
    import torch

    lines, width, side = 1080, 1920, 224
    photographs = max(1, size // 4 // (lines * width * channels))
    images = torch.randint(0, 256, (photographs, lines, width, channels), dtype=torch.uint8, device="cuda")

    def resized(x, scale, bias):
        planes = x.permute(0, 3, 1, 2).float()
        small = torch.nn.functional.interpolate(planes, size=(side, side), mode="bilinear", antialias=True)
        return small * scale + bias

    moved = photographs * (lines * width * channels + side * side * 4 * channels)
    return resized, (images, floats(1, channels, 1, 1), floats(1, channels, 1, 1)), moved


def seconds(work, repetitions):
    import torch

    before, after = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    work()
    before.record()
    for _ in range(repetitions):
        work()
    after.record()
    after.synchronize()
    return before.elapsed_time(after) / 1e3 / repetitions


def bandwidth(work, moved, copy):
    work()
    repetitions = max(1, min(200, int(ROUND_SECONDS / seconds(work, 1))))
    ours, copies = [], []
    for _ in range(ROUNDS):
        copies.append(seconds(copy, repetitions))
        ours.append(seconds(work, repetitions))
    return moved / statistics.median(ours) / 1e9, moved / statistics.median(copies) / 1e9


def main():
    if sys.argv[1] == "list":
        print(" ".join(cases()))
        return
    import torch

    name, size = sys.argv[1], int(sys.argv[2])
    make, argument = cases()[name]
    function, inputs, moved = make(argument, size)
    source, target = floats(moved // 8), floats(moved // 8)
    compiled = torch.compile(function, dynamic=False)
    with torch.no_grad():
        for kind, f in (("eager", function), ("torch.compile", compiled)):
            try:
                ours, copied = bandwidth(lambda: f(*inputs), moved, lambda: target.copy_(source))
                print(f"{name:44s} {kind:14s} {ours:7.0f} GB/s  copy {copied:7.0f} GB/s  share {ours / copied:.3f}", flush=True)
            except Exception as problem:  # one way may lack what the other has
                print(f"{name:44s} {kind:14s} failed: {type(problem).__name__}: {str(problem)[:200]}", flush=True)


if __name__ == "__main__":
    main()
