using System;

namespace Espalier.Compilation.Lowering.Passes;

/// <summary>Counts the network's inputs that no unit reads. They stay, because the caller hands over all of them.</summary>
/// <remarks>
/// Before and after: the same network. Example: when the columns 0 and 783 of a first layer over 784 inputs hold no weight, the note says
/// "inputs that no unit reads: 2 of 784".
/// </remarks>
internal static class NoteUnreadInputs
{
    /// <summary>The name of the pass.</summary>
    public const string Name = "note unread inputs";

    /// <summary>Runs the pass.</summary>
    public static LoweredNetwork Apply(LoweredNetwork lowered)
    {
        bool[] read = MatrixEdit.ReadColumns(lowered.Dense(0).Weights);
        int unread = Array.FindAll(read, isRead => !isRead).Length;
        return unread == 0 ? lowered : lowered.WithNote(Name, $"inputs that no unit reads: {unread} of {read.Length}");
    }
}
