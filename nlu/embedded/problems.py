"""What is wrong with an assistant's files: every problem at once, each with file and line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to repair; `line` counts from 1."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class TrainingDataError(Exception):
    """The assistant's files cannot be used; `problems` says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems))
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"The assistant has {len(self.problems)} problem(s):\n{lines}")


class Problems:
    """Collects problems while reading goes on, so that all are told together."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, file: str, line: int, text: str) -> None:
        self.found.append(Problem(file, line, text))

    def check(self) -> None:
        """Raise TrainingDataError if anything was found."""
        if self.found:
            raise TrainingDataError(self.found)
