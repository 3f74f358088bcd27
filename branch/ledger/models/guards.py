"""The database's own refusal to change or remove a sale fact.

`create_all` runs these through the listeners in `models`; the migration carries the same text. The
house rule that models and migrations agree compares the two.
"""

REFUSAL = "sale_fact is append-only: record a reversal instead"

SQLITE = (
    f"CREATE TRIGGER sale_fact_no_update BEFORE UPDATE ON sale_fact BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER sale_fact_no_delete BEFORE DELETE ON sale_fact BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)

POSTGRESQL = (
    f"""CREATE OR REPLACE FUNCTION sale_fact_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation';
END
$$""",
    """CREATE TRIGGER sale_fact_no_change BEFORE UPDATE OR DELETE ON sale_fact
FOR EACH ROW EXECUTE FUNCTION sale_fact_refuse_change()""",
    """CREATE TRIGGER sale_fact_no_truncate BEFORE TRUNCATE ON sale_fact
FOR EACH STATEMENT EXECUTE FUNCTION sale_fact_refuse_change()""",
)
