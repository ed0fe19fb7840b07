namespace SeGen;

/// <summary>max(0, v).</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class ReLUAttribute : NetworkLayerAttribute;

/// <summary>min(max(0, v), 6).</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class ReLU6Attribute : NetworkLayerAttribute;

/// <summary>v * sigmoid(v), also known as swish.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class SiLUAttribute : NetworkLayerAttribute;

/// <summary>v * hard_sigmoid(v).</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class HardSwishAttribute : NetworkLayerAttribute;
