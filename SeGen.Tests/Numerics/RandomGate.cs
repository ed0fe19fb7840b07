using System.Globalization;

namespace SeGen.Tests.Numerics;

/// <summary>A random right declaration: its attribute's arguments, what the oracle needs to know, and a size to run it at.</summary>
internal sealed record RandomGate(string Arguments, GateSettings Settings, int Height, int Width, int MaxBatch)
{
    public static RandomGate Draw(Random random)
    {
        int channels = random.Next(4) switch { 0 => random.Next(1, 8), 1 => random.Next(1, 40), 2 => 16 * random.Next(1, 10), _ => random.Next(30, 140) };
        int hidden = random.Next(1, Math.Max(2, channels / 2));
        var settings = new GateSettings(
            channels, hidden, Pick<SEBias>(random), Pick<Squeeze>(random), Pick<Activation>(random), Pick<Gate>(random));
        (int height, int width) = (random.Next(1, 20), random.Next(1, 20));
        int maxBatch = random.Next(1, 5);
        string size = random.Next(2) == 0 ? $", Height = {height}, Width = {width}" : "";
        string arguments = string.Create(
            CultureInfo.InvariantCulture,
            $"{channels}, Hidden = {hidden}, Bias = SEBias.{settings.Bias}, Squeeze = Squeeze.{settings.Squeeze}, Activation = Activation.{settings.Activation}, Gate = Gate.{settings.Gate}, MaxBatch = {maxBatch}{size}");
        return new RandomGate(arguments, settings, height, width, maxBatch);
    }

    private static T Pick<T>(Random random)
        where T : struct, Enum
        => Enum.GetValues<T>()[random.Next(Enum.GetValues<T>().Length)];
}
