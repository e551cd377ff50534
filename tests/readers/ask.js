// What DuckDB-WASM reads of a published copy: every relation, every row, as text.
//     node ask.js FOLDER_OF_NODE_MODULES quality.duckdb      one JSON object: version, relations to their rows
const fs = require("fs");
const path = require("path");

const dist = path.join(process.argv[2], "@duckdb", "duckdb-wasm", "dist");
const duckdb = require(path.join(dist, "duckdb-node-blocking.cjs"));
const bundle = (name) => ({
  mainModule: path.join(dist, `duckdb-${name}.wasm`),
  mainWorker: path.join(dist, `duckdb-node-${name}.worker.cjs`),
});

async function main() {
  const bundles = { mvp: bundle("mvp"), eh: bundle("eh") };
  const database = await duckdb.createDuckDB(bundles, new duckdb.VoidLogger(), duckdb.NODE_RUNTIME);
  await database.instantiate(() => {});
  database.registerFileBuffer("quality.duckdb", new Uint8Array(fs.readFileSync(process.argv[3])));
  database.open({ path: "quality.duckdb" });
  const connection = database.connect();
  // Extensions would be fetched from the network.
  connection.query("SET autoinstall_known_extensions = false");
  connection.query("SET autoload_known_extensions = false");
  const ask = (sql) => connection.query(sql).toArray();
  const relations = {};
  for (const { table_name: name } of ask("SELECT table_name FROM information_schema.tables ORDER BY 1")) {
    const columns = ask(`DESCRIBE "${name}"`).map((column) => column.column_name);
    const cells = columns.map((column) => `"${column}"::VARCHAR AS "${column}"`).join(", ");
    const rows = ask(`SELECT ${cells} FROM "${name}"`);
    relations[name] = rows.map((row) => columns.map((column) => row[column] ?? null));
    const whole = connection.query(`SELECT * FROM "${name}"`).numRows;
    if (whole !== rows.length) throw new Error(`${name} has ${rows.length} rows as text and ${whole} as they are`);
  }
  console.log(JSON.stringify({ version: ask("SELECT version() AS v")[0].v, relations }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
