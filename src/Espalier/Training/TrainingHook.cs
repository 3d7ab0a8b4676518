namespace Espalier.Training;

/// <summary>
/// What a method that trains in its own way does around each step: gates draw their samples, masks are renewed, shared weights are
/// gathered. The values that stand when a step begins are those of the forward pass; <see cref="BeforeUpdate"/> may put others in their
/// place for the optimizer to move.
/// </summary>
internal abstract class TrainingHook
{
    /// <summary>What the method must know to take the training up again: kept in every checkpoint; empty for nothing.</summary>
    public virtual string Memory => "";

    /// <summary>Called before the forward pass.</summary>
    /// <param name="step">The number of steps done.</param>
    public virtual void BeforeStep(long step)
    {
    }

    /// <summary>Called when all gradients are there, before the optimizer moves anything.</summary>
    /// <param name="step">The number of steps done.</param>
    public virtual void BeforeUpdate(long step)
    {
    }

    /// <summary>Called after the optimizer moved the parameters.</summary>
    /// <param name="step">The number of steps done, this one included.</param>
    public virtual void AfterUpdate(long step)
    {
    }
}
