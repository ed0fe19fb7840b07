"""PyTorch as a peer: takes orders on standard input, one a line, and answers each with one line.

load NAME MODEL BATCH CHANNELS SIZE TRAINING THREADS   answers the largest error over the largest expected value
time SECONDS                                           answers the milliseconds of every call
"""
import sys
import time
import warnings

import torch
from models import build
from weights import load_weights

warnings.filterwarnings("ignore")
folder = sys.argv[1]


def read(name, ending, shape):
    return torch.from_file(f"{folder}/{name}.{ending}.bin", size=torch.Size(shape).numel()).clone().view(shape)


def error(got, expected):
    return float((got - expected).abs().max() / expected.abs().max())


def train(name, module, x):
    """A whole step: forward, backward, optimizer. The rate is 0, so that the weights stay what they are."""
    module.train()
    gradient = read(name, "output-gradient", module(x).shape)
    optimizer = torch.optim.SGD(module.parameters(), 0.0, momentum=0.9, weight_decay=5e-4, nesterov=True)

    def step():
        optimizer.zero_grad(set_to_none=True)
        module(x).backward(gradient)
        optimizer.step()

    step()
    weight = module.conv1.weight
    expected = read(name, "weight-gradient", weight.shape)
    return step, float((weight.grad - expected).norm() / expected.norm())


def load(name, model, batch, channels, size, training, threads):
    torch.set_num_threads(threads)
    module = build(model, channels)
    module.load_state_dict(load_weights(f"{folder}/{name}.weights.safetensors"))
    shape = (batch, channels, size, size)
    x = read(name, "input", shape)
    if training and model != "gate":
        return train(name, module, x)

    if training:
        gradient = read(name, "output-gradient", shape)
        module.train()
        x.requires_grad_()

        def step():
            module.zero_grad(set_to_none=True)
            x.grad = None
            module(x).backward(gradient)

        step()
        return step, error(x.grad, read(name, "input-gradient", shape))

    # The fastest form for inference; but PyTorch 1.13 computes something else in it where a network has hard swishes, and is then timed in
    # the next one. Eager modules fall to slow paths with one thread.
    for form in (torch.jit.optimize_for_inference, torch.jit.freeze):
        with torch.no_grad():
            fast = form(torch.jit.trace(module, x).eval())

        def run():
            with torch.no_grad():
                return fast(x)

        for _ in range(3):
            y = run()
        worst = error(y, read(name, "output", y.shape))
        if worst < 1e-3:
            break
    return run, worst


run = None
for line in sys.stdin:
    order, *arguments = line.split()
    if order == "load":
        run, worst = load(*arguments[:2], *map(int, arguments[2:]))
        print(worst, flush=True)
    elif order == "time":
        times, end = [], time.perf_counter() + float(arguments[0])
        while len(times) < 5 or time.perf_counter() < end:
            start = time.perf_counter()
            run()
            times.append((time.perf_counter() - start) * 1e3)
        print(" ".join(f"{t:.6f}" for t in times[:5000]), flush=True)
