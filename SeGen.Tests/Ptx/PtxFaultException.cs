namespace SeGen.Tests.Ptx;

/// <summary>What a device would do wrong with a kernel, or is not obliged to do right: found while it was read or interpreted.</summary>
public sealed class PtxFaultException(string message) : Exception(message);
