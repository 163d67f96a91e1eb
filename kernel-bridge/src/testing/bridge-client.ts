/** A front end's side of the bridge for tests: a comm `covey` on a real kernel, its requests and all that came by it. */
import { randomUUID } from 'node:crypto';
import { BRIDGE_TARGET, BRIDGE_VERSION } from '@covey/protocol/bridge';
import type { BridgeCalls, BridgeMethod, FromKernel } from '@covey/protocol/bridge';
import { COVEY_VERSION } from '@covey/protocol';
import type { Message } from '../protocol/message.js';
import type { KernelClient } from './kernel-client.js';

/** A failure as an error, for `rejects`. */
export class BridgeFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly option: string | undefined,
  ) {
    super(message);
  }
}

type Said<Type extends FromKernel['type']> = Extract<FromKernel, { type: Type }>;

export class BridgeClient {
  readonly comm = randomUUID();
  readonly #kernel: KernelClient;
  #count = 0;

  constructor(kernel: KernelClient) {
    this.#kernel = kernel;
  }

  static async open(kernel: KernelClient, data: object = {}): Promise<BridgeClient> {
    const client = new BridgeClient(kernel);
    const versions = { protocol: BRIDGE_VERSION, covey: COVEY_VERSION };
    const content = { comm_id: client.comm, target_name: BRIDGE_TARGET, data: { ...versions, ...data } };
    kernel.send('shell', 'comm_open', content);
    await client.next('welcome');
    return client;
  }

  /** The messages of the kernel, with their buffers. */
  get messages(): readonly Message[] {
    return this.#kernel.iopub.filter(
      ({ header, content }) => header.msg_type === 'comm_msg' && content['comm_id'] === this.comm,
    );
  }

  said<Type extends FromKernel['type']>(type: Type): readonly Said<Type>[] {
    return this.messages.map(({ content }) => content['data'] as FromKernel).filter((data) => isOf(data, type));
  }

  /** The first message of a type that is as wanted, perhaps one that came before. */
  async next<Type extends FromKernel['type']>(
    type: Type,
    isWanted: (said: Said<Type>) => boolean = () => true,
  ): Promise<Said<Type>> {
    const found = (): Said<Type> | undefined => this.said(type).find(isWanted);
    await this.#kernel.waitFor(() => found() !== undefined);
    return found() as Said<Type>;
  }

  /** @returns the id of the message. */
  send(data: unknown): string {
    return this.#kernel.send('shell', 'comm_msg', { comm_id: this.comm, data });
  }

  async ask<Method extends BridgeMethod>(
    method: Method,
    params: BridgeCalls[Method]['params'],
  ): Promise<BridgeCalls[Method]['result']> {
    const id = ++this.#count;
    this.send({ type: 'request', id, method, params });
    const answers = (): readonly (Said<'reply'> | Said<'failure'>)[] =>
      [...this.said('reply'), ...this.said('failure')].filter((said) => said.id === id);
    await this.#kernel.waitFor(() => answers().length > 0);
    const [answer] = answers();
    if (answer?.type === 'failure') {
      throw new BridgeFailure(answer.error.code, answer.error.message, answer.error.option);
    }
    return answer?.result;
  }

  close(): void {
    this.#kernel.send('shell', 'comm_close', { comm_id: this.comm, data: {} });
  }
}

function isOf<Type extends FromKernel['type']>(said: FromKernel, type: Type): said is Said<Type> {
  return said.type === type;
}
