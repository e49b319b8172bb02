"""Features of a text: words, pairs of words, and pieces of words that survive typos."""

from collections.abc import Iterator

SHORTEST, LONGEST = 2, 5
WORD, PIECE = 0, 1


def word_features(words: list[str]) -> Iterator[str]:
    """Words and pairs of neighbours; they hold no leading space, unlike pieces."""
    yield from words
    for index in range(len(words) - 1):
        yield f"{words[index]}_{words[index + 1]}"


def piece_features(words: list[str]) -> Iterator[str]:
    """Pieces of 2 to 5 characters inside each word, word edges included (as `char_wb`)."""
    for word in words:
        edged = f" {word[:40]} "
        length = len(edged)
        for size in range(SHORTEST, min(LONGEST, length) + 1):
            for start in range(length - size + 1):
                yield f"~{edged[start : start + size]}"
