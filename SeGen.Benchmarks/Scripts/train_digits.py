"""The sample's training run in PyTorch: the same network, data, batches, optimizer and schedule. Prints 0 when it is ready, then for each line
that it reads the seconds of an epoch, and at the end of its input the accuracy.

usage: train_digits.py FOLDER THREADS SEED
"""
import gzip
import os
import sys
import time

import torch
import torch.nn.functional as F
from models import DECLARED

folder, threads, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
torch.manual_seed(seed)


def read(name):
    path = os.path.join(folder, name)
    with gzip.open(path + ".gz") if os.path.exists(path + ".gz") else open(path, "rb") as file:
        data = file.read()
    dimensions = data[3]
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(dimensions)]
    return torch.frombuffer(bytearray(data[4 + 4 * dimensions:]), dtype=torch.uint8).view(shape)


def images(name):
    return read(name + "-images-idx3-ubyte").float().div(255).unsqueeze(1), read(name + "-labels-idx1-ubyte").long()


x, labels = images("train")
test, test_labels = images("t10k")
network = DECLARED["DigitNet28"]() if x.shape[2] == 28 else DECLARED["DigitNet8"]()
epochs, batch = (8 if x.shape[2] == 28 else 20), 64
steps = (len(x) + batch - 1) // batch * epochs
optimizer = torch.optim.SGD(network.parameters(), 0.05, momentum=0.9, weight_decay=5e-4, nesterov=True)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
print(0, flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    network.train()
    order = torch.randperm(len(x))
    for first in range(0, len(x), batch):
        chosen = order[first:first + batch]
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(network(x[chosen]), labels[chosen]).backward()
        optimizer.step()
        schedule.step()
    print(f"{time.perf_counter() - start:.4f}", flush=True)
network.eval()
with torch.no_grad():
    right = sum(int((network(test[i:i + 500]).argmax(1) == test_labels[i:i + 500]).sum()) for i in range(0, len(test), 500))
print(f"{right / len(test):.5f}")
