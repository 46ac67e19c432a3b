import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatPath, type JsonObject } from '../../../../src/model/json.ts';
import { program } from '../../../../src/rules/schema/cel/program.ts';
import { inspect } from '../../../../src/rules/schema/inspect.ts';
import { type Packed, unpacker } from '../../../../src/rules/schema/pack.ts';
import table from '../../../../src/rules/schema/table.json' with { type: 'json' };

const packed = table as unknown as Packed;
const unpack = unpacker(packed);

/** What a kube-apiserver 1.36 said of an object, with the definitions of a release: nothing, or where and why it refuses it. */
interface Case {
  release: string;
  apiVersion: string;
  kind: string;
  spec: JsonObject;
  refused?: [field: string, message: string][];
}
const cases = JSON.parse(
  readFileSync(new URL('../../../../fixtures/schema/api-server.json', import.meta.url), 'utf8'),
) as Case[];

function verdict({ release, apiVersion, kind, spec }: Case) {
  const [group = '', version = ''] = apiVersion.split('/');
  const known = packed.releases[release]?.[`${group}/${kind}`]?.[version];
  if (!known) throw new Error(`${release} has no ${apiVersion} ${kind}`);
  return inspect({ apiVersion, kind, metadata: { name: 'a' }, spec }, unpack(known.schema));
}

describe("the API server's verdicts", () => {
  // Field errors write keys of maps in brackets.
  const plain = (field: string): string => field.replace(/[[\]."]+/g, '.').replace(/\.$/, '');

  it.each(cases.filter(({ refused }) => refused))('$release $kind $refused.0', (it) => {
    const { violations, broken } = verdict(it);
    expect(violations.filter(({ blocks }) => blocks)).toEqual([]);
    expect(broken.filter(({ unknown }) => unknown)).toEqual([]);
    const said = broken.map(({ path, rule }) => `${plain(formatPath(path))}: ${(rule.message ?? rule.rule).trim()}`);
    const asked = (it.refused ?? []).map(([field, message]) => [plain(field), message] as const);
    expect(said.length + violations.length).toBe(asked.length);
    for (const line of said)
      expect(
        asked.some(
          ([field, message]) => line.startsWith(`${field}: `) && message.includes(line.slice(field.length + 2, 150)),
        ),
      ).toBe(true);
  });

  it.each(cases.filter(({ refused }) => !refused))('$release $kind is taken: $spec', (it) => {
    const { violations, broken } = verdict(it);
    expect([...violations, ...broken]).toEqual([]);
  });
});

describe('rules of all releases', () => {
  const transition = packed.rules.filter(({ rule }) => program(rule).usesOldSelf);

  it('can all be judged', () => {
    expect(packed.rules.length).toBeGreaterThan(100);
    expect(packed.rules.flatMap(({ rule }) => program(rule).problem ?? [])).toEqual([]);
  });

  it('but those that compare with a former state are about what a controller owns', () => {
    expect(transition.map(({ rule }) => rule)).toEqual(['self == oldSelf']);
  });

  it('refuse something that the API server refuses, each', () => {
    const met = new Set(cases.flatMap((it) => (it.refused ? verdict(it).broken.map(({ rule }) => rule.rule) : [])));
    const never = packed.rules.filter((it) => !met.has(it.rule) && !transition.includes(it)).map(({ rule }) => rule);
    // The list of values of that field is looked at first.
    expect(never).toEqual(["self.type in ['Exact','PathPrefix'] || self.type == 'RegularExpression'"]);
  });
});
