"""PyTorch's side of the device check: takes orders on standard input, one a line.

load gate IMAGES CHANNELS HIDDEN HEIGHT WIDTH forward|both            makes a case ready in several ways; answers what it could not do, or "ready"
load conv IMAGES INPUTS OUTPUTS KERNEL STRIDE GROUPS SIZE TF32|fp32
load network NAME IMAGES CHANNELS SIZE TF32|fp32                      inference
load step NAME IMAGES CHANNELS SIZE CLASSES TF32|fp32                 forward, cross entropy, back, SGD
time eager|graph|channels_last|compile cold|warm COUNT                answers with microseconds by the device's clock
"""
import copy
import sys
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F

warnings.filterwarnings("ignore")
DEVICE = torch.device("cuda")
FLUSH = torch.empty(64 << 20, dtype=torch.float32, device=DEVICE)
torch.backends.cudnn.benchmark = True
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
    return graph.replay


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
        "compile": lambda: calls(torch.compile(function, mode="default" if both else "reduce-overhead")),
    }


def of_module(module, x, compiles):
    module.eval()
    last = lambda tensor: tensor.to(memory_format=torch.channels_last)

    def channels_last():
        # A copy: it moves the weights, which the others go on reading.
        moved, input = last(copy.deepcopy(module)), last(x)
        return captured(inference(lambda: moved(input)))

    makers = {"eager": lambda: inference(lambda: module(x)), "graph": lambda: captured(inference(lambda: module(x))), "channels_last": channels_last}
    if compiles:
        makers["compile"] = lambda: compiled(module, x)
    return makers


def compiled(module, x):
    fast = torch.compile(module, mode="reduce-overhead")
    return inference(lambda: fast(x))


def conv(images, inputs, outputs, kernel, stride, groups, size):
    module = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False).to(DEVICE)
    return of_module(module, torch.randn(images, inputs, size, size, device=DEVICE), compiles=False)


def network(name, images, channels, size):
    from models import build

    return of_module(build(name, channels).to(DEVICE), torch.randn(images, channels, size, size, device=DEVICE), compiles=True)


def step(name, images, channels, size, classes):
    from models import build

    x = torch.randn(images, channels, size, size, device=DEVICE)
    targets = torch.arange(images, device=DEVICE) % classes

    def calls(compiles=False, channels_last=False):
        module = build(name, channels).to(DEVICE).train()
        input = x
        if channels_last:
            module, input = module.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
        optimizer = torch.optim.SGD(module.parameters(), 1e-6, momentum=0.9, weight_decay=5e-4, nesterov=True)
        forward = torch.compile(module) if compiles else module

        def run():
            optimizer.zero_grad(set_to_none=True)
            F.cross_entropy(forward(input), targets).backward()
            optimizer.step()

        return run

    return {
        "eager": calls,
        "graph": lambda: captured(calls()),
        "channels_last": lambda: captured(calls(channels_last=True)),
        "compile": lambda: calls(compiles=True),
    }


def load(kind, *words):
    ways.clear()
    if hasattr(torch, "compile"):
        torch._dynamo.reset()
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
        try:
            answer = load(*words[1:])
        except Exception as e:
            answer = f"{type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}"
        print(answer.replace("\n", " "), flush=True)
    else:
        print(time(words[1], words[2], int(words[3])), flush=True)
