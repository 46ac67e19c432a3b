import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import type { Identity } from './identities.ts';

/**
 * Starts a server that answers requests in plain text and in TLS at one port, as an application whose protocol is the
 * client's.
 *
 * @param onName gets the name in the SNI of each handshake
 */
export async function startApplication(
  { certificate, key }: Identity,
  onName: (name: string) => void = () => undefined,
): Promise<{ port: number; stop(): void }> {
  const answer = (_: IncomingMessage, response: ServerResponse): void => {
    response.end('ok');
  };
  const plain = createHttp(answer);
  const secure = createTls({ cert: readFileSync(certificate), key: readFileSync(key) }, (socket) => {
    onName(String(socket.servername));
    plain.emit('connection', socket);
  });
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    socket.once('readable', () => {
      const first = socket.read() as Buffer | null;
      if (!first) return;
      socket.unshift(first);
      (first[0] === 22 ? secure : plain).emit('connection', socket);
    });
  });
  secure.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
