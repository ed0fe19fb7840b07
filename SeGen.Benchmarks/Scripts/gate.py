"""The peers' module and how a case's files are read: shared by export.py, torch_peer.py and the device check."""
import torch
import torch.nn as nn
import torch.nn.functional as F


class Gate(nn.Module):
    """The squeeze-and-excitation block as PyTorch users write it; keys linear1.*, linear2.*."""

    def __init__(self, channels, reduction=16):
        super().__init__()
        self.linear1 = nn.Linear(channels, channels // reduction)
        self.linear2 = nn.Linear(channels // reduction, channels)

    def forward(self, x):
        n, c = x.shape[0], x.shape[1]
        s = torch.sigmoid(self.linear2(F.relu(self.linear1(x.mean((2, 3))))))
        return x * s.view(n, c, 1, 1)
