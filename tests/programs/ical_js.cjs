// Tells what ical.js reads of files: one JSON line for each path that comes in on a line.
//
//     KOSCHUSO_PROGRAMS=… node ical_js.cjs < paths
//
// Each line holds the components in the order of the file: name, how many properties of which name, decoded dates and
// texts, and what it cannot decode; or the error that ical.js ended with.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");

const programs = path.resolve(process.env.KOSCHUSO_PROGRAMS, "ical.js", "index.cjs");
const loaded = createRequire(programs)("ical.js");
const ICAL = loaded.default ?? loaded;

const TEXTS = new Set(["uid", "summary", "location", "description", "fn", "note", "title", "email", "tel"]);

function decoded(value) {
  if (value instanceof ICAL.Time) return value.toString();
  if (value instanceof ICAL.Duration || value instanceof ICAL.UtcOffset) return value.toString();
  if (value instanceof ICAL.Recur || value instanceof ICAL.Period) return value.toString();
  return value;
}

function walk(component, found, depth) {
  const counts = {};
  const dates = [];
  const texts = [];
  const undecoded = [];
  for (const property of component.getAllProperties()) {
    counts[property.name] = (counts[property.name] ?? 0) + 1;
    let values;
    try {
      values = property.getValues().map(decoded);
    } catch (error) {
      undecoded.push([property.name, error.message]);
      continue;
    }
    if (property.getFirstValue() instanceof ICAL.Time) {
      dates.push([property.name, property.getParameter("tzid") ?? "", ...values]);
    } else if (TEXTS.has(property.name)) {
      texts.push([property.name, ...values]);
    }
  }
  found.push({ name: component.name, depth, counts, dates, texts, undecoded });
  for (const inner of component.getAllSubcomponents()) walk(inner, found, depth + 1);
}

function read(file) {
  const found = [];
  const parsed = ICAL.parse(fs.readFileSync(file, "utf8"));
  const roots = typeof parsed[0] === "string" ? [parsed] : parsed;
  for (const root of roots) walk(new ICAL.Component(root), found, 0);
  return found;
}

for (const file of fs.readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  let answer;
  try {
    answer = { components: read(file) };
  } catch (error) {
    answer = { error: `${error.name}: ${error.message}` };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
