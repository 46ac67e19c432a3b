import type { Json } from '../../model/json.ts';
import { readDocuments, type SourceDocument } from '../documents.ts';

/** A template with its actions taken out, so that it reads as YAML; line for line as the template. */
export interface Skeleton {
  documents: SourceDocument[];
  /** What stands between the braces, by the number in its placeholder. */
  actions: string[];
}

/** Reads a template as YAML: an action in a line becomes a placeholder, a line of actions alone becomes empty. */
export function readSkeleton(file: string, template: string): Skeleton {
  const actions: string[] = [];
  const marked = template.replace(/\{\{-?([\s\S]*?)-?\}\}/g, (whole, inner: string) => {
    const breaks = whole.replace(/[^\n]/g, '');
    actions.push(inner.trim());
    return `__${actions.length - 1}__${breaks}`;
  });
  const lines = marked.split('\n').map((line) => (/^\s*(__\d+__\s*)+$/.test(line) ? '' : line));
  return { documents: readDocuments(file, lines.join('\n')), actions };
}

const placeholder = /__(\d+)__/;

/** The action that a value is wholly made by, if it is. */
export function actionOf(value: Json | undefined, { actions }: Skeleton): string | undefined {
  const whole = typeof value === 'string' ? /^__(\d+)__$/.exec(value) : null;
  return whole ? actions[Number(whole[1])] : undefined;
}

/** Whether a value of the skeleton may have become the rendered text. */
export function mayBecome(value: string, rendered: unknown): boolean {
  if (!placeholder.test(value)) return value === rendered;
  const parts = value.split(/__\d+__/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(String(rendered));
}
