import type { JsonObject, Path } from '../../src/model/json.ts';
import type { Resource } from '../../src/model/resource.ts';
import type { Type } from './declarations.ts';
import type { Effect, Measure } from './effect.ts';
import { occurrences, patternSteps, samples, without, withValue } from './occurrences.ts';

/** What is known of a field. */
export interface Field {
  pattern: string;
  type: Type;
  /** A recording in which taking the field away, or changing it, changes what a proxy is sent. */
  proof?: string;
  /** Reasons of values that are not known where the field is set. */
  unknown: Set<string>;
  /** Values that recordings have. */
  values: Set<string>;
  /** The first recording that has the field. */
  recorded?: string;
  /** Values that were tried without an effect. */
  tried: Set<string>;
}

/** How many trials without an effect are enough. */
const enough = 6;

/** An object whose fields are changed: a resource, or the MeshConfig. */
export interface Subject {
  object: JsonObject;
  effect(object: JsonObject): Effect;
}

export function subjectOf(measure: Measure, resource: Resource): Subject {
  return { object: resource.object, effect: (object) => measure.effectOf(resource, object) };
}

/** Looks for a proof of a field in one recording. */
export function prove(field: Field, measure: Measure, subjects: readonly Subject[]): void {
  const steps = patternSteps(field.pattern);
  const last = steps.filter((step) => step !== '[]' && step !== '{}').at(-1) ?? '';
  for (const subject of subjects) {
    const paths = occurrences(subject.object, steps);
    if (paths.length === 0) continue;
    field.recorded ??= measure.name;
    for (const path of paths) {
      const now = at(subject.object, path);
      if (field.type.values.length > 0) field.values.add(String(now));
    }
    for (const path of paths.slice(0, 2)) {
      const now = at(subject.object, path);
      if (field.proof || field.tried.size >= enough) break;
      if (field.tried.has(JSON.stringify(now))) continue;
      field.tried.add(JSON.stringify(now));
      const changes = [
        without(subject.object, path),
        ...samples(last, field.type, now)
          .slice(0, 1)
          .map((value) => withValue(subject.object, path, value)),
      ];
      for (const changed of changes) {
        const effect = subject.effect(changed);
        if (!effect.changed) continue;
        field.proof = measure.name;
        for (const reason of effect.unknown) field.unknown.add(reason);
        break;
      }
    }
  }
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<any>((found, step) => found?.[step], value);
}
