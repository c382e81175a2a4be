"""Which articles stand in a release of this corpus."""

from collections.abc import Iterator

from qawl.project import Project


def article_ids(project: Project) -> Iterator[str]:
    """The ids in the `articles` tables of all releases, each as often as it was released."""
    tables = sorted((project.exports / "releases").glob("[0-9]*/articles/*.parquet"))
    if not tables:
        return
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy, and not needed without a release

    for path in tables:
        with pq.ParquetFile(path) as table:
            for batch in table.iter_batches(columns=["id"]):
                yield from batch.column("id").to_pylist()
