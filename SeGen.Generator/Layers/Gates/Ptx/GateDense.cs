using SeGen.Generator.Ptx;
using SeGen.Generator.Text;

namespace SeGen.Generator.Layers.Gates.Ptx;

/// <summary>What the dense layers of both directions are made of.</summary>
internal static class GateDense
{
    private const int Unrolled = 8;

    /// <summary>The parts of a channel, in their order.</summary>
    /// <param name="writer">The kernel.</param>
    /// <param name="launch">The shape.</param>
    /// <param name="from">Where the channel's first part stands.</param>
    /// <param name="first">How many floats behind it those begin that are meant.</param>
    /// <param name="combine">Two of them as one.</param>
    public static string Combined(PtxWriter writer, GateLaunch launch, string from, int first, Func<string, string, string> combine)
    {
        string combined = writer.Real("ld.global.f32", "combined", PtxPhrases.Place(from, first * 4L)), next = from;
        int rest = launch.Parts - 1, whole = rest > 2 * Unrolled ? rest / Unrolled * Unrolled : 0;
        if (whole > 0)
        {
            next = writer.Wide("mov.u64", "nextParts", from);
            writer.Loop("p", writer.Integer("mov.u32", "none", "0"), Numbers.Text(whole), Numbers.Text(Unrolled), _ =>
            {
                writer.Line($"mov.f32 {combined}, {Some(combined, Unrolled)}");
                writer.Line($"add.u64 {next}, {next}, {Numbers.Text(4 * Unrolled)}");
            });
        }

        return Some(combined, rest - whole);

        string Some(string start, int count)
        {
            string[] parts = [.. Enumerable.Range(1, count).Select(
                p => writer.Real("ld.global.f32", "part", PtxPhrases.Place(next, (first + p) * 4L)))];
            return parts.Aggregate(start, combine);
        }
    }

    /// <summary>
    /// A sum of products of weights and of values that an image has, by every so-manieth: some are loaded before the first is multiplied.
    /// </summary>
    /// <param name="writer">The kernel.</param>
    /// <param name="role">What the index is called.</param>
    /// <param name="first">The thread's first index.</param>
    /// <param name="count">Where they end.</param>
    /// <param name="step">From one to the next.</param>
    /// <param name="row">The address of the weights' row.</param>
    /// <param name="weightsAt">Floats to the matrix.</param>
    /// <param name="values">The address of the image's values.</param>
    /// <param name="valuesAt">Floats to those that are meant.</param>
    /// <param name="start">What the sum begins with; null for 0.</param>
    /// <param name="weightStride">Floats from one weight to the next.</param>
    public static string Dot(
        PtxWriter writer, string role, string first, int count, int step, string row, int weightsAt, string values, int valuesAt,
        string? start, int weightStride = 1)
    {
        string sum = writer.Real("mov.f32", "dot", start ?? PtxWriter.Constant(0f));
        int whole = count / (step * Unrolled) * (step * Unrolled), left = count - whole;
        if (whole > 0)
            writer.Loop(
                role, first, Numbers.Text(whole), Numbers.Text(step * Unrolled), index => Products(index, Unrolled, isGuarded: false));

        // What is left: fewer for some threads than for others.
        if (left > 0)
            Products(
                whole == 0 ? first : writer.Integer("add.u32", role, first, Numbers.Text(whole)), (left + step - 1) / step,
                isGuarded: true);

        return sum;

        void Products(string index, int products, bool isGuarded)
        {
            string w = writer.Wide(
                "mad.wide.u32", "weightAt", index, Numbers.Text(4 * weightStride),
                row), v = writer.Wide("mad.wide.u32", "valueAt", index, "4", values);
            var loaded = new List<(string Guard, string Weight, string Value)>();
            for (int i = 0; i < products; i++)
            {
                string guard = "";
                if (isGuarded && (i + 1) * step > left)
                {
                    string at = i == 0 ? index : writer.Integer("add.u32", "at", index, Numbers.Text(i * step));
                    guard = $"@{writer.Compare("lt.u32", "isThere", at, Numbers.Text(count))} ";
                }

                string weight = writer.Float("weight"), value = writer.Float("value");
                writer.Line($"{guard}ld.global.nc.f32 {weight}, {PtxPhrases.Place(w, 4L * (weightsAt + i * step * weightStride))}");
                writer.Line($"{guard}ld.global.f32 {value}, {PtxPhrases.Place(v, 4L * (valuesAt + i * step))}");
                loaded.Add((guard, weight, value));
            }

            foreach ((string guard, string weight, string value) in loaded)
                writer.Line($"{guard}fma.rn.f32 {sum}, {weight}, {value}, {sum}");
        }
    }
}
