namespace Espalier.Compilation.Lowering;

/// <summary>The share of a stage that one generated method computes.</summary>
/// <param name="Layer">The stage's index.</param>
/// <param name="FirstUnit">Its first unit.</param>
/// <param name="UnitCount">How many units; 1 when the method holds a piece of a single long row.</param>
/// <param name="FirstTerm">The position of its first weight in the layer's matrix.</param>
/// <param name="TermCount">How many weights.</param>
/// <param name="IsPiece">
/// Whether the method holds only some terms of its one unit and passes the partial sums on; pieces start at a multiple of four terms.
/// </param>
public sealed record MethodPart(int Layer, int FirstUnit, int UnitCount, int FirstTerm, int TermCount, bool IsPiece);
