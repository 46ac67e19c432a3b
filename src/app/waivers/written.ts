import type { Location } from '../../model/resource.ts';
import { resourceName } from '../../model/resource.ts';
import type { Waiver } from '../../model/waiver.ts';
import type { IgnoreRule } from '../../source/mesh-config/read.ts';
import type { RulesGit } from './project-rules.ts';

/** A waiver as it stands in Git: a comment, or a rule of the project file. */
export type Written = {
  /** The object that it speaks of, as findings name it; for a comment outside of any object its file. */
  resource: string;
  field: string;
  /** Empty: all. */
  codes: readonly string[];
  reason: string;
  until?: string;
  location?: Location;
  /** Whether its last day has passed. */
  ended(today: string): boolean;
} & ({ comment: Waiver; rule: Waiver } | { rule: IgnoreRule });

/** What is known of waivers once all findings were held against them. */
export interface Known {
  today: string;
  /** How many findings it covers. */
  uses(rule: Waiver | IgnoreRule): number;
  /** Whether the change under review adds it. */
  added(written: Written): boolean;
}

/** All waivers of a state of Git. */
export function writtenWaivers({ config, waivers, resources }: RulesGit): Written[] {
  const places = new Map<string, { line: number; name: string }[]>();
  if (waivers.length > 0)
    for (const resource of resources) {
      const at = resource.locate([]);
      if (at) places.set(at.file, [...(places.get(at.file) ?? []), { line: at.line, name: resourceName(resource) }]);
    }
  const objectOf = ({ location, document }: Waiver): string =>
    places.get(location.file)?.find(({ line }) => document.from <= line && line <= document.to)?.name ?? location.file;
  const ended = (until: string | undefined) => (today: string) => until !== undefined && until < today;
  return [
    ...waivers.map((comment): Written => {
      const { codes, reason, until, location } = comment;
      return {
        comment,
        rule: comment,
        resource: objectOf(comment),
        field: '',
        codes,
        reason,
        location,
        ...(until === undefined ? {} : { until }),
        ended: ended(until),
      };
    }),
    ...(config.ignore ?? []).map((rule): Written => {
      const { resource, field = '', codes = [], reason, expires, location } = rule;
      return {
        rule,
        resource,
        field,
        codes,
        reason,
        ...(expires === undefined ? {} : { until: expires }),
        ...(location === undefined ? {} : { location }),
        ended: ended(expires),
      };
    }),
  ];
}

/** What makes two waivers of two states the same, wherever they stand; one that lasts longer is another one. */
export function identityOf({ resource, field, codes, reason, until }: Written): string {
  return JSON.stringify([resource, field, [...codes].sort(), reason, until ?? '']);
}
