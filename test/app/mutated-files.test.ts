import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CheckGit, check } from '../../src/app/check/index.ts';
import { repositoryState } from '../../src/app/repository-state/index.ts';
import { review } from '../../src/app/review/index.ts';
import { isObject, type Json } from '../../src/model/json.ts';
import type { Report } from '../../src/model/report.ts';
import type { Location } from '../../src/model/resource.ts';
import { formats, reporters } from '../../src/report/index.ts';
import { readManifest } from '../../src/source/manifest.ts';
import { mergeResources } from '../../src/source/merge.ts';
import { parseYaml } from '../../src/source/yaml/parse.ts';
import { sarifSchema } from '../report/sarif-schema.ts';
import { parseXml } from '../support/xml.ts';

interface File {
  file: string;
  text: string;
}

const recordings = 'fixtures/recordings/1.29';
const scenarios: File[][] = readdirSync(recordings)
  .map((name) => join(recordings, name, 'git'))
  .filter((root) => existsSync(root))
  .map((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') })),
  )
  .filter((files) => files.length > 0);

/** Values and keys that programs stumble over: other types, names that every object inherits, markup, controls. */
const hostile: Json[] = [
  ...[
    null,
    true,
    0,
    -1,
    1e308,
    65_536,
    '',
    '*',
    '/',
    '-5s',
    '1h9999999s',
    '10.0.0.0/99',
    '(',
    '\\',
    '\ud800',
    '\u001b[31m',
  ],
  ...['toString', 'constructor', '__proto__', 'hasOwnProperty', 'a\n::error::b', '</details><script>', '| `a` | @all'],
  ...[[], {}, [null], [{}], { a: null }, { toString: 1 }, { constructor: { a: 1 } }, 'a'.repeat(300)],
  JSON.parse('{"__proto__": {"polluted": 1}}'),
];
const keys = ['toString', 'constructor', '__proto__', 'match', 'route', 'host', 'port', 'name', 'labels', 'spec', ''];
const snippets = [
  '\t',
  '{',
  ']',
  ': ',
  '- ',
  '\n---\n',
  '&a ',
  '*a',
  '<<: *a\n',
  '!!js/function ',
  '"',
  '|\n',
  '{{ .x }}',
  '\u0000',
  '\r',
  '\ufeff',
];

const value = fc.constantFrom(...hostile);
const change = fc.oneof(
  fc.record({
    kind: fc.constant('node' as const),
    at: fc.nat(),
    how: fc.constantFrom('delete', 'set', 'add', 'wrap'),
    key: fc.constantFrom(...keys),
    value,
  }),
  fc.record({
    kind: fc.constant('text' as const),
    at: fc.nat(),
    cut: fc.nat(12),
    put: fc.constantFrom('', ...snippets),
  }),
);
const mutation = fc.record({
  scenario: fc.constantFrom(...scenarios),
  file: fc.nat(),
  changes: fc.array(change, { minLength: 1, maxLength: 3 }),
});
type Change = typeof change extends fc.Arbitrary<infer It> ? It : never;

function pathsOf(root: unknown, at: (string | number)[] = []): (string | number)[][] {
  if (typeof root !== 'object' || root === null) return [at];
  const inner = Array.isArray(root) ? [...root.entries()] : Object.entries(root);
  return [at, ...inner.flatMap(([key, item]) => pathsOf(item, [...at, key]))];
}

function put(parent: object, key: string | number, item: unknown): void {
  // A key `__proto__` that was read cannot be defined anew, only given another value.
  const rest = Object.hasOwn(parent, key) ? {} : { enumerable: true, writable: true, configurable: true };
  Object.defineProperty(parent, key, { value: item, ...rest });
}

function mutated(text: string, change: Change): string {
  if (change.kind === 'text') {
    const at = change.at % (text.length + 1);
    return text.slice(0, at) + change.put + text.slice(at + change.cut);
  }
  const documents = parseYaml(text)
    .documents.map((document) => document.value)
    .filter(isObject);
  const all = documents.flatMap((_, index) => pathsOf(documents[index], [index])).filter((path) => path.length > 1);
  const path = all[change.at % all.length];
  if (!path) return text;
  const key = path.at(-1) ?? '';
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((container, step) => (container as never)[step], documents) as object;
  const item = structuredClone(change.value);
  if (change.how === 'set') put(parent, key, item);
  else if (change.how === 'wrap') put(parent, key, { [change.key]: (parent as never)[key] });
  else if (Array.isArray(parent))
    parent.splice(Number(key), change.how === 'delete' ? 1 : 0, ...(change.how === 'delete' ? [] : [item]));
  else if (change.how === 'add') put(parent, change.key, item);
  else Reflect.deleteProperty(parent, key);
  return documents.map((document) => JSON.stringify(document, null, 2)).join('\n---\n');
}

function gitOf(files: readonly File[], ref: string): CheckGit {
  const read = files.map(({ file, text }) => readManifest(file, text, { namespace: 'default' }));
  const merged = mergeResources(read.flatMap(({ resources }) => resources));
  return {
    ...{ repository: '/a', ref, commit: '', paths: [], config: {}, waivers: [] },
    resources: merged.resources,
    diagnostics: [...read.flatMap(({ diagnostics }) => diagnostics), ...merged.diagnostics],
  };
}

const validJson = new Ajv2020({ strict: false }).compile(
  JSON.parse(readFileSync('docs/schema/report.schema.json', 'utf8')),
);
const validSarif = new Ajv({ strict: false }).compile(sarifSchema);

function expectSound(report: Report, sides: readonly (readonly File[])[]): void {
  const lines = (file: string): number =>
    Math.max(...sides.map((side) => side.find((it) => it.file === file)?.text.split('\n').length ?? 0));
  const told = [
    ...report.findings,
    ...report.diagnostics,
    ...(report.review?.fixed ?? []),
    ...(report.review?.unchanged ?? []),
  ];
  const places = told.flatMap((it): (Location | undefined)[] => [
    it.location,
    ...('related' in it ? it.related.map(({ location }) => location) : []),
  ]);
  for (const place of places) {
    if (!place) continue;
    expect(place.line).toBeGreaterThanOrEqual(1);
    expect(place.line).toBeLessThanOrEqual(lines(place.file));
  }
  for (const format of formats) {
    const text = reporters[format](report, { color: false, width: 100 });
    expect(text.replace(/[\n\t]/g, '')).not.toMatch(/[\u0000-\u001f]/);
    expect(text).not.toContain('<script>alert');
    if (format === 'json') expect(validJson(JSON.parse(text)), JSON.stringify(validJson.errors)).toBe(true);
    if (format === 'sarif') expect(validSarif(JSON.parse(text)), JSON.stringify(validSarif.errors)).toBe(true);
    if (format === 'gitlab') JSON.parse(text);
    if (format === 'junit') parseXml(text);
    if (format === 'github')
      for (const line of text.trim().split('\n')) expect(line).toMatch(/^$|^::(error|warning|notice) /);
  }
}

const options = (command: string) => ({
  tool: { name: 'kubectl mesh', version: '0', command },
  cluster: {},
  today: '2030-01-01',
});

/** A search of its own for each seed; `MESH_RUNS` makes it longer. */
const seed = Number(process.env['MESH_SEED'] ?? 20261122);
const runs = Number(process.env['MESH_RUNS'] ?? 1);

describe('files that are changed at random', () => {
  const changed = ({ scenario, file, changes }: { scenario: File[]; file: number; changes: Change[] }): File[] =>
    scenario.map((it, index) =>
      index === file % scenario.length ? { ...it, text: changes.reduce(mutated, it.text) } : it,
    );

  it('are judged to the end, with places inside of them and outputs that hold to their schemas', () => {
    fc.assert(
      fc.property(mutation, (it) => {
        const files = changed(it);
        const git = gitOf(files, 'WORKTREE');
        expectSound(check(git, repositoryState(git.resources), options('check')), [files]);
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      }),
      { seed, numRuns: 60 * runs },
    );
  });

  it('are reviewed to the end, as the head of a change and as its base', async () => {
    await fc.assert(
      fc.asyncProperty(mutation, fc.boolean(), async (it, back) => {
        const sides = [it.scenario, changed(it)];
        const [base, head] = (back ? [...sides].reverse() : sides).map((files) => gitOf(files, 'main'));
        if (!base || !head) return;
        const state = repositoryState([...base.resources, ...head.resources]);
        expectSound(await review(base, head, state, options('review')), sides);
      }),
      { seed, numRuns: 25 * runs },
    );
  });
});
