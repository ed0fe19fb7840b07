"""A state_dict as a safetensors file: eight bytes of length, a header of JSON, the tensors one after the other."""
import json
import struct

import torch

TYPES = {torch.float32: "F32", torch.int64: "I64"}


def save_weights(path, state):
    header, blobs, at = {}, [], 0
    for key in sorted(state):
        data = state[key].numpy().tobytes()
        header[key] = {"dtype": TYPES[state[key].dtype], "shape": list(state[key].shape), "data_offsets": [at, at + len(data)]}
        blobs.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def load_weights(path):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    (length,) = struct.unpack_from("<Q", data)
    types, start = {name: dtype for dtype, name in TYPES.items()}, 8 + length
    return {
        key: torch.frombuffer(data, dtype=types[t["dtype"]], offset=start + t["data_offsets"][0], count=torch.Size(t["shape"]).numel()).view(t["shape"])
        for key, t in json.loads(data[8:start]).items()
    }
