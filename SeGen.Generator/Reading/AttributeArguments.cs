using Microsoft.CodeAnalysis;
using SeGen.Generator.Model;
using SeGen.Generator.Text;

namespace SeGen.Generator.Reading;

/// <summary>One argument as it was written: its name, and its value as a number where it has one.</summary>
/// <param name="Name">The property, or the constructor's parameter with a capital.</param>
/// <param name="Value">An int, an enum's number, a double, or 1 for true; null where the compiler knows no value (it has reported
/// why).</param>
/// <param name="IsPositional">Whether it stands without a name.</param>
/// <param name="Text">The value of a string, or the name of an enum's.</param>
internal sealed record AttributeArgument(string Name, double? Value, bool IsPositional, string? Text = null)
{
    /// <summary>The value for messages.</summary>
    public string Shown => Text ?? Numbers.Text(Value ?? double.NaN);
}

/// <summary>The arguments that an attribute was written with; what was not written is not there.</summary>
internal sealed record AttributeArguments(Model.EquatableArray<AttributeArgument> Written)
{
    public static AttributeArguments Of(AttributeData attribute)
    {
        var written = new List<AttributeArgument>();

        // Without a constructor the arguments fit none; that too is for the compiler to say.
        if (attribute.AttributeConstructor is null)
            written.Add(new AttributeArgument("", null, true));

        for (int i = 0; i < attribute.ConstructorArguments.Length && attribute.AttributeConstructor is not null; i++)
        {
            string parameter = attribute.AttributeConstructor.Parameters[i].Name;
            TypedConstant value = attribute.ConstructorArguments[i];
            written.Add(new AttributeArgument(
                char.ToUpperInvariant(parameter[0]) + parameter.Substring(1), Number(value), true, TextOf(value)));
        }

        foreach (KeyValuePair<string, TypedConstant> argument in attribute.NamedArguments)
        {
            // A null for a name is as good as none.
            if (argument.Value is not { IsNull: true, Kind: TypedConstantKind.Primitive })
                written.Add(new AttributeArgument(argument.Key, Number(argument.Value), false, TextOf(argument.Value)));
        }

        return new AttributeArguments(new Model.EquatableArray<AttributeArgument>([.. written]));
    }

    /// <summary>Arguments of which the compiler knows nothing, and says so.</summary>
    public static AttributeArguments Broken { get; } = new(
        new Model.EquatableArray<AttributeArgument>([new AttributeArgument("", null, true)]));

    /// <summary>Whether the compiler refuses one of the arguments, so that there is nothing to say of the others.</summary>
    public bool IsBroken => Written.Any(a => a.Value is null);

    public bool IsWritten(string name) => Written.Any(a => a.Name == name);

    /// <summary>The argument that counts, or null.</summary>
    public AttributeArgument? Last(string name) => Written.LastOrDefault(a => a.Name == name);

    public int Int(string name, int otherwise) => (int)Number(name, otherwise);

    public double Number(string name, double otherwise)
        => Written.LastOrDefault(a => a.Name == name)?.Value ?? otherwise;

    /// <summary>A string's value, or null where it was not written.</summary>
    public string? Text(string name) => Written.LastOrDefault(a => a.Name == name)?.Text;

    public bool Flag(string name, bool otherwise) => Number(name, otherwise ? 1 : 0) != 0;

    /// <summary>These arguments, with others where these say nothing.</summary>
    public AttributeArguments Over(IEnumerable<AttributeArgument> defaults)
        => new(defaults.Where(d => !IsWritten(d.Name)).Concat(Written).ToEquatableArray());

    public T Enum<T>(string name)
        where T : struct, Enum
        => (T)System.Enum.ToObject(typeof(T), Int(name, 0));

    private static string? TextOf(TypedConstant constant) => constant.Kind == TypedConstantKind.Enum
        ? constant.Type?.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(
            f => f.HasConstantValue && Equals(f.ConstantValue, constant.Value))?.Name
        : constant.Value as string;

    private static double? Number(TypedConstant constant) => constant.Kind is TypedConstantKind.Primitive or TypedConstantKind.Enum
        ? constant.Value switch
        {
            int value => value,
            long value => value,
            double value => value,
            bool value => value ? 1 : 0,
            string => 0,
            _ => null,
        }
        : null;
}
