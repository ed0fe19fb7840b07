using SeGen.CompilerServices;

namespace SeGen.Cuda.Gates;

/// <summary>
/// A direction of a gate for a batch: its form, the kernels of that, and the words by which its blocks find out who is last.
/// </summary>
internal sealed unsafe class GateLaunches : IDisposable
{
    // Arrays, at most eight; then numbers.
    private const int MostArguments = 12;

    private readonly GateGeometry _geometry;
    private readonly GpuMap _map;
    private readonly CudaFunction _first;
    private readonly CudaFunction? _second;
    private readonly CudaMemory _tickets;

    public GateLaunches(GpuContext context, CudaModule module, GateGeometry geometry, GpuMap map, bool isBackward, bool isPortable = false)
    {
        (_geometry, _map) = (geometry, map);
        CudaFunction? group = null;
        Form = isPortable
            ? GateForm.OfTwoLaunches(geometry, map.Images)
            : GateForm.Choose(
                geometry, context.Device, map.Images, isBackward,
                shared => (group ??= module.Function(GateForm.Group, shared)).ResidentBlocks(geometry.Threads, shared));
        Text = Form.ToString();
        _first = module.Function(Form.Name == GateForm.Portable ? "sums" : Form.Name, Form.Shared);
        _second = Form.Name == GateForm.Portable ? module.Function("scale") : null;
        _tickets = new CudaMemory(context.Device, Form.Tickets);
        context.Stream.Clear(_tickets.Address, Form.Tickets);
    }

    public GateForm Form { get; }

    /// <summary>The form in words.</summary>
    public string Text { get; }

    /// <summary>Whether it is more than one launch.</summary>
    public bool IsPortable => _second is not null;

    /// <summary>Puts the launches into the stream.</summary>
    /// <param name="launcher">The stream, and who takes the time.</param>
    /// <param name="arrays">Addresses, as the kernels' first parameters have them; the words for blocks come behind them.</param>
    /// <param name="isOnlySums">Whether pixels are left alone: only the portable form can do so.</param>
    public void Launch(GpuLauncher launcher, ReadOnlySpan<ulong> arrays, bool isOnlySums = false)
    {
        ulong* values = stackalloc ulong[MostArguments];
        void** arguments = stackalloc void*[MostArguments];
        for (int i = 0; i < MostArguments; i++)
            arguments[i] = values + i;

        arrays.CopyTo(new Span<ulong>(values, arrays.Length));
        int count = arrays.Length;
        values[count++] = _tickets.Address;
        if (_geometry.IsOpen)
        {
            values[count++] = (ulong)_map.Pixels;
            values[count] = BitConverter.SingleToUInt32Bits(
                (float)(1.0 / (_geometry.DividesByPerimeter ? _map.Height + _map.Width : _map.Pixels)));
        }
        else
        {
            values[count++] = (ulong)_map.Images;
            values[count++] = (ulong)Form.BlocksOfGroup;
            values[count] = (ulong)Form.Kept;
        }

        launcher.Launch(_first, Form.Blocks, Form.Threads, Form.Shared, arguments, Form.IsCooperative);
        if (_second is not null && !isOnlySums)
            launcher.Launch(_second, Form.Blocks, Form.Threads, 0, arguments, isCooperative: false);
    }

    public void Dispose() => _tickets.Dispose();
}
