namespace SeGen.Sample;

/// <summary>A binary PGM (P5, gray) or PPM (P6, red, green, blue) image.</summary>
internal sealed class NetpbmImage
{
    private readonly byte[] _bytes;
    private readonly int _channels, _start, _depth, _largest;

    private NetpbmImage(byte[] bytes, int channels, int width, int height, int largest, int start)
    {
        (_bytes, _channels, Width, Height, _largest, _start) = (bytes, channels, width, height, largest, start);
        _depth = largest > 255 ? 2 : 1;
    }

    public int Width { get; }

    public int Height { get; }

    /// <exception cref="SampleException">The file is no such image, or ends early.</exception>
    public static NetpbmImage Load(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int channels = bytes.AsSpan().StartsWith("P5"u8) ? 1 : bytes.AsSpan().StartsWith("P6"u8) ? 3
            : throw new SampleException($"{path} is no binary PGM or PPM image: it does not begin with P5 or P6.");
        int at = 2;
        int width = Number(path, bytes, ref at, "width"), height = Number(path, bytes, ref at, "height"), largest = Number(path, bytes, ref at, "largest value");
        if (width < 1 || height < 1 || largest is < 1 or > 65535)
            throw new SampleException($"{path}: {width} x {height} pixels up to {largest} make no image.");

        // One white space, then the pixels.
        at++;
        long needed = (long)width * height * channels * (largest > 255 ? 2 : 1);
        return bytes.Length - at >= needed
            ? new NetpbmImage(bytes, channels, width, height, largest, at)
            : throw new SampleException($"{path}: {width} x {height} pixels need {needed:N0} bytes; the file has {Math.Max(0, bytes.Length - at):N0}.");
    }

    /// <summary>The image as [3, side, side], scaled bilinearly and normalised as torchvision's models expect it.</summary>
    public float[] ToInput(int side)
    {
        float[] mean = [0.485f, 0.456f, 0.406f], deviation = [0.229f, 0.224f, 0.225f], input = new float[3 * side * side];
        for (int c = 0; c < 3; c++)
        {
            for (int y = 0; y < side; y++)
            {
                for (int x = 0; x < side; x++)
                    input[(c * side + y) * side + x] = (Bilinear(c, (x + 0.5f) * Width / side - 0.5f, (y + 0.5f) * Height / side - 0.5f) - mean[c]) / deviation[c];
            }
        }

        return input;
    }

    private float Bilinear(int channel, float x, float y)
    {
        (float left, float top) = (MathF.Floor(x), MathF.Floor(y));
        (float fx, float fy) = (x - left, y - top);
        float upper = Value(channel, (int)left, (int)top) * (1 - fx) + Value(channel, (int)left + 1, (int)top) * fx;
        float lower = Value(channel, (int)left, (int)top + 1) * (1 - fx) + Value(channel, (int)left + 1, (int)top + 1) * fx;
        return upper * (1 - fy) + lower * fy;
    }

    private float Value(int channel, int x, int y)
    {
        int at = _start + ((Math.Clamp(y, 0, Height - 1) * Width + Math.Clamp(x, 0, Width - 1)) * _channels + (_channels == 1 ? 0 : channel)) * _depth;
        return (_depth == 1 ? _bytes[at] : _bytes[at] << 8 | _bytes[at + 1]) / (float)_largest;
    }

    private static int Number(string path, byte[] bytes, ref int at, string what)
    {
        while (at < bytes.Length && (char.IsWhiteSpace((char)bytes[at]) || bytes[at] == '#'))
        {
            if (bytes[at] == '#')
            {
                while (at < bytes.Length && bytes[at] != '\n')
                    at++;
            }
            else
            {
                at++;
            }
        }

        int start = at;
        while (at < bytes.Length && char.IsAsciiDigit((char)bytes[at]))
            at++;

        return int.TryParse(bytes.AsSpan(start, at - start), out int number) ? number : throw new SampleException($"{path}: its header has no {what}.");
    }
}
