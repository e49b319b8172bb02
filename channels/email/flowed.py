"""RFC 3676 format=flowed: soft-broken lines are joined again."""


def unflow(text: str, *, delsp: bool = False) -> str:
    """Join lines that end in a space with the next one of the same quote depth."""
    done: list[str] = []
    pending: tuple[int, str] | None = None
    for line in text.split("\n"):
        depth, content = _depth(line)
        signature = content == "-- "
        if pending and (pending[0] != depth or signature):
            done.append(_shown(*pending))
            pending = None
        joined = (pending[1] if pending else "") + content
        if content.endswith(" ") and not signature:
            pending = (depth, joined[:-1] if delsp else joined)
        else:
            done.append(_shown(depth, joined))
            pending = None
    if pending:
        done.append(_shown(*pending))
    return "\n".join(done)


def _depth(line: str) -> tuple[int, str]:
    content = line.lstrip(">")
    depth = len(line) - len(content)
    return depth, content.removeprefix(" ")


def _shown(depth: int, content: str) -> str:
    return f"{'>' * depth} {content}" if depth else content
