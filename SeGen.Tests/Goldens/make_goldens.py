#!/usr/bin/env python3
"""Makes the golden cases with PyTorch, or makes them again and compares. README.md beside this file says what they are for.

    make_goldens.py [FOLDER]            writes the cases of the repository; FOLDER is this file's own unless it is given
    make_goldens.py --check [FOLDER]    compares them with the files of the folder and writes nothing
    make_goldens.py --large FOLDER      the cases that are too large for the repository; --check goes with it
    make_goldens.py --only NAME         one case; --check and --large go with it
"""
import argparse
import copy
import itertools
import json
import pathlib
import struct
import sys
import warnings

import numpy
import torch
from torch import nn

KINK_MARGIN = 5e-6        # no activation of a case with gradients is nearer to a kink, over the largest value of its tensor
STEP_ERROR = 1e-5         # nor is float32 further from float64, over the largest value of the tensor
TRAJECTORY_ERROR = 1e-4   # the same for weights at the end of a trajectory
CHECK_ERROR = 1e-5        # what --check lets pass, for another processor sums in another order
LONG_CHECK_ERROR = 1e-3   # the same where rounding goes through eight steps, or is to half precision
REDRAW = 1000             # what a seed grows by until a case is as it should be

KINKS = {nn.ReLU: (0,), nn.Hardswish: (-3, 3), nn.Hardsigmoid: (-3, 3)}


# Files: safetensors is the header's length, a header in JSON, and the tensors' bytes one after another.

TYPES = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}
ARRAYS = {"F32": numpy.float32, "F16": numpy.float16, "I64": numpy.int64}


def encode(tensors, metadata=None):
    header = {"__metadata__": metadata} if metadata else {}
    data = b""
    for name, tensor in tensors.items():
        start, data = len(data), data + tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": TYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [start, len(data)]}
    text = json.dumps(header).encode()
    text = text.ljust(-(-len(text) // 8) * 8)
    return struct.pack("<Q", len(text)) + text + data


def decode(file):
    (length,) = struct.unpack_from("<Q", file)
    header, data = json.loads(file[8:8 + length]), file[8 + length:]
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        arrays[name] = numpy.frombuffer(data[start:end], ARRAYS[entry["dtype"]]).reshape(entry["shape"])
    return arrays, metadata


# Gates.

def mean(x):
    return x.mean((2, 3))


def maximum(x):
    return x.amax((2, 3))


def mean_and_maximum(x):
    return 0.5 * x.mean((2, 3)) + 0.5 * x.amax((2, 3))


def perimeter(x):
    return x.sum((2, 3)) / (x.shape[2] + x.shape[3])


def mean_as_image(x):
    return mean(x)[:, :, None, None]


class Gate(nn.Module):
    """Squeezes x to a value for each channel, sends these through the layers, and multiplies x by what comes out."""

    def __init__(self, squeeze, **layers):
        super().__init__()
        self.squeeze = squeeze
        for name, layer in layers.items():
            self.add_module(name, layer)

    def forward(self, x):
        factors = self.squeeze(x)
        for layer in self.children():
            factors = layer(factors)
        return x * factors.reshape(*factors.shape[:2], 1, 1)


def gate_of_linears(channels, hidden, squeeze=mean):
    return Gate(squeeze, linear1=nn.Linear(channels, hidden), relu=nn.ReLU(), linear2=nn.Linear(hidden, channels), sigmoid=nn.Sigmoid())


def gate_in_sequence(channels, hidden):
    """The layers' places in a sequence that begins with pooling and flattening; a bias in the second one only."""
    first, second = nn.Linear(channels, hidden, bias=False), nn.Linear(hidden, channels)
    return Gate(mean, sequence=nn.Sequential(nn.Identity(), nn.Identity(), first, nn.ReLU(), second, nn.Sigmoid()))


def gate_without_bias(channels, reduction):
    """Where the reduction would leave no hidden channel, half of the channels are hidden, and one at least."""
    hidden = channels // reduction if channels > reduction else max(channels // 2, 1)
    first, second = nn.Linear(channels, hidden, bias=False), nn.Linear(hidden, channels, bias=False)
    return Gate(mean, excitation=nn.Sequential(first, nn.ReLU(), second, nn.Sigmoid()))


def gate_of_convolutions(channels, hidden, activation=nn.ReLU, gate=nn.Sigmoid):
    return Gate(mean_as_image, fc1=nn.Conv2d(channels, hidden, 1), activation=activation(), fc2=nn.Conv2d(hidden, channels, 1), gate=gate())


# Blocks.

class ConvGate(nn.Module):
    """A convolution with bias and a gate over its output; with a skip, x is added."""

    def __init__(self, channels, reduction, squeeze=mean, skip=False):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.gate_1 = nn.Linear(channels, channels // reduction)
        self.gate_2 = nn.Linear(channels // reduction, channels)
        self.relu = nn.ReLU()
        self.squeeze, self.skip = squeeze, skip

    def forward(self, x):
        convolved = self.conv(x)
        factors = torch.sigmoid(self.gate_2(self.relu(self.gate_1(self.squeeze(convolved)))))
        gated = convolved * factors[:, :, None, None]
        return gated + x if self.skip else gated


def projection(inputs, outputs, stride):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


class Residual(nn.Module):
    """The basic block of a ResNet. The gate stands before it ("pre"), between the convolutions ("inner"), after them ("standard"), on the
    shortcut ("identity"), after the sum ("post"), or nowhere (None)."""

    def __init__(self, inputs, outputs, stride=1, reduction=16, placement="standard"):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        if placement:
            self.se_block = gate_without_bias(inputs if placement == "pre" else outputs, reduction)
        self.shortcut = nn.Sequential() if inputs == outputs and stride == 1 else projection(inputs, outputs, stride)
        self.relu = nn.ReLU()
        self.placement = placement

    def forward(self, x):
        y = self.bn1(self.conv1(self.gated("pre", x)))
        y = self.gated("inner", self.relu(y))
        y = self.gated("standard", self.bn2(self.conv2(y)))
        y = y + self.gated("identity", self.shortcut(x))
        return self.gated("post", self.relu(y))

    def gated(self, place, x):
        return self.se_block(x) if place == self.placement else x


class Bottleneck(nn.Module):
    """The block of SE-ResNet-50 and SE-ResNeXt: 1x1, 3x3 in groups, 1x1, and the gate before the sum."""

    def __init__(self, inputs, width, outputs, stride=1, groups=1, reduction=16):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, padding=1, groups=groups, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.se = gate_of_convolutions(outputs, outputs // reduction)
        self.downsample = nn.Sequential() if inputs == outputs and stride == 1 else projection(inputs, outputs, stride)
        self.relu = nn.ReLU()

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        y = self.se(self.bn3(self.conv3(y)))
        return self.relu(y + self.downsample(x))


class InvertedResidual(nn.Module):
    """The block of MobileNetV3 and EfficientNet: 1x1 to more channels, each convolved by itself, the gate, 1x1 to fewer; plus x."""

    def __init__(self, inputs, expanded, outputs, kernel, stride, hidden, activation, gate_activation, gate):
        super().__init__()
        self.expand = nn.Conv2d(inputs, expanded, 1, bias=False)
        self.expand_bn = nn.BatchNorm2d(expanded, eps=1e-3)
        self.depthwise = nn.Conv2d(expanded, expanded, kernel, stride, padding=kernel // 2, groups=expanded, bias=False)
        self.depthwise_bn = nn.BatchNorm2d(expanded, eps=1e-3)
        self.se = gate_of_convolutions(expanded, hidden, gate_activation, gate)
        self.project = nn.Conv2d(expanded, outputs, 1, bias=False)
        self.project_bn = nn.BatchNorm2d(outputs, eps=1e-3)
        self.activation = activation()
        self.skip = inputs == outputs and stride == 1

    def forward(self, x):
        y = self.activation(self.expand_bn(self.expand(x)))
        y = self.activation(self.depthwise_bn(self.depthwise(y)))
        y = self.project_bn(self.project(self.se(y)))
        return y + x if self.skip else y


# Networks.

class Stages(nn.Module):
    """A stem, stages of residual blocks of which all but the first begin with stride 2, the mean of each channel, and a dense layer."""

    def __init__(self, stem, pool, widths, blocks, classes, reduction):
        super().__init__()
        self.conv1, self.bn1, self.relu, self.pool = stem, nn.BatchNorm2d(widths[0]), nn.ReLU(), pool
        inputs = widths[0]
        self.names = [f"layer{i + 1}" for i in range(len(widths))]
        for name, width in zip(self.names, widths):
            stride = 1 if name == "layer1" else 2
            stage = [Residual(inputs, width, stride, reduction)] + [Residual(width, width, 1, reduction) for _ in range(blocks - 1)]
            self.add_module(name, nn.Sequential(*stage))
            inputs = width
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        y = self.pool(self.relu(self.bn1(self.conv1(x))))
        for name in self.names:
            y = getattr(self, name)(y)
        return self.fc(mean(y))


class SmallSENet(Stages):
    """For images of 28 or 32 pixels."""

    def __init__(self, channels, widths, blocks, classes, reduction=16):
        super().__init__(nn.Conv2d(channels, widths[0], 3, padding=1, bias=False), nn.Identity(), widths, blocks, classes, reduction)


class SEResNet18(Stages):
    """For large images, as narrow as is asked for."""

    def __init__(self, classes, widths):
        super().__init__(nn.Conv2d(3, widths[0], 7, 2, padding=3, bias=False), nn.MaxPool2d(3, 2, padding=1), widths, 2, classes, 16)


# Kinds of cases. Each returns a function that makes the case: its weights, its other tensors, its metadata. The function may be given
# the seed that a file states: on another processor other draws might be near enough to float64.

def draws(seed, stated):
    return [stated] if stated is not None and (stated - seed) % REDRAW == 0 else itertools.count(seed, REDRAW)


def batch_norms(module):
    return [layer for layer in module.modules() if isinstance(layer, nn.BatchNorm2d)]


def away_from_defaults(module):
    """Gives batch norms values that change something, so that forgetting one of them shows."""
    with torch.no_grad():
        for norm in batch_norms(module):
            norm.weight.uniform_(0.5, 1.5)
            norm.bias.uniform_(-0.5, 0.5)
            norm.running_mean.uniform_(-0.5, 0.5)
            norm.running_var.uniform_(0.5, 2.0)
    return module


def gradients(module, x, output_gradient):
    """Those of sum(output * output_gradient)."""
    x = x.clone().requires_grad_()
    module.zero_grad()
    module(x).backward(output_gradient)
    return {"grad_input": x.grad} | {f"grad.{name}": p.grad for name, p in module.named_parameters() if p.numel()}


def watch_kinks(module):
    """A list that will hold how near to a kink the values of each activation come, over their largest one."""
    distances = []

    def note(activation, inputs):
        x = inputs[0].detach()
        if x.numel():
            largest = x.abs().max().item() or 1.0
            distances.extend((x - kink).abs().min().item() / largest for kink in KINKS[type(activation)])

    for activation in module.modules():
        if type(activation) in KINKS:
            activation.register_forward_pre_hook(note)
    return distances


def difference(some, others):
    """The largest difference of tensors of the same names, each over the largest value of its tensor among the others."""
    return max((some[k].double() - others[k].double()).abs().max().item() / (others[k].abs().max().item() or 1.0) for k in others)


def described(module, mode, seed, settings):
    return {"module": type(module).__name__, "mode": mode, "seed": str(seed), "settings": json.dumps(settings)}


def step(build, shape, seed, train=False, **settings):
    """The output of a module, the gradients of a random loss, and in training what the batch norms' statistics become."""
    def make(stated=None):
        for drawn in draws(seed, stated):
            torch.manual_seed(drawn)
            module = away_from_defaults(build()).train(train)
            weights, x = copy.deepcopy(module.state_dict()), torch.randn(shape)
            output = copy.deepcopy(module)(x)
            output_gradient = torch.randn_like(output)

            exact = copy.deepcopy(module).double()
            distances = watch_kinks(exact)
            exact_gradients = gradients(exact, x.double(), output_gradient.double())
            rounded_gradients = gradients(module, x, output_gradient)
            if min(distances, default=1) >= KINK_MARGIN and difference(rounded_gradients, exact_gradients) <= STEP_ERROR:
                break

        tensors = {"input": x, "output": output, "grad_output": output_gradient} | rounded_gradients
        if train:
            tensors |= {f"after.{name}": buffer for name, buffer in module.named_buffers()}
        return weights, tensors, described(module, "train" if train else "eval", drawn, settings)
    return make


def inference(build, shape, seed):
    """The output of a module alone."""
    def make(stated=None):
        torch.manual_seed(seed)
        module = away_from_defaults(build()).eval()
        x = torch.randn(shape)
        with torch.no_grad():
            return module.state_dict(), {"input": x, "output": module(x)}, described(module, "eval", seed, {})
    return make


def trajectory(optimizer, seed, steps=8):
    """The losses of steps on one batch, and the weights at their end."""
    def run(network, x, targets):
        rule, losses = optimizer(network.parameters()), []
        for _ in range(steps):
            rule.zero_grad()
            loss = nn.functional.cross_entropy(network(x), targets)
            loss.backward()
            rule.step()
            losses.append(loss.item())
        floats = {name: value for name, value in network.state_dict().items() if value.is_floating_point()}
        return rule, {"losses": torch.tensor(losses)}, floats

    def make(stated=None):
        for drawn in draws(seed, stated):
            torch.manual_seed(drawn)
            network = SmallSENet(1, (8, 16), blocks=1, classes=10, reduction=4)
            x, targets = torch.randn(16, 1, 12, 12), torch.randint(0, 10, (16,))
            weights = copy.deepcopy(network.state_dict())
            _, exact_losses, exact_end = run(copy.deepcopy(network).double(), x.double(), targets)
            rule, losses, end = run(network, x, targets)
            if difference(losses, exact_losses) <= STEP_ERROR and difference(end, exact_end) <= TRAJECTORY_ERROR:
                break

        tensors = {"input": x, "target": targets} | losses | {f"after.{name}": value for name, value in network.state_dict().items()}
        settings = {"in": 1, "widths": [8, 16], "blocks": 1, "classes": 10, "reduction": 4}
        return weights, tensors, {"module": "SmallSENet", "optimizer": repr(rule).replace("\n", " "), "steps": str(steps),
                                  "seed": str(drawn), "settings": json.dumps(settings)}
    return make


def of_torchvision(model, seed):
    """A whole network of torchvision's, with weights that half precision holds, and statistics that suit what its batch norms see."""
    def images(count):
        coarse = torch.randn(count, 3, 9, 9)
        return nn.functional.interpolate(coarse, size=(224, 224), mode="bicubic") + 0.2 * torch.randn(count, 3, 224, 224)

    def make(stated=None):
        import torchvision
        torch.manual_seed(seed)
        module = away_from_defaults(getattr(torchvision.models, model)(weights=None))
        for norm in batch_norms(module):
            norm.reset_running_stats()
            norm.momentum = None
        with torch.no_grad():
            module.train()(images(8))
            weights = {name: value.half() if value.is_floating_point() else value for name, value in module.state_dict().items()}
            module.load_state_dict(weights)
            x = images(1)
            return weights, {"input": x, "output": module.eval()(x)}, {"module": model, "mode": "eval", "settings": "{}"}
    return make


# The cases.

def both_modes(name, build, shape, seed):
    return {f"{name}-eval": step(build, shape, seed), f"{name}-train": step(build, shape, seed, train=True)}


CASES = {
    # The gate alone, in the ways in which people write it.
    "se-bias-c128-r16": step(lambda: gate_of_linears(128, 8), (2, 128, 14, 14), 1, Channels=128, Reduction=16),
    "se-bias-c32-r16-7x7": step(lambda: gate_of_linears(32, 2), (3, 32, 7, 7), 2, Channels=32, Reduction=16),
    "se-bias-c20-r3-ragged": step(lambda: gate_of_linears(20, 6), (1, 20, 5, 9), 3, Channels=20, Reduction=3),
    "se-secondbias-c64-r16": step(lambda: gate_in_sequence(64, 4), (2, 64, 9, 9), 4, Channels=64, Reduction=16),
    "se-secondbias-c3-r16-hidden0": step(lambda: gate_in_sequence(3, 0), (1, 3, 32, 32), 5, Channels=3, Reduction=16, hidden=0),
    "se-nobias-c64-r16": step(lambda: gate_without_bias(64, 16), (2, 64, 8, 8), 6, Channels=64, Reduction=16),
    "se-nobias-c8-r16-fallback": step(lambda: gate_without_bias(8, 16), (2, 8, 6, 5), 7, Channels=8, Reduction=16, hidden=4),
    "se-nobias-c1-fallback": step(lambda: gate_without_bias(1, 16), (2, 1, 4, 4), 8, Channels=1, Reduction=16, hidden=1),
    "se-max-c24-r4": step(lambda: gate_of_linears(24, 6, maximum), (2, 24, 7, 9), 12, Channels=24, Reduction=4, Squeeze="Max"),
    "se-meanmax-c24-r4": step(
        lambda: gate_of_linears(24, 6, mean_and_maximum), (2, 24, 7, 9), 13, Channels=24, Reduction=4, Squeeze="MeanMaxAverage"),

    # A convolution and a gate.
    "conv-se-c16-r2": step(lambda: ConvGate(16, 2), (2, 16, 12, 10), 9, squeeze="1/(H*W)", skip=False),
    "conv-se-c16-r2-skip": step(lambda: ConvGate(16, 2, skip=True), (2, 16, 12, 10), 10, squeeze="1/(H*W)", skip=True),
    "conv-se-c16-r2-perimeter": step(lambda: ConvGate(16, 2, perimeter), (2, 16, 12, 10), 11, squeeze="1/(H+W)", skip=False),

    # Residual blocks.
    **both_modes("residual-se-16-16", lambda: Residual(16, 16), (2, 16, 14, 14), 20),
    **both_modes("residual-se-16-32-s2", lambda: Residual(16, 32, 2), (2, 16, 14, 14), 21),
    **both_modes("residual-se-24-40-s2-odd", lambda: Residual(24, 40, 2), (2, 24, 7, 9), 22),
    **both_modes("residual-plain-16-32-s2", lambda: Residual(16, 32, 2, placement=None), (2, 16, 8, 8), 23),
    **both_modes("residual-pre-16-32-s2", lambda: Residual(16, 32, 2, 4, "pre"), (2, 16, 8, 10), 32),
    **both_modes("residual-post-16-32-s2", lambda: Residual(16, 32, 2, 4, "post"), (2, 16, 8, 10), 32),
    **both_modes("residual-identity-16-32-s2", lambda: Residual(16, 32, 2, 4, "identity"), (2, 16, 8, 10), 32),
    **both_modes("residual-inner-16-32-s2", lambda: Residual(16, 32, 2, 4, "inner"), (2, 16, 8, 10), 32),
    **both_modes("bottleneck-se-64-16-64", lambda: Bottleneck(64, 16, 64), (2, 64, 8, 8), 24),
    **both_modes("bottleneck-se-64-32-128-s2-g8", lambda: Bottleneck(64, 32, 128, 2, 8), (2, 64, 8, 8), 25),
    **both_modes(
        "inverted-mobilenetv3-16-64-24-k5-s2",
        lambda: InvertedResidual(16, 64, 24, 5, 2, 16, nn.Hardswish, nn.ReLU, nn.Hardsigmoid), (2, 16, 14, 14), 26),
    **both_modes(
        "inverted-efficientnet-16-96-16-k3",
        lambda: InvertedResidual(16, 96, 16, 3, 1, 4, nn.SiLU, nn.SiLU, nn.Sigmoid), (2, 16, 10, 10), 27),
    "residual-se-64-64-eval": inference(lambda: Residual(64, 64), (1, 64, 28, 28), 29),
    "residual-se-64-128-s2-eval": inference(lambda: Residual(64, 128, 2), (1, 64, 28, 28), 30),

    # A network.
    **both_modes("net-small", lambda: SmallSENet(3, (16, 32, 64), blocks=2, classes=10), (2, 3, 16, 16), 28),

    # Optimizers.
    "optim-sgd": trajectory(lambda p: torch.optim.SGD(p, lr=0.1), 40),
    "optim-sgd-nesterov": trajectory(lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=1e-4, nesterov=True), 41),
    "optim-adam": trajectory(lambda p: torch.optim.Adam(p, lr=1e-2), 42),
    "optim-adamw": trajectory(lambda p: torch.optim.AdamW(p, lr=1e-2, weight_decay=0.05), 43),
}

LARGE_CASES = {
    "net-seresnet18-narrow-eval": inference(lambda: SEResNet18(100, (16, 32, 64, 128)), (1, 3, 96, 96), 31),
    "torchvision-mobilenet_v3_small": of_torchvision("mobilenet_v3_small", 60),
    "torchvision-regnet_y_400mf": of_torchvision("regnet_y_400mf", 61),
}


# Writing and comparing.

def write(path, made):
    path.write_bytes(made)
    return True, f"{len(made)} bytes"


def seed_of(path):
    """The seed that a file states, or None."""
    seed = decode(path.read_bytes())[1].get("seed", "") if path.exists() else ""
    return int(seed) if seed.isdigit() else None


def compare(path, made):
    """Whether a file is near enough to what was made, and how near."""
    if not path.exists():
        return False, "is not there"
    file = path.read_bytes()
    if file == made:
        return True, "bit-equal"

    (arrays, metadata), (new_arrays, new_metadata) = decode(file), decode(made)
    if metadata != new_metadata:
        return False, f"other metadata: {metadata}, not {new_metadata}"
    shapes, new_shapes = ({k: (a.dtype, a.shape) for k, a in set.items()} for set in (arrays, new_arrays))
    if shapes != new_shapes:
        return False, f"other tensors: {sorted(shapes.items() ^ new_shapes.items(), key=str)}"

    errors = {}
    for name, array in arrays.items():
        if array.tobytes() != new_arrays[name].tobytes():
            expected = array.astype(float)
            errors[name] = numpy.abs(new_arrays[name] - expected).max() / (numpy.abs(expected).max() or 1)
    if not errors:
        return False, "the same tensors in another order"
    worst = max(errors, key=errors.get)
    allowed = LONG_CHECK_ERROR if path.name.startswith(("optim-", "torchvision-")) else CHECK_ERROR
    return bool(errors[worst] <= allowed), f"{len(errors)} of {len(arrays)} tensors differ, at most by {errors[worst]:.1e} in {worst}"


def main():
    own = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description="Makes the golden cases, or makes them again and compares.")
    parser.add_argument("--check", action="store_true", help="compare with the files of the folder and write nothing")
    parser.add_argument("--large", action="store_true", help="the cases that are too large for the repository")
    parser.add_argument("--only", metavar="NAME", help="one case")
    parser.add_argument("folder", nargs="?", type=pathlib.Path, default=own)
    arguments = parser.parse_args()
    cases = LARGE_CASES if arguments.large else CASES
    if arguments.only and arguments.only not in cases:
        parser.error(f"no {'large ' if arguments.large else ''}case is named {arguments.only}")
    if arguments.large and arguments.folder.resolve() == own:
        parser.error("--large needs a folder outside the repository")

    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", "Initializing zero-element tensors")
    if not arguments.check:
        arguments.folder.mkdir(parents=True, exist_ok=True)
    files = good = equal = 0
    for name in [arguments.only] if arguments.only else cases:
        paths = {kind: arguments.folder / f"{name}.{kind}.safetensors" for kind in ("weights", "case")}
        weights, tensors, metadata = cases[name](seed_of(paths["case"]) if arguments.check else None)
        for kind, made in (("weights", encode(weights)), ("case", encode(tensors, metadata))):
            well, said = (compare if arguments.check else write)(paths[kind], made)
            files, good, equal = files + 1, good + well, equal + (said == "bit-equal")
            print(f"{name}.{kind}: {said}{'' if well else '  WRONG'}", flush=True)
    print(f"{files} files, {equal} bit-equal, {files - good} wrong" if arguments.check else f"{files} files written")
    return 0 if good == files else 1


if __name__ == "__main__":
    sys.exit(main())
