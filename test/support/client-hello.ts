/** A TLS 1.2 ClientHello with a server name and protocols, as far as an inspector reads it. */
export function clientHello(sni: string | undefined, alpn: readonly string[]): Buffer {
  const extensions: Buffer[] = [];
  if (sni !== undefined)
    extensions.push(extension(0, sized(2, Buffer.concat([Buffer.from([0]), sized(2, Buffer.from(sni))]))));
  if (alpn.length > 0)
    extensions.push(extension(16, sized(2, Buffer.concat(alpn.map((it) => sized(1, Buffer.from(it)))))));
  extensions.push(
    extension(10, sized(2, Buffer.from([0, 29, 0, 23]))),
    extension(13, sized(2, Buffer.from([4, 3, 8, 4]))),
  );
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    Buffer.alloc(32, 7),
    Buffer.from([0]),
    sized(2, Buffer.from([0xc0, 0x2f, 0xc0, 0x2b])),
    sized(1, Buffer.from([0])),
    sized(2, Buffer.concat(extensions)),
  ]);
  const handshake = Buffer.concat([Buffer.from([1]), sized(3, body)]);
  return Buffer.concat([Buffer.from([22, 3, 1]), sized(2, handshake)]);
}

function extension(type: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type >> 8, type & 255]), sized(2, content)]);
}

/** Bytes with their length in front. */
function sized(width: number, content: Buffer): Buffer {
  const length = Buffer.alloc(width);
  length.writeUIntBE(content.length, 0, width);
  return Buffer.concat([length, content]);
}
