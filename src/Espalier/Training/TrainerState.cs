namespace Espalier.Training;

/// <summary>Where a training run stands, apart from weights and moments: all that a checkpoint needs to go on to the same bits.</summary>
internal sealed class TrainerState
{
    /// <summary>The epochs done.</summary>
    public int Epoch { get; set; }

    /// <summary>The steps done of the epoch under way.</summary>
    public int Step { get; set; }

    /// <summary>The state of the random source when the order of the epoch under way was drawn.</summary>
    public (ulong S0, ulong S1, ulong S2, ulong S3) EpochRandom { get; set; }

    /// <summary>The loss summed over the samples of the epoch under way.</summary>
    public double LossSum { get; set; }

    /// <summary>The wrong classes among them.</summary>
    public int Errors { get; set; }

    /// <summary>Their number.</summary>
    public int Samples { get; set; }

    /// <summary>The rate of the last step.</summary>
    public double LearningRate { get; set; }

    /// <summary>All epochs done.</summary>
    public List<EpochRecord> History { get; init; } = [];

    /// <summary>The epoch with the best validation result so far, or 0.</summary>
    public int BestEpoch { get; set; }

    /// <summary>The values of all parameters after that epoch, when early stopping is on.</summary>
    public float[][]? BestValues { get; set; }

    /// <summary>Whether the run is over.</summary>
    public bool Finished { get; set; }

    /// <summary>Forgets the sums of the epoch before.</summary>
    public void StartEpoch((ulong S0, ulong S1, ulong S2, ulong S3) random) =>
        (EpochRandom, Step, LossSum, Errors, Samples) = (random, 0, 0, 0, 0);
}
