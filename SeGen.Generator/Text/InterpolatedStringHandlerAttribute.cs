namespace System.Runtime.CompilerServices;

/// <summary>Lets the compiler make handlers of interpolated strings, which .NET Standard 2.0 does not know.</summary>
[AttributeUsage(AttributeTargets.Struct)]
internal sealed class InterpolatedStringHandlerAttribute : Attribute;
