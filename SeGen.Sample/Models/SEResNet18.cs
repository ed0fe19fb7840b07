namespace SeGen.Sample.Models;

/// <summary>SE-ResNet-18 as timm has it: hidden widths in steps of 8.</summary>
[SENetwork(3, Height = 224, Width = 224, HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 0, InferenceOnly = true)]
[Conv(64, Kernel = 7, Stride = 2, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[MaxPool(3, Stride = 2, Padding = 1)]
[SEResidual(64, Blocks = 2, Name = "layer1")]
[SEResidual(128, Blocks = 2, Stride = 2, Name = "layer2")]
[SEResidual(256, Blocks = 2, Stride = 2, Name = "layer3")]
[SEResidual(512, Blocks = 2, Stride = 2, Name = "layer4")]
[GlobalAveragePool, Linear(1000, Name = "fc")]
public sealed partial class SEResNet18;
