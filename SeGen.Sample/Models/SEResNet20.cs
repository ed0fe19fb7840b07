namespace SeGen.Sample.Models;

/// <summary>SE-ResNet-20 for 32 x 32 images of ten classes (CIFAR-10), gates without biases.</summary>
[SENetwork(3, Height = 32, Width = 32, Bias = SEBias.None, InferenceOnly = true)]
[Conv(16, Name = "conv1"), BatchNorm(Name = "bn1"), ReLU]
[SEResidual(16, Blocks = 3, Name = "layer1")]
[SEResidual(32, Blocks = 3, Stride = 2, Name = "layer2")]
[SEResidual(64, Blocks = 3, Stride = 2, Name = "layer3")]
[GlobalAveragePool, Linear(10, Name = "fc")]
public sealed partial class SEResNet20;
