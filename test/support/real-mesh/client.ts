import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A request as bytes, and the connection that it goes over. */
export interface Wire {
  /** Port on this machine. */
  port: number;
  /** The addresses that a PROXY header names. */
  source: { address: string; port: number };
  destination: { address: string; port: number };
  /** TLS with this name; an empty one: without a name. */
  sni?: string;
  text: string;
}

/** The PROXY header of a connection. */
export function proxyLine(source: Wire['source'], destination: Wire['destination']): string {
  return `PROXY TCP4 ${source.address} ${destination.address} ${source.port} ${destination.port}\r\n`;
}

/** Sends it; the status that comes back, or 0 where the connection ends without one. */
export function talk({ port, source, destination, sni, text }: Wire): Promise<number> {
  return new Promise((resolve) => {
    let answer = '';
    const socket: Socket = connect(port, '127.0.0.1', () => {
      socket.write(proxyLine(source, destination));
      if (sni === undefined) return follow(socket);
      const options = { socket, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] };
      const secure = connectTls({ ...options, ...(sni === '' ? {} : { servername: sni }) }, () => follow(secure));
      secure.on('error', () => end(0)).on('close', () => end(0));
    });
    const end = (status: number): void => {
      socket.destroy();
      resolve(status);
    };
    const follow = (stream: Socket): void => {
      stream.write(text);
      stream.on('data', (chunk) => {
        answer += chunk.toString('latin1');
        const status = /^HTTP\/1\.\d (\d+)[\s\S]*?\r\n\r\n/.exec(answer)?.[1];
        if (status !== undefined) end(Number(status));
      });
    };
    socket.setTimeout(10_000, () => end(0));
    socket.on('error', () => end(0)).on('close', () => end(0));
  });
}
