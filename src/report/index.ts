import { json, yaml } from './data.ts';
import { text } from './text.ts';
import type { Reporter } from './types.ts';
import { wide } from './wide.ts';

export const formats = ['text', 'wide', 'json', 'yaml'] as const;
export type Format = (typeof formats)[number];

export const reporters: Record<Format, Reporter> = { text, wide, json, yaml };
