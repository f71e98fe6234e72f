"""Every table that people query is explained, row and column."""

from archive.query.table_docs import public_tables


def test_each_table_and_column_has_its_meaning() -> None:
    """Private tables and the full text's own are not among them."""
    tables = {table.name: table for table in public_tables()}
    assert {"articles", "captures", "versions", "addresses", "crawls"} <= set(tables)
    assert not any(name.startswith(("_", "articles_fts", "sqlite_")) for name in tables)
    for table in tables.values():
        assert table.row.endswith(".") or table.row.endswith("why.")
        assert all(column.meaning for column in table.columns), table.name
