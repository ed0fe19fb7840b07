namespace SeGen;

/// <summary>
/// A module of the user's own as a layer: its attributes are read, and its weights are this network's, under the layer's prefix.
/// </summary>
/// <typeparam name="T">The annotated class, in this project or a referenced one.</typeparam>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class LayerAttribute<T> : NetworkLayerAttribute
    where T : class;
