// A simple drawing of an answer: a line over dates, else bars by name; null where neither fits.

import { element } from "./table.js";
import { harmless, isMoment, isNumber } from "./values.js";

const UTF8 = [5, 20];
const BARS = 30, POINTS = 2_000, ROW = 22, HEIGHT = 180;

/** What may be drawn of an answer: which columns, and the points as [name, number]. */
export function plan({ fields, rows }) {
  const number = fields.findIndex((it) => isNumber(it.type));
  if (number < 0) return null;
  const points = (label) =>
    rows.filter((row) => row[label] !== null && Number.isFinite(Number(row[number] ?? "none"))).map((row) => [row[label], Number(row[number])]);
  const where = (test) => fields.flatMap((it, at) => (test(it.type) ? [at] : []));
  const texts = where((it) => UTF8.includes(it.typeId));
  for (const [label, line] of [...where(isMoment).map((it) => [it, true]), ...texts.map((it) => [it, false])]) {
    const found = points(label);
    // A name that stands twice is not what the number is about.
    if (found.length < 2 || found.length > POINTS || new Set(found.map(([name]) => name)).size < found.length) continue;
    return { number: fields[number].name, label: fields[label].name, line, points: line ? found.sort() : found.slice(0, BARS), all: found.length };
  }
  return null;
}

/** The drawing as wide as `width`, with its caption. */
export function drawing(of, caption, width) {
  const figure = element("figure", "drawing");
  const svg = shape("svg", { role: "img", "aria-label": harmless(caption) });
  figure.append(element("figcaption", "", caption), svg);
  (of.line ? line : bars)(svg, of.points, width);
  return figure;
}

function bars(svg, points, width) {
  const room = Math.min(280, width * 0.4), numbers = 70;
  const { low, at } = scale(points, room + 8, width - numbers);
  sized(svg, width, points.length * ROW);
  points.forEach(([name, value], row) => {
    const y = row * ROW;
    const [from, to] = [at(0), at(value)].sort((a, b) => a - b);
    const letters = Math.floor(room / 6.5);
    svg.append(
      shape("text", { x: 0, y: y + 15 }, name.length > letters ? `${name.slice(0, letters - 1)}…` : name),
      shape("rect", { class: "bars", x: from, y: y + 4, width: Math.max(1, to - from), height: ROW - 8 }),
      shape("text", { class: "faint", x: Math.max(to, at(0)) + 5, y: y + 15 }, String(value)),
    );
  });
  if (low < 0) svg.append(shape("line", { class: "zero", x1: at(0), x2: at(0), y1: 0, y2: points.length * ROW }));
}

function line(svg, points, width) {
  const times = points.map(([name]) => Date.parse(name.replace(" ", "T").replace(/\+00$/, "Z")));
  const values = points.map(([, value]) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [left, right, top, bottom] = [64, width - 12, 12, HEIGHT - 28];
  const first = times[0], span = times.at(-1) - first || 1, rise = high - low || 1;
  const x = (time) => left + ((time - first) / span) * (right - left);
  const y = (value) => bottom - ((value - low) / rise) * (bottom - top);
  sized(svg, width, HEIGHT);
  for (const value of new Set([low, high])) {
    svg.append(
      shape("line", { class: "zero", x1: left, x2: right, y1: y(value), y2: y(value) }),
      shape("text", { class: "faint", x: left - 8, y: y(value) + 4, "text-anchor": "end" }, String(value)),
    );
  }
  svg.append(shape("polyline", { class: "line", points: points.map(([, value], at) => `${x(times[at])},${y(value)}`).join(" ") }));
  if (points.length <= 60) points.forEach(([, value], at) => svg.append(shape("circle", { class: "dot", cx: x(times[at]), cy: y(value), r: 3 })));
  svg.append(
    shape("text", { class: "faint", x: left, y: HEIGHT - 6 }, points[0][0]),
    shape("text", { class: "faint", x: right, y: HEIGHT - 6, "text-anchor": "end" }, points.at(-1)[0]),
  );
}

function scale(points, from, to) {
  const low = Math.min(0, ...points.map(([, value]) => value));
  const high = Math.max(0, ...points.map(([, value]) => value));
  return { low, at: (value) => from + ((value - low) / (high - low || 1)) * (to - from) };
}

function sized(svg, width, height) {
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` })) svg.setAttribute(name, value);
}

function shape(name, attributes, content = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (content) made.textContent = harmless(content);
  return made;
}
