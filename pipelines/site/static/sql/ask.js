// Asking the published history: DuckDB in a worker, over `quality.duckdb` as it lies beside the page, read in parts.
//
// Belongs here: starting, opening, asking, stopping, and noticing that the history was published anew. Does not belong
// here: how an answer looks. Nothing outside of this site is asked for: the engine loads no extensions, and reaches no file.

import { text } from "./values.js";

// So many rows of an answer are kept.
export const KEPT = 100_000;
const NAME = "quality.duckdb";

/** Why there is no answer: `kind` is a key of the texts, `message` what DuckDB said. */
export class Fault extends Error {
  constructor(kind, message = "") {
    super(message);
    this.kind = kind;
  }
}

/** The engine of a page: `tell` hears what is done, `agree` is asked whether the whole file may be loaded. */
export function engine(root, tell, agree) {
  const url = new URL(`${root}${NAME}`, location.href).href;
  let database = null, connection = null, version = null, wasm = null, stopped = null, turn = 0;

  /** Ends whatever runs: a worker that is gone answers nothing, and the next question starts another. */
  function stop() {
    turn += 1;
    close();
    stopped?.(new Fault("stopped"));
  }

  function close() {
    database?.terminate();
    database = connection = version = null;
  }

  /** The answer to a statement: `fields`, `rows` as text with null for NULL, and whether there are `more`. */
  async function ask(sql) {
    const until = new Promise((_, reject) => (stopped = reject));
    try {
      return await Promise.race([asked(sql), until]);
    } finally {
      stopped = null;
    }
  }

  async function asked(sql, again = true) {
    const mine = turn;
    if (version !== null && version !== (await published(url))) close();
    connection ??= await opened(mine);
    wanted(mine);
    tell("running");
    let answer, fault;
    try {
      answer = await read(connection, sql);
    } catch (error) {
      fault = told(error);
    }
    // Parts of two nights make no answer.
    const replaced = version !== null && version !== (await published(url));
    wanted(mine);
    if (replaced || ["IO", "engine"].includes(fault?.kind)) close();
    if (replaced && again) return asked(sql, false);
    if (replaced) throw new Fault("IO");
    if (fault) throw fault;
    return answer;
  }

  /** What was stopped meanwhile goes no further. */
  function wanted(mine) {
    if (mine !== turn) throw new Fault("stopped");
  }

  async function opened(mine) {
    tell("loading");
    const { AsyncDuckDB, DuckDBDataProtocol, VoidLogger } = await import(new URL(`${root}engine/duckdb.js`, location.href));
    try {
      wasm ??= await unpacked(new URL(`${root}engine/duckdb.wasm.gz`, location.href));
      wanted(mine);
      const worker = new Worker(new URL(`${root}engine/duckdb.worker.js`, location.href));
      database = new AsyncDuckDB(new VoidLogger(), worker);
      await Promise.race([database.instantiate(wasm), failing(worker)]);
    } catch (error) {
      throw error instanceof Fault ? error : new Fault("engine", String(error));
    }
    const of = database;
    tell("opening");
    const how = await ranges(url);
    const filesystem = { reliableHeadRequests: how === "head", allowFullHTTPReads: how === "get", forceFullHTTPReads: false };
    await of.open({ filesystem });
    if (how) {
      version = await published(url);
      // By its version: parts of another are in no store of the browser's.
      await of.registerFileURL(NAME, `${url}?version=${encodeURIComponent(version)}`, DuckDBDataProtocol.HTTP, false);
    } else {
      if (!(await agree(await size(url)))) throw new Fault("asked_whole");
      tell("opening");
      await of.registerFileBuffer(NAME, new Uint8Array(await (await got(url)).arrayBuffer()));
    }
    const made = await of.connect();
    wanted(mine);
    for (const sql of [
      "SET autoinstall_known_extensions = false", "SET autoload_known_extensions = false", "SET memory_limit = '1GB'",
      `ATTACH '${NAME}' AS quality (READ_ONLY)`, "USE quality", "SET enable_external_access = false", "SET lock_configuration = true",
    ]) await made.query(sql);
    return made;
  }

  return { ask, stop };
}

async function read(connection, sql) {
  // Of several statements the last alone would be answered; this refuses them.
  await (await connection.prepare(sql)).close();
  const stream = await connection.send(sql, true);
  const rows = [];
  let fields = [];
  for await (const batch of stream) {
    fields = batch.schema.fields;
    const columns = fields.map((_, at) => batch.getChildAt(at));
    for (let at = 0; at < batch.numRows; at += 1) {
      if (rows.length === KEPT) {
        await connection.cancelSent();
        return { fields, rows, more: true };
      }
      rows.push(columns.map((it) => text(it, at)));
    }
  }
  return { fields: fields.length ? fields : stream.schema?.fields ?? [], rows, more: false };
}

/** What DuckDB complains of, by kind. */
function told(error) {
  let message = String(error?.message ?? error);
  // What cannot be parsed is told as JSON.
  const parts = /^(?:Error: )?(\{"exception_type".*\})$/s.exec(message)?.[1];
  if (parts) {
    const { exception_type: type, exception_message: said } = JSON.parse(parts);
    message = `${type} Error: ${said}`;
  }
  // DuckDB tells the place of an error twice.
  message = message.replace(/(\n\nLINE \d+: .*)\1$/s, "$1");
  const kind = /^(?:Error: )?([A-Z]\w*(?: \w+)?) Error: /.exec(message)?.[1];
  if (/multiple statements|one statement/i.test(message)) return new Fault("statements", message);
  if (/read-only/.test(message)) return new Fault("reading", message);
  return new Fault(kind ?? (/memory/i.test(message) ? "Out of Memory" : "engine"), message);
}

/** Which version of the history is published, as its host tells. */
async function published(url) {
  const { headers } = await got(url, { method: "HEAD" });
  return headers.get("etag") ?? `${headers.get("last-modified")} ${headers.get("content-length")}`;
}

async function size(url) {
  return Number((await got(url, { method: "HEAD" })).headers.get("content-length")) || null;
}

/** By which request the host tells that it gives parts of a file: "head", "get", or null. */
async function ranges(url) {
  if ((await got(url, { method: "HEAD", headers: { Range: "bytes=0-" } })).status === 206) return "head";
  const enough = new AbortController();
  const answer = await got(url, { headers: { Range: "bytes=0-0" }, signal: enough.signal });
  if (answer.status === 206) return (await answer.arrayBuffer()).byteLength === 1 ? "get" : null;
  enough.abort();
  return null;
}

async function got(url, more = {}) {
  let answer;
  try {
    answer = await fetch(url, { cache: "no-store", ...more });
  } catch (error) {
    throw new Fault("network", String(error));
  }
  if (!answer.ok) throw new Fault("network", `${answer.status} ${answer.statusText}`);
  // Nothing comes, and unless it is waited for Chromium says that the request failed.
  if (more.method === "HEAD") await answer.arrayBuffer();
  return answer;
}

/** The engine's module, unpacked here unless the host's headers made the browser do so. */
async function unpacked(url) {
  const bytes = await (await got(url, { cache: "default" })).blob();
  const [first, second] = new Uint8Array(await bytes.slice(0, 2).arrayBuffer());
  const stream = bytes.stream();
  const plain = first === 0x1f && second === 0x8b ? stream.pipeThrough(new DecompressionStream("gzip")) : stream;
  const type = "application/wasm";
  return URL.createObjectURL(await new Response(plain, { headers: { "content-type": type } }).blob());
}

const failing = (worker) =>
  new Promise((_, reject) => worker.addEventListener("error", (it) => reject(new Fault("engine", it.message ?? "")), { once: true }));
