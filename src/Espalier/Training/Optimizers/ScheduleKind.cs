namespace Espalier.Training.Optimizers;

/// <summary>How the learning rate falls over a run.</summary>
public enum ScheduleKind
{
    /// <summary>It does not.</summary>
    Constant,

    /// <summary>By a factor every so many epochs, at once.</summary>
    Step,

    /// <summary>By a factor every so many epochs, evenly.</summary>
    Exponential,

    /// <summary>To the final rate along half a cosine (Loshchilov and Hutter 2017).</summary>
    Cosine,

    /// <summary>To the final rate along a line.</summary>
    Linear,
}
