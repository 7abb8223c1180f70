"""Random regexes, with everything that only PCRE has.

Regexes and texts share a small alphabet, so that a regex has a fair chance to match. What a regex
may hold depends on how it is used: grep -P takes one pattern, so several are put to it as one
union, in which the groups of a regex have other numbers and verbs would reach into its neighbours.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Callable

from pieces import IDIOMS, IDIOMS_ALONE, LETTERS, ODD, character_class, quoted

# In a regex, the character FIRST_GROUP + N stands for the number of its group N.
FIRST_GROUP = 0xE000

DEPTH = 3  # Of groups in each other.


@dataclass(frozen=True)
class Regex:
    """A regex whose groups can be renumbered."""

    text: str  # one character a byte, or the number of a group
    groups: int = 0
    constructs: frozenset[str] = field(default=frozenset(), compare=False)

    def render(self, groups_before: int = 0) -> bytes:
        """The regex as it is when so many groups stand before it."""
        return "".join(
            str(ord(c) - FIRST_GROUP + groups_before) if ord(c) >= FIRST_GROUP else c
            for c in self.text
        ).encode("latin-1")


def plain(text: bytes) -> Regex:
    return Regex(text.decode("latin-1"))


def make_regex(rng: random.Random, *, prefix: str, alone: bool, wrapped: bool) -> Regex:
    """`prefix` begins the names of groups. `alone`: no other pattern is joined to it. `wrapped`:
    something is put around it, so that it has to be whole."""
    if rng.random() < 0.02:
        return Regex("")
    return _Builder(rng, prefix, alone, wrapped).regex()


class _Builder:
    def __init__(self, rng: random.Random, prefix: str, alone: bool, wrapped: bool) -> None:
        self.rng = rng
        self.prefix = prefix
        self.alone = alone
        self.wrapped = wrapped
        self.groups = 0
        self.names: dict[str, int] = {}
        self.closed: list[int] = []  # Can be called: none calls itself for ever.
        self.looking = 0  # How deep in look-arounds.
        self.namable = True
        self.extended = False
        self.keeps = False  # \K has been used.
        self.constructs: set[str] = set()
        self.specials: list[tuple[Callable[[int], str], int]] = [
            (self.look_ahead, 5), (self.look_behind, 5), (self.back_reference, 6),
            (self.atomic, 3), (self.keep, 2), (self.conditional, 4), (self.branch_reset, 2),
            (self.call, 3), (self.recursion, 1), (self.definition, 1), (self.start_of_search, 1),
            (self.verb, 3), (self.with_options, 4), (self.options_from_here, 2),
            (self.extended_group, 1), (self.odd_escape, 5), (self.property, 4), (self.callout, 1),
            (self.quotation, 1), (self.comment, 1), (self.word_edge, 1),
        ]  # fmt: skip

    def regex(self) -> Regex:
        rng = self.rng
        if rng.random() < 0.03:
            text = self.idiom()
        else:
            text = self.head() + self.alternation(DEPTH, outermost=True) + self.tail()
        return Regex(text, self.groups, frozenset(self.constructs))

    def used(self, construct: str) -> None:
        self.constructs.add(construct)

    def idiom(self) -> str:
        self.used("idiom")
        text = self.rng.choice(IDIOMS + (IDIOMS_ALONE if self.alone else ()))
        self.groups = len(re.findall(r"\((?!\?)|\(\?<\w", text))
        return text.replace("<q>", f"<{self.prefix}q>")

    def head(self) -> str:
        """What holds for the whole of the regex."""
        kind = self.rng.random()
        if kind < 0.10:
            self.used("leading options")
            return self.rng.choice(["(?i)", "(?s)", "(?m)", "(?i)(?s)", "(?U)", "(?ms)", "(?^)"])
        if kind < 0.12:
            self.used("extended")
            self.extended = True
            return self.rng.choice(["(?x)", "(?xx)", "(?x) "])
        if kind < 0.14 and self.alone and not self.wrapped:
            self.used("leading verb")
            return self.rng.choice(
                ["(*UCP)", "(*ANYCRLF)", "(*CR)", "(*BSR_ANYCRLF)", "(*NO_JIT)", "(*NO_START_OPT)",
                 "(*NOTEMPTY)", "(*NO_AUTO_POSSESS)", "(*NO_DOTSTAR_ANCHOR)", "(*NUL)"]
            )  # fmt: skip
        return ""

    def tail(self) -> str:
        """What takes in everything to the end."""
        if not self.alone or self.wrapped:
            return ""
        if self.extended and self.rng.random() < 0.5:
            return " # a note (with (brackets"
        if self.rng.random() < 0.01:
            self.used("open quotation")
            return r"\Qa*"
        return ""

    # Structure.

    def alternation(self, depth: int, outermost: bool = False) -> str:
        branches = self.rng.choices([1, 2, 3], weights=[7, 3, 1])[0]
        return "|".join(self.sequence(depth, outermost) for _ in range(branches))

    def sequence(self, depth: int, outermost: bool = False) -> str:
        """A few pieces. Anchors are mostly where they can hold: at the outermost ends."""
        rng = self.rng
        anchor = 0.2 if outermost else 0.01
        start = (
            rng.choice(["^", "^", "^", r"\A", r"\b", r"\B", r"^\b"])
            if rng.random() < anchor
            else ""
        )
        count = rng.choices([0, 1, 2, 3, 4, 5], weights=[1, 8, 8, 6, 3, 1])[0]
        body = [self.piece(depth) for _ in range(count)]
        end = (
            rng.choice(["$", "$", "$", r"\z", r"\Z", r"\b", r"\B", r"\b$"])
            if rng.random() < anchor
            else ""
        )
        return start + (" " if self.extended and rng.random() < 0.5 else "").join(body) + end

    def piece(self, depth: int) -> str:
        rng = self.rng
        kind = rng.random()
        if kind < 0.02:
            return rng.choice([r"\b", r"\B"])
        if depth > 0 and kind < 0.14:
            return self.special(depth)
        what = self.atom(depth)
        return what + self.quantifier() if rng.random() < 0.3 else what

    def special(self, depth: int) -> str:
        makers, weights = zip(*self.specials)
        return self.rng.choices(makers, weights=weights)[0](depth)

    def quantifier(self) -> str:
        rng = self.rng
        low = rng.randint(0, 3)
        counted = ["{%d}" % (low + 1), "{%d,}" % low, "{%d,%d}" % (low, low + rng.randint(1, 3))]
        count = rng.choice(["*", "+", "?", *counted])
        kind = rng.choices(["", "?", "+"], weights=[7, 2, 1])[0]
        if kind == "+":
            self.used("possessive")
        return count + kind

    def atom(self, depth: int) -> str:
        kind = self.rng.random()
        if depth > 0 and kind < 0.18:
            return self.group(depth)
        return self.character()

    def character(self) -> str:
        """What matches one byte."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.15:
            return character_class(rng)
        if kind < 0.29:
            return rng.choice(
                [r"\s", r"\S", r"\w", r"\W", r"\d", r"\D", r"\h", r"\H", r"\v", r"\V", r"\N"]
            )
        if kind < 0.41:
            return "."
        if kind < 0.52:
            return self.escape()
        return self.letter()

    def letter(self) -> str:
        return self.itself(self.rng.choice(LETTERS))

    def itself(self, byte: str) -> str:
        return "\\" + byte if self.extended and byte.isspace() else quoted(byte)

    def escape(self) -> str:
        byte = self.rng.choice(LETTERS + ODD + "\n")
        code = ord(byte)
        raw = self.letter() if byte in "\0\n" else self.itself(byte)
        return self.rng.choice(
            [r"\t", r"\r", r"\n", r"\f", r"\e", r"\a", r"\cI", r"\.", r"\$", r"\-", "_", raw,
             r"\x%02x" % code, r"\x{%x}" % code, r"\%03o" % code, r"\o{%o}" % code]
        )  # fmt: skip

    def group(self, depth: int) -> str:
        kind = self.rng.random()
        if kind < 0.35:
            return self.capture(self.alternation, depth - 1)
        if kind < 0.5 and self.namable:
            return self.named(self.alternation, depth - 1)
        opening = self.rng.choice(["(?:", "(?:", "(?i:", "(?-i:", "(?s:", "(?i-s:", "(?m:"])
        return opening + self.alternation(depth - 1) + ")"

    # Groups that others refer to.

    def capture(self, inside: Callable[[int], str], depth: int) -> str:
        self.groups += 1
        number = self.groups
        text = "(" + inside(depth) + ")"
        self.closed.append(number)
        return text

    def named(self, inside: Callable[[int], str], depth: int) -> str:
        self.used("named group")
        self.groups += 1
        number, name = self.groups, f"{self.prefix}{len(self.names)}"
        self.names[name] = number
        opening = self.rng.choice(["(?<%s>", "(?P<%s>", "(?'%s'"]) % name
        text = opening + inside(depth) + ")"
        self.closed.append(number)
        return text

    def a_group(self, depth: int) -> str:
        """Nothing if there is one to refer to already, or else one."""
        return "" if self.groups else self.capture(self.sequence, depth - 1)

    def reference(self, number: int) -> str:
        return chr(FIRST_GROUP + number)

    def relative(self, number: int) -> str:
        return f"-{self.groups + 1 - number}"

    def some_name(self) -> str | None:
        return self.rng.choice(list(self.names)) if self.names else None

    def back_reference(self, depth: int) -> str:
        rng = self.rng
        before = self.a_group(depth)
        number = rng.randint(1, self.groups)
        forms = ["\\g{%s}" % self.reference(number), "\\g{%s}" % self.relative(number)]
        if self.alone and number < 10:
            forms += ["\\%d" % number, "\\%d" % number, "\\g%d" % number]
        if name := self.some_name():
            forms += [r"\k<%s>", r"\k'%s'", r"\k{%s}", "(?P=%s)", r"\g{%s}"]
        form = rng.choice(forms)
        self.used("named reference" if "%s" in form else "reference")
        if "%s" in form:
            form %= name
        return before + form + (self.quantifier() if rng.random() < 0.2 else "")

    def call(self, depth: int) -> str:
        """Of a group as a subroutine."""
        if self.looking and self.keeps:
            return self.character()
        before = "" if self.closed else self.capture(self.sequence, depth - 1)
        number = self.rng.choice(self.closed)
        self.used("call")
        relative = self.relative(number)
        forms = ["(?%s)" % self.reference(number), "(?%s)" % relative, "\\g<%s>" % relative]
        names = [name for name, n in self.names.items() if n == number]
        forms += [form % name for name in names for form in ("(?&%s)", "(?P>%s)", r"\g'%s'")]
        return before + self.rng.choice(forms)

    def recursion(self, depth: int) -> str:
        """Into a group that takes a byte first, or into all of the regex."""
        first, last = self.letter(), self.letter()
        between = self.character()
        if self.alone and not self.looking and not self.wrapped and self.rng.random() < 0.3:
            self.used("recursion into all")
            return f"{first}(?:{between}|{self.rng.choice(['(?R)', '(?0)'])}){{0,2}}{last}"
        self.used("recursion")
        self.groups += 1
        call = f"(?{self.reference(self.groups)})"
        return f"({first}(?:{between}|{call}){self.rng.choice(['?', '*', '{1,2}'])}{last})"

    def definition(self, depth: int) -> str:
        if not self.namable or self.looking:
            return self.character()
        self.used("DEFINE")
        define = "(?(DEFINE)" + self.named(self.sequence, 1) + ")"
        return define + "(?&%s)" % list(self.names)[-1]

    def conditional(self, depth: int) -> str:
        rng = self.rng
        kind = rng.random()
        before = ""
        if kind < 0.5:
            before = self.capture(self.sequence, 1) + "?" if not self.groups else ""
            number = rng.randint(1, self.groups)
            name = self.some_name()
            forms = [self.reference(number), self.relative(number)]
            forms += [f"<{name}>", f"'{name}'"] if name else []
            condition = f"({rng.choice(forms)})"
            self.used("conditional on a group")
        elif kind < 0.9:
            condition = self.look_ahead(1) if rng.random() < 0.5 else self.look_behind(1)
            if condition.startswith(("(*na", "(?*", "(?<*")):
                condition = "(?=a)"
            self.used("conditional on look-around")
        else:
            condition = rng.choice(["(R)", "(VERSION>=10)"])
            self.used("conditional on the rest")
        yes = self.sequence(depth - 1)
        no = "|" + self.sequence(depth - 1) if rng.random() < 0.7 else ""
        return f"{before}(?{condition}{yes}{no})"

    def branch_reset(self, depth: int) -> str:
        self.used("branch reset")
        start = most = self.groups
        namable, self.namable = self.namable, False
        branches = []
        for _ in range(self.rng.randint(2, 3)):
            self.groups = start
            before = self.sequence(0)
            branches.append(before + self.capture(self.sequence, 1) + self.sequence(0))
            most = max(most, self.groups)
        self.groups, self.namable = most, namable
        return "(?|" + "|".join(branches) + ")"

    # Assertions and control.

    def look_ahead(self, depth: int) -> str:
        positive = ["(?=", "(?=", "(*pla:", "(*positive_lookahead:", "(*napla:", "(?*"]
        opening = self.rng.choice(positive + ["(?!", "(?!", "(?!", "(*nla:"])
        self.used("negative look-ahead" if opening in ("(?!", "(*nla:") else "look-ahead")
        self.looking += 1
        text = opening + self.alternation(depth - 1) + ")"
        self.looking -= 1
        return text

    def look_behind(self, depth: int) -> str:
        positive = ["(?<=", "(?<=", "(*plb:", "(*naplb:", "(?<*"]
        opening = self.rng.choice(positive + ["(?<!", "(?<!", "(?<!", "(*nlb:"])
        self.used("negative look-behind" if opening in ("(?<!", "(*nlb:") else "look-behind")
        branches = [self.fixed_length() for _ in range(self.rng.randint(1, 2))]
        return opening + "|".join(branches) + ")"

    def fixed_length(self) -> str:
        """What a look-behind can hold: each of its branches has a length."""
        rng = self.rng
        start = rng.choice(["", "", "", "", "^", r"\b"])
        pieces = []
        for _ in range(rng.randint(1, 3)):
            pieces.append(self.character())
            kind = rng.random()
            if kind < 0.1:
                pieces[-1] += "{2}"
            elif kind < 0.15:
                pieces[-1] = f"(?:{pieces[-1]}|{self.character()})"
            elif kind < 0.2:
                pieces[-1] += f"(?!{self.character()})"
        return start + "".join(pieces)

    def atomic(self, depth: int) -> str:
        self.used("atomic")
        return self.rng.choice(["(?>", "(?>", "(*atomic:"]) + self.alternation(depth - 1) + ")"

    def keep(self, depth: int) -> str:
        if self.looking:
            return self.character()
        self.used("keep")
        self.keeps = True
        return r"\K"

    def start_of_search(self, depth: int) -> str:
        self.used("start of search")
        return r"\G"

    def verb(self, depth: int) -> str:
        if not self.alone:
            return self.atomic(depth)
        self.used("verb")
        verbs = ["(*SKIP)", "(*COMMIT)", "(*PRUNE)", "(*THEN)", "(*ACCEPT)", "(*F)", "(*MARK:m)",
                 "(*:m)", "(*PRUNE:m)", "(*SKIP)(*FAIL)"]  # fmt: skip
        if depth == DEPTH:  # Where one more branch harms nothing.
            verbs += ["(*SKIP)(*F)|"] * 4
        verb = self.rng.choice(verbs)
        return f"(?:{verb}|{self.character()})" if verb == "(*ACCEPT)" else verb

    # Options and escapes.

    def with_options(self, depth: int) -> str:
        opening = self.rng.choice(["(?i:", "(?s-i:", "(?m:", "(?ims:", "(?U:", "(?^:", "(?^i:"])
        self.used("options of a group")
        return opening + self.alternation(depth - 1) + ")"

    def options_from_here(self, depth: int) -> str:
        self.used("options in the middle")
        return self.rng.choice(["(?i)", "(?-i)", "(?s)", "(?m)", "(?-s)", "(?U)", "(?J)"])

    def extended_group(self, depth: int) -> str:
        self.used("extended")
        before, self.extended = self.extended, True
        text = "(?x: " + self.alternation(depth - 1) + " )"
        self.extended = before
        return text

    def odd_escape(self, depth: int) -> str:
        escape = self.rng.choice([r"\R", r"\X", r"\N", r"\C", r"\h", r"\H", r"\v", r"\R+"])
        self.used(escape[:2])
        return escape

    def property(self, depth: int) -> str:
        self.used("property")
        negated = self.rng.choice("ppP")
        name = self.rng.choice(["{L}", "{Lu}", "{Ll}", "L", "N", "{^L}", "{Xan}", "{Zs}"])
        return f"\\{negated}{name}" + (self.quantifier() if self.rng.random() < 0.3 else "")

    def callout(self, depth: int) -> str:
        self.used("callout")
        return self.rng.choice(["(?C)", "(?C7)", '(?C"a)b")'])

    def quotation(self, depth: int) -> str:
        self.used("quotation")
        return self.rng.choice([r"\Qa\E", r"\Qa.\E", r"\Q-\E*", r"\Q\E", r"\Q(\E"])

    def comment(self, depth: int) -> str:
        self.used("comment")
        return "(?#note)a"

    def word_edge(self, depth: int) -> str:
        self.used("word edge")
        return self.rng.choice(["[[:<:]]", "[[:>:]]"])
