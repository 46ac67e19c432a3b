import type { Filter, Message } from '../../model/envoy.ts';
import { inherit } from '../../model/provenance.ts';

/** An `Any`: the message with its full protobuf type name and its marks. */
export function any(type: string, message: Message = {}): Message {
  return inherit({ '@type': `type.googleapis.com/${type}`, ...message }, message);
}

/** An extension of Envoy (HTTP filter, network filter, listener filter, access logger) with its typed config. */
export function extension(name: string, type: string, message: Message = {}): Filter {
  return { name, typed_config: any(type, message) };
}

/** An extension that Envoy's own types do not hold (Istio's peer metadata, Wasm configs): wrapped as `TypedStruct`. */
export function structExtension(name: string, type: string, value: Message): Filter {
  return {
    name,
    typed_config: any('udpa.type.v1.TypedStruct', { type_url: `type.googleapis.com/${type}`, value }),
  };
}
