using System.Reflection;

namespace SeGen.Tests.Numerics.Oracle;

/// <summary>An attribute as it was written, read by reflection from the compiled class: independent of how the generator reads source.</summary>
internal sealed class Written
{
    private readonly Dictionary<string, object?> _values = [];

    private Written(string kind) => Kind = kind;

    private Written(CustomAttributeData data)
        : this(data.AttributeType.Name[..data.AttributeType.Name.IndexOf("Attribute", StringComparison.Ordinal)])
    {
        ParameterInfo[] parameters = data.Constructor.GetParameters();
        for (int i = 0; i < parameters.Length; i++)
            _values[char.ToUpperInvariant(parameters[i].Name![0]) + parameters[i].Name![1..]] = data.ConstructorArguments[i].Value;

        foreach (CustomAttributeNamedArgument argument in data.NamedArguments)
            _values[argument.MemberName] = argument.TypedValue.Value;

        if (data.AttributeType.IsGenericType)
            Nested = data.AttributeType.GenericTypeArguments[0];
    }

    public string Kind { get; }

    /// <summary>Of a Layer: the module that is meant.</summary>
    public Type? Nested { get; }

    /// <summary>SeGen's attributes of a class in source order, which is the order of metadata.</summary>
    public static Written[] Of(Type type)
        => [.. type.GetCustomAttributesData().Where(a => a.AttributeType.Namespace == "SeGen" && a.AttributeType != typeof(BudgetAttribute)).Select(a => new Written(a))];

    public bool Has(string name) => _values.ContainsKey(name);

    public T Get<T>(string name, T otherwise) => !_values.TryGetValue(name, out object? value) ? otherwise
        : typeof(T).IsEnum ? (T)Enum.ToObject(typeof(T), value!) : (T)Convert.ChangeType(value!, typeof(T), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>These arguments, with another attribute's for what these do not say.</summary>
    public Written Over(Written? other, params string[] names)
    {
        var merged = new Written(Kind);
        foreach ((string name, object? value) in other?._values ?? [])
        {
            if (names.Length == 0 || names.Contains(name))
                merged._values[name] = value;
        }

        foreach ((string name, object? value) in _values)
            merged._values[name] = value;

        return merged;
    }

    /// <summary>Without some of the arguments.</summary>
    public Written Except(params string[] names)
    {
        var rest = new Written(Kind);
        foreach ((string name, object? value) in _values.Where(v => !names.Contains(v.Key)))
            rest._values[name] = value;

        return rest;
    }
}
