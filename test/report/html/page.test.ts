import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escaped, html } from '../../../src/report/html/escape.ts';
import { reporters } from '../../../src/report/index.ts';
import { chromium, openPage, type Page } from '../../support/browser.ts';
import { aFinding, aReport, aReview, hostile } from '../../support/reports.ts';

const style = { color: false, width: 100 };
const findings = [
  aFinding({ severity: 'info', resource: 'VirtualService shop/b', proxies: ['shop/a-1'] }),
  aFinding({ severity: 'error', resource: 'VirtualService shop/a' }),
  ...hostile.map((text) =>
    aFinding({
      severity: 'warning',
      resource: text,
      field: text,
      message: text,
      effect: text,
      fix: text,
      location: { file: text, line: 1, column: 1 },
      related: [{ message: text }],
      evidence: [{ proxy: text, type: 'route', name: text, path: text, expected: text, live: `${text}x` }],
    }),
  ),
];
const proxies = hostile.map((text) => ({ id: `x/${text}`, type: 'sidecar' as const, workload: text, state: text }));
const report = aReport(findings, { proxies: [...aReport([]).proxies, ...proxies] });

describe('html', () => {
  it('escapes any text in elements and attributes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostile)), (text) => {
        expect(escaped(text)).not.toMatch(/[<>"'`]|&(?!#\d+;)/);
        expect(html`<a title="${text}">${text}</a>`.markup.match(/[<>]/g)).toHaveLength(4);
      }),
    );
  });

  it('allows nothing but its own style and script', () => {
    const page = reporters.html(aReview(), style);
    expect(page).toMatch(
      /content="default-src &#39;none&#39;; style-src &#39;sha256-\S+&#39;; script-src &#39;sha256-/,
    );
    expect(page).not.toMatch(/ style=| on[a-z]+=|(?:src|href)=/);
  });
});

const browser = chromium === undefined ? describe.skip : describe;
if (chromium === undefined)
  console.warn('SKIPPED: no Chromium is installed, so the HTML page was not opened in a browser');

browser('html in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mesh-page-'));
  let page: Page;

  beforeAll(async () => {
    const file = join(folder, 'report.html');
    writeFileSync(file, reporters.html(report, style));
    page = await openPage(pathToFileURL(file).href);
  });

  afterAll(async () => {
    await page?.close();
    rmSync(folder, { recursive: true });
  });

  it('loads without a complaint, runs nothing of the data, and asks for nothing else', async () => {
    expect(page.complaints).toEqual([]);
    expect(page.requests).toHaveLength(1);
    expect(await page.evaluate('[document.scripts.length, document.images.length, document.links.length]')).toEqual([
      1, 0, 0,
    ]);
    expect(await page.evaluate('getComputedStyle(document.querySelector("table")).borderCollapse')).toBe('collapse');
  });

  it('shows hostile text as text', async () => {
    const shown = await page.evaluate<string>('document.getElementById("findings").textContent');
    expect(shown).toContain('<script>alert(1)</script>');
    expect(shown).toContain('"><svg onload=alert(1)>');
  });

  it('sorts by a click on a heading, by severity and not by its letters', async () => {
    const click = '[...document.querySelectorAll("#findings th button")][0].click();';
    const order = '[...document.querySelectorAll("#findings .severity")].map((it) => it.textContent)';
    const sorted = await page.evaluate<string[]>(`${click} ${order}`);
    expect([sorted[0], sorted.at(-1)]).toEqual(['error', 'info']);
    const turned = await page.evaluate<string[]>(`${click} ${order}`);
    expect([turned[0], turned.at(-1)]).toEqual(['info', 'error']);
  });

  it('is sorted from the keyboard alone', async () => {
    await page.evaluate('document.querySelector("#proxies th button").focus()');
    await page.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Type');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.press('Enter');
    expect(await page.evaluate('document.activeElement.closest("th").ariaSort')).toBe('ascending');
  });

  it('is printed with all that was folded, and is as before afterwards', async () => {
    const open = 'document.querySelectorAll("details[open]").length';
    await page.evaluate(
      `globalThis.opened = 0; addEventListener("beforeprint", () => { globalThis.opened = ${open}; })`,
    );
    expect((await page.print()).subarray(0, 5).toString()).toBe('%PDF-');
    expect(await page.evaluate('globalThis.opened === document.querySelectorAll("details").length')).toBe(true);
    expect(await page.evaluate(open)).toBe(0);
    expect(page.complaints).toEqual([]);
  });

  it('filters findings', async () => {
    const type =
      'const f = document.getElementById("filter"); f.value = "VirtualService shop/B"; f.dispatchEvent(new Event("input"));';
    const left = '[...document.querySelectorAll("#findings tbody tr")].filter((row) => !row.hidden).length';
    expect(await page.evaluate(`{ ${type} } ${left}`)).toBe(1);
  });

  it('draws which objects affect which workloads', async () => {
    const lines = await page.evaluate<string[]>(
      '[...document.querySelectorAll("svg path title")].map((it) => it.textContent)',
    );
    expect(lines).toContain('VirtualService shop/a affects shop/b');
    expect(await page.evaluate('getComputedStyle(document.querySelector("svg path.error")).stroke')).not.toBe('none');
  });

  it('keeps apart what a review introduces, fixes and leaves', async () => {
    const file = join(folder, 'review.html');
    writeFileSync(file, reporters.html(aReview(), style));
    const review = await openPage(pathToFileURL(file).href);
    const rows = (id: string) => review.evaluate<string>(`document.querySelector("#${id} tbody").textContent`);
    expect(await rows('findings')).toContain('shop/reviews');
    expect(await rows('fixed')).toContain('shop/fixed');
    expect(await rows('unchanged')).toContain('shop/unchanged');
    expect(review.complaints).toEqual([]);
    await review.close();
  });
});
