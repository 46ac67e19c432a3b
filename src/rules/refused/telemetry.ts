import { wantCel } from './expressions.ts';
import { wantAttachment } from './labels.ts';
import type { Place } from './place.ts';
import type { Judge } from './types.ts';

/** `ValidateTelemetry`. */
export const telemetry: Judge = ({ spec }) => {
  wantAttachment(spec);
  for (const metrics of spec.at('metrics').items) wantMetrics(metrics);
  const tracing = spec.at('tracing');
  for (const again of tracing.items.filter((item, index) =>
    tracing.items.slice(0, index).some((it) => areOfOneSide(it, item)),
  ))
    again.note(
      'is for the same side as an earlier entry',
      'field by field the later one has its way.',
      'write one entry.',
    );
  for (const item of tracing.items) wantTracing(item);
  for (const logging of spec.at('accessLogging').items) {
    if (logging.has('filter')) wantCel(logging.at('filter').at('expression'));
    wantProviders(logging);
  }
};

function wantProviders(place: Place): void {
  for (const provider of place.at('providers').items)
    if (provider.at('name').text === '') provider.refuse('has no name', 'name a provider of the mesh config.');
}

function wantMetrics(metrics: Place): void {
  wantProviders(metrics);
  for (const override of metrics.at('overrides').items) {
    for (const [, tag] of override.at('tagOverrides').entries) {
      const value = tag.at('value');
      const removes = tag.at('operation').text === 'REMOVE';
      if (removes && value.text !== '') value.refuse('is set, while the tag is removed', 'drop it, or write UPSERT.');
      if (!removes && value.text === '') tag.refuse('has no value, which UPSERT wants', 'write value.');
    }
    const custom = override.at('match').at('customMetric');
    if (custom.isSet && custom.text === '') custom.refuse('is empty', 'name the metric.');
  }
}

/** istiod keeps entries for clients and for servers apart, and no others. */
function areOfOneSide(one: Place, other: Place): boolean {
  const [a, b] = [one, other].map((entry) => entry.at('match').at('mode').text);
  return a === b || ![a, b].every((mode) => mode === 'CLIENT' || mode === 'SERVER');
}

const tagFields = { literal: 'value', header: 'name', environment: 'name' };

/** `validateTelemetryTracing`. */
function wantTracing(tracing: Place): void {
  const providers = tracing.at('providers');
  if (providers.items.length > 1)
    providers.warn('has several providers', 'spans go to the first one only.', 'name one provider.');
  wantProviders(tracing);
  const percent = tracing.at('randomSamplingPercentage');
  if (percent.number < 0 || percent.number > 100)
    percent.refuse(`is ${percent.number}`, 'write a number from 0 to 100.');
  for (const [name, tag] of tracing.at('customTags').entries) {
    if (name === '') tag.refuse('has no name', 'name the tag.');
    for (const [kind, field] of Object.entries(tagFields))
      if (tag.has(kind) && tag.at(kind).at(field).text === '')
        tag.at(kind).refuse(`has no ${field}`, `write ${field}.`);
  }
}
