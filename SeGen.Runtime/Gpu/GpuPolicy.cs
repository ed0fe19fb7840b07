namespace SeGen;

/// <summary>What CreateCuda does where there is no GPU to run on.</summary>
public enum GpuPolicy
{
    /// <summary>
    /// Runs on the CPU; <see cref="GpuModule.Placement"/> says why. What fails on a GPU later is an exception all the same.
    /// </summary>
    Auto,

    /// <summary>Throws a <see cref="GpuException"/> that says what is missing.</summary>
    Require,

    /// <summary>Runs on the CPU, whatever there is.</summary>
    Off,
}
