import { socketPath, wantAddress, wantPort, wantSocket } from './addresses.ts';
import { isDnsLabel, wantScopedHost } from './names.ts';
import type { Place } from './place.ts';
import { isHttp, isTls, protocolOf, wantProtocol } from './protocols.ts';
import { wantServerTls } from './server-tls.ts';
import type { Judge } from './types.ts';
import { repeated } from './values.ts';

/** `ValidateGateway`. */
export const gateway: Judge = ({ spec, name }) => {
  if (!isDnsLabel(name.text))
    name.refuse(`is ${JSON.stringify(name.text)}, which is no DNS label`, 'name it without dots.');
  const servers = spec.at('servers').items;
  if (servers.length === 0) spec.refuse('has no servers', 'write one.');
  for (const server of servers) wantServer(server);
  for (const again of repeated(servers, (server) =>
    server.has('port') ? server.at('port').at('name').text : undefined,
  ))
    again
      .at('port')
      .at('name')
      .refuse(`is ${again.at('port').at('name').text}, the name of an earlier port`, 'name the port otherwise.');
};

function wantServer(server: Place): void {
  const [port, bind, tls] = [server.at('port'), server.at('bind'), server.at('tls')];
  if (server.at('hosts').items.length === 0) server.refuse('has no hosts', 'name one, or write "*".');
  for (const host of server.at('hosts').items) wantScopedHost(host, true, false);
  const isFit = wantServerPort(server);
  wantBind(bind, port);
  wantServerTls(tls);
  const protocol = port.at('protocol').text;
  const redirects = tls.at('httpsRedirect').isTrue;
  if (redirects && port.isSet && !isHttp(protocol))
    tls.at('httpsRedirect').note(`is true on a port for ${protocol}`, 'none: only HTTP is redirected.', 'drop it.');
  if (!isFit) return;
  if (isTls(protocol) && !tls.isSet) server.refuse(`has no tls, for ${protocol}`, 'write tls.');
  if (isTls(protocol) || !tls.isSet) return;
  if (!isHttp(protocol)) tls.refuse(`is set, for ${protocol}`, 'drop it, or let the protocol be HTTPS or TLS.');
  else if (!isRedirectAlone(tls))
    tls.refuse(`is set, for ${protocol}`, 'drop all but httpsRedirect, or let the protocol be HTTPS.');
}

/** What may be said of TLS on a port for plain HTTP: nothing but a redirect. */
function isRedirectAlone(tls: Place): boolean {
  return (
    ['', 'PASSTHROUGH', 'AUTO_PASSTHROUGH'].includes(tls.at('mode').text) &&
    ['caCertificates', 'privateKey', 'serverCertificate'].every((name) => tls.at(name).text === '')
  );
}

/** `validateServerPort`; whether nothing is wrong with it. */
function wantServerPort(server: Place): boolean {
  const port = server.at('port');
  if (!port.isSet) {
    server.refuse('has no port', 'write it.');
    return false;
  }
  const [number, target] = [port.at('number'), port.at('targetPort')];
  const bySocket = number.number === 0 && socketPath(server.at('bind').text) !== undefined;
  wantProtocol(port.at('protocol'), false);
  if (!bySocket) wantPort(number);
  if (target.number > 0) target.refuse('is set, and has no effect on Gateways', 'drop it.');
  if (port.at('name').text === '') port.refuse('has no name', 'name it.');
  const isNumber = bySocket || (number.number > 0 && number.number <= 65535);
  return (
    isNumber && target.number <= 0 && port.at('name').text !== '' && protocolOf(port.at('protocol').text) !== undefined
  );
}

/** `validateServerBind`. */
function wantBind(bind: Place, port: Place): void {
  const path = socketPath(bind.text);
  if (path === undefined) {
    if (bind.text !== '') wantAddress(bind);
    return;
  }
  wantSocket(bind, path);
  if (port.at('number').number !== 0)
    port.at('number').refuse(`is ${port.at('number').number}, beside a socket`, 'write 0.');
}
