"""What GNU grep 3.8 does that is not meant, or not ours to repeat: the one place for it.

A case that would meet a quirk is changed so that it does not (`avoided`); nothing is left out in
silence elsewhere (what PCRE2 does is in contradictions.py). Each quirk comes with a command that
shows it and what the source says.

`nothing to do`
    grep -Pc -m 0 a FILE, grep -Pcv '' FILE and grep -m 0 a MISSING print nothing, not even a count
    or that the file is missing, and end with status 1. grep.c, main: "if ((max_count == 0 ||
    (keycc == 0 && out_invert && !match_lines && !match_words)) && list_files !=
    LISTFILES_NONMATCHING) return EXIT_FAILURE", which comes before any file is looked at. Several
    patterns have a keycc: grep -cv -e '' -e a prints 0. A pattern file without a pattern inverts:
    it is the pattern '' with the opposite of -v.

`negative limit`
    printf 'a\\n' | grep -v -m -1 x prints nothing, though -m -1 means no limit: without -v all is
    printed. grep.c, prtext: "for (n = 0; p < lim && n < outleft; n++)", where outleft is -1.

`newline in the match`
    printf 'a\\n' | grep -Fwxo a prints "a\\n\\n", and --color ends the colour after the newline.
    One string with -w is given to the matcher of -G (main: "n_patterns == 1 && match_words", then
    fgrep_to_grep_pattern), whose match of a whole line is one byte longer (dfasearch.c). Two
    strings, or -P, do not show it. As -x is the stricter one, -w is left out.

`start of a further match`
    printf 'a-\n' | grep -Fwo -e - -e a prints "a\n-\n", though grep -Fw - selects nothing of it.
    kwsearch.c, Fexecute: the byte before a match is asked for by wordchar_prev (mb_start, ...), and
    mb_start is where the search for a further match began. So -w is left out.

`separator after nothing`
    printf '\\0' >t0; echo a >t1; grep -B0 '' t0 t1 prints "--" before the first line.
    grep.c, prtext: "static bool used; /* Avoid printing SEP_STR_GROUP before any output. */" is set
    also when what matches in a binary file is not printed. Such a case gets -a.

`digits after an operand`
    printf '\\na\\n' | grep -P -e a - -10 prints no context: only the last digit counts, or the last
    ones. grep.c, get_nondigit_option: what "prev_digit_optind" is compared to changes when getopt
    moves an operand behind the options. Where there are such digits, operands go last.

`buffers`
    Whether a file is binary is asked of each buffer of 96 KiB, or of what one read gives, so lines
    before the first NUL may be printed as text. Our texts are shorter than a buffer, and grep's
    pipe is full before grep starts.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from options import Option

if TYPE_CHECKING:
    from cases import Case


def avoided(case: Case) -> Case:
    """The case without what would meet a quirk."""
    limit = case.last("-m")
    if limit is not None and limit.value.startswith("-") and has_nothing_but_others(case):
        case = case.without("-m")
    if case.has("-A", "-B", "-C", "-NUM") and case.has_binary and len(case.inputs) > 1:
        case = replace(case, options=(*case.options, Option("-a", ("-a",))))
    if any(option.name == "-NUM" and len(option.value) > 1 for option in case.options):
        case = replace(case, operands_first=False)
    shows_match = case.has("-o") or case.has("--color")
    if case.fixed and (len(case.patterns) > 1 or case.has("-x")) and shows_match:
        case = case.without("-w")
    if ends_at_once(case) and (case.recursive or case.troubled):
        case = case.without("-m")
        if ends_at_once(case):
            case = case.with_patterns(b"a")
    if ends_at_once(case):
        case = case.without("-c")
    return case


def has_nothing_but_others(case: Case) -> bool:
    """Whether grep's out_invert is set."""
    return case.has("-v") != (not case.patterns)


def ends_at_once(case: Case) -> bool:
    """Whether grep looks at no file: `nothing to do`."""
    listing = case.last("-l", "-L")
    if listing is not None and listing.name == "-L" and not case.has("-q"):
        return False
    limit = case.last("-m")
    if limit is not None and limit.value == "0":
        return True
    only_empty = all(not pattern.text for pattern in case.patterns)
    bound = case.has("-x", "-w") and bool(case.patterns)
    return only_empty and has_nothing_but_others(case) and not bound
