namespace Lagesbild.Commands.Samples;

/// <summary>
/// Pseudorandom numbers (SplitMix64) that are the same on every machine: only integer arithmetic and the four IEEE
/// operations, because the last digit of a platform's exp or log is its own.
/// </summary>
internal struct Chance
{
    private ulong _state;

    /// <summary>A sequence of its own for each key, so that one unit more does not change the others.</summary>
    public Chance(int seed, string first, string second = "")
    {
        // FNV-1a over the key; string.GetHashCode differs from one process to the next.
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var text in (ReadOnlySpan<string>)[first, "/", second])
        {
            foreach (var c in text)
            {
                hash = unchecked((hash ^ c) * 1_099_511_628_211UL);
            }
        }

        _state = unchecked(hash + (ulong)(uint)seed * 0x9E37_79B9_7F4A_7C15UL);
        Next();
    }

    private ulong Next()
    {
        unchecked
        {
            var z = _state += 0x9E37_79B9_7F4A_7C15UL;
            z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9UL;
            z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EBUL;
            return z ^ (z >> 31);
        }
    }

    /// <summary>In [0, 1).</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>In [<paramref name="least"/>, <paramref name="most"/>).</summary>
    public double Between(double least, double most) => least + (most - least) * Uniform();

    /// <summary>0 … <paramref name="count"/> − 1.</summary>
    public int Pick(int count) => (int)(Uniform() * count);

    /// <summary>Nearly normal, mean 0, deviation 1: twelve uniforms, within ±6.</summary>
    public double Normal()
    {
        var sum = -6.0;
        for (var i = 0; i < 6; i++)
        {
            // Two uniforms of 32 bits from each draw.
            var bits = Next();
            sum += ((uint)bits + (double)(bits >> 32)) * (1.0 / (1UL << 32));
        }

        return sum;
    }

    /// <summary>A factor around 1, log-normal.</summary>
    public double Factor(double sigma) => Exp(sigma * Normal());

    /// <summary>A Poisson count.</summary>
    public int Poisson(double mean)
    {
        if (mean > 40)
        {
            return Math.Max(0, (int)(mean + Math.Sqrt(mean) * Normal() + 0.5));
        }

        var limit = Exp(-mean);
        var count = 0;
        for (var product = Uniform(); product > limit; product *= Uniform())
        {
            count++;
        }

        return count;
    }

    /// <summary>e^x by halving and series: portable to the last bit, good to twelve digits.</summary>
    public static double Exp(double x)
    {
        var halvings = 0;
        while (Math.Abs(x) > 0.125)
        {
            x *= 0.5;
            halvings++;
        }

        var result =
            1 + x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6 * (1 + x / 7 * (1 + x / 8)))))));
        for (; halvings > 0; halvings--)
        {
            result *= result;
        }

        return result;
    }
}
