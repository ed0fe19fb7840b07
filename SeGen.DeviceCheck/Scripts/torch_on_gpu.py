"""PyTorch's side of the device check: takes orders on standard input, one a line.

load gate IMAGES CHANNELS HIDDEN HEIGHT WIDTH forward|both            makes a case ready in several ways; answers what it could not do, or "ready"
load conv IMAGES INPUTS OUTPUTS KERNEL STRIDE GROUPS SIZE TF32|fp32
load network NAME IMAGES CHANNELS SIZE TF32|fp32                      inference
load step NAME IMAGES CHANNELS SIZE CLASSES TF32|fp32                 forward, cross entropy, back, SGD
time eager|graph|channels_last|compile cold|warm COUNT                answers with microseconds by the device's clock, or nothing where that was not made ready

"graph" is a CUDA graph; "channels_last" one too, of the module with channels behind pixels and, in inference, batch norms folded into convolutions; "compile"
is torch.compile in a graph of our own, since its mode "reduce-overhead" copies the input in every call.
"""
import copy
import os
import sys
import time as clock
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F

# What compilers and libraries print must not stand between answers.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

warnings.filterwarnings("ignore")
DEVICE = torch.device("cuda")
FLUSH = torch.empty(64 << 20, dtype=torch.float32, device=DEVICE)
BUSY = 0.03
torch.backends.cudnn.benchmark = True

# As SeGen's dense layers; whether convolutions are is said with each order.
torch.backends.cuda.matmul.allow_tf32 = False
before, after = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
ways = {}


def inference(function):
    def run():
        with torch.no_grad():
            return function()

    return run


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

    def replay():
        graph.replay()

    # A graph keeps the memory that it has taken itself, not the tensors that it reads.
    replay.keeps = run
    return replay


def compiled(run):
    """Compiles before the capture, which would take the compiler's own work for the graph's."""
    for _ in range(3):
        run()
    return captured(run)


def gate(images, channels, hidden, height, width, direction):
    def function(x, w1, b1, w2, b2):
        z = F.adaptive_avg_pool2d(x, 1).flatten(1)
        s = torch.sigmoid(F.linear(torch.relu(F.linear(z, w1, b1)), w2, b2))
        return x * s[:, :, None, None]

    make = lambda *shape: torch.randn(*shape, device=DEVICE)
    x, dy = make(images, channels, height, width), make(images, channels, height, width)
    weights = [make(hidden, channels) / channels ** 0.5, make(hidden), make(channels, hidden) / hidden ** 0.5, make(channels)]
    both = direction == "both"
    for tensor in [x, *weights]:
        tensor.requires_grad_(both)

    def calls(function):
        if both:
            return lambda: torch.autograd.grad(function(x, *weights), [x, *weights], dy)
        return inference(lambda: function(x, *weights))

    return {
        "eager": lambda: calls(function),
        "graph": lambda: captured(calls(function)),
        "compile": lambda: compiled(calls(torch.compile(function))),
    }


def of_module(module, x, is_network):
    module.eval()

    def channels_last():
        # A copy: it moves the weights, which the others go on reading.
        moved = copy.deepcopy(module)
        if is_network:
            from torch.fx.experimental.optimization import fuse

            moved = fuse(moved)
        moved, images = moved.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
        return captured(inference(lambda: moved(images)))

    def compile():
        from torch._inductor import config

        config.freezing = True
        fast = torch.compile(copy.deepcopy(module))
        return compiled(inference(lambda: fast(x)))

    makers = {"eager": lambda: inference(lambda: module(x)), "graph": lambda: captured(inference(lambda: module(x))), "channels_last": channels_last}
    if is_network:
        makers["compile"] = compile
    return makers


def conv(images, inputs, outputs, kernel, stride, groups, size):
    module = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False).to(DEVICE)
    return of_module(module, torch.randn(images, inputs, size, size, device=DEVICE), is_network=False)


def network(name, images, channels, size):
    from models import build

    return of_module(build(name, channels).to(DEVICE), torch.randn(images, channels, size, size, device=DEVICE), is_network=True)


def step(name, images, channels, size, classes):
    from models import build

    x = torch.randn(images, channels, size, size, device=DEVICE)
    targets = torch.arange(images, device=DEVICE) % classes

    def calls(compiles=False, channels_last=False):
        module, images = build(name, channels).to(DEVICE).train(), x
        if channels_last:
            module, images = module.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
        optimizer = torch.optim.SGD(module.parameters(), 1e-6, momentum=0.9, weight_decay=5e-4, nesterov=True)
        forward = torch.compile(module) if compiles else module

        def run():
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(forward(images), targets).backward()
            optimizer.step()

        return run

    return {
        "eager": calls,
        "graph": lambda: captured(calls()),
        "channels_last": lambda: captured(calls(channels_last=True)),
        "compile": lambda: compiled(calls(compiles=True)),
    }


def load(kind, *words):
    ways.clear()
    if hasattr(torch, "compile"):
        torch._dynamo.reset()
        from torch._inductor import config

        config.freezing = False
    torch.cuda.empty_cache()
    if words[-1] in ("TF32", "fp32"):
        torch.backends.cudnn.allow_tf32 = words[-1] == "TF32"
        words = words[:-1]
    makers = {"gate": gate, "conv": conv, "network": network, "step": step}[kind](*[int(w) if w.isdigit() else w for w in words])
    failed = []
    for name, make_way in makers.items():
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
    """Cold: each call behind a write over the caches, for which the host runs ahead. Warm: five calls behind each other."""
    if name not in ways:
        return ""
    way, times = ways[name], []
    calls = 1 if temperature == "cold" else 5

    # The clock falls while the other side works or a compiler runs.
    end = clock.perf_counter() + BUSY
    while clock.perf_counter() < end:
        way()
        torch.cuda.synchronize()
    for _ in range(count):
        if temperature == "cold":
            FLUSH.zero_()
        before.record()
        for _ in range(calls):
            way()
        after.record()
        after.synchronize()
        times.append(before.elapsed_time(after) * 1e3 / calls)
    return " ".join(f"{t:.3f}" for t in times)


def answer(words):
    try:
        return load(*words[1:]) if words[0] == "load" else time(words[1], words[2], int(words[3]))
    except Exception as e:
        return f"error: {type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}"


print(f"PyTorch {torch.__version__}, CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}, {torch.cuda.get_device_name()}", file=answers, flush=True)
for line in sys.stdin:
    print(answer(line.split()).replace("\n", " "), file=answers, flush=True)
