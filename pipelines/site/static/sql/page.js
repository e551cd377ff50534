// The page of SQL: editor, buttons, and what is said of an answer.
//
// Belongs here: what happens when. Does not belong here: asking (ask.js), what an answer looks like (table.js, chart.js).

import { engine, KEPT } from "./ask.js";
import { drawing, plan } from "./chart.js";
import { element, SHOWN, table } from "./table.js";
import { csv, harmless } from "./values.js";

const of = (id) => document.getElementById(id);
const ask = of("ask"), sql = of("sql"), run = of("run"), stop = of("stop"), link = of("link"), save = of("csv"), said = of("said"), answer = of("answer");
const words = JSON.parse(ask.dataset.words);
const language = document.documentElement.lang;
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const number = (value, decimals = 0) => value.toLocaleString(language === "es" ? "es-MX" : "en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
let shown = null;

const history = engine(ask.dataset.root, (step) => tell(fill(words[step], { size: ask.dataset.weight })), mayLoadAll);

function tell(text, fault = false) {
  said.classList.toggle("fault", fault);
  said.textContent = text;
}

/** The reader's consent to loading the whole file of `bytes`. */
function mayLoadAll(bytes) {
  const size = bytes === null ? words.unknown_size : `${number(bytes / 1e6, 1)} MB`;
  tell(fill(words.no_ranges, { size }));
  const yes = element("button", "second", words.load_whole);
  said.append(yes);
  return new Promise((resolve) => yes.addEventListener("click", () => resolve(true), { once: true }));
}

async function asked() {
  if (run.disabled) return;
  if (!sql.value.trim()) return tell(words.empty, true);
  linked();
  window.history.replaceState(null, "", link.href);
  run.disabled = save.hidden = true;
  stop.disabled = false;
  answer.replaceChildren();
  answer.tabIndex = -1;
  const began = performance.now();
  try {
    shown = await history.ask(sql.value);
    show((performance.now() - began) / 1000);
  } catch (error) {
    shown = null;
    failed(error);
  } finally {
    run.disabled = false;
    stop.disabled = true;
  }
}

function show(seconds) {
  const count = shown.rows.length;
  const took = { rows: number(count), seconds: number(seconds, 1) };
  const parts = [count ? fill(count === 1 ? words.one_row : words.rows, took) : words.no_rows];
  if (count > SHOWN) parts.push(fill(words.shown, { shown: number(SHOWN) }));
  if (shown.more) parts.push(fill(words.kept, { kept: number(KEPT) }));
  tell(parts.join(" "));
  if (!shown.fields.length) return;
  const drawn = plan(shown);
  if (drawn) {
    const first = drawn.points.length < drawn.all ? ` (${fill(words.chart_first, { count: drawn.points.length })})` : "";
    answer.append(drawing(drawn, fill(words.chart, drawn) + first, answer.clientWidth));
  }
  const wide = element("div", "wide");
  wide.tabIndex = 0;
  wide.setAttribute("role", "group");
  wide.setAttribute("aria-label", answer.getAttribute("aria-label"));
  wide.append(table(shown, words.null));
  answer.append(wide);
  save.hidden = false;
}

function failed(error) {
  if (error.kind === "stopped") return tell(words.stopping);
  tell(words.faults[error.kind] ?? words[error.kind] ?? words.faults.other, true);
  // DuckDB's own words, which are in English.
  if (error.message) {
    const complaint = element("pre", "complaint", error.message.replace(/^Error: /, ""));
    complaint.lang = "en";
    complaint.tabIndex = 0;
    answer.append(complaint);
  }
}

function linked() {
  link.hash = `sql=${encodeURIComponent(sql.value)}`;
}

/** Take over the question that the address carries. It is run by the reader alone: it may be a stranger's. */
function fromAddress() {
  const given = /^#sql=(.+)/s.exec(location.hash)?.[1];
  if (!given) return;
  try {
    sql.value = harmless(decodeURIComponent(given));
  } catch {
    // An address that was cut off in the middle of a letter.
  }
  linked();
}

run.addEventListener("click", asked);
stop.addEventListener("click", () => history.stop());
sql.addEventListener("input", linked);
sql.addEventListener("keydown", (it) => {
  if (it.key !== "Enter" || !(it.ctrlKey || it.metaKey)) return;
  it.preventDefault();
  asked();
});
save.addEventListener("click", () => {
  const made = element("a");
  made.href = URL.createObjectURL(new Blob([csv(shown.fields, shown.rows)], { type: "text/csv;charset=utf-8" }));
  made.download = "veedor.csv";
  made.click();
  setTimeout(() => URL.revokeObjectURL(made.href), 60_000);
});
for (const use of document.querySelectorAll(".use")) {
  use.hidden = false;
  use.addEventListener("click", () => {
    sql.value = use.parentElement.querySelector("code").textContent;
    linked();
    sql.scrollIntoView({ block: "center" });
    sql.focus();
  });
}
window.addEventListener("hashchange", fromAddress);
of("without").hidden = true;
ask.hidden = false;
linked();
fromAddress();
