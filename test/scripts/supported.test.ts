import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fieldLists } from '../../scripts/supported/lists.ts';
import { noteOf, notes } from '../../scripts/supported/notes.ts';
import { occurrences, patternSteps, without } from '../../scripts/supported/occurrences.ts';
import { print, stateOf } from '../../scripts/supported/print.ts';
import { readProofs } from '../../scripts/supported/proofs.ts';

const lists = fieldLists();
readProofs(lists);

describe('the page of supported fields', () => {
  it('is what the schemas, the proofs and the notes print', () => {
    // Where this fails: npm run supported -- --print
    expect(readFileSync('docs/supported.md', 'utf8')).toBe(print(lists));
  });

  it('lists every kind with fields of the schemas, and none twice', () => {
    expect(lists).toHaveLength(22);
    for (const { kind, fields } of lists) {
      expect(fields.length, kind.kind).toBeGreaterThan(2);
      expect(new Set(fields.map(({ pattern }) => pattern)).size, kind.kind).toBe(fields.length);
    }
    const virtualService = lists.find(({ kind }) => kind.kind === 'VirtualService');
    expect(virtualService?.fields.map(({ pattern }) => pattern)).toContain('spec.http[].retries.perTryTimeout');
  });

  it('names a recording for what it calls compiled, and a reason for what is not', () => {
    for (const { kind, fields } of lists)
      for (const field of fields) {
        const { state, detail } = stateOf(kind, field);
        if (state === 'compiled') expect(detail, field.pattern).toMatch(/^1\.\d+\//);
        if (state === 'partly' || state === 'not') expect(detail, field.pattern).not.toBe('');
      }
  });

  it('has no note that fits no field', () => {
    const used = new Set(lists.flatMap(({ kind, fields }) => fields.map(({ pattern }) => noteOf(kind, pattern))));
    expect(notes.filter((note) => !used.has(note))).toEqual([]);
  });
});

describe('fields in objects', () => {
  const object = { spec: { http: [{ match: [{ headers: { a: { exact: 'x' } } }] }, { timeout: '5s' }] } };

  it('finds them through lists and maps', () => {
    expect(occurrences(object, patternSteps('spec.http[].match[].headers{}.exact'))).toEqual([
      ['spec', 'http', 0, 'match', 0, 'headers', 'a', 'exact'],
    ]);
  });

  it('takes one away from a copy', () => {
    expect(without(object, ['spec', 'http', 1, 'timeout']).spec.http[1]).toEqual({});
    expect(object.spec.http[1]).toEqual({ timeout: '5s' });
  });
});
