using System.Text;

namespace SeGen.Cuda;

/// <summary>A kernel on a device.</summary>
internal sealed unsafe class CudaFunction
{
    private const int SharedBytes = 1, LocalBytes = 3, RegisterCount = 4, MaxDynamicShared = 8, SharedWithoutAsking = 48 << 10;

    private readonly CudaDevice _device;

    // The function lives as long as its module.
    private readonly CudaModule _module;

    public CudaFunction(CudaDevice device, CudaModule module, string name, int dynamicShared)
    {
        (_device, _module, Name) = (device, module, name);
        device.MakeCurrent();
        nint function;
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
            device.Check(
                device.Driver.ModuleGetFunction(&function, module.Handle, text), "cuModuleGetFunction", $"Looking for kernel {name}");

        Handle = function;
        if (dynamicShared == 0)
            return;

        // As much as the device has: the limit is the function's, and other launches of it may ask for more.
        int fixedBytes = Attribute(SharedBytes), most = device.SharedOfBlock - fixedBytes;
        if (dynamicShared > most)
            throw new ArgumentException(
                $"Kernel {name} is to have {dynamicShared} bytes of shared memory beside its {fixedBytes}; a block of {device.Name} has "
                    + $"{device.SharedOfBlock}.",
                nameof(dynamicShared));

        if (fixedBytes + dynamicShared > SharedWithoutAsking)
            device.Check(
                device.Driver.FuncSetAttribute(function, MaxDynamicShared, most), "cuFuncSetAttribute",
                $"Giving kernel {name} {most} bytes of shared memory");
    }

    public string Name { get; }

    public nint Handle { get; }

    /// <summary>Registers of a thread.</summary>
    public int Registers => Attribute(RegisterCount);

    /// <summary>Bytes of a thread that did not fit its registers.</summary>
    public int Spilled => Attribute(LocalBytes);

    /// <summary>Blocks that the device runs at the same time.</summary>
    public int ResidentBlocks(int threads, int dynamicShared)
    {
        _device.MakeCurrent();
        int blocks;
        _device.Check(
            _device.Driver.OccupancyMaxActiveBlocks(&blocks, Handle, threads, (nuint)dynamicShared),
            "cuOccupancyMaxActiveBlocksPerMultiprocessor", $"Asking for the occupancy of {Name}");
        GC.KeepAlive(_module);
        return blocks * _device.Processors;
    }

    private int Attribute(int attribute)
    {
        _device.MakeCurrent();
        int value;
        _device.Check(
            _device.Driver.FuncGetAttribute(&value, attribute, Handle), "cuFuncGetAttribute",
            $"Asking for attribute {attribute} of {Name}");
        return value;
    }
}
