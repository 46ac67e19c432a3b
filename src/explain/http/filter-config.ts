import type { Message, Route, RouteConfiguration, VirtualHost } from '../../model/envoy.ts';

/** The levels at which `typed_per_filter_config` may stand, the most specific first. */
export type Levels = readonly (RouteConfiguration | VirtualHost | Route | Message | undefined)[];

/**
 * The configuration of a filter that is in force for a route: that of the most specific level, else the filter's own.
 * Undefined: it is switched off for the route.
 */
export function filterConfig(filter: Message, levels: Levels): Message | undefined {
  for (const level of levels) {
    const own: Message | undefined = level?.['typed_per_filter_config']?.[filter['name']];
    if (!own) continue;
    if (!String(own['@type']).endsWith('.FilterConfig')) return unpacked(own);
    if (own['disabled'] === true) return undefined;
    return unpacked(own['config'] ?? filter['typed_config'] ?? {});
  }
  return filter['disabled'] === true ? undefined : unpacked(filter['typed_config'] ?? {});
}

/** A message that is written as a TypedStruct (`type_url` and `value`) as the message itself. */
function unpacked(config: Message): Message {
  if (!config['type_url'] || !String(config['@type']).endsWith('TypedStruct')) return config;
  return { ...config['value'], '@type': config['type_url'] };
}

/** The message's name of an Any: `HTTPFault`. */
export function typeOf(config: Message): string {
  let type = types.get(config);
  if (type === undefined) {
    type = readType(config);
    types.set(config, type);
  }
  return type;
}

const types = new WeakMap<Message, string>();

function readType(config: Message): string {
  const url = String(config['@type'] ?? '');
  return url.slice(url.lastIndexOf('.') + 1);
}
