"""What is measured: the questions, who answers them, and what bigscan is held to."""

import dataclasses

from measure import Compare

SMALL_RUNS = 40

LITERAL = "ssbrtg"
ROUTED_FILE = r"GISF_EIS_\w+_TO_1(23|45)\d+\.txt"
COMBINED_50X = r'" 50\d '
COMBINED_503 = '" 503 '
LOOKBEHIND = r"(?<=r )ssbrtg"
BACK_REFERENCE = r"([a-z])\1brtg ftp"
REGEXES = (
    ("xferlog", r"(?i)ssbrtg"),
    ("xferlog", ROUTED_FILE),
    ("combined", COMBINED_50X),
    ("combined", r"(?:Chrome|curl)/\d+\.\d+.* [23]\.\d{3}$"),
    ("combined", r"user(1[0-9]{3}|4999)"),
    ("combined", r"^13\."),
    ("combined", r"[a-z]+bot"),
)

# Names of tools; tools.py has them.
P1, P2, P8 = "bigscan -p 1", "bigscan -p 2", "bigscan -p 8"
RG15, RG15_P, RG15_Z, RG15_J2 = "rg 15", "rg 15 -P", "rg 15 -z", "rg 15 -j2"
UGREP, UGREP_P, UGREP_R, UGREP_Z = "ugrep", "ugrep -P", "ugrep -r", "ugrep -z"
MAWK, GAWK, MILLER, DUCKDB = "mawk", "gawk", "mlr", "duckdb"
CAT_TO_NULL, DD_TO_NULL = "cat to null", "dd to null"
BEST_PEER = (RG15, "rg", "grep", UGREP)
ALL = (P2, P1, *BEST_PEER)


@dataclasses.dataclass(frozen=True)
class Goal:
    """A bound on the median of `tool`'s wall time divided by that of the fastest of `peers`."""

    tool: str
    peers: tuple[str, ...]
    limit: float
    at_least: bool = False

    def __str__(self) -> str:
        peer = "best peer" if self.peers == BEST_PEER else " or ".join(self.peers)
        return f"{self.tool} / {peer} {'>=' if self.at_least else '<='} {self.limit:.3f}"

    def met(self, ratio: float) -> bool:
        return ratio >= self.limit if self.at_least else ratio <= self.limit


@dataclasses.dataclass(frozen=True)
class Row:
    """One question that several tools answer."""

    section: str
    source: str  # a key of Inputs.makers
    tools: tuple[str, ...]
    pattern: str = LITERAL
    strings: int = 0  # search for so many strings, from a file, instead of the pattern
    options: tuple[str, ...] = ("-c",)  # that all tools get
    bigscan_options: tuple[str, ...] = ()
    compare: Compare = Compare.COUNT
    not_compared: tuple[str, ...] = ()  # tools whose output rightly is another one
    # How tools of other languages are asked, by name.
    programs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    goals: tuple[Goal, ...] = ()
    from_pipe: bool = False  # the log comes by `cat FILE |`
    cold: bool = False  # the page cache is emptied before each run
    runs: int | None = None

    @property
    def title(self) -> str:
        how = "cat FILE | " if self.from_pipe else ""
        what = f"{self.strings:,} strings" if self.strings else f"'{self.pattern}'"
        words = (*self.options, *self.bigscan_options, what)
        return f"{self.section}: {how}{' '.join(words)} in {self.source}"


def faster(times: float, *peers: str) -> Goal:
    """bigscan -p 2 is so many times faster than the best of these."""
    return Goal(P2, peers, 1 / times)


def scales(times: float) -> Goal:
    """Two workers are so many times faster than one."""
    return Goal(P1, (P2,), times, at_least=True)


# --- what is counted and printed ---------------------------------------------------------------

COUNT_ROWS = (
    Row("count-literal", "xferlog", ALL + ("touch 2", "talk brute", "talk chunks"),
        goals=(Goal(P2, BEST_PEER, 0.60), Goal(P1, (RG15,), 1.05), Goal(P2, ("touch 2",), 1.10))),
    *(Row("count-regex", log, ALL, pattern, goals=(Goal(P2, BEST_PEER, 0.60), scales(1.85)))
      for log, pattern in REGEXES),
)
# The geometric mean of bigscan -p 2 / best peer over these sections.
MEAN_SECTIONS = ("count-literal", "count-regex")
MEAN_LIMIT = 0.45

PRINT_ROWS = (
    *(Row("print", log, ALL, pattern, options=(), compare=Compare.BYTES)
      for log, pattern in (("xferlog", LITERAL), *REGEXES)),
    Row("print-all", "xferlog", ALL + ("cat",), ".", options=(), compare=Compare.BYTES,
        goals=(Goal(P2, BEST_PEER, 0.80),)),
    Row("small", "small", ALL, goals=(Goal(P2, (RG15,), 2.0),), runs=SMALL_RUNS),
)


def option_rows(section: str, *options: str, tools: tuple[str, ...] = ALL,
                compare: Compare = Compare.BYTES,
                not_compared: tuple[str, ...] = ()) -> tuple[Row, ...]:
    return tuple(Row(section, log, tools, pattern, options=options, compare=compare,
                     not_compared=not_compared, goals=(Goal(P2, BEST_PEER, 0.70),))
                 for log, pattern in (("xferlog", LITERAL), ("combined", COMBINED_50X)))


OPTION_ROWS = (
    *option_rows("line-number", "-n"),
    *option_rows("only-matching", "-o"),
    *option_rows("context", "-C", "2"),
    *option_rows("invert", "-v"),
    # Each has its own escape sequences; bigscan's are grep's.
    *option_rows("color", "--color=always", not_compared=(RG15, "rg", UGREP)),
    # The elapsed times differ from run to run, and ugrep has another schema.
    *option_rows("json", "--json", tools=(P2, P1, RG15, "rg", UGREP), compare=Compare.LINES,
                 not_compared=(UGREP,)),
)

# --- many patterns, many files, no need to look at all ------------------------------------------

SEARCH_ROWS = (
    # The first two compile in each run. The third finds in the cache what the run before the
    # measured ones has compiled.
    *(Row("literals", "combined, at most 1G", (P2, P1, RG15, UGREP), strings=strings,
          options=("-c", "-F"), bigscan_options=own,
          goals=(faster(times_rg, RG15), faster(times_ugrep, UGREP)))
      for strings, own, times_rg, times_ugrep in ((1_000, ("--no-cache",), 10, 4.5),
                                                  (10_000, ("--no-cache",), 8, 2.2),
                                                  (100_000, (), 10, 8))),
    *(Row("quiet", log, ALL, pattern, options=("-q",), compare=Compare.STATUS,
          goals=(Goal(P2, (RG15,), 2.0),), runs=SMALL_RUNS)
      for log, pattern in (("xferlog", LITERAL), ("combined", COMBINED_50X))),
    Row("tree", "tree", (P2, P1, RG15_J2, "grep -r", UGREP_R), COMBINED_503, options=(),
        bigscan_options=("-r",), compare=Compare.SORTED, goals=(Goal(P2, (RG15_J2,), 1.0),)),
    *(Row("pcre", "xferlog", (P2, P1, RG15_P, "grep", UGREP_P), pattern,
          goals=(faster(3, RG15_P), faster(3, "grep")))
      for pattern in (LOOKBEHIND, BACK_REFERENCE)),
)

# --- where the input comes from -----------------------------------------------------------------

SOURCE_ROWS = (
    *(Row("cold", "xferlog", (P2, P8, CAT_TO_NULL, DD_TO_NULL), pattern, cold=True,
          goals=(Goal(P2, (CAT_TO_NULL, DD_TO_NULL), 1.03),
                 Goal(P8, (CAT_TO_NULL, DD_TO_NULL), 1.05)))
      for pattern in (LITERAL, ROUTED_FILE)),
    *(Row("stdin", "xferlog, at most 1G", (P2, *BEST_PEER), pattern, from_pipe=True,
          goals=(Goal(P2, (RG15,), 0.60), Goal(P2, BEST_PEER, 0.90)))
      for pattern in (ROUTED_FILE, LITERAL)),
)

DECOMPRESSING = (P2, P1, RG15_Z, "zgrep", UGREP_Z)
PARALLEL_GOALS = (scales(1.8), faster(4, RG15_Z))
SERIAL_GOALS = (Goal(P2, (RG15_Z, UGREP_Z), 1.0),)

COMPRESSED_ROWS = (
    Row("gz", "combined.gz", DECOMPRESSING, COMBINED_50X,
        goals=(faster(2.5, RG15_Z), faster(2.5, "zgrep"), faster(1.25, UGREP_Z))),
    # With several files each tool prints a count for each, ripgrep in any order.
    Row("gz-files", "8 x combined.gz", DECOMPRESSING, COMBINED_50X, compare=Compare.SORTED,
        goals=PARALLEL_GOALS),
    Row("bgzf", "combined.bgzf.gz", DECOMPRESSING, COMBINED_50X, goals=PARALLEL_GOALS),
    Row("pzstd", "combined.pzstd.zst", (P2, P1, RG15_Z, UGREP_Z), COMBINED_50X,
        goals=PARALLEL_GOALS),
    *(Row(kind, f"combined.{kind}", (P2, P1, RG15_Z, UGREP_Z), COMBINED_50X, goals=SERIAL_GOALS)
      for kind in ("zst", "xz", "bz2", "lz4")),
)

# --- jobs ---------------------------------------------------------------------------------------

JOB_LOG = "combined, at most 1G"
JOB_PEERS = (MAWK, GAWK, MILLER, DUCKDB)


def awk(titles: str, each: str, shown: str = "n[k]") -> tuple[str, ...]:
    """A program that counts by a key, and prints a table."""
    table = 'END { for (k in n) print k "\\t" %s }' % shown
    return ('BEGIN { print "%s" } { %s } %s' % (titles, each, table),)


def sql(columns: str, key: str) -> tuple[str, ...]:
    return (f"select {key}, {columns} from log group by 1",)


def miller(verb: str, fields: str, names: str) -> tuple[str, ...]:
    return ("--inidx", "--ifs", " ", "--otsv", verb, "-f", *fields.split(), "then", "rename", names)


def job_row(section: str, own: tuple[str, ...], limit: float,
            programs: dict[str, tuple[str, ...]], pattern: str = "",
            compare: Compare = Compare.SORTED) -> Row:
    awks = {GAWK: programs[MAWK]} if MAWK in programs else {}
    asked = {**awks, **programs}
    peers = tuple(peer for peer in JOB_PEERS if peer in asked)
    return Row(section, JOB_LOG, (P2, P1, *peers), pattern, options=("--format", "tsv"),
               bigscan_options=own, compare=compare, programs=tuple(asked.items()),
               goals=(Goal(P2, peers, limit),))


BY_STATUS = {MAWK: awk("status\\tcount", "n[$9]++"), DUCKDB: sql("count(*) as count", "status"),
             MILLER: miller("count-distinct", "9", "9,status")}
BY_USER = {
    MAWK: awk("user\\tcount\\tsum(bytes)", "n[$3]++; s[$3] += $10",
              'n[k] "\\t" sprintf("%.0f", s[k])'),
    DUCKDB: sql('count(*) as count, sum(bytes::bigint) as "sum(bytes)"', '"user"'),
}
JOB_ROWS = (
    job_row("by-status", ("--fields", "combined", "--by", "status"), 0.33, BY_STATUS),
    job_row("by-group", ("--by", "status"), 0.5, BY_STATUS, r'" (?<status>\d{3}) '),
    job_row("by-user", ("--fields", "combined", "--by", "user", "--agg", "count,sum(bytes)"), 0.33,
            BY_USER),
    job_row("by-ip", ("--fields", "combined", "--by", "ip"), 0.6,
            {MAWK: awk("ip\\tcount", "n[$1]++"), DUCKDB: sql("count(*) as count", "ip")}),
    # Percentiles are within 1 %, by different ways.
    job_row("p99-by-path", ("--fields", "combined", "--by", "path", "--agg", "p99(bytes)"), 0.4,
            {DUCKDB: sql("approx_quantile(bytes::bigint, 0.99)", "split_part(request, ' ', 2)")},
            compare=Compare.LINES),
    # Each shows the time in its own way.
    job_row("by-hour", ("--fields", "combined", "--every", "1h"), 0.33,
            {MAWK: awk("time\\tcount", "n[substr($4, 2, 14)]++"),
             DUCKDB: sql("count(*) as count", "time[2:15]")}, compare=Compare.LINES),
)

ROWS = (COUNT_ROWS + PRINT_ROWS + OPTION_ROWS + SEARCH_ROWS + SOURCE_ROWS + COMPRESSED_ROWS +
        JOB_ROWS)
# resources.py measures these two.
RESOURCES, DROP_CACHE = "resources", "drop-cache"
SECTIONS = (*dict.fromkeys(row.section for row in ROWS), RESOURCES, DROP_CACHE)
