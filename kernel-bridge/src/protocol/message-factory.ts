/**
 * Headers of the messages that this kernel sends: one session a kernel, ids counted within it.
 */
import { randomUUID } from 'node:crypto';
import { PROTOCOL_VERSION } from './message.js';
import type { Dictionary, Header, Message } from './message.js';

export interface Draft {
  readonly type: string;
  readonly content: Dictionary;
  readonly parent?: Header | undefined;
  readonly metadata?: Dictionary | undefined;
  readonly buffers?: readonly Uint8Array[] | undefined;
  readonly identities?: readonly Uint8Array[] | undefined;
}

export class MessageFactory {
  readonly session = randomUUID();
  #count = 0;

  make(draft: Draft): Message {
    const header: Header = {
      msg_id: `${this.session}_${++this.#count}`,
      session: this.session,
      username: 'kernel',
      date: new Date().toISOString(),
      msg_type: draft.type,
      version: PROTOCOL_VERSION,
    };
    return {
      identities: draft.identities ?? [],
      header,
      parent: draft.parent ?? {},
      metadata: draft.metadata ?? {},
      content: draft.content,
      buffers: draft.buffers ?? [],
    };
  }
}
