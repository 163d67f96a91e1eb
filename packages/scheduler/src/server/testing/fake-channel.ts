/** The parts of a channel that bookkeeping looks at, for tests without connections. */
import type { Channel, ChannelCloseCode } from '@covey/protocol/internal';

export class FakeChannel {
  connected = true;
  onclose: Channel['onclose'];
  ondisconnect: Channel['ondisconnect'];
  handle: Channel['handle'];
  /** Why it was closed from this side. */
  closedWith: string | undefined;

  /** As the real thing, for those who take one. */
  get channel(): Channel {
    return this as unknown as Channel;
  }

  async close(reason: string): Promise<void> {
    this.closedWith ??= reason;
    this.connected = false;
  }

  /** The connection is lost; the session may resume. */
  drop(): void {
    this.connected = false;
    this.ondisconnect?.();
  }

  /** The session is over. */
  end(code: ChannelCloseCode, message = ''): void {
    this.connected = false;
    this.onclose?.({ code, message });
  }
}
