"""The benchmark itself works; its figures stand in docs/benchmarks.md."""

from math import gcd

from bot import bench
from bot.bench import Report, Row


def test_the_table_shows_every_figure():
    rows = [Row(clients=8, messages=5000, a_second=1234.5, p50=6.0, p95=11.0, cpu=0.7)]
    page = bench.table(Report(rows, start_seconds=1.4, megabytes=180.0, history_ratio=1.02))
    assert "| 8 | 5000 | 1234 | 6.0 | 11.0 | 0.70 |" in page
    assert "1.4 s" in page
    assert "180 MB" in page
    assert "1.02 times" in page


def test_customers_write_many_different_sentences_and_none_the_same_again_soon():
    assert len(set(bench.SENTENCES)) == len(bench.SENTENCES) > 200
    assert gcd(len(bench.SENTENCES), bench.CUSTOMERS) == 1
