// A type that the C# compiler wants for records and init accessors, and netstandard2.0 lacks. Internal, so that no consumer sees it.

namespace System.Runtime.CompilerServices;

internal static class IsExternalInit;
