import { STATUS_CODES } from 'node:http';
import { durationNanos } from '../../model/duration.ts';
import type { Behaviour } from '../../model/istio-version.ts';
import { wantPort } from './addresses.ts';
import { wantHeaderToken } from './headers.ts';
import type { Place } from './place.ts';
import { bytesIn, wantDuration, wantExpression } from './values.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', '*'];

/** `validateCORSPolicy`. */
export function wantCors(policy: Place): void {
  for (const origin of policy.at('allowOrigins').items) {
    const words = ['exact', 'prefix', 'regex'].map((name) => origin.at(name).text);
    if (words.every((word) => word === '')) origin.refuse('names no origin', 'write exact, prefix or regex.');
    else if (origin.has('regex')) wantExpression(origin.at('regex'));
  }
  for (const method of policy.at('allowMethods').items)
    if (!methods.includes(method.text))
      method.refuse(`is ${JSON.stringify(method.text)}, which is no method`, `write one of ${methods.join(', ')}.`);
  for (const name of ['allowHeaders', 'exposeHeaders'])
    for (const header of policy.at(name).items) wantHeaderToken(header);
  const age = policy.at('maxAge');
  wantDuration(age);
  if ((durationNanos(age.text) ?? 0n) % 1_000_000_000n > 0n)
    age.refuse(`is ${age.text}, finer than a second`, 'write whole seconds.');
}

const grpcStatus = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED'],
  ...['INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
];

/** `validateHTTPFaultInjection`. */
export function wantFault(fault: Place): void {
  if (!fault.isSet) return;
  const [abort, delay] = [fault.at('abort'), fault.at('delay')];
  if (!abort.isSet && !delay.isSet) fault.refuse('has neither abort nor delay', 'write one of them, or drop it.');
  for (const place of [abort, delay]) wantPercentage(place.at('percentage').at('value'));
  wantDuration(delay.at('fixedDelay'));
  if (delay.has('exponentialDelay'))
    delay.at('exponentialDelay').refuse('is set, and not supported', 'write fixedDelay.');
  const grpc = abort.at('grpcStatus');
  if (grpc.isSet && !grpcStatus.includes(grpc.text))
    grpc.refuse(
      `is ${JSON.stringify(grpc.text)}, which is no status of gRPC`,
      `write one of ${grpcStatus.join(', ')}.`,
    );
  if (abort.has('http2Error')) abort.at('http2Error').refuse('is set, and not supported', 'write httpStatus.');
  if (abort.has('httpStatus')) wantStatus(abort.at('httpStatus'));
  if (abort.isSet && !abort.has('grpcStatus', 'http2Error', 'httpStatus'))
    abort.warn('has no status', 'no request is aborted.', 'write httpStatus or grpcStatus.');
}

function wantPercentage(place: Place): void {
  const { number } = place;
  if (number < 0 || number > 100 || (number > 0 && number < 0.0001))
    place.refuse(`is ${number}`, 'write 0, or a number from 0.0001 to 100.');
}

function wantStatus(status: Place): void {
  if (status.number < 200 || status.number > 600)
    status.refuse(status.isSet ? `is ${status.number}` : 'is missing', 'write a status from 200 to 599.');
}

/** `validateHTTPRedirect`. */
export function wantRedirect(redirect: Place, matches: Place, behaviour: Behaviour): void {
  if (!redirect.isSet) return;
  const prefix = redirect.at('prefixRewrite');
  const rewritesPrefix = behaviour.prefixRedirect && prefix.text !== '';
  if (rewritesPrefix && redirect.at('uri').text !== '') prefix.refuse('stands beside uri', 'keep one of them.');
  const other = matches.items.find((match) => match.has('uri') && !match.at('uri').has('prefix'));
  if (rewritesPrefix && other)
    prefix.refuse('is set for paths that are not matched by a prefix', 'match prefixes only, or write uri.');
  const says = ['uri', 'authority', 'scheme'].some((name) => redirect.at(name).text !== '');
  if (!says && !rewritesPrefix && !redirect.has('port', 'derivePort'))
    redirect.refuse('says nothing', 'write uri, authority, scheme or port.');
  const code = redirect.at('redirectCode');
  if (code.number !== 0 && (code.number < 300 || code.number > 399))
    code.refuse(`is ${code.number}`, 'write a code from 300 to 399.');
  const scheme = redirect.at('scheme');
  if (!['', 'http', 'https'].includes(scheme.text))
    scheme.refuse(`is ${JSON.stringify(scheme.text)}`, 'write http or https.');
  if (redirect.at('port').number > 0) wantPort(redirect.at('port'));
}

/** `validateHTTPDirectResponse`. */
export function wantDirectResponse(response: Place): void {
  if (!response.isSet) return;
  const body = response.at('body');
  const [text, coded] = [body.at('string').text, body.at('bytes').text];
  const size = bytesIn(text) + Math.floor((coded.replace(/(?<!=)=+$/, '').length * 3) / 4);
  if (size > 1024 * 1024) body.refuse('has more than 1 MB', 'write less, or let a service answer.');
  else if (size > 100 * 1024)
    body.note('has more than 100 KB', 'it goes to each proxy, and makes istiod slow.', 'write less.');
  wantStatus(response.at('status'));
}

const retryOn = [
  ...['5xx', 'gateway-error', 'reset', 'reset-before-request', 'connect-failure', 'retriable-4xx', 'refused-stream'],
  ...['retriable-status-codes', 'retriable-headers', 'envoy-ratelimited', 'http3-post-connect-failure'],
  ...['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'],
];

/** `ValidateHTTPRetry`. */
export function wantRetries(retries: Place): void {
  if (!retries.isSet) return;
  const attempts = retries.at('attempts');
  if (attempts.number < 0) attempts.refuse(`is ${attempts.number}`, 'write 0 or more.');
  const policy = retries.at('retryOn');
  const others = ['perTryTimeout', 'retryRemoteLocalities'].filter((name) => retries.has(name));
  if (policy.text !== '') others.push('retryOn');
  if (attempts.number === 0 && others.length > 0)
    retries.refuse(`has ${others.join(' and ')} without attempts above 0`, 'set attempts, or drop the others.');
  wantDuration(retries.at('perTryTimeout'));
  for (const word of policy.text === '' ? [] : new Set(policy.text.split(',')))
    if (!retryOn.includes(word) && !isKnownStatus(word))
      policy.refuse(`has ${JSON.stringify(word)}`, `write codes or some of ${retryOn.join(', ')}, without blanks.`);
  wantDuration(retries.at('backoff'));
}

/** Whether a word is a status that has a name in Go (`http.StatusText`). */
function isKnownStatus(word: string): boolean {
  const status = /^[+-]?\d+$/.test(word) ? Number(word) : 0;
  return status !== 509 && STATUS_CODES[status] !== undefined;
}

/** `validateHTTPRewrite`. */
export function wantRewrite(rewrite: Place): void {
  if (!rewrite.isSet) return;
  const regex = rewrite.at('uriRegexRewrite');
  const uri = rewrite.at('uri').text;
  if (uri !== '' && regex.isSet) regex.refuse('stands beside uri', 'keep one of them.');
  else if (uri === '' && !regex.isSet && rewrite.at('authority').text === '')
    rewrite.refuse('says nothing', 'write uri, uriRegexRewrite or authority.');
  else if (regex.isSet && (regex.at('match').text === '' || regex.at('rewrite').text === ''))
    regex.refuse('lacks match or rewrite', 'write both.');
  else if (regex.isSet) wantExpression(regex.at('match'));
}
