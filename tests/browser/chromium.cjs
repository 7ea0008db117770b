// Drives a headless Chromium for the tests beside this file: one job as JSON on standard input, its result on standard output.
//
// {"programs": folder, "chromium": path, "profile": folder, "pages": [{"file", "width", "scheme", "scripts", "steps"}]}
// Each page is opened anew; a step is {"do": …} as listed in STEPS, and gives one entry of the page's results.

"use strict";

const fs = require("node:fs");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

const FLAGS = [
  "--no-sandbox", // Chromium refuses to run as root with it
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const STEPS = {
  // Runs axe-core; gives the violations and how many rules had something to look at.
  async axe(page, step, job) {
    await page.evaluate(fs.readFileSync(path.join(job.programs, "axe-core/node_modules/axe-core/axe.min.js"), "utf8"));
    return page.evaluate(async (tags) => {
      const result = await window.axe.run(document, {
        runOnly: tags,
        rules: { "target-size": { enabled: true } },
        resultTypes: ["violations", "incomplete"],
      });
      const brief = (rules) =>
        rules.map((rule) => ({
          id: rule.id,
          nodes: rule.nodes.slice(0, 5).map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
        }));
      return { violations: brief(result.violations), incomplete: brief(result.incomplete), passes: result.passes.length };
    }, WCAG);
  },
  evaluate: (page, step) => page.evaluate(step.script),
  click: (page, step) => page.locator(step.at).first().click(),
  press: (page, step) => page.keyboard.press(step.key),
  focus: (page, step) => page.locator(step.at).first().focus(),
  async picture(page, step) {
    const target = step.at ? page.locator(step.at).first() : page;
    await target.screenshot({ path: step.to, fullPage: Boolean(step.full), animations: "disabled" });
  },
  async "print-colours"(page) {
    await page.emulateMedia({ media: "print" });
    return page.evaluate(() => {
      const style = getComputedStyle(document.body);
      return { paper: style.backgroundColor, ink: style.color };
    });
  },
  async pdf(page, step) {
    await page.pdf({ path: step.to, preferCSSPageSize: true, printBackground: true });
  },
};

async function run(job) {
  const { chromium } = require(path.join(job.programs, "playwright-core/node_modules/playwright-core"));
  const context = (page) => ({
    viewport: { width: page.width ?? 1280, height: page.height ?? 900 },
    deviceScaleFactor: page.scale ?? 1,
    colorScheme: page.scheme ?? "light",
    javaScriptEnabled: page.scripts !== false,
    locale: "de-DE",
    timezoneId: "Europe/Berlin",
    // The tests bring axe-core and their own probes into pages that allow no script but their own.
    bypassCSP: page.bypass === true,
  });
  const browser = await chromium.launch({ executablePath: job.chromium, args: FLAGS });
  const results = [];
  try {
    for (const wanted of job.pages) {
      const place = await browser.newContext(context(wanted));
      const page = await place.newPage();
      const said = [];
      const asked = [];
      page.on("console", (message) => said.push(message.text()));
      page.on("pageerror", (error) => said.push(String(error)));
      page.on("request", (request) => asked.push(request.url()));
      await page.goto(pathToFileURL(wanted.file).href, { waitUntil: "load" });
      const steps = [];
      for (const step of wanted.steps) steps.push((await STEPS[step.do](page, step, job)) ?? null);
      results.push({ steps, said, asked });
      await place.close();
    }
  } finally {
    await browser.close();
  }
  return results;
}

let input = "";
process.stdin.on("data", (piece) => (input += piece));
process.stdin.on("end", () =>
  run(JSON.parse(input)).then(
    (result) => process.stdout.write(JSON.stringify(result)),
    (error) => {
      process.stderr.write(`${error.stack ?? error}\n`);
      process.exitCode = 1;
    },
  ),
);
