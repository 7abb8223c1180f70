"""What each measurement needs: the tools, the inputs, and how to run the one on the other."""

import dataclasses

from inputs import Input, Inputs
from measure import Runner
from page_cache import warm
from rows import Row
from tools import Tool, command


@dataclasses.dataclass(frozen=True)
class Question:
    """A row on this machine."""

    input: Input
    tools: list[Tool]  # those of the row's that are here
    commands: dict[str, list[str]]  # by their names


@dataclasses.dataclass(frozen=True)
class Setup:
    tools: dict[str, Tool]
    inputs: Inputs
    runner: Runner
    runs: int

    def prepare(self, row: Row) -> Question:
        """Make the row's input, and have it in the page cache. Raises what Inputs.get does."""
        what = self.inputs.get(row.source)
        strings = self.inputs.strings(row.strings) if row.strings else None
        for file in what.files():
            warm(file)
        tools = [self.tools[name] for name in row.tools if name in self.tools]
        return Question(what, tools, {tool.name: command(tool, row, what.paths, strings)
                                      for tool in tools})
