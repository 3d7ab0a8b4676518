namespace Espalier.Data;

/// <summary>
/// Hands out another stream's bytes and knows how many it gave: in pieces of 8 KiB up to <paramref name="fineFrom"/>, then one by one,
/// so that a decoder on top of it stops exactly at the byte it could not digest.
/// </summary>
internal sealed class MeteredStream(Stream inner, long fineFrom = long.MaxValue) : Stream
{
    private const int Piece = 8192;
    private long _position;

    /// <summary>Where the last piece began.</summary>
    public long LastPieceStart { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => inner.Length;

    /// <summary>The number of bytes handed out.</summary>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        long left = fineFrom - _position;
        int read = inner.Read(buffer[..(int)Math.Min(buffer.Length, left > 0 ? Math.Min(left, Piece) : 1)]);
        if (read > 0) LastPieceStart = _position;
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
