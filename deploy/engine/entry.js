// What the page of SQL takes of DuckDB-WASM.
export { AsyncDuckDB, DuckDBDataProtocol, VoidLogger } from "@duckdb/duckdb-wasm";
