import type * as Cel from '@marcbachmann/cel-js';
import { durationNanos } from '../../../model/duration.ts';
import { CelFailure } from './failure.ts';
import { isCidr, isIp } from './ip.ts';
import { nameFormats } from './names.ts';
import * as texts from './texts.ts';
import { hostParts, parseUrl, type UrlParts } from './url.ts';

class Url {
  readonly parts: UrlParts;
  constructor(parts: UrlParts) {
    this.parts = parts;
  }
}
class NamedFormat {
  readonly holds: (text: string) => boolean;
  constructor(holds: (text: string) => boolean) {
    this.holds = holds;
  }
}
class Formats {}

/** Functions that cel-js has, but not as CEL in Go: they are called by other names. */
export const replaced: ReadonlyMap<string, string> = new Map(
  ['matches', 'duration', 'int', 'substring', 'indexOf', 'lastIndexOf', 'lowerAscii', 'upperAscii'].map((name) => [
    name,
    `${name}Go`,
  ]),
);

/** CEL as an API server knows it in rules (apiserver, `pkg/cel/environment`), but for sets, quantities, versions and authorization. */
export function environment({ Environment }: typeof Cel): Cel.Environment {
  const env = new Environment({ enableOptionalTypes: true, limits: { maxListElements: 10_000 } })
    .registerVariable('self', 'dyn')
    .registerVariable('oldSelf', 'dyn');
  // cel-js does not export its durations.
  const Duration = (env.evaluate("duration('0s')") as object).constructor as new (s: bigint, nanos: number) => object;
  const add = (signature: string, handler: (...args: never[]) => unknown): unknown =>
    env.registerFunction(signature, handler as (...args: unknown[]) => unknown, { async: false });
  addTexts(add);
  addNumbers(add);
  add('hasField(dyn, string): bool', hasField);
  add('durationGo(string): google.protobuf.Duration', (text: string) => {
    const count = durationNanos(text);
    if (count === undefined) throw new CelFailure(`time: invalid duration ${JSON.stringify(text)}`);
    return new Duration(count / 1_000_000_000n, Number(count % 1_000_000_000n));
  });
  env.registerType('kubernetes.URL', { ctor: Url, fields: {} });
  add('isURL(string): bool', (text: string) => parseUrl(text) !== undefined);
  add('url(string): kubernetes.URL', (text: string) => {
    const parts = parseUrl(text);
    if (!parts) throw new CelFailure(`URL parse error during conversion from string: ${text}`);
    return new Url(parts);
  });
  add('kubernetes.URL.getScheme(): string', ({ parts }: Url) => parts.scheme);
  add('kubernetes.URL.getHost(): string', ({ parts }: Url) => parts.host);
  add('kubernetes.URL.getHostname(): string', ({ parts }: Url) => hostParts(parts.host).hostname);
  add('kubernetes.URL.getPort(): string', ({ parts }: Url) => hostParts(parts.host).port);
  add('kubernetes.URL.getEscapedPath(): string', ({ parts }: Url) => parts.path);
  add('isIP(string): bool', isIp);
  add('isCIDR(string): bool', isCidr);
  env.registerType('kubernetes.NamedFormat', { ctor: NamedFormat, fields: {} });
  env.registerType('kubernetes.Formats', { ctor: Formats, fields: {} });
  env.registerConstant('format', 'kubernetes.Formats', new Formats());
  for (const [name, holds] of Object.entries(nameFormats))
    add(`kubernetes.Formats.${name}(): kubernetes.NamedFormat`, () => new NamedFormat(holds));
  // An optional list of faults; rules ask only whether there are any.
  add('kubernetes.NamedFormat.validate(string): dyn', ({ holds }: NamedFormat, text: string) =>
    holds(text) ? null : [`${JSON.stringify(text)} is invalid`],
  );
  return env;
}

/** `has`. */
function hasField(value: unknown, name: string): boolean {
  if (value instanceof Map) return value.has(name);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.hasOwn(value, name);
  throw new CelFailure('no such overload');
}

type Add = (signature: string, handler: (...args: never[]) => unknown) => unknown;

function addTexts(add: Add): void {
  add('string.matchesGo(string): bool', texts.matchesRe2);
  add('string.find(string): string', (text: string, pattern: string) => texts.findAll(text, pattern, 1n)[0] ?? '');
  add('string.findAll(string): list<string>', (text: string, pattern: string) => texts.findAll(text, pattern, -1n));
  add('string.findAll(string, int): list<string>', texts.findAll);
  add('string.substringGo(int): string', texts.substring);
  add('string.substringGo(int, int): string', texts.substring);
  add('string.charAt(int): string', texts.charAt);
  add('string.indexOfGo(string): int', texts.indexOf);
  add('string.indexOfGo(string, int): int', texts.indexOf);
  add('string.lastIndexOfGo(string): int', texts.lastIndexOf);
  add('string.lastIndexOfGo(string, int): int', texts.lastIndexOf);
  add('string.replace(string, string): string', texts.replace);
  add('string.replace(string, string, int): string', texts.replace);
  add('string.lowerAsciiGo(): string', texts.lowerAscii);
  add('string.upperAsciiGo(): string', texts.upperAscii);
}

function addNumbers(add: Add): void {
  add('intGo(dyn): int', toInt);
  const compare = (a: number | bigint | string, b: number | bigint | string): number => (a < b ? -1 : a > b ? 1 : 0);
  const best = (name: string, sign: number): void => {
    add(`list.${name}(): dyn`, (list: (number | bigint | string)[]) => {
      if (list.length === 0) throw new CelFailure(`${name} called on empty list`);
      return list.reduce((found, item) => (compare(item, found) * sign > 0 ? item : found));
    });
  };
  best('max', 1);
  best('min', -1);
  add('list.isSorted(): bool', (list: (number | bigint | string)[]) =>
    list.every((item, index) => index === 0 || compare(list[index - 1] as string, item as string) <= 0),
  );
  add('list.sum(): dyn', (list: (number | bigint)[]) =>
    list.length === 0 ? 0n : list.reduce((sum, item) => (sum as number) + (item as number)),
  );
  add('list.indexOfGo(dyn): int', (list: unknown[], item: unknown) => BigInt(list.indexOf(item)));
  add('list.lastIndexOfGo(dyn): int', (list: unknown[], item: unknown) => BigInt(list.lastIndexOf(item)));
}

function toInt(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  const number =
    typeof value === 'number' && Number.isFinite(value)
      ? BigInt(Math.trunc(value))
      : typeof value === 'string' && /^[-+]?\d+$/.test(value)
        ? BigInt(value)
        : undefined;
  if (number === undefined || BigInt.asIntN(64, number) !== number)
    throw new CelFailure(`type conversion error from ${JSON.stringify(value)} to int`);
  return number;
}
