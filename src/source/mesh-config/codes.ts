import { codes } from '../../model/codes.ts';
import { isObject } from '../../model/json.ts';
import { nearest } from '../nearest.ts';
import type { Violation } from './validate.ts';

const known: readonly string[] = Object.values(codes);

/**
 * Codes that there are not, in `ignore` and `severities`: a misspelt one would have no effect, and nobody would see it.
 * Severities may name kinds of findings too, so only what looks like a code is judged there.
 */
export function unknownCodes(config: unknown): Violation[] {
  const { ignore, severities } = isObject(config) ? config : {};
  const rules: unknown[] = Array.isArray(ignore) ? ignore : [];
  return [
    ...rules.flatMap((rule, index) =>
      (isObject(rule) && Array.isArray(rule['codes']) ? (rule['codes'] as unknown[]) : []).flatMap((code, at) =>
        judged(code, ['ignore', index, 'codes', at]),
      ),
    ),
    ...Object.keys(isObject(severities) ? severities : {})
      .filter((key) => /^mesh-?\d/i.test(key))
      .flatMap((key) => judged(key, ['severities', key])),
  ];
}

function judged(code: unknown, path: Violation['path']): Violation[] {
  if (typeof code !== 'string' || known.includes(code)) return [];
  const [near] = nearest(code, known, 1);
  const fix = near === undefined ? 'docs/rules lists the codes' : `did you mean ${near}?`;
  return [{ path, message: `there is no code ${code}`, fix }];
}
