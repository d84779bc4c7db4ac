"""The decision log as a table, and decisions taken again over millions of its rows: columns, SQL, reports.

`columns` says what the table holds, `check_sql` what each check makes of it, `query` what a policy does. The SQL is the
common subset of DuckDB's, which runs here, and Trino's, which Athena runs.
"""
