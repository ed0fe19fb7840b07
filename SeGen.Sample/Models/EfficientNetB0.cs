namespace SeGen.Sample.Models;

/// <summary>EfficientNet-B0 with the names of torchvision (Tan and Le 2019).</summary>
[SENetwork(3, Height = 224, Width = 224, Activation = Activation.SiLU, InferenceOnly = true)]
[Conv(32, Stride = 2, Name = "features.0.0"), BatchNorm(Name = "features.0.1"), SiLU]
[InvertedResidual(16, Expand = 32, Hidden = 8, BlockActivation = Activation.SiLU, Name = "features.1.0")]
[InvertedResidual(24, Expand = 96, Stride = 2, Hidden = 4, BlockActivation = Activation.SiLU, Name = "features.2.0")]
[InvertedResidual(24, Expand = 144, Hidden = 6, BlockActivation = Activation.SiLU, Name = "features.2.1")]
[InvertedResidual(40, Expand = 144, Kernel = 5, Stride = 2, Hidden = 6, BlockActivation = Activation.SiLU, Name = "features.3.0")]
[InvertedResidual(40, Expand = 240, Kernel = 5, Hidden = 10, BlockActivation = Activation.SiLU, Name = "features.3.1")]
[InvertedResidual(80, Expand = 240, Stride = 2, Hidden = 10, BlockActivation = Activation.SiLU, Name = "features.4.0")]
[InvertedResidual(80, Expand = 480, Hidden = 20, BlockActivation = Activation.SiLU, Name = "features.4.1")]
[InvertedResidual(80, Expand = 480, Hidden = 20, BlockActivation = Activation.SiLU, Name = "features.4.2")]
[InvertedResidual(112, Expand = 480, Kernel = 5, Hidden = 20, BlockActivation = Activation.SiLU, Name = "features.5.0")]
[InvertedResidual(112, Expand = 672, Kernel = 5, Hidden = 28, BlockActivation = Activation.SiLU, Name = "features.5.1")]
[InvertedResidual(112, Expand = 672, Kernel = 5, Hidden = 28, BlockActivation = Activation.SiLU, Name = "features.5.2")]
[InvertedResidual(192, Expand = 672, Kernel = 5, Stride = 2, Hidden = 28, BlockActivation = Activation.SiLU, Name = "features.6.0")]
[InvertedResidual(192, Expand = 1152, Kernel = 5, Hidden = 48, BlockActivation = Activation.SiLU, Name = "features.6.1")]
[InvertedResidual(192, Expand = 1152, Kernel = 5, Hidden = 48, BlockActivation = Activation.SiLU, Name = "features.6.2")]
[InvertedResidual(192, Expand = 1152, Kernel = 5, Hidden = 48, BlockActivation = Activation.SiLU, Name = "features.6.3")]
[InvertedResidual(320, Expand = 1152, Hidden = 48, BlockActivation = Activation.SiLU, Name = "features.7.0")]
[Conv(1280, Kernel = 1, Name = "features.8.0"), BatchNorm(Name = "features.8.1"), SiLU]
[GlobalAveragePool, Dropout(0.2), Linear(1000, Name = "classifier.1")]
public sealed partial class EfficientNetB0;
