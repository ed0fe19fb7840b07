"""PyTorch's side of the device check: takes orders on standard input, one a line.

load IMAGES CHANNELS HIDDEN HEIGHT WIDTH forward|both   makes a gate ready in three ways; answers with those that it could
time eager|graph|compile cold|warm COUNT                answers with microseconds by the device's clock
"""
import sys

import torch
import torch.nn.functional as F

DEVICE = torch.device("cuda")
FLUSH = torch.empty(64 << 20, dtype=torch.float32, device=DEVICE)
ways = {}


def gate(x, w1, b1, w2, b2):
    z = F.adaptive_avg_pool2d(x, 1).flatten(1)
    s = torch.sigmoid(F.linear(torch.relu(F.linear(z, w1, b1)), w2, b2))
    return x * s[:, :, None, None]


def captured(run):
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    return graph.replay


def load(images, channels, hidden, height, width, direction):
    ways.clear()
    torch._dynamo.reset()
    make = lambda *shape: torch.randn(*shape, device=DEVICE)
    x, dy = make(images, channels, height, width), make(images, channels, height, width)
    weights = [make(hidden, channels) / channels ** 0.5, make(hidden), make(channels, hidden) / hidden ** 0.5, make(channels)]
    both = direction == "both"
    for tensor in [x, *weights]:
        tensor.requires_grad_(both)

    def calls(function):
        def run():
            if not both:
                with torch.no_grad():
                    return function(x, *weights)
            return torch.autograd.grad(function(x, *weights), [x, *weights], dy)

        return run

    failed = []
    for name, make_way in (
        ("eager", lambda: calls(gate)),
        ("graph", lambda: captured(calls(gate))),
        ("compile", lambda: calls(torch.compile(gate, mode="default" if both else "reduce-overhead"))),
    ):
        try:
            way = make_way()
            for _ in range(5):
                way()
            torch.cuda.synchronize()
            ways[name] = way
        except Exception as e:  # A way that this PyTorch lacks is said, not hidden.
            failed.append(f"{name}: {type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}")
    return "; ".join(failed) or "ready"


def time(name, temperature, count):
    if name not in ways:
        return ""
    times = []
    for i in range(count + 3):
        if temperature == "cold":
            FLUSH.zero_()
        torch.cuda.synchronize()
        before, after = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        before.record()
        ways[name]()
        after.record()
        after.synchronize()
        if i >= 3:
            times.append(before.elapsed_time(after) * 1e3)
    return " ".join(f"{t:.3f}" for t in times)


print(f"PyTorch {torch.__version__}, CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}, {torch.cuda.get_device_name()}", flush=True)
for line in sys.stdin:
    words = line.split()
    if words[0] == "load":
        print(load(*map(int, words[1:6]), words[6]), flush=True)
    else:
        print(time(words[1], words[2], int(words[3])), flush=True)
