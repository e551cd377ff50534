// Values of an answer as text and as CSV, exactly as DuckDB has them.
//
// Belongs here: what each type of Arrow looks like. Does not belong here: asking (ask.js), showing (table.js, chart.js).

// Arrow's numbers of types: https://arrow.apache.org/docs/format/Columnar.html, as apache-arrow counts them.
const INT = 2, FLOAT = 3, BINARY = 4, DECIMAL = 7, DATE = 8, TIME = 9, TIMESTAMP = 10, LIST = 12, STRUCT = 13, MAP = 17;
// A spreadsheet takes a cell that begins so for a formula, some also the wide forms.
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

// Control characters, and those that turn the direction of text around: as on the other pages (untrusted.py).
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** A text as it is shown: what acts on the text around it leaves a visible mark. A CSV has it as it is. */
export const harmless = (value) => value.replace(UNSAFE, "\ufffd");

export const isNumber = (type) => [INT, FLOAT, DECIMAL].includes(type.typeId);
export const isMoment = (type) => [DATE, TIMESTAMP].includes(type.typeId);

/** Row `at` of a column of a batch as text; null for NULL. */
export function text(column, at) {
  const value = column.get(at);
  if (value === null || value === undefined) return null;
  const { type } = column;
  // `get` counts in milliseconds; DuckDB in microseconds.
  if (type.typeId === TIMESTAMP) return moment(column.data[0].values[at], type.unit) + (type.timezone ? "+00" : "");
  return said(value, type);
}

/** An answer as CSV for a spreadsheet: no text of it is computed there. */
export function csv(fields, rows) {
  const cell = (value, type) => {
    if (value === null) return "";
    const safe = !isNumber(type) && FORMULA.test(value) ? `'${value}` : value;
    return safe === "" || /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const plain = { typeId: 0 };
  const lines = [fields.map((it) => cell(it.name, plain)), ...rows.map((row) => row.map((it, at) => cell(it, fields[at].type)))];
  // With the mark by which a spreadsheet knows UTF-8.
  return `\ufeff${lines.map((it) => it.join(",")).join("\r\n")}\r\n`;
}

function said(value, type) {
  if (value === null || value === undefined) return "NULL";
  switch (type.typeId) {
    case FLOAT:
      // The fewest digits that mean this number, of 24 bits as of 53.
      return String(type.precision === 1 ? Number(value.toPrecision(7)) : value);
    case DECIMAL:
      return decimal(value, type.scale);
    case DATE:
      return day(Number(value));
    case TIME:
      return clock(BigInt(value));
    case TIMESTAMP:
      return moment(BigInt(Math.round(Number(value) * 1000)), 2);
    case BINARY:
      return [...value].map((it) => `\\x${it.toString(16).padStart(2, "0").toUpperCase()}`).join("");
    case LIST:
      return `[${[...value].map((it) => said(it, type.children[0].type)).join(", ")}]`;
    case STRUCT:
      return `{${type.children.map((it) => `'${it.name}': ${said(value[it.name], it.type)}`).join(", ")}}`;
    case MAP: {
      const [key, of] = type.children[0].type.children;
      return `{${[...value].map(([name, it]) => `${said(name, key.type)}=${said(it, of.type)}`).join(", ")}}`;
    }
    default:
      return String(value);
  }
}

// Four words of 32 bits, the lowest first, in two's complement.
function decimal(words, scale) {
  const whole = BigInt.asIntN(128, [...words].reduceRight((sum, it) => (sum << 32n) | BigInt(it >>> 0), 0n));
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, "0");
  const point = digits.length - scale;
  return `${whole < 0n ? "-" : ""}${digits.slice(0, point)}${scale ? `.${digits.slice(point)}` : ""}`;
}

function day(milliseconds) {
  const date = new Date(milliseconds);
  // What lies outside of JavaScript's calendar, infinity for one.
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString().split("T")[0];
}

function moment(count, unit) {
  const micro = [1_000_000n, 1_000n, 1n][unit] ? count * [1_000_000n, 1_000n, 1n][unit] : count / 1000n;
  const seconds = micro / 1_000_000n - (micro % 1_000_000n < 0n ? 1n : 0n);
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return String(count);
  return `${date.toISOString().slice(0, -5).replace("T", " ")}${fraction(micro - seconds * 1_000_000n)}`;
}

function clock(micro) {
  const seconds = micro / 1_000_000n;
  const parts = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map((it) => String(it).padStart(2, "0"));
  return `${parts.join(":")}${fraction(micro % 1_000_000n)}`;
}

const fraction = (micro) => (micro ? `.${String(micro).padStart(6, "0").replace(/0+$/, "")}` : "");
