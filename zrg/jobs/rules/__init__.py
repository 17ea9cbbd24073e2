"""Pure decisions of the job engine: values in, decision out; no database, no clock."""
