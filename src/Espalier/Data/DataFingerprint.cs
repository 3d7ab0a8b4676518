using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Espalier.Data;

/// <summary>Tells whether samples are the same to the bit, so that no run goes on with others than it began with.</summary>
public static class DataFingerprint
{
    /// <summary>The SHA-256 of the samples of both sets, with labels and targets, names left out.</summary>
    /// <param name="train">The training samples.</param>
    /// <param name="validation">The validation samples, or null.</param>
    public static string Of(Dataset train, Dataset? validation)
    {
        ArgumentNullException.ThrowIfNull(train);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(train);
        if (validation is not null) Append(validation);
        return Convert.ToHexString(hash.GetHashAndReset());

        void Append(Dataset data)
        {
            hash.AppendData(MemoryMarshal.AsBytes<int>([data.Count, data.InputShape.Length, data.TargetLength]));
            hash.AppendData(MemoryMarshal.AsBytes<float>(data.Inputs));
            hash.AppendData(MemoryMarshal.AsBytes<int>(data.Labels));
            hash.AppendData(MemoryMarshal.AsBytes<float>(data.Targets));
        }
    }
}
