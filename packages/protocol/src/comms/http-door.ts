/** The HTTP side of a listener: `/health` and an empty page for browsers are open, every other path needs the token made from the secret, and browsers of other sites are refused. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { sameBytes, type Secret } from '../credentials.js';
import type { CoveyError } from '../errors.js';

/** Serves an authorised request, and those without a token that it takes for open: pages that hold nothing of the cluster. */
export interface HttpHandler {
  (request: IncomingMessage, response: ServerResponse): void;
  readonly isOpen?: (request: IncomingMessage) => boolean;
}

export interface HttpDoorOptions {
  readonly secret: Secret;
  readonly handler: HttpHandler | undefined;
  readonly isAllowedOrigin: (origin: string) => boolean;
  readonly isAllowedHost: (host: string | undefined) => boolean;
  /** What is wrong with the certificate of a client, if it is checked. */
  readonly certificateError: (socket: Socket) => CoveyError | undefined;
  /** Called for every request. */
  readonly onasked: (request: IncomingMessage) => void;
  /** Called when a request has shown the token. */
  readonly onauthorised: (request: IncomingMessage) => void;
}

/** Makes the listener of `request` events. */
export function httpDoor(options: HttpDoorOptions): HttpHandler {
  const expected = Buffer.from(`Bearer ${options.secret.httpToken()}`);
  return (request, response) => {
    options.onasked(request);
    const path = (request.url ?? '/').split('?', 1)[0];
    const { origin, host, authorization } = request.headers;
    if (path === '/health' && (request.method === 'GET' || request.method === 'HEAD')) {
      answer(response, 200, { status: 'ok' });
      return;
    }
    const untrusted = options.certificateError(request.socket);
    if (untrusted !== undefined) answer(response, 403, { error: untrusted.message });
    else if (origin !== undefined && !options.isAllowedOrigin(origin))
      answer(response, 403, { error: 'this origin is not allowed' });
    else if (!options.isAllowedHost(host))
      answer(response, 421, { error: 'this process does not answer for that host name' });
    else if (authorization === undefined && options.handler?.isOpen?.(request) === true)
      options.handler(request, response);
    else if (authorization === undefined || !sameBytes(Buffer.from(authorization), expected)) {
      response.setHeader('www-authenticate', 'Bearer realm="covey"');
      answer(response, 401, { error: "send 'Authorization: Bearer TOKEN'; 'covey token' prints the token" });
    } else if (options.handler === undefined) answer(response, 404, { error: 'nothing is served here' });
    else {
      options.onauthorised(request);
      options.handler(request, response);
    }
  };
}

function answer(
  response: ServerResponse,
  status: number,
  body: { readonly status: string } | { readonly error: string },
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
