import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { codes } from '../../src/model/codes.ts';
import { codesOfExample, examplesOf } from '../support/rule-pages.ts';

vi.setConfig({ testTimeout: 60_000 });

/** What proxies hold or answer, which no YAML shows; the tests of the recordings have them. */
const ofProxies = /^MESH00[12]\d$|^MESH0199$/;
const paged = Object.values(codes).filter((code) => existsSync(`docs/rules/${code}.md`));
const shown = paged.filter((code) => !ofProxies.test(code) || code === codes.idlePatch);

describe.each(shown)('the page of %s', (code) => {
  it('has an example that fires and one that does not', async () => {
    const [fires, silent] = [examplesOf(code, 'Fires'), examplesOf(code, 'Does not fire')];
    expect(fires.length, 'blocks below "Fires"').toBeGreaterThan(0);
    expect(silent.length, 'blocks below "Does not fire"').toBeGreaterThan(0);
    expect([...(await codesOfExample(code, fires))]).toContain(code);
    expect([...(await codesOfExample(code, silent))]).not.toContain(code);
  });
});

it('stand in the order of their codes', () => {
  const listed = readFileSync('docs/rules/README.md', 'utf8').match(/(?<=^- \[)MESH\d{4}/gm) ?? [];
  expect(listed).toEqual(paged.toSorted());
});

it('pages are short', () => {
  for (const code of paged)
    expect(readFileSync(`docs/rules/${code}.md`, 'utf8').split('\n').length, code).toBeLessThan(110);
});
