using SeGen.Generator.Model;

namespace SeGen.Generator.Programs;

/// <summary>How a kernel takes a parameter.</summary>
internal enum Access
{
    /// <summary>Floats that it reads.</summary>
    In,

    /// <summary>Floats that it writes, or reads and writes.</summary>
    Ref,

    /// <summary>A number or a size.</summary>
    Value,
}

/// <summary>A parameter of a kernel, by which calls bind their arguments.</summary>
/// <param name="Role">What it is to the kernel, and its name in C#: "input", "weights".</param>
/// <param name="Access">How it is taken.</param>
/// <param name="Type">Its type in C#.</param>
internal sealed record KernelParameter(string Role, Access Access, string Type = "float")
{
    /// <summary>"ref readonly float input".</summary>
    public string Declaration
        => Access switch { Access.In => $"ref readonly {Type} {Role}", Access.Ref => $"ref {Type} {Role}", _ => $"{Type} {Role}" };

    /// <summary>"in input".</summary>
    public string Argument => Pass(Role);

    /// <summary>What a call writes for it.</summary>
    public string Pass(string value) => Access switch { Access.In => $"in {value}", Access.Ref => $"ref {value}", _ => value };
}

/// <summary>The parameters of a kernel's method in their order: its declaration and all calls are written from it.</summary>
internal sealed record Signature(EquatableArray<KernelParameter> Parameters)
{
    /// <summary>The parameter that says which of the kernel's cuts is meant.</summary>
    public static readonly KernelParameter Cut = new("cut", Access.Value, "int");

    /// <summary>A signature of the parameters that are there.</summary>
    public static Signature Of(params KernelParameter?[] parameters) => new(parameters.OfType<KernelParameter>().ToEquatableArray());

    /// <summary>Floats that are read.</summary>
    public static KernelParameter Read(string role) => new(role, Access.In);

    /// <summary>Floats that are written.</summary>
    public static KernelParameter Write(string role) => new(role, Access.Ref);

    /// <summary>A parameter that only some kernels of a kind have.</summary>
    public static KernelParameter? When(bool has, KernelParameter parameter) => has ? parameter : null;

    /// <summary>The declaration, without parentheses.</summary>
    public string Declared => string.Join(", ", Parameters.Select(p => p.Declaration));

    /// <summary>The same parameters as arguments.</summary>
    public string Passed => string.Join(", ", Parameters.Select(p => p.Argument));
}
