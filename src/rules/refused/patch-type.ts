import { fieldsOf } from '../../model/envoy-api/index.ts';
import { ownValue } from '../../model/json.ts';
import { contribTypes } from './contrib-types.ts';

/** Packages that istiod knows types of besides Envoy's; all of them are taken. */
const others = ['cel', 'google', 'grpc', 'io', 'istio', 'opentelemetry', 'udpa', 'validate', 'xds'];

/** Of Envoy's packages those that are not told apart; `envoy.api` was the v2 API. */
const rooms = ['admin', 'annotations', 'data', 'service', 'tcp', 'type', 'watchdog'];

/** Whether istiod surely has no message of that full name, and so refuses it as the type of an Any. */
export function isUnknownType(name: string): boolean {
  const [root = '', room = '', ...rest] = name.split('.');
  if (!/^\w+(?:\.\w+)+$/.test(name)) return true;
  if (root !== 'envoy') return !others.includes(root);
  if (room !== 'config' && room !== 'extensions') return !rooms.includes(room);
  return !isListed(name) && !(rest.length > 1 && isListed(name.slice(0, name.lastIndexOf('.'))));
}

function isListed(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return (
    fieldsOf(name) !== undefined || ownValue(contribTypes, name.slice(0, dot))?.includes(name.slice(dot + 1)) === true
  );
}
