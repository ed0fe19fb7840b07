namespace SeGen;

/// <summary>A call of the CUDA driver that failed.</summary>
public sealed class GpuException : Exception
{
    /// <summary>A failure.</summary>
    /// <param name="message">What failed, on which device, and why.</param>
    /// <param name="code">The driver's code, a CUresult.</param>
    /// <param name="name">The code's name, "CUDA_ERROR_OUT_OF_MEMORY".</param>
    /// <param name="log">What the driver's compiler said of a module; empty where it was not asked.</param>
    public GpuException(string message, int code, string name, string log = "")
        : base(log.Length == 0 ? message : $"{message}\n{log}") => (Code, Name, Log) = (code, name, log);

    /// <summary>The driver's code, a CUresult; 0 where the driver was not asked.</summary>
    public int Code { get; }

    /// <summary>The code's name, "CUDA_ERROR_OUT_OF_MEMORY"; that of a <see cref="GpuStatus"/> where no GPU can be used.</summary>
    public string Name { get; }

    /// <summary>The driver's function that failed, "cuLaunchKernel"; empty where none was called.</summary>
    public string Call { get; init; } = "";

    /// <summary>The kernel that was to run or was waited for; empty where it was none.</summary>
    public string Kernel { get; init; } = "";

    /// <summary>What the driver's compiler said of a module, with the lines that it names; empty where it was not asked.</summary>
    public string Log { get; }
}
