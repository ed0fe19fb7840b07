"""The peers' modules, by the name of a case's model: shared by export.py, torch_peer.py and the device check.

A gate alone and the SE-ResNets are written as PyTorch users write them; the others are torchvision's own.
"""
import torch
import torch.nn as nn
from gate import Gate


class SE(nn.Module):
    """Squeeze-and-excitation with 1x1 convolutions, as timm has it; keys fc1.*, fc2.*."""

    def __init__(self, channels, hidden, bias=True):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, hidden, 1, bias=bias)
        self.fc2 = nn.Conv2d(hidden, channels, 1, bias=bias)

    def forward(self, x):
        return x * torch.sigmoid(self.fc2(torch.relu(self.fc1(x.mean((2, 3), keepdim=True)))))


def conv(inputs, outputs, kernel, stride=1, groups=1):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)


class Block(nn.Module):
    """A basic block (expansion 1) or a bottleneck with the stride in the 3x3 (expansion 4), the gate before the addition."""

    def __init__(self, inputs, outputs, stride, bottleneck, groups, base_width, hidden, bias):
        super().__init__()
        if bottleneck:
            width = outputs // 4 * base_width // 64 * groups
            layers = [conv(inputs, width, 1), conv(width, width, 3, stride, groups), conv(width, outputs, 1)]
        else:
            layers = [conv(inputs, outputs, 3, stride), conv(outputs, outputs, 3)]
        self.count = len(layers)
        for i, layer in enumerate(layers, 1):
            setattr(self, f"conv{i}", layer)
            setattr(self, f"bn{i}", nn.BatchNorm2d(layer.out_channels))
        self.se = SE(outputs, hidden(outputs), bias)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(conv(inputs, outputs, 1, stride), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            if i < self.count:
                y = torch.relu(y)
        return torch.relu(self.se(y) + (x if self.downsample is None else self.downsample(x)))


class SEResNet(nn.Module):
    """SE-ResNet and SE-ResNeXt: a stem of 7x7 and pooling, or of 3x3 alone for small images."""

    def __init__(self, blocks, widths, classes, bottleneck=False, groups=1, base_width=64, small=False, reduction=16, bias=None, channels=3):
        super().__init__()
        stem = 16 if small else 64
        bias = not small if bias is None else bias

        # timm rounds to multiples of 8, and up where rounding would lose more than a tenth; the small networks divide.
        def hidden(channels):
            wanted = channels / reduction
            return channels // reduction if small else max(8, int(wanted + 4) // 8 * 8)

        self.conv1 = conv(channels, stem, 3) if small else conv(channels, stem, 7, 2)
        self.bn1 = nn.BatchNorm2d(stem)
        self.pool = nn.Identity() if small else nn.MaxPool2d(3, 2, 1)
        self.stages = len(blocks)
        inputs = stem
        for stage, (count, outputs) in enumerate(zip(blocks, widths), 1):
            layer = nn.Sequential()
            for i in range(count):
                stride = 2 if stage > 1 and i == 0 else 1
                layer.append(Block(inputs, outputs, stride, bottleneck, groups, base_width, hidden, bias))
                inputs = outputs
            setattr(self, f"layer{stage}", layer)
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.pool(torch.relu(self.bn1(self.conv1(x))))
        for stage in range(1, self.stages + 1):
            x = getattr(self, f"layer{stage}")(x)
        return self.fc(x.mean((2, 3)))


BASIC, WIDE = (64, 128, 256, 512), (256, 512, 1024, 2048)
SERESNETS = {
    "SEResNet18": ((2, 2, 2, 2), BASIC, 1000),
    "SEResNet34": ((3, 4, 6, 3), BASIC, 1000),
    "SEResNet50": ((3, 4, 6, 3), WIDE, 1000, True),
    "SEResNet101": ((3, 4, 23, 3), WIDE, 1000, True),
    "SEResNet152": ((3, 8, 36, 3), WIDE, 1000, True),
    "SEResNeXt50": ((3, 4, 6, 3), WIDE, 1000, True, 32, 4),
    "SEResNet20": ((3, 3, 3), (16, 32, 64), 10, False, 1, 64, True),
}
# The sample's networks for digits, 16-32-64 on 32 x 32, and blocks alone.
DECLARED = {
    "DigitNet28": lambda: SEResNet((1, 1, 1), (16, 32, 64), 10, small=True, reduction=4, bias=True, channels=1),
    "DigitNet8": lambda: SEResNet((2, 2), (16, 32), 10, small=True, reduction=4, bias=True, channels=1),
    "SmallNet": lambda: SEResNet((3, 3, 3), (16, 32, 64), 10, small=True),
    **{f"Block{c}": lambda c=c: Block(c, c, 1, False, 1, 64, lambda channels: channels // 16, True) for c in (64, 128, 256, 512)},
    "Block64To128": lambda: Block(64, 128, 2, False, 1, 64, lambda channels: channels // 16, True),
}
TORCHVISION = {
    "MobileNetV3Small": "mobilenet_v3_small",
    "MobileNetV3Large": "mobilenet_v3_large",
    "EfficientNetB0": "efficientnet_b0",
    "RegNetY400MF": "regnet_y_400mf",
}


def build(model, channels):
    """The module with the weights that seed 0 gives, for inference."""
    torch.manual_seed(0)
    if model == "gate":
        return Gate(channels).eval()
    if model in DECLARED:
        network = DECLARED[model]()
    elif model in SERESNETS:
        network = SEResNet(*SERESNETS[model])
    else:
        import torchvision.models

        network = getattr(torchvision.models, TORCHVISION[model])()
    return network.eval()


def calibrate(network, x):
    """Takes the running statistics from two images, so that values stay in their range through all layers."""
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm2d)]
    momenta = [m.momentum for m in norms]
    network.train()
    for m in norms:
        m.momentum = 1.0
    with torch.no_grad():
        network(x)
    for m, momentum in zip(norms, momenta):
        m.momentum = momentum
    return network.eval()
