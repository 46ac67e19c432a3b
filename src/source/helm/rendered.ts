import { posix } from 'node:path';
import type { JsonObject } from '../../model/json.ts';
import { isObject } from '../../model/json.ts';
import { parseYaml } from '../yaml/parse.ts';

/** Splits the output of `helm template` into objects, each with the template that Helm names in its `# Source:` line. */
export function splitRendered(text: string): { object: JsonObject; source: string }[] {
  let source = '';
  return text.split(/^---(?=\s|$)/m).flatMap((part) => {
    source = /^# Source: (.+?)\s*$/m.exec(part)?.[1] ?? source;
    return parseYaml(part).documents.flatMap(({ value }) =>
      isObject(value) ? [{ object: value as JsonObject, source }] : [],
    );
  });
}

/** The file of a `# Source:` line, which starts with the chart's name instead of its directory. */
export function sourceFile(source: string, chart: string): string {
  const [, ...rest] = source.split('/');
  return posix.join(chart, ...rest);
}
