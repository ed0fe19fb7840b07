using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SeGen.Cuda;

/// <summary>PTX that the driver has compiled for its device.</summary>
internal sealed unsafe partial class CudaModule : CudaHandle
{
    private const int ErrorLog = 5, ErrorLogBytes = 6, OptimizationLevel = 7, LogLength = 16 << 10, LinesAround = 2;

    /// <summary>Compiles.</summary>
    /// <param name="device">The device.</param>
    /// <param name="ptx">The text.</param>
    /// <exception cref="GpuException">The driver does not compile it; the log says which line.</exception>
    public CudaModule(CudaDevice device, ReadOnlySpan<byte> ptx)
        : base(device)
    {
        // A copy with the byte 0 by which the driver finds its end.
        byte[] ended = [.. ptx, 0];
        device.MakeCurrent();
        byte[] errors = new byte[LogLength];
        nint module;
        int code;
        fixed (byte* image = ended, error = errors)
        {
            int* options = stackalloc int[] { ErrorLog, ErrorLogBytes, OptimizationLevel };
            void** values = stackalloc void*[] { error, (void*)LogLength, (void*)GpuSettings.OptimizationLevel.GetValueOrDefault() };
            code = Driver.ModuleLoadDataEx(&module, image, GpuSettings.OptimizationLevel is null ? 2u : 3u, options, values);
        }

        if (code != 0)
            throw Failure(ptx, code, Text(errors));

        Own(module);
    }

    /// <summary>One of its kernels.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="dynamicShared">Bytes of shared memory that its launches will ask for.</param>
    /// <exception cref="GpuException">There is none of this name, or the device has not so much shared memory.</exception>
    public CudaFunction Function(string name, int dynamicShared = 0) => new(Device, this, name, dynamicShared);

    public nint Handle => handle;

    protected override void Destroy() => _ = Driver.ModuleUnload(handle);

    private GpuException Failure(ReadOnlySpan<byte> ptx, int code, string log)
    {
        string name = Driver.Name(code);
        string[] lines = Encoding.UTF8.GetString(ptx).Split('\n');
        string target = string.Join(
            ", ",
            lines.Select(l => l.Trim()).Where(
                l => l.StartsWith(".version", StringComparison.Ordinal) || l.StartsWith(".target", StringComparison.Ordinal)));
        string hint = code == CudaErrors.UnsupportedPtxVersion ? " The driver is too old for it." : "";
        var said = new StringBuilder(log);
        foreach (int line in LineNumber().Matches(log).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).Distinct())
        {
            for (int l = Math.Max(1, line - LinesAround); l <= Math.Min(lines.Length, line + LinesAround); l++)
                said.Append(CultureInfo.InvariantCulture, $"\n{(l == line ? ">" : " ")} {l,5}  {lines[l - 1]}");
        }

        string message = $"Compiling a module ({target}) for {Device.Name}, compute capability "
            + $"{Device.Capability / 10}.{Device.Capability % 10}, failed: cuModuleLoadDataEx returned {name} ({code}).{hint}";
        return new GpuException(message, code, name, said.ToString()) { Call = "cuModuleLoadDataEx" };
    }

    /// <summary>A log, which ends at its first byte 0.</summary>
    private static string Text(ReadOnlySpan<byte> log)
        => Encoding.UTF8.GetString(log.IndexOf((byte)0) is >= 0 and int end ? log[..end] : log).Trim();

    [GeneratedRegex(@"line (\d+)")]
    private static partial Regex LineNumber();
}
