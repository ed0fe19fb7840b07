using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace SeGen.Generator.Text;

/// <summary>
/// An interpolated line of generated code. Numbers become text as C# has them, whatever the culture of the machine that compiles: a minus
/// sign or a decimal comma of the user's would be another program.
/// </summary>
[InterpolatedStringHandler]
internal readonly struct LineHandler
{
    private readonly StringBuilder _text;

    /// <param name="literalLength">Characters between the holes.</param>
    /// <param name="formattedCount">The holes.</param>
    public LineHandler(int literalLength, int formattedCount) => _text = new StringBuilder(literalLength + 8 * formattedCount);

    public void AppendLiteral(string value) => _text.Append(value);

    public void AppendFormatted(string? value) => _text.Append(value);

    public void AppendFormatted(long value) => _text.Append(value.ToString(CultureInfo.InvariantCulture));

    public void AppendFormatted(double value) => _text.Append(value.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>A name: of an enum's member.</summary>
    public void AppendFormatted<T>(T value)
        where T : struct, Enum
        => _text.Append(value);

    public override string ToString() => _text.ToString();
}
