namespace System.Runtime.CompilerServices;

/// <summary>netstandard2.0 lacks this type, which records and init accessors need; the compiler takes any of that name.</summary>
internal static class IsExternalInit;
