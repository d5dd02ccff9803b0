namespace Lagesbild.Security;

/// <summary>
/// The requests that somebody makes beyond his allowance, for the audit log: after one of them has been written, those of the
/// next second wait, and the last of them is written for them all.
/// </summary>
internal sealed class Withheld
{
    private readonly Lock _lock = new();
    private bool _isWaiting;
    private int _count;
    private AuditEntry _last;

    /// <summary>True where the entry is to be written now, and what comes after it waits until <see cref="Next"/>.</summary>
    public bool Passes(in AuditEntry entry)
    {
        lock (_lock)
        {
            if (!_isWaiting)
                return _isWaiting = true;
            _count++;
            _last = entry;
            return false;
        }
    }

    /// <summary>What has come since, in one entry; null where nothing has: the next one passes.</summary>
    public AuditEntry? Next()
    {
        lock (_lock)
        {
            _isWaiting = _count > 0;
            var next = _isWaiting ? _last with { More = _count - 1 } : (AuditEntry?)null;
            (_count, _last) = (0, default);
            return next;
        }
    }
}
