// Reads a calendar or address book with ical.js and decodes every value and parameter; prints seconds and peak memory.
//
//     KOSCHUSO_PROGRAMS=… node ical_js.cjs FILE
//
// The second pass counts, the first one warms the process, as in the other benches.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { createRequire } = require("node:module");

const loaded = createRequire(path.resolve(process.env.KOSCHUSO_PROGRAMS, "ical.js", "index.cjs"))("ical.js");
const ICAL = loaded.default ?? loaded;
const data = fs.readFileSync(process.argv[2]);

let components = 0;
let values = 0;
let parameters = 0;

function walk(component) {
  components += 1;
  for (const property of component.getAllProperties()) {
    values += property.getValues().length;
    for (const name of Object.keys(property.jCal[1])) {
      if (property.getParameter(name) !== undefined) parameters += 1;
    }
  }
  for (const inner of component.getAllSubcomponents()) walk(inner);
}

function pass() {
  const begin = performance.now();
  const parsed = ICAL.parse(data.toString("utf8"));
  const roots = typeof parsed[0] === "string" ? [parsed] : parsed;
  const read = roots.map((root) => new ICAL.Component(root));
  for (const root of read) walk(root);
  return [(performance.now() - begin) / 1000, read.length];
}

pass();
components = values = parameters = 0;
const [seconds] = pass();
console.log(
  JSON.stringify({ seconds, peak_mb: process.resourceUsage().maxRSS / 1024, components, values, parameters }),
);
