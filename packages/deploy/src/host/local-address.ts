/** Which of this machine's addresses another machine sees: the one of the interface that leads there. */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { ConnectError } from '@covey/protocol';

/**
 * The local address from which packets to a host would leave. Nothing is sent.
 * @throws {ConnectError} when the host is not known or no route leads there.
 */
export async function localAddressTowards(host: string, port: number): Promise<string> {
  try {
    const { address, family } = await lookup(host);
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.connect(port, address, resolve);
      });
      return socket.address().address;
    } finally {
      socket.close();
    }
  } catch (cause) {
    throw new ConnectError(
      `no way leads from here to ${host}: ${(cause as Error).message}; check its name and the network`,
      { cause },
    );
  }
}
