"""Writes the files of one case: input, output gradient, weights, ONNX model, and what PyTorch computes for them.

usage: export.py FOLDER NAME BATCH CHANNELS SIZE TRAINING(0|1)
"""
import json
import struct
import sys
import warnings

import torch
from gate import Gate

warnings.filterwarnings("ignore")
folder, name, batch, channels, size, training = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])


def dump(tensor, ending):
    tensor.detach().numpy().tofile(f"{folder}/{name}.{ending}.bin")


def save_weights(state):
    header, blobs, at = {}, [], 0
    for key in sorted(state):
        data = state[key].numpy().tobytes()
        header[key] = {"dtype": "F32", "shape": list(state[key].shape), "data_offsets": [at, at + len(data)]}
        blobs.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(f"{folder}/{name}.weights.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


torch.manual_seed(0)
module = Gate(channels).eval()
x = torch.randn(batch, channels, size, size, requires_grad=bool(training))
y = module(x)
dump(x, "input")
dump(y, "output")
save_weights(module.state_dict())
if training:
    gradient = torch.randn_like(y)
    y.backward(gradient)
    dump(gradient, "output-gradient")
    dump(x.grad, "input-gradient")
else:
    torch.onnx.export(module, x, f"{folder}/{name}.onnx", opset_version=13, input_names=["x"], output_names=["y"], do_constant_folding=True)
