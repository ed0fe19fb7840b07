using SeGen.Generator.Model;

namespace SeGen.Generator.Ir;

/// <summary>
/// One operation as the field writes it, before anything is fused. Values are numbers: the inputs' and the output's position among the
/// graph's tensors.
/// </summary>
/// <param name="Inputs">The values that are read.</param>
/// <param name="Output">The value that is written.</param>
/// <param name="Layer">Which attribute asked for it, for messages and tables.</param>
internal abstract record Op(EquatableArray<int> Inputs, int Output, int Layer)
{
    public int Input => Inputs[0];

    /// <summary>Its parameters in the order in which a state_dict has them.</summary>
    public virtual IEnumerable<OpParameter> Parameters => [];

    /// <summary>Whether inference has nothing to do: readers of the output read the input.</summary>
    public virtual bool IsTrainingOnly => false;

    /// <summary>Whether the sums over the pixels of each channel are all that it needs of its input.</summary>
    public virtual bool ReadsSums => false;

    /// <summary>Zeros that the way back reads around the output's gradient.</summary>
    public virtual int GradientBorder => 0;

    /// <summary>
    /// Floats of the transposed weights that the way back multiplies with, for an input of so many floats; 0 where there are none.
    /// </summary>
    public virtual double TurnedWeights(double inputLength) => 0;
}

/// <summary>A parameter of an operation.</summary>
/// <param name="Scope">The block or layer that it belongs to.</param>
/// <param name="Inside">The part of it: "conv1", "se.fc1", or "".</param>
/// <param name="Leaf">"weight".</param>
/// <param name="Initial">What a new module has.</param>
/// <param name="Shape">Its shape.</param>
internal sealed record OpParameter(Scope Scope, string Inside, string Leaf, Initial Initial, params int[] Shape)
{
    public bool IsTrainable { get; init; } = true;

    /// <summary>What a state_dict calls the part that it belongs to: "layer1.0.conv1".</summary>
    public string Part => Scope.NameOf(Inside);
}

/// <summary>New values: drawn as PyTorch's layers draw them where there is a fan-in, else a constant.</summary>
internal readonly record struct Initial(int FanIn, int Constant)
{
    /// <summary>From U(-1/sqrt(fan-in), 1/sqrt(fan-in)).</summary>
    public static Initial Uniform(int fanIn) => new(fanIn, 0);

    public static Initial Of(int constant) => new(-1, constant);

    public bool IsDrawn => FanIn >= 0;
}
