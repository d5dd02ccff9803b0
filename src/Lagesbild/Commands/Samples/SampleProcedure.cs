using System.Globalization;
using Lagesbild.Catalogue;

namespace Lagesbild.Commands.Samples;

/// <summary>How soon operations of a kind are wanted: decides the mix of time limits.</summary>
internal enum Urgency
{
    /// <summary>Cancer and the like: within weeks.</summary>
    Cancer,

    /// <summary>Some soon, some not.</summary>
    Mixed,

    /// <summary>May wait.</summary>
    Elective,
}

/// <summary>What a procedure looks like in the synthetic country.</summary>
/// <param name="Volume">Operations a year in all of it.</param>
/// <param name="MedianDays">Typical wait in an ordinary unit.</param>
/// <param name="Asa34">Share with ASA class 3–4 in an ordinary unit.</param>
internal sealed record SampleProcedure(
    Procedure Procedure,
    double Volume,
    double MedianDays,
    Urgency Urgency,
    double Asa34
)
{
    // code, operations a year, median wait in days, urgency (c, m, e), per cent ASA 3–4. Hip, knee, gallbladder, groin
    // hernia and cataract are about as published; the others are invented, large enough to make a national file.
    private const string Table = """
        ABC 9500 90 e 28|ACC 11000 75 e 22|BAA 4600 65 m 18|BBA 1500 90 e 28|CBB 9500 80 e 25|CBJ 2600 110 e 28
        CBN 3200 75 e 38|CCD 1500 120 e 25|CEC 1600 130 e 8|CGG 1100 140 e 30|CHD 3600 35 m 35|CKD 7000 40 m 32
        DCA 6500 55 e 8|DCD 1500 170 e 8|DDA 500 150 e 8|DEB 900 110 e 12|DHB 4600 105 e 14|DJD 4800 140 e 8
        DLD 1000 160 e 6|DMB 3600 125 e 18|DNB 2600 125 e 18|ELB 1500 60 m 18|EMB 13500 75 e 5|ENC 1300 130 e 16
        HAB 9800 24 c 24|HAC 5200 28 c 24|HAD 4200 180 e 10|HAE 1600 150 e 12|JAB 16000 72 e 20|JAD 3100 110 e 35
        JAE 1500 80 e 18|JAF 5200 78 e 20|JAG 1900 120 e 20|JBB 1000 85 e 35|JBC 700 100 e 16|JDF 5200 95 e 30
        JFB 6500 24 c 42|JFG 2800 95 m 38|JGB 2200 28 c 38|JGC 900 100 e 30|JHB 2800 85 e 12|JHD 3800 60 e 16
        JKA 14200 70 e 20|KAC 1700 30 c 42|KAD 1100 35 c 36|KAE 1700 70 m 32|KAH 400 80 e 18|KBE 6000 48 m 28
        KBV 6000 38 m 40|KCC 600 26 c 46|KCD 8500 24 c 55|KEC 4300 42 c 20|KED 7000 85 e 45|KFC 1300 20 c 14
        KFD 5000 95 e 10|KFH 2200 85 m 6|KGV 4800 90 e 10|LAC 4500 65 m 9|LAE 1800 60 m 16|LAF 6500 42 m 20
        LBE 4000 65 e 10|LCA 6500 38 m 20|LCB 8500 60 e 15|LCC 1100 75 e 12|LCD 8000 58 m 17|LDC 4300 32 m 8
        LEF 8500 105 e 24|LEG 3600 90 e 14|LGA 1800 80 e 7|NAG 4500 115 e 30|NBB 2700 105 e 38|NBE 2600 85 e 14
        NBH 3200 95 e 16|NBK 5500 95 e 20|NBL 4800 60 e 18|NBU 2600 60 e 16|NCL 2600 75 e 14|NCM 1000 65 e 18
        NDB 900 110 e 20|NDE 1700 40 m 9|NDG 4300 110 e 20|NDK 1900 75 e 14|NDL 2500 30 m 14|NDM 13000 75 e 24
        NDU 3400 55 e 12|NFB 19700 85 e 30|NFC 2300 60 m 42|NFU 1900 60 e 28|NGA 1800 60 e 12|NGB 20500 95 e 28
        NGC 1500 75 m 38|NGD 7500 60 e 11|NGE 6000 95 e 5|NGF 3300 70 e 12|NGH 3300 65 e 11|NGK 2200 85 e 10
        NGU 4300 55 e 13|NHF 1600 85 e 11|NHG 5500 115 e 22|NHK 9000 105 e 16|NHL 3600 60 e 18|NHM 1700 85 e 13
        NHU 3800 55 e 15|PAF 900 12 c 80|PBL 1300 32 m 88|PHB 1300 85 e 14|PHD 1700 100 e 12|PHV 10500 85 e 12
        QAE 13000 42 m 34|QBE 9500 48 m 22|QBJ 2200 170 e 9
        CJE 157500 36 e 30|CJD 1300 40 e 34|CJC 200 44 e 36
        """;

    /// <summary>The source's core procedures, the most performed first.</summary>
    public static IReadOnlyList<SampleProcedure> Of(ProcedureCatalogue catalogue, string source) =>
        [
            .. Table
                .Split(['|', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(row => row.Split(' '))
                .Select(row =>
                    (
                        Row: row,
                        Procedure: catalogue.FindProcedure(row[0])
                            ?? throw new InvalidOperationException($"{row[0]} is not in the catalogue.")
                    )
                )
                .Where(p => p.Procedure.Source == source && p.Procedure.IsCore)
                .Select(p => new SampleProcedure(
                    p.Procedure,
                    Number(p.Row[1]),
                    Number(p.Row[2]),
                    p.Row[3] switch
                    {
                        "c" => Urgency.Cancer,
                        "m" => Urgency.Mixed,
                        _ => Urgency.Elective,
                    },
                    Number(p.Row[4]) / 100
                ))
                .OrderByDescending(p => p.Volume)
                .ThenBy(p => p.Procedure.Code, StringComparer.Ordinal),
        ];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
