"""Writes the files of one case: input, output gradient, weights, ONNX model, and what PyTorch computes for them.

usage: export.py FOLDER NAME MODEL BATCH CHANNELS SIZE TRAINING(0|1)
"""
import sys
import warnings

import torch
from models import build, calibrate
from weights import save_weights

warnings.filterwarnings("ignore")
folder, name, model, batch, channels, size, training = *sys.argv[1:4], *map(int, sys.argv[4:])


def dump(tensor, ending):
    tensor.detach().numpy().tofile(f"{folder}/{name}.{ending}.bin")


module = build(model, channels)
if model != "gate":
    calibrate(module, torch.randn(2, channels, size, size))
save_weights(f"{folder}/{name}.weights.safetensors", module.state_dict())
module.train(bool(training))
x = torch.randn(batch, channels, size, size, requires_grad=bool(training) and model == "gate")
y = module(x) if training else module(x).detach()
dump(x, "input")
dump(y, "output")
if training:
    gradient = torch.randn_like(y)
    y.backward(gradient)
    dump(gradient, "output-gradient")
    # Of a network that is trained on images nobody wants the input's gradient; its first layer's comes last.
    dump(x.grad if model == "gate" else module.conv1.weight.grad, "input-gradient" if model == "gate" else "weight-gradient")
else:
    torch.onnx.export(module, x, f"{folder}/{name}.onnx", opset_version=13 if model == "gate" else 16, input_names=["x"], output_names=["y"], do_constant_folding=True)
