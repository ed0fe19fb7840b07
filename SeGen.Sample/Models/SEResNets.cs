namespace SeGen.Sample.Models;

/// <summary>SE-ResNet-34 as timm has it.</summary>
[SENetwork(3, Height = 224, Width = 224, HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 0, InferenceOnly = true)]
[Conv(64, Kernel = 7, Stride = 2, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[MaxPool(3, Stride = 2, Padding = 1)]
[SEResidual(64, Blocks = 3, Name = "layer1")]
[SEResidual(128, Blocks = 4, Stride = 2, Name = "layer2")]
[SEResidual(256, Blocks = 6, Stride = 2, Name = "layer3")]
[SEResidual(512, Blocks = 3, Stride = 2, Name = "layer4")]
[GlobalAveragePool, Linear(1000, Name = "fc")]
public sealed partial class SEResNet34;

/// <summary>SE-ResNet-50 as timm has it, the stride in the 3x3.</summary>
[SENetwork(3, Height = 224, Width = 224, HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 0, InferenceOnly = true, Emit = Emit.Cuda)]
[Conv(64, Kernel = 7, Stride = 2, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[MaxPool(3, Stride = 2, Padding = 1)]
[SEResidual(256, Blocks = 3, Body = ResidualBody.Bottleneck, Name = "layer1")]
[SEResidual(512, Blocks = 4, Stride = 2, Body = ResidualBody.Bottleneck, Name = "layer2")]
[SEResidual(1024, Blocks = 6, Stride = 2, Body = ResidualBody.Bottleneck, Name = "layer3")]
[SEResidual(2048, Blocks = 3, Stride = 2, Body = ResidualBody.Bottleneck, Name = "layer4")]
[GlobalAveragePool, Linear(1000, Name = "fc")]
public sealed partial class SEResNet50;

/// <summary>SE-ResNet-101 as timm has it.</summary>
[SENetwork(3, Height = 224, Width = 224, HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 0, InferenceOnly = true)]
[Conv(64, Kernel = 7, Stride = 2, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[MaxPool(3, Stride = 2, Padding = 1)]
[SEResidual(256, Blocks = 3, Body = ResidualBody.Bottleneck, Name = "layer1")]
[SEResidual(512, Blocks = 4, Stride = 2, Body = ResidualBody.Bottleneck, Name = "layer2")]
[SEResidual(1024, Blocks = 23, Stride = 2, Body = ResidualBody.Bottleneck, Name = "layer3")]
[SEResidual(2048, Blocks = 3, Stride = 2, Body = ResidualBody.Bottleneck, Name = "layer4")]
[GlobalAveragePool, Linear(1000, Name = "fc")]
public sealed partial class SEResNet101;

/// <summary>SE-ResNet-152 as timm has it.</summary>
[SENetwork(3, Height = 224, Width = 224, HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 0, InferenceOnly = true)]
[Conv(64, Kernel = 7, Stride = 2, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[MaxPool(3, Stride = 2, Padding = 1)]
[SEResidual(256, Blocks = 3, Body = ResidualBody.Bottleneck, Name = "layer1")]
[SEResidual(512, Blocks = 8, Stride = 2, Body = ResidualBody.Bottleneck, Name = "layer2")]
[SEResidual(1024, Blocks = 36, Stride = 2, Body = ResidualBody.Bottleneck, Name = "layer3")]
[SEResidual(2048, Blocks = 3, Stride = 2, Body = ResidualBody.Bottleneck, Name = "layer4")]
[GlobalAveragePool, Linear(1000, Name = "fc")]
public sealed partial class SEResNet152;

/// <summary>SE-ResNeXt-50 32x4d as timm has it.</summary>
[SENetwork(3, Height = 224, Width = 224, HiddenRule = HiddenRule.MakeDivisible, RoundLimit = 0, InferenceOnly = true)]
[Conv(64, Kernel = 7, Stride = 2, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[MaxPool(3, Stride = 2, Padding = 1)]
[SEResidual(256, Blocks = 3, Body = ResidualBody.Bottleneck, Groups = 32, BaseWidth = 4, Name = "layer1")]
[SEResidual(512, Blocks = 4, Stride = 2, Body = ResidualBody.Bottleneck, Groups = 32, BaseWidth = 4, Name = "layer2")]
[SEResidual(1024, Blocks = 6, Stride = 2, Body = ResidualBody.Bottleneck, Groups = 32, BaseWidth = 4, Name = "layer3")]
[SEResidual(2048, Blocks = 3, Stride = 2, Body = ResidualBody.Bottleneck, Groups = 32, BaseWidth = 4, Name = "layer4")]
[GlobalAveragePool, Linear(1000, Name = "fc")]
public sealed partial class SEResNeXt50;
