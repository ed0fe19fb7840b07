namespace SeGen.Sample;

/// <summary>Something that the user of the sample can put right; the message says how.</summary>
internal sealed class SampleException(string message) : Exception(message);
