/**
 * Plays one cell in this thread with nobody listening, while the kernel has nothing to do: what runs for the first time is
 * compiled first, and the first cell of a person needn't be the one that waits for it.
 */
import { BridgeDesk } from '../bridge/bridge-desk.js';
import type { FromMain } from '../channel/messages.js';
import { LanguageDesk } from '../language/desk.js';
import { TypeChecks } from '../language/type-checks.js';
import type { History } from './history.js';
import { KernelProtocol } from './kernel-protocol.js';
import { Wire } from './message.js';
import { MessageFactory } from './message-factory.js';

/** @param history of the user's: it is read now, and nothing is added. */
export function rehearse(history: History): void {
  const wire = new Wire('rehearsal');
  const factory = new MessageFactory();
  const nothing = (): void => undefined;
  const protocol = new KernelProtocol(
    {
      send: (_, draft) => void wire.encode(factory.make(draft)),
      ...{ toMain: nothing, interruptMain: nothing, answerBlocked: nothing, shutdown: nothing, wakeStreamsIn: nothing },
      ...{ onCell: nothing, onReset: nothing, log: nothing },
      onMainHere: () => true,
      debug: () => Promise.resolve({}),
      nowMs: () => performance.now(),
    },
    history,
    new LanguageDesk({ toMain: nothing, toLanguage: nothing, after: nothing }),
    new TypeChecks({ toLanguage: nothing, after: nothing, warn: nothing }),
    new BridgeDesk({
      toBridge: nothing,
      publish: nothing,
      toNotebook: nothing,
      onManager: nothing,
      onDrawing: nothing,
    }),
  );
  const hear = (said: FromMain): void => protocol.onMain(said);
  hear({ type: 'ready' });
  history.tail(1);
  const content = { code: '1 + 1', silent: false, store_history: false, user_expressions: {}, stop_on_error: true };
  protocol.onMessage('shell', wire.decode(wire.encode(factory.make({ type: 'execute_request', content }))));
  const id = protocol.runningId;
  hear({ type: 'stream', id, name: 'stdout', text: 'said\n' });
  hear({ type: 'publish', id, kind: 'execute_result', content: { execution_count: 1, data: {}, metadata: {} } });
  hear({ type: 'executed', id, outcome: { status: 'ok', userExpressions: {}, payload: [] }, written: [] });
}
