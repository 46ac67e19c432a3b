import { json, yaml } from './data.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';
import { html } from './html/index.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { sarif } from './sarif.ts';
import { text } from './text.ts';
import type { Reporter } from './types.ts';
import { wide } from './wide.ts';

/** Every output format and for whom it is. */
export const formatsFor = {
  text: 'a person',
  wide: "text with diffs in Envoy's own terms",
  json: 'a versioned contract for scripts',
  yaml: 'the same as YAML',
  markdown: 'a comment on a pull request, or a step summary',
  html: 'one page that needs nothing else',
  github: 'annotations of GitHub Actions',
  sarif: 'code scanning (SARIF 2.1.0)',
  junit: 'test reports',
  gitlab: "GitLab's Code Quality",
} as const;

export type Format = keyof typeof formatsFor;
export const formats = Object.keys(formatsFor) as Format[];

export const reporters: Record<Format, Reporter> = {
  text,
  wide,
  json,
  yaml,
  markdown,
  html,
  github,
  sarif,
  junit,
  gitlab,
};
