// An answer as a table. Values are strangers' text and become text, never HTML.

import { harmless, isNumber } from "./values.js";

export const SHOWN = 1_000;

/** An element with a class and with text in it. */
export function element(name, of = "", content = "") {
  const made = document.createElement(name);
  if (of) made.className = of;
  made.textContent = harmless(content);
  return made;
}

/** The first rows of an answer; `nothing` is how NULL is written. */
export function table({ fields, rows }, nothing) {
  const made = element("table", "answered");
  const head = made.createTHead().insertRow();
  const kinds = fields.map((it) => (isNumber(it.type) ? "number" : ""));
  fields.forEach((it, at) => {
    const cell = element("th", kinds[at], it.name);
    cell.scope = "col";
    head.append(cell);
  });
  const body = made.createTBody();
  for (const row of rows.slice(0, SHOWN)) {
    const line = body.insertRow();
    row.forEach((value, at) => {
      const cell = element("td", kinds[at], value ?? "");
      if (value === null) cell.append(element("span", "null", nothing));
      line.append(cell);
    });
  }
  return made;
}
